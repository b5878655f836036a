"""Changing a setting of the program on a terminal."""

from pty_session import PtySession

from faxtui.config.settings import Ui


def choose_setting(terminal: PtySession, name: str) -> None:
    """From the list: press Enter on the setting of that name under ``[ui]``."""
    terminal.type(",")
    terminal.wait_for("Settings", "Enter change")
    terminal.type("\x1b[B" * [each.name for each in Ui.settings()].index(name))
    terminal.wait_for(f"] {name}")
    terminal.type("\r")


def leave_settings(terminal: PtySession) -> None:
    """Back to the list, with what was changed applied."""
    terminal.type("\x1b")
    terminal.wait_for("don't save")
    terminal.type("n")
    terminal.wait_for("page 1 of", "? Help")
