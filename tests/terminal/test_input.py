"""What a terminal sends besides keys does nothing, and a key that comes in pieces is that key."""

from pathlib import Path

import pytest
from configured import configured
from pty_session import PtySession, in_terminal
from setting_on_a_terminal import choose_setting, leave_settings
from unwanted_input import GRAPHICS_RESPONSES, NO_KEYS, RESPONSES

OVER_SSH = {"SSH_CONNECTION": "192.0.2.7 50022 192.0.2.1 22"}
EITHER_DRIVER = pytest.mark.parametrize("thin", ['"auto"', "false"])


def row(terminal: PtySession) -> int:
    """The line of the screen that the cursor is on."""
    return next((number for number, line in enumerate(terminal.lines) if line.startswith("▌")), -1)


def rows(terminal: PtySession) -> list[str]:
    """The lines above that of the messages."""
    return terminal.lines[:-3]


@EITHER_DRIVER
def test_responses_releases_and_unreadable_keys_change_nothing(tmp_path: Path, thin: str) -> None:
    configured(tmp_path, f"[ui]\nthin = {thin}\n")
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        terminal.type("\x1b[1;1:1B\x1b[110;1:3u\x1b[106;1:2u\x1b[106;1:3u")
        terminal.wait_until(lambda: row(terminal) == 5, "the cursor on the third row")
        terminal.wait_until_silent()
        before = terminal.text
        terminal.type("".join([*RESPONSES, *GRAPHICS_RESPONSES, *NO_KEYS]))
        for sequence in ("\x1b]11;rgb:0000/0000/0000\x1b\\", "\x1b[?62;22c", "\x1bP>|tmux 3.4\x1b\\"):
            for character in sequence:
                terminal.type(character)
        terminal.wait_until_silent()
        assert terminal.text == before
        terminal.type("s")
        terminal.wait_for("Sort by")
        terminal.type("\x1b[27u")
        terminal.wait_until_gone("Sort by")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


@EITHER_DRIVER
def test_an_arrow_in_pieces_is_an_arrow_over_ssh_and_elsewhere_no_letters(tmp_path: Path, thin: str) -> None:
    configured(tmp_path, f"[ui]\nthin = {thin}\n")
    for environ, moved in ((OVER_SSH, True), ({}, False)):
        with in_terminal("--demo", home=tmp_path, environ=environ) as terminal:
            terminal.wait_for("page 1 of", "? Help")
            terminal.wait_until_silent()
            before, first = rows(terminal), row(terminal)
            for rest in ("[B", "[D", "[A"):
                terminal.type("\x1b")
                terminal.wait_until_silent(0.25)
                terminal.type(rest)
                terminal.wait_until_silent(0.25)
                assert row(terminal) == first + (moved and rest in ("[B", "[D"))
            assert rows(terminal) == before
            terminal.type("q")
            assert terminal.wait_for_end() == 0


def test_how_long_the_rest_of_a_key_may_take_is_a_setting(tmp_path: Path) -> None:
    configured(tmp_path, "[ui]\nescape_delay = 3000\n")
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        first = row(terminal)
        terminal.type("\x1b")
        terminal.wait_until_silent(1)
        terminal.type("[B")
        terminal.wait_until(lambda: row(terminal) == first + 1, "the cursor on the next row")


def test_how_long_the_rest_of_a_key_may_take_is_changed_in_the_running_program(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        first = row(terminal)
        choose_setting(terminal, "escape_delay")
        terminal.wait_for("Enter")
        terminal.type("\x15" + "3000\r")
        terminal.wait_for(" 3000 ")
        leave_settings(terminal)
        terminal.type("\x1b")
        terminal.wait_until_silent(1)
        terminal.type("[B")
        terminal.wait_until(lambda: row(terminal) == first + 1, "the cursor on the next row")


def test_esc_and_a_letter_in_one_packet_are_both(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        terminal.type("s")
        terminal.wait_for("Sort by")
        terminal.type("\x1bg")
        terminal.wait_for("Go to page")
        assert "Sort by" not in terminal.text
