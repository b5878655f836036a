"""What the operator asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.domain import fax
from faxtui.domain.query import SINCE, TO, FaxQuery, Filters, Sort, SortDirection
from faxtui.errors import InvalidValue

DEEP = FaxQuery(Filters({"from": "0478"}), Sort.by(fax.PAGES), page=7, page_size=100)


def test_a_change_of_filter_sort_or_page_size_returns_to_page_1_and_keeps_the_rest() -> None:
    filtered = DEEP.with_filter(TO, "134296015")
    assert filtered == FaxQuery(Filters({"from": "0478", "to": "134296015"}), DEEP.sort, 1, 100)
    assert DEEP.filtered(Filters()) == FaxQuery(Filters(), DEEP.sort, 1, 100)
    assert DEEP.sorted_by(Sort()) == FaxQuery(DEEP.filters, Sort(), 1, 100)
    assert DEEP.with_page_size(10) == FaxQuery(DEEP.filters, DEEP.sort, 1, 10)
    assert DEEP.page == 7


def test_turning_a_page_changes_nothing_else() -> None:
    assert DEEP.at_page(8) == FaxQuery(DEEP.filters, DEEP.sort, 8, 100)


def test_periods_stay_unresolved() -> None:
    assert FaxQuery().with_filter(SINCE, "today").filters.get(SINCE) == "today"


def test_choosing_the_same_sort_field_turns_it_around_and_another_starts_anew() -> None:
    once = DEEP.toggle_sort(fax.FROM)
    assert (once.page, once.sort) == (1, Sort(fax.FROM, SortDirection.ASCENDING))
    twice = once.at_page(3).toggle_sort(fax.FROM)
    assert (twice.page, twice.sort) == (1, Sort(fax.FROM, SortDirection.DESCENDING))


def test_equal_queries_are_one_key() -> None:
    assert len({FaxQuery(Filters({"to": "1"})), FaxQuery(Filters({"to": " 1 "})), FaxQuery(Filters({"to": "2"}))}) == 2


@pytest.mark.parametrize("page", [0, -1])
def test_pages_are_counted_from_1(page: int) -> None:
    with pytest.raises(InvalidValue, match=f"there is no page {page}") as refused:
        DEEP.at_page(page)
    assert refused.value.field == "page"


@pytest.mark.parametrize("size", [0, -5, 1001])
def test_a_page_has_1_to_1000_faxes(size: int) -> None:
    with pytest.raises(InvalidValue, match="1 to 1,000 faxes") as refused:
        DEEP.with_page_size(size)
    assert refused.value.field == "page_size"


@given(size=st.integers(1, 1000), page=st.integers(1))
def test_any_other_page_and_size_will_do(size: int, page: int) -> None:
    query = FaxQuery().with_page_size(size).at_page(page)
    assert (query.page, query.page_size) == (page, size)
