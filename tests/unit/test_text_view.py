"""What part of a page's text is shown, and what in it is pointed at."""

import pytest

from faxtui.preview.protocol import Box
from faxtui.preview.text import PageText, TextSource, Word
from faxtui.ui.widgets.text_view import Match, TextView

HEIGHT = 40
"""Pixels from one line to the next."""


def page(*lines: str, doubtful: str = "") -> PageText:
    """A page whose lines stand below each other; a word takes 20 pixels a letter."""
    words = []
    for number, line in enumerate(lines):
        left = 0
        for text in line.split():
            box = Box(left, number * HEIGHT, left + 20 * len(text), number * HEIGHT + 30)
            words.append(Word(text, box, line=number, to_check=text == doubtful))
            left += 20 * (len(text) + 1)
    return PageText(0, tuple(words), TextSource.RECOGNISED)


def numbered(count: int) -> PageText:
    return page(*(f"line {number:02}" for number in range(count)))


def shown(view: TextView) -> list[str]:
    return [line.strip() for line in view.painted().plain.split("\n")]


def test_it_begins_at_the_first_line_and_moves_within_the_page() -> None:
    view = TextView.of(numbered(30), 40, 10)
    assert shown(view)[0] == "line 00"
    assert shown(view.moved(0, 9))[0] == "line 09"
    assert shown(view.moved(0, -3)) == shown(view)
    assert shown(view.at_end())[-1] == "line 29"
    assert (view.is_at_start, view.is_at_end) == (True, False)
    assert (view.at_end().is_at_start, view.at_end().is_at_end) == (False, True)


def test_a_page_that_fits_is_at_its_start_and_at_its_end() -> None:
    view = TextView.of(numbered(3), 40, 10)
    assert view.is_at_start
    assert view.is_at_end
    assert view.moved(0, 5) == view


@pytest.mark.parametrize("size", [(20, 4), (200, 20)])
def test_the_place_is_kept_on_a_screen_of_another_size(size: tuple[int, int]) -> None:
    view = TextView.of(numbered(60), 40, 10).moved(0, 25)
    assert shown(view.resized(*size))[0] == "line 25"
    assert shown(view.resized(*size).resized(40, 10)) == shown(view)


def test_a_height_of_the_page_finds_its_line() -> None:
    view = TextView.of(numbered(30), 40, 10)
    assert shown(view.at_pixel(12 * HEIGHT + 5))[0] == "line 12"
    assert view.at_pixel(12 * HEIGHT + 5).pixel == 12 * HEIGHT
    assert view.at_pixel(0).is_at_start


def test_a_second_reading_keeps_the_place() -> None:
    view = TextView.of(page(*(f"n {number}" for number in range(30)), doubtful="21"), 40, 10).moved(0, 15)
    again = view.with_text(page(*(f"n {number}" for number in range(30))))
    assert (again.top, again.text.to_check) == (view.top, 0)


def test_what_is_doubtful_stands_in_brackets_and_is_gone_to_one_after_the_other() -> None:
    lines = [f"value {12 if number in (3, 20) else 7}" for number in range(30)]
    view = TextView.of(page(*lines, doubtful="12"), 40, 10)
    assert "[12]" in shown(view)[3]
    first = view.after_pointer(view.doubtful())
    assert first == Match(3, 6, 10)
    second = view.pointed_at(first).after_pointer(view.doubtful())
    assert second is not None
    assert second.line == 20
    there = view.pointed_at(second)
    assert there.top <= 20 < there.top + 10
    assert there.after_pointer(there.doubtful()) is None


def test_sought_text_is_found_whatever_its_case_from_what_is_shown_on() -> None:
    view = TextView.of(page("Dupont", *["x"] * 20, "M. DUPONT", "dupond"), 40, 10)
    found = view.moved(0, 5).seek("dupont")
    assert found.pointer == Match(21, 3, 9)
    assert len(found.matches()) == 2
    assert view.seek("nobody").pointer is None
    assert view.seek("").matches() == []


def test_a_match_beyond_the_right_edge_is_brought_into_sight() -> None:
    view = TextView.of(page("a " * 40 + "end"), 30, 10)
    wide = TextView(view.text, 30, 10, view.text.lay_out())
    found = wide.seek("end")
    assert found.left > 0
    assert "end" in shown(found)[0]


def test_what_is_pointed_at_is_reversed_and_what_is_doubtful_bold() -> None:
    view = TextView.of(page("sum 12", doubtful="12"), 40, 10).seek("sum")
    styles = {str(span.style) for span in view.painted().spans}
    assert {"reverse", "bold", "underline"} <= styles
