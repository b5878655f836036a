"""What is asked of the terminal's driver while the program runs, whichever driver that is."""

from __future__ import annotations

import math
import sys

from textual.driver import Driver

_BLIND = 2.0
"""Seconds without taking anything after which nobody can have seen what changed (our decision)."""


def driver_for(thin: str) -> type[Driver] | None:
    """The driver that sends only what changed, unless the setting says otherwise. None, on Windows: Textual's own."""
    if sys.platform == "win32":
        return None
    if thin == "false":
        from faxtui.terminal.driver.driver import BaseDriver

        return BaseDriver
    from faxtui.terminal.driver.driver import ThinDriver

    return ThinDriver


def redraw_screen(driver: Driver | None) -> None:
    """Paint everything anew."""
    if sys.platform != "win32":
        from faxtui.terminal.driver.driver import ThinDriver

        if isinstance(driver, ThinDriver):
            driver.redraw()


def restore_terminal(driver: Driver | None) -> None:
    """Restore the terminal, without waiting for it: the process ends right after this, whatever it was doing."""
    if sys.platform == "win32":
        return
    from faxtui.terminal.driver.driver import BaseDriver

    if isinstance(driver, BaseDriver):
        driver.restore_terminal()


def is_behind(driver: Driver | None) -> bool:
    """Whether the terminal takes nothing, so that nobody sees what happens. Only the thin driver can tell."""
    if sys.platform == "win32":
        return False
    from faxtui.terminal.driver.driver import ThinDriver

    return isinstance(driver, ThinDriver) and driver.seconds_behind > _BLIND


def typed_at(driver: Driver | None) -> float:
    """When something was read that may have been typed, in monotonic seconds. Only our own drivers can tell."""
    if sys.platform == "win32":
        return -math.inf
    from faxtui.terminal.driver.driver import BaseDriver

    return driver.typed_at if isinstance(driver, BaseDriver) else -math.inf


def set_escape_delay(driver: Driver | None, setting: int | str, *, is_remote: bool) -> None:
    """Wait this many milliseconds, or if "auto" what fits the terminal, for the rest of a key. Not on Windows."""
    if sys.platform == "win32":
        return
    from faxtui.terminal.driver.driver import BaseDriver
    from faxtui.terminal.driver.input import LOCAL_DELAY, REMOTE_DELAY

    if isinstance(driver, BaseDriver):
        automatic = REMOTE_DELAY if is_remote else LOCAL_DELAY
        driver.set_escape_delay(setting / 1000 if isinstance(setting, int) else automatic)


def is_sending(driver: Driver | None) -> bool:
    """Whether the terminal has not taken yet all that it was sent. Only the thin driver can tell."""
    if sys.platform == "win32":
        return False
    from faxtui.terminal.driver.driver import ThinDriver

    return isinstance(driver, ThinDriver) and driver.seconds_behind > 0


def switch_mouse(driver: Driver | None, *, on: bool) -> None:
    """Does nothing where the driver has no mouse to switch: in a test, or on Windows."""
    if sys.platform == "win32":
        return
    from faxtui.terminal.driver.driver import BaseDriver

    if isinstance(driver, BaseDriver):
        driver.switch_mouse(on)
