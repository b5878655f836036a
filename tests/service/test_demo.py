"""The demo as clients meet it: over a real socket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from demo_server import demo_server

START = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
LIST = "/api/V1/InboundFax"
SIGNED_IN = ("60300.demo", "demo")


class Clock:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Iterator[httpx.Client]:
    with demo_server(clock=clock) as address, httpx.Client(base_url=address, auth=SIGNED_IN) as client:
        yield client


def test_a_plain_list_gives_the_ten_newest_of_the_last_seven_days(client: httpx.Client) -> None:
    page = client.get(LIST).json()
    received = [fax["ReceivedDate"] for fax in page["Resources"]]
    assert (page["PageIndex"], page["PageSize"], len(received)) == (1, 10, 10)
    assert received == sorted(received, reverse=True)
    assert client.get(LIST, params={"filterStartDate": "2026-11-16T09:42:00.000Z"}).json() == page


def test_names_and_paths_are_read_in_any_case(client: httpx.Client) -> None:
    assert client.get("/API/v1/inboundfax", params={"PAGESIZE": 3, "SortField": 7}).json() == (
        client.get(LIST, params={"pageSize": 3, "sortField": 7}).json()
    )


def test_an_answer_carries_the_clock_of_the_service_and_no_other(client: httpx.Client) -> None:
    assert client.get(LIST).headers.get_list("date") == ["Mon, 23 Nov 2026 09:42:00 GMT"]


@pytest.mark.parametrize("sort_field", range(9))
def test_every_page_in_either_order_has_every_fax_once(client: httpx.Client, sort_field: int) -> None:
    names = ("ReceivedDate", "MessageId", "From", "To", "Folder", "FileName", "CallTime", "Pages", "BaudRate")
    walks = {}
    for direction in (1, 2):
        walk, page = [], 1
        while True:
            query = {"pageSize": 60, "pageIndex": page, "sortField": sort_field, "sortDirection": direction}
            answer = client.get(LIST, params=query).json()
            walk += answer["Resources"]
            assert answer["HasPreviousPage"] is (page > 1)
            if not answer["HasNextPage"]:
                break
            page += 1
        assert page == answer["TotalPageCount"]
        assert len({(fax["Folder"], fax["FileName"]) for fax in walk}) == len(walk) == answer["TotalCount"]
        walks[direction] = walk
    assert walks[2] == walks[1][::-1]
    values = [fax[names[sort_field]] for fax in walks[1] if fax[names[sort_field]] is not None]
    in_order = [v.casefold() if isinstance(v, str) else v for v in values]
    assert all(before <= after for before, after in pairwise(in_order))


def test_filters_narrow_the_list_by_parts_of_numbers_by_customer_and_by_time(client: httpx.Client) -> None:
    def listed(**query: str | int) -> list[dict[str, str]]:
        faxes: list[dict[str, str]] = client.get(LIST, params={"pageSize": 1000, **query}).json()["Resources"]
        assert faxes
        return faxes

    everything = listed()
    for query, kept in (
        ({"filterFrom": "0478"}, lambda fax: "0478" in (fax["From"] or "")),
        ({"filterTo": "296018"}, lambda fax: "296018" in fax["To"]),
        ({"customerNumber": 60314}, lambda fax: fax["CustomerNumber"] == 60314),
        # Paris is an hour ahead of UTC in November.
        (
            {"filterStartDate": "2026-11-19T08:00:00.000Z", "filterEndDate": "2026-11-20T17:00:00.000Z"},
            lambda fax: "2026-11-19T09:00:00" <= fax["ReceivedDate"] <= "2026-11-20T18:00:00",
        ),
    ):
        assert listed(**query) == [fax for fax in everything if kept(fax)] != everything


def test_a_page_past_the_end_is_empty(client: httpx.Client) -> None:
    page = client.get(LIST, params={"pageIndex": 999}).json()
    assert page["Resources"] == []
    assert (page["HasPreviousPage"], page["HasNextPage"]) == (True, False)


def test_a_page_holds_no_more_than_a_thousand(client: httpx.Client) -> None:
    page = client.get(LIST, params={"pageSize": 5000, "filterStartDate": "2026-01-01T00:00:00.000Z"}).json()
    assert page["PageSize"] == len(page["Resources"]) == 1000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pageIndex", "0"),
        ("pageSize", "many"),
        ("customerNumber", "12a"),
        ("sortField", "9"),
        ("sortDirection", "0"),
        ("filterStartDate", "yesterday"),
        ("filterEndDate", "2026-13-01T00:00:00.000Z"),
    ],
)
def test_a_value_that_cannot_be_taken_is_named(client: httpx.Client, name: str, value: str) -> None:
    answer = client.get(LIST, params={name.upper(): value})
    assert answer.status_code == 400
    ((named, (message,)),) = answer.json()["ModelState"].items()
    assert named == name
    assert value in message


@pytest.mark.parametrize("header", [None, "Basic !", "Basic", "Bearer nothing", "Digest x"])
def test_nobody_is_listed_anything_without_signing_in(client: httpx.Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = httpx.get(client.base_url.join(LIST), headers=headers)
    assert (answer.status_code, list(answer.json())) == (401, ["Message"])
    assert httpx.get(client.base_url.join(LIST), auth=("60300.demo", "wrong")).status_code == 401


def test_a_password_may_hold_colons_and_accents() -> None:
    with demo_server(accounts={"60300.é": "a:b:ü"}) as address:
        assert httpx.get(address + LIST, auth=("60300.é", "a:b:ü")).status_code == 200


def test_other_addresses_are_404_in_json(client: httpx.Client) -> None:
    for path in ("/", "/api/V1", "/api/V2/InboundFax", "/api/V1/InboundFax/1"):
        answer = client.get(path)
        assert (answer.status_code, list(answer.json())) == (404, ["Message"])


def test_new_faxes_come_as_the_clock_goes_on(client: httpx.Client, clock: Clock) -> None:
    before = client.get(LIST).json()
    assert client.get(LIST).json() == before
    clock.now += timedelta(seconds=121)
    after = client.get(LIST, params={"filterStartDate": "2026-11-16T09:42:00.000Z"}).json()
    new = after["TotalCount"] - before["TotalCount"]
    assert 1 <= new <= 3
    assert after["Resources"][new:] == before["Resources"][: 10 - new]
    assert after["Resources"][0]["ReceivedDate"] > "2026-11-23T10:42:00"


def test_two_demos_of_one_seed_and_clock_answer_the_same_bytes(client: httpx.Client, clock: Clock) -> None:
    with demo_server(clock=clock) as address:
        same = httpx.get(address + LIST, auth=SIGNED_IN)
    assert same.content == client.get(LIST).content
    with demo_server(seed=1, clock=clock) as address:
        assert httpx.get(address + LIST, auth=SIGNED_IN).content != same.content
