"""A page as the service told it, whether or not its numbers agree with each other."""

from dataclasses import replace

import pytest

from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage


def page(number: int, rows: int, *, total: int | None, pages: int | None, has_next: bool, size: int = 50) -> FaxPage:
    return FaxPage(number, size, (Fax(),) * rows, number > 1, has_next, total, pages)


def test_rows_are_numbered_through_the_whole_list() -> None:
    first, last = page(1, 50, total=130, pages=3, has_next=True), page(3, 30, total=130, pages=3, has_next=False)
    assert (first.first_row, first.last_row, last.first_row, last.last_row) == (1, 50, 101, 130)


def test_the_last_page_is_offered_only_where_there_is_one_further_on() -> None:
    assert page(1, 50, total=130, pages=3, has_next=True).last_page == 3
    assert page(3, 30, total=130, pages=3, has_next=False).last_page is None
    assert page(1, 50, total=130, pages=3, has_next=False).last_page is None
    assert page(3, 50, total=130, pages=3, has_next=True).last_page is None
    assert page(1, 50, total=130, pages=None, has_next=True).last_page is None


@pytest.mark.parametrize(
    "agreeing",
    [
        page(1, 50, total=130, pages=3, has_next=True),
        page(3, 30, total=130, pages=3, has_next=False),
        page(1, 0, total=0, pages=0, has_next=False),
        page(1, 0, total=0, pages=1, has_next=False),
        page(9, 0, total=130, pages=3, has_next=False),
        page(9, 50, total=None, pages=None, has_next=True),
    ],
)
def test_nothing_is_said_where_totals_and_flags_agree(agreeing: FaxPage) -> None:
    assert agreeing.disagreement is None


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        # The documented sample: three faxes counted, one on the only page.
        (page(1, 1, total=3, pages=1, has_next=False, size=1), "the service counts more faxes than it lists"),
        (page(1, 1, total=3, pages=None, has_next=False, size=1), "the service counts more faxes than it lists"),
        (page(2, 50, total=100, pages=2, has_next=True), "the service offers a further page, but counts none"),
        (page(1, 0, total=0, pages=0, has_next=True), "the service offers a further page, but counts none"),
        (page(1, 50, total=130, pages=3, has_next=False), "the service counts further pages, but offers none"),
        (page(1, 50, total=7, pages=1, has_next=False), "the service sent more rows than it counts"),
        (page(1, 50, total=7, pages=None, has_next=True), "the service sent more rows than it counts"),
        (page(1, 51, total=130, pages=3, has_next=True), "the service sent more rows than fit on its pages"),
        (page(3, 51, total=None, pages=None, has_next=False), "the service sent more rows than fit on its pages"),
    ],
)
def test_a_contradiction_is_said_in_words(odd: FaxPage, said: str) -> None:
    assert odd.disagreement == said


def test_where_one_can_go_is_never_computed_from_totals() -> None:
    odd = page(1, 50, total=50, pages=1, has_next=True)
    assert odd.has_next
    assert not replace(odd, total=5000, page_count=100, has_next=False).has_next
