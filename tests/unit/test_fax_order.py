"""Which fax comes next, and what the header of a fax says if there is little room."""

from faxtui.domain.fax import Fax
from faxtui.ui.screens.fax import _fit, _merged


def faxes(names: str) -> tuple[Fax, ...]:
    return tuple(Fax(folder="f", file_name=name, received_text="2026") for name in names)


def merged(before: str, row: int, after: str) -> tuple[str, int]:
    rows, place = _merged(faxes(before), row, faxes(after))
    return "".join(each.file_name or "" for each in rows), place


def test_a_fax_that_is_still_listed_keeps_the_screen_in_the_new_rows() -> None:
    assert merged("abcd", 1, "xyabcd") == ("xyabcd", 3)
    assert merged("abcd", 3, "d") == ("d", 0)


def test_what_was_not_read_yet_stays_if_the_rows_before_it_moved_to_another_page() -> None:
    # Some of the page before were deleted: its first rows are on that page now.
    assert merged("abcdef", 1, "defgh") == ("abcdefgh", 1)


def test_a_list_of_other_faxes_comes_after_those_that_are_there() -> None:
    assert merged("abc", 2, "xy") == ("abcxy", 2)


PARTS = ((1, "from → to", ""), (3, "received", ""), (0, "page 1 of 2", ""), (5, "0:31", ""))


def test_of_a_header_the_least_important_parts_go_first() -> None:
    assert _fit(PARTS, 80, " · ") == "from → to · received · page 1 of 2 · 0:31"
    assert _fit(PARTS, 35, " · ") == "from → to · received · page 1 of 2"
    assert _fit(PARTS, 30, " · ") == "from → to · page 1 of 2"
    assert _fit(PARTS, 1, " · ") == "page 1 of 2"


def test_what_must_be_said_is_said_in_short_before_it_is_left_out() -> None:
    parts = (
        (1, "Recognised text, may contain errors", "may contain errors"),
        (0, "End of fax", ""),
        (8, "t picture", ""),
    )
    assert _fit(parts, 50, " · ") == "Recognised text, may contain errors · End of fax"
    assert _fit(parts, 40, " · ") == "may contain errors · End of fax"
