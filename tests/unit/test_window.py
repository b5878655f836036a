"""The fixed stretch of time that a query pages through, and how the service is asked for it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxtui.domain.fax import BAUD, SORTABLE, Fax, Field
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import FROM, FaxQuery, Filters, Sort, SortDirection, open_window
from faxtui.errors import InvalidValue
from faxtui.odyssey.listing import as_service_time, filter_of, parameters_of

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def listing(*received: datetime | None, served_at: datetime | None = None) -> Listing:
    faxes = tuple(Fax(received=each) for each in received)
    return Listing(FaxPage(1, 50, faxes, has_previous=False, has_next=False), served_at)


def test_a_plain_query_asks_for_the_last_seven_days_newest_first_without_an_end() -> None:
    window = open_window(FaxQuery(), NOW, PARIS)
    assert dict(parameters_of(window, 1)) == {
        "pageIndex": "1",
        "pageSize": "50",
        "filterStartDate": "2026-11-16T09:42:00.000Z",
        "sortField": "0",
        "sortDirection": "2",
    }


def test_every_filter_and_the_sort_go_out_as_the_service_spells_them() -> None:
    filters = Filters(
        {"from": "0478", "to": "134296015", "customer": "60300", "since": "today", "until": "2026-11-23 10:00"}
    )
    query = FaxQuery(filters, Sort(BAUD, SortDirection.ASCENDING), page=3, page_size=200)
    parameters = parameters_of(open_window(query, NOW, PARIS), 3)
    assert len(dict(parameters)) == len(parameters)
    assert dict(parameters) == {
        "customerNumber": "60300",
        "pageIndex": "3",
        "pageSize": "200",
        "filterFrom": "0478",
        "filterTo": "134296015",
        "filterStartDate": "2026-11-22T23:00:00.000Z",
        "filterEndDate": "2026-11-23T09:00:00.000Z",
        "sortField": "8",
        "sortDirection": "1",
    }


@settings(max_examples=30, deadline=None)
@given(
    field=st.sampled_from(SORTABLE),
    direction=st.sampled_from(SortDirection),
    page=st.integers(1, 10**6),
    since=st.sampled_from(["", "today", "7d", "monday", "10:42", "2026-11-01"]),
)
def test_a_start_is_always_sent_and_an_end_only_where_there_is_one(
    field: Field, direction: SortDirection, page: int, since: str
) -> None:
    query = FaxQuery(Filters({"since": since}), Sort(field, direction), page)
    opening = open_window(query, NOW, PARIS)
    first = dict(parameters_of(opening, page))
    assert "filterEndDate" not in first
    later = dict(parameters_of(opening.closed(listing(served_at=NOW), NOW), page))
    assert later == {**first, "filterEndDate": "2026-11-23T09:42:01.000Z"}
    assert first["pageIndex"] == str(page)
    assert first["filterStartDate"].endswith(".000Z")


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2017, 7, 8, 12, 54, 40, 460_000, tzinfo=UTC), "2017-07-08T12:54:40.460Z"),
        (datetime(2026, 7, 8, 12, tzinfo=PARIS), "2026-07-08T10:00:00.000Z"),
        (datetime(2026, 11, 8, 12, tzinfo=PARIS), "2026-11-08T11:00:00.000Z"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=PARIS), "2026-10-25T00:30:00.000Z"),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=PARIS), "2026-10-25T01:30:00.000Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 999_999, tzinfo=UTC), "2026-01-01T00:00:00.999Z"),
    ],
)
def test_dates_go_out_in_utc_with_z_and_three_decimals(moment: datetime, sent: str) -> None:
    assert as_service_time(moment) == sent


def test_the_first_answer_fixes_the_end_a_second_after_the_services_clock() -> None:
    closed = open_window(FaxQuery(), NOW).closed(listing(NOW - SECOND, None, served_at=NOW), NOW + 9 * SECOND)
    assert closed.end == NOW + SECOND


def test_a_fax_newer_than_the_services_clock_moves_the_end() -> None:
    closed = open_window(FaxQuery(), NOW).closed(listing(NOW, NOW + 5 * SECOND, served_at=NOW), NOW)
    assert closed.end == NOW + 6 * SECOND


def test_without_a_date_the_services_clock_as_last_known_stands_in() -> None:
    assert open_window(FaxQuery(), NOW).closed(listing(NOW - SECOND), NOW + 3 * SECOND).end == NOW + 4 * SECOND


def test_the_end_is_an_instant_in_utc_even_in_the_hour_that_comes_twice() -> None:
    first, second = datetime(2026, 10, 25, 2, 50, tzinfo=PARIS), datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=PARIS)
    end = open_window(FaxQuery(), NOW).closed(listing(first, second, served_at=first.astimezone(UTC)), NOW).end
    assert (end, end and end.tzinfo) == (datetime(2026, 10, 25, 1, 10, 1, tzinfo=UTC), UTC)
    last_of_first_pass = datetime(2026, 10, 25, 2, 59, 59, tzinfo=PARIS)
    end = open_window(FaxQuery(), NOW).closed(listing(last_of_first_pass, served_at=first), NOW).end
    assert end == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_an_end_that_is_fixed_never_moves_again() -> None:
    closed = open_window(FaxQuery(), NOW).closed(listing(served_at=NOW), NOW)
    assert closed.closed(listing(NOW + 60 * SECOND, served_at=NOW + 60 * SECOND), NOW) is closed


def test_the_operators_own_end_is_the_end() -> None:
    query = FaxQuery(Filters({"since": "2026-11-01", "until": "2026-11-07"}))
    window = open_window(query, NOW, PARIS)
    assert (window.start, window.end) == (datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 7, 23, tzinfo=UTC))
    assert window.closed(listing(served_at=NOW), NOW) is window


@pytest.mark.parametrize(("since", "until"), [("today", "yesterday"), ("10:42", "10:42"), ("", "8d")])
def test_a_period_without_length_is_refused_at_its_end(since: str, until: str) -> None:
    with pytest.raises(InvalidValue, match="The end is not after the start") as refused:
        open_window(FaxQuery(Filters({"since": since, "until": until})), NOW, PARIS)
    assert refused.value.field == "until"


def test_a_moment_beyond_the_calendar_is_refused_at_its_filter() -> None:
    for name, text in (("since", "0001-01-01"), ("until", "9999-12-31")):
        with pytest.raises(InvalidValue) as refused:
            open_window(FaxQuery(Filters({name: text})), NOW, PARIS)
        assert refused.value.field == name


def test_windows_of_the_same_query_and_instants_are_equal_and_others_are_not() -> None:
    query = FaxQuery(Filters({"since": "yesterday", "until": "yesterday"}))
    assert open_window(query, NOW, PARIS) == open_window(query, NOW + 60 * SECOND, PARIS)
    assert len({open_window(query, NOW, PARIS), open_window(query, NOW + 60 * SECOND, PARIS)}) == 1
    assert open_window(FaxQuery(), NOW) != open_window(FaxQuery(), NOW + SECOND)
    assert open_window(query.with_filter(FROM, "0478"), NOW) != open_window(query, NOW)


def test_sorts_go_out_as_the_services_numbers() -> None:
    def sent(sort: Sort) -> tuple[str, str]:
        parameters = dict(parameters_of(open_window(FaxQuery(sort=sort), NOW), 1))
        return parameters["sortField"], parameters["sortDirection"]

    assert {each.name: sent(Sort(each))[0] for each in SORTABLE} == {
        "received": "0",
        "message": "1",
        "from": "2",
        "to": "3",
        "folder": "4",
        "file": "5",
        "duration": "6",
        "pages": "7",
        "baud": "8",
    }
    assert [sent(Sort(direction=each))[1] for each in SortDirection] == ["1", "2"]


@pytest.mark.parametrize(
    ("parameter", "name"),
    [("filterFrom", "from"), ("FILTERENDDATE", "until"), ("customernumber", "customer"), ("pageSize", "pageSize")],
)
def test_a_parameter_that_the_service_names_is_a_filter_of_ours(parameter: str, name: str) -> None:
    assert filter_of(parameter) == name
