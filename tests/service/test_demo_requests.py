"""What the demo makes of parameters, methods and clocks, against the service's documentation."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest
from demo_server import demo_server

START = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
LIST = "/api/V1/InboundFax"
SIGNED_IN = ("60300.demo", "demo")
NEVER = "2026-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with demo_server(clock=lambda: START) as address, httpx.Client(base_url=address, auth=SIGNED_IN) as client:
        yield client


@pytest.mark.parametrize("value", ["1_0", "١", "1.0", "0x1", "2147483648", "9" * 5000])
def test_a_number_is_digits_that_fit_32_bits(client: httpx.Client, value: str) -> None:
    answer = client.get(LIST, params={"pageSize": value})
    assert (answer.status_code, list(answer.json()["ModelState"])) == (400, ["pageSize"])


def test_all_values_that_cannot_be_taken_are_named_at_once(client: httpx.Client) -> None:
    answer = client.get(LIST, params={"pageIndex": "x", "sortField": 9, "filterEndDate": "soon", "pageSize": 3})
    assert list(answer.json()["ModelState"]) == ["pageIndex", "filterEndDate", "sortField"]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_date_outside_the_calendar_is_refused_like_any_other(client: httpx.Client, value: str) -> None:
    answer = client.get(LIST, params={"filterStartDate": value})
    assert (answer.status_code, list(answer.json()["ModelState"])) == (400, ["filterStartDate"])


def test_a_date_with_an_offset_means_that_instant(client: httpx.Client) -> None:
    in_utc, in_paris, bare = (
        client.get(LIST, params={"filterStartDate": date}).json()
        for date in ("2026-11-20T08:00:00.000Z", "2026-11-20T09:00:00+01:00", "2026-11-20T08:00:00")
    )
    assert in_utc == in_paris == bare


def test_an_empty_value_and_an_unknown_name_change_nothing(client: httpx.Client) -> None:
    query = {"pageSize": "", "filterFrom": "", "filterStartDate": "", "sortField": "", "colour": "blue"}
    assert client.get(LIST, params=query).json() == client.get(LIST).json()


def test_a_name_given_twice_keeps_its_first_value(client: httpx.Client) -> None:
    assert client.get(LIST + "?pageSize=2&PAGESIZE=5").json()["PageSize"] == 2


def test_a_list_of_nothing_has_no_page_before_or_after(client: httpx.Client) -> None:
    page = client.get(LIST, params={"filterFrom": "nobody"}).json()
    assert page == {
        "PageIndex": 1,
        "PageSize": 10,
        "TotalCount": 0,
        "TotalPageCount": 0,
        "Resources": [],
        "HasPreviousPage": False,
        "HasNextPage": False,
    }


@pytest.mark.parametrize("wildcard", ["%", "_", "'", '"'])
def test_a_filter_is_looked_for_as_it_is_written(client: httpx.Client, wildcard: str) -> None:
    assert client.get(LIST, params={"filterFrom": wildcard}).json()["TotalCount"] == 0


@pytest.mark.parametrize(("sort_field", "name"), [(2, "From"), (8, "BaudRate")])
def test_a_missing_value_comes_before_all_others(client: httpx.Client, sort_field: int, name: str) -> None:
    for direction, at_the_start in ((1, True), (2, False)):
        query = {"pageSize": 1000, "sortField": sort_field, "sortDirection": direction}
        faxes = client.get(LIST, params=query).json()["Resources"]
        is_missing = [fax[name] is None for fax in faxes]
        assert any(is_missing)
        assert is_missing == sorted(is_missing, reverse=at_the_start)


def test_faxes_alike_in_the_sort_field_are_sorted_by_the_time_they_came(client: httpx.Client) -> None:
    for direction in (1, 2):
        query = {"pageSize": 1000, "sortField": 7, "sortDirection": direction, "filterStartDate": NEVER}
        keys = [(fax["Pages"], fax["ReceivedDate"]) for fax in client.get(LIST, params=query).json()["Resources"]]
        assert keys == sorted(keys, reverse=direction == 2)


@pytest.mark.parametrize(("day", "hours"), [("2026-10-20", 2), ("2026-10-27", 1)])
def test_received_dates_are_in_paris_time_in_summer_and_winter(client: httpx.Client, day: str, hours: int) -> None:
    period = {"filterStartDate": f"{day}T07:00:00.000Z", "filterEndDate": f"{day}T16:00:00.000Z"}
    faxes = client.get(LIST, params={"pageSize": 1000, **period}).json()["Resources"]
    received = [fax["ReceivedDate"] for fax in faxes]
    assert f"{day}T{7 + hours:02}:00:00" <= min(received) < f"{day}T{9 + hours:02}:00:00"
    assert f"{day}T{14 + hours:02}:00:00" < max(received) <= f"{day}T{16 + hours:02}:00:00"


def test_a_clock_of_any_zone_tells_the_same_time(client: httpx.Client) -> None:
    elsewhere = START.astimezone(timezone(timedelta(hours=-5)))
    with demo_server(clock=lambda: elsewhere) as address:
        answer = httpx.get(address + LIST, auth=SIGNED_IN)
    assert answer.headers["date"] == "Mon, 23 Nov 2026 09:42:00 GMT"
    assert answer.content == client.get(LIST).content


def test_what_comes_in_is_the_same_whatever_the_zone_of_the_clock() -> None:
    def an_hour_later(start: datetime) -> bytes:
        moments = [start]
        with demo_server(clock=lambda: moments[-1]) as address:
            moments.append(start + timedelta(hours=1))
            return httpx.get(address + LIST, auth=SIGNED_IN).content

    assert an_hour_later(START) == an_hour_later(START.astimezone(timezone(timedelta(hours=9))))


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_the_list_answers_to_get_alone(client: httpx.Client, method: str) -> None:
    answer = client.request(method, LIST)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert bool(answer.content) is (method != "HEAD")
    assert client.get(LIST).status_code == 200


def test_many_requests_at_once_get_their_own_answers(client: httpx.Client) -> None:
    def ask(number: int) -> tuple[int, int]:
        page = client.get(LIST, params={"pageIndex": number, "pageSize": 2}).json()
        return page["PageIndex"], len(page["Resources"])

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(1, 51))) == [(number, 2) for number in range(1, 51)]


def test_an_answer_is_held_back_by_the_latency() -> None:
    with demo_server(latency=0.1) as address:
        assert httpx.get(address + LIST, auth=SIGNED_IN).elapsed >= timedelta(seconds=0.1)
