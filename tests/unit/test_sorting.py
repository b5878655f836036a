"""How the service sorts, and how people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.domain.fax import RECEIVED, SORTABLE
from faxtui.domain.query import Sort, SortDirection, parse_sort, sort_text
from faxtui.errors import InvalidValue

SORTS = st.builds(Sort, st.sampled_from(SORTABLE), st.sampled_from(SortDirection))


def test_the_plain_sort_is_newest_first() -> None:
    assert Sort() == Sort(RECEIVED, SortDirection.DESCENDING)


@pytest.mark.parametrize("name", ["received", "duration", "pages", "baud"])
def test_a_new_sort_by_an_amount_starts_descending(name: str) -> None:
    assert sort_text(parse_sort(name)) == f"{name}:desc"


@pytest.mark.parametrize("name", ["message", "from", "to", "folder", "file"])
def test_a_new_sort_by_a_text_starts_ascending(name: str) -> None:
    assert sort_text(parse_sort(name)) == f"{name}:asc"


@given(sort=SORTS)
def test_a_sort_reads_back_as_it_was_written(sort: Sort) -> None:
    assert parse_sort(sort_text(sort)) == parse_sort(f" {sort_text(sort).upper()} ") == sort


@given(sort=SORTS)
def test_turning_a_sort_around_twice_changes_nothing(sort: Sort) -> None:
    assert sort.reversed() != sort == sort.reversed().reversed()
    assert sort.toggled(sort.field) == sort.reversed()


@pytest.mark.parametrize("text", ["", "customer", "colour:asc", ":desc"])
def test_what_the_service_cannot_sort_by_is_refused_with_what_it_can(text: str) -> None:
    with pytest.raises(InvalidValue, match=" ".join(each.name for each in SORTABLE)) as refused:
        parse_sort(text)
    assert refused.value.field == "sort"


@pytest.mark.parametrize("text", ["pages:", "pages:up", "pages:asc:desc"])
def test_a_direction_is_asc_or_desc(text: str) -> None:
    with pytest.raises(InvalidValue, match="Write pages:asc or pages:desc") as refused:
        parse_sort(text)
    assert refused.value.field == "sort"
