"""The browser on a real terminal: what is painted, what keys do, and what the terminal can't show."""

import re
import signal
from pathlib import Path

import pytest
from pty_session import KEYBOARD, LARGE, SMALL, in_terminal

_MINE = {"1049", "25", "1004", "2004", "1002", "1006", KEYBOARD}
"""What must be on at the least: alternate screen, no cursor, focus, paste, clicks, keys."""
_ALL_OVER = ("faxtui", "Received ▼", "File", "page 1 of", "? Help")
"""From the screen's first line to its last."""
TINY = (20, 5)


def test_the_small_screen_is_painted_and_keys_work(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("demo · sample faxes", "Received ▼", "‹ 1–50 of", "page 1 of", "n Next", "? Help")
        assert terminal.left_on() >= _MINE
        assert not terminal.echoes
        assert terminal.lines[3].startswith("▌")
        terminal.type("j")
        terminal.wait_until(lambda: terminal.lines[4].startswith("▌"), "the cursor a line down")
        terminal.type("n")
        terminal.wait_for("‹ 51–100 of", "page 2 of")
        terminal.type("s")
        terminal.wait_for("Sort by")
        terminal.type("\x1b")
        terminal.wait_until_gone("Sort by")
        terminal.type("s\x1b[B\r")
        terminal.wait_for("page 1 of")
        terminal.wait_until_gone("Received ▼")
        terminal.type("f")
        terminal.wait_for("From number", "Tab next field")
        terminal.wait_until(lambda: terminal.has_cursor_on("any sender"), "the cursor in the field")
        terminal.type("q0478j")
        terminal.wait_for("│ q0478j")
        terminal.type("\x15")
        terminal.wait_until_gone("q0478j")
        terminal.type("0478")
        terminal.wait_for("│ 0478")
        terminal.type("\r")
        terminal.wait_for("from 0478")
        terminal.type("?")
        terminal.wait_for("next page", "this help")
        terminal.type("\x1b")
        terminal.wait_until_gone("this help")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
        assert terminal.echoes
    assert list(tmp_path.iterdir()) == []


def test_the_large_screen_has_the_filters_beside_the_table_and_ctrl_c_leaves(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path, size=LARGE, environ={"NO_COLOR": ""}) as terminal:
        terminal.wait_for("Per page", "any sender", "Received ▼", "page 1 of")
        assert len(terminal.lines) == 40
        # An empty NO_COLOR is none.
        assert any(len(set(each)) > 1 for each in re.findall(rb"38;2;(\d+);(\d+);(\d+)", terminal.sent))
        terminal.type("\x03")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
        assert terminal.echoes


def test_it_sleeps_on_ctrl_z_and_follows_the_size_it_wakes_up_with(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.type("\x1a")
        terminal.wait_until_stopped()
        assert terminal.left_on() == set()
        assert terminal.echoes
        terminal.screen.reset()
        terminal.kill(signal.SIGCONT)
        terminal.wait_for(*_ALL_OVER)
        assert terminal.left_on() >= _MINE
        assert not terminal.echoes
        for size, shown in ((TINY, ("faxtui",)), (LARGE, _ALL_OVER), (SMALL, _ALL_OVER)):
            terminal.screen.reset()
            terminal.resize(*size)
            terminal.wait_for(*shown)
            terminal.wait_until(lambda size=size: bool(terminal.lines[size[1] - 2].strip()), "a line at the bottom")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    "environ", [{"LANG": "C", "NO_COLOR": "1"}, {"LANG": None, "COLORTERM": None, "TERM": "vt100"}]
)
def test_a_plain_terminal_gets_ascii_marks_and_no_colours(tmp_path: Path, environ: dict[str, str | None]) -> None:
    with in_terminal("--demo", home=tmp_path, size=LARGE, environ=environ) as terminal:
        terminal.wait_for("Received v", "< 1-50 of", "page 1 of")
        seen = terminal.text
        for key, shown in (("s", "A-Z"), ("?", "quit, from anywhere"), ("i", "Service time")):
            terminal.type(key)
            terminal.wait_for(shown)
            seen += terminal.text
            terminal.type("\x1b")
            terminal.wait_until_gone(shown)
        assert seen.isascii()
        assert terminal.colours_sent() == []
        terminal.type("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize("environ", [{"LANG": "es_ES.ISO-8859-15"}, {"LANG": "ru_RU.KOI8-R"}, {"LC_ALL": "de_DE@euro"}])
@pytest.mark.parametrize(
    "arguments", [["--demo"], ["list", "--demo"], ["config", "path"], ["config", "show"], ["doctor"]]
)
def test_an_8_bit_terminal_gets_no_utf_8_even_if_this_machine_lacks_its_locale(
    tmp_path: Path, environ: dict[str, str | None], arguments: list[str]
) -> None:
    home = tmp_path / "hôpital"
    home.mkdir()
    with in_terminal(*arguments, home=home, environ=environ) as terminal:
        if arguments == ["--demo"]:
            terminal.wait_for("page 1 of", "Help")
            terminal.type("s")
            terminal.wait_for("Sort by")
            terminal.type("\x1b")
            terminal.wait_until_gone("Sort by")
            terminal.type("q")
        terminal.wait_for_end()
        assert terminal.sent.isascii()


def test_what_is_typed_is_read_in_the_character_set_of_the_locale(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path, environ={"LANG": "es_ES.ISO-8859-15"}) as terminal:
        terminal.wait_for("page 1 of", "Help")
        terminal.type("\udc9bA\udc9d11;rgb:0\udc9c")
        terminal.type("x")
        terminal.wait_for("Export")
        assert "marked" not in terminal.text
