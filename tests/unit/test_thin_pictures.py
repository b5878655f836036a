"""A picture in the frame of the thin driver: sent once, never painted over, taken off with what covers it."""

import pytest
from thin_stream import ALL_FACTS, COLUMNS, LINES, XTERM, at

from faxtui.terminal.capabilities import Terminfo
from faxtui.terminal.driver.output_parser import Effect, OutputParser, RawSequence
from faxtui.terminal.driver.painter import Frame, Painter, blank_placeholders, place
from faxtui.terminal.driver.screen import Screen
from faxtui.terminal.graphics import PLACEHOLDERS, Picture

SIXEL = Picture(12, 3, 18, "\x1bP0;1;0q~-@-A\x1b\\")
OTHER = Picture(12, 3, 18, "\x1bP0;1;0q@-A-~\x1b\\")
KITTY = Picture(
    12, 3, 18, "\x1b_Ga=p,i=3,h=18,c=12,r=3,C=1\x1b\\", "page 3", "\x1b_Ga=t,i=3;AAAA\x1b\\", "\x1b_Ga=d,i=3\x1b\\"
)


ROWS = SIXEL.placeholders.split("\n")


class Shown:
    """The painter with a screen; each call returns what is sent for the next frame."""

    def __init__(self, terminfo: Terminfo = XTERM) -> None:
        self.parser = OutputParser(Screen(COLUMNS, LINES))
        self.painter = Painter(terminfo)

    def sent(self, picture: Picture | None, *writes: str) -> str:
        assert not list(self.parser.parse("".join(writes)))
        screen = self.parser.screen.copy()
        placed = None if picture is None else place(picture, screen)
        blank_placeholders(screen, placed)
        return self.painter.frame(Frame(screen, placed=placed))


def placeholders(line: int = 1, column: int = 2) -> str:
    return "".join(at(line + each, column, ("", row)) for each, row in enumerate(ROWS))


@pytest.fixture(params=ALL_FACTS, ids=["xterm", "tmux", "linux", "vt100", "unknown"])
def shown(request: pytest.FixtureRequest) -> Shown:
    return Shown(request.param)


def test_it_is_sent_at_its_place_and_no_placeholder_ever_is(shown: Shown) -> None:
    sent = shown.sent(SIXEL, at(0, 0, ("", "title")), placeholders())
    assert sent.count(SIXEL.paint) == 1
    assert not PLACEHOLDERS.intersection(sent)
    assert "title" in sent
    assert sent.endswith(SIXEL.paint)


def test_it_is_not_sent_again_while_nothing_changes_and_the_rest_goes_on(shown: Shown) -> None:
    shown.sent(SIXEL, placeholders())
    assert shown.sent(SIXEL, placeholders()) == ""
    sent = shown.sent(SIXEL, at(0, 0, ("", "page 2")))
    assert "page 2" in sent
    assert SIXEL.paint not in sent


def test_the_cursor_is_placed_anew_after_it(shown: Shown) -> None:
    shown.sent(SIXEL, placeholders())
    assert shown.sent(SIXEL, at(4, 3, ("", "x"))).startswith("\x1b[5;4H")


@pytest.mark.parametrize("column", [0, 1, 14, 20])
def test_text_beside_it_neither_retypes_nor_erases_its_cells(shown: Shown, column: int) -> None:
    shown.sent(SIXEL, placeholders(), at(2, column, ("", "x")))
    sent = shown.sent(SIXEL, at(2, column, ("", " ")))
    assert "\x1b[K" not in sent or column > 13
    assert not PLACEHOLDERS.intersection(sent)


def test_another_picture_is_painted_over_it_without_text(shown: Shown) -> None:
    shown.sent(SIXEL, placeholders())
    sent = shown.sent(OTHER, placeholders())
    assert sent.count(OTHER.paint) == 1
    assert len(sent) < len(OTHER.paint) + 10


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_menu_over_part_of_it_takes_off_what_is_below_and_it_comes_back(shown: Shown, line: int) -> None:
    shown.sent(SIXEL, placeholders())
    covered = shown.sent(SIXEL, at(line, 4, ("", "menu")))
    assert "\x1bP" not in covered
    assert "menu" in covered
    assert not PLACEHOLDERS.intersection(covered)
    assert shown.sent(SIXEL, placeholders()).count(SIXEL.paint) == 1


def test_what_a_menu_leaves_free_is_painted_alone_after_a_redraw(shown: Shown) -> None:
    shown.sent(SIXEL, placeholders(), at(3, 4, ("", "menu")))
    shown.painter.invalidate()
    sent = shown.sent(SIXEL)
    assert "\x1bP0;1;0q~-@\x1b\\" in sent
    assert not PLACEHOLDERS.intersection(sent)


def test_part_of_an_uploaded_page_is_placed_in_its_lines() -> None:
    assert KITTY.clipped(2) == "\x1b_Ga=p,i=3,h=12,c=12,r=2,C=1\x1b\\"


def test_blanks_in_its_place_are_painted_although_the_screen_was_blank_before() -> None:
    shown = Shown()
    shown.sent(SIXEL, placeholders())
    sent = shown.sent(None, placeholders())
    assert sent.count("\x1b[K") + sent.count(" " * 12) + sent.count("\x1b[12X") + sent.count("\x1b[11b") == 3


def test_after_a_redraw_it_is_sent_again(shown: Shown) -> None:
    shown.sent(SIXEL, placeholders())
    shown.painter.raw(RawSequence("\x1b[?1049h", Effect.SCREEN))
    assert shown.sent(SIXEL).count(SIXEL.paint) == 1
    shown.painter.invalidate()
    assert shown.sent(SIXEL).count(SIXEL.paint) == 1


@pytest.mark.parametrize("line", [2, 3, 4])
def test_it_never_reaches_the_last_line(line: int) -> None:
    shown = Shown()
    sent = shown.sent(SIXEL, *(at(line + n, 2, ("", row)) for n, row in zip(range(LINES - line), ROWS, strict=False)))
    assert SIXEL.clipped(LINES - 1 - line) in sent if line < LINES - 1 else "\x1bP" not in sent
    assert not PLACEHOLDERS.intersection(sent)


def test_an_uploaded_page_is_sent_once_and_removed_when_it_goes() -> None:
    shown = Shown()
    first = shown.sent(KITTY, placeholders())
    assert first.index(KITTY.upload) < first.index(KITTY.paint)
    panned = KITTY._replace(paint="\x1b_Ga=p,i=3,y=9\x1b\\")
    moved = shown.sent(panned, placeholders())
    assert panned.paint in moved
    assert KITTY.upload not in moved
    assert KITTY.remove not in moved
    assert shown.sent(None, placeholders()).startswith(KITTY.remove)
    assert KITTY.upload not in shown.sent(KITTY, placeholders())
    shown.painter.invalidate()
    assert KITTY.upload in shown.sent(KITTY)
