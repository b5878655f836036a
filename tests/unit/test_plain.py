"""What plain terminals get in place of colours behind the text, and of characters that they lack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from faxtui.domain.text import visible
from faxtui.ui.display import AsciiOnly, ReversedBackgrounds, VisibleOnly

BEHIND = Color.parse("black")


def in_ascii(text: str) -> str:
    (segment,) = AsciiOnly().apply([Segment(text)], BEHIND)
    return segment.text


def seen(style: str) -> Style | None:
    (segment,) = ReversedBackgrounds().apply([Segment("x", Style.parse(style))], BEHIND)
    return segment.style


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("plain", "plain"),
        ("──────", "------"),
        ("│ ▏ ▌", "| | |"),
        ("▃▅▇█", "   #"),
        ("Last 7 days ▼", "Last 7 days v"),
        ("•••", "***"),
        ("Labo Mérieux…", "Labo Merieux."),
        ("世界 ß", "? ?  s"),
        ("e\u0301", "e"),
    ],
)
def test_every_character_has_one_in_ascii(written: str, seen: str) -> None:
    assert in_ascii(written) == seen


@given(st.text(st.characters(exclude_categories=("C", "Z")), max_size=12))
def test_all_of_it_is_ascii_and_as_wide_as_before(text: str) -> None:
    assert in_ascii(text).isascii()
    assert cell_len(in_ascii(text)) == cell_len(text)


@pytest.mark.parametrize("style", ["on white", "black on cyan", "black on white reverse", "red on #123456"])
def test_any_colour_behind_text_becomes_the_terminals_own_reversed(style: str) -> None:
    assert seen(style) == Style.parse("default on default reverse")


@pytest.mark.parametrize("style", ["red", "bold", "cyan on default", "blue reverse", ""])
def test_what_has_no_colour_behind_it_stays_as_it_is(style: str) -> None:
    assert seen(style) == Style.parse(style)


def test_what_a_click_needs_to_know_is_kept() -> None:
    clicked = Style.parse("on white") + Style(meta={"row": 3})
    (segment,) = ReversedBackgrounds().apply([Segment("x", clicked)], BEHIND)
    assert segment.style is not None
    assert segment.style.meta == {"row": 3}


@given(st.lists(st.text(st.characters(codec=None), max_size=8), max_size=4))
def test_nothing_that_acts_is_left_in_a_line_and_it_stays_as_wide(texts: list[str]) -> None:
    line = [Segment(text, Style(bold=True)) for text in texts]
    shown = VisibleOnly().apply(line, BEHIND)
    assert all(visible(each.text) == each.text for each in shown)
    assert Segment.get_line_length(shown) == Segment.get_line_length(line)


def test_a_line_shows_marks_where_there_is_room() -> None:
    line = [Segment("a\x1b[7m\u202e"), Segment("b   ")]
    assert "".join(each.text for each in VisibleOnly().apply(line, BEHIND)) == "a␛[7m\ufffdb "
