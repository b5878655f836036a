"""Keys that arrive together, as they do over a slow line."""

from pathlib import Path

from pty_session import in_terminal


def test_letters_typed_ahead_into_a_field_are_text(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.type("fq0478j\x7f\x7f\x7f\x7f\x7f\x7f0478\r")
        terminal.wait_for("from 0478", "page 1 of")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_a_menu_opened_and_answered_at_once_is_answered(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.type("s\x1b[B\x1b[B\r")
        terminal.wait_for("From ▲")
        terminal.type("g2\r")
        terminal.wait_for("page 2 of")
        terminal.type("\rnnqq")
        assert terminal.wait_for_end() == 0
