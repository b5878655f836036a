"""Listings of a service that behaves, over a real socket."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from demo_server import demo_server
from odyssey_server import PASSWORD, Ending, answer, answering, asking

from faxtui import __version__
from faxtui.demo import DemoService
from faxtui.domain.account import Account
from faxtui.domain.fax import FROM, PAGES, Fax
from faxtui.domain.query import FaxQuery, Filters, Sort, Window, open_window
from faxtui.domain.service import FaxService
from faxtui.odyssey.client import OdysseyService
from faxtui.odyssey.listing import parameters_of

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
WINDOW = open_window(FaxQuery(), NOW)
EMPTY = answer(200, '{"Resources": []}', {"Date": "Mon, 23 Nov 2026 09:42:00 GMT"})


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with demo_server(clock=lambda: NOW) as address:
        yield address


@asynccontextmanager
async def signed_in(address: str) -> AsyncIterator[FaxService]:
    service = OdysseyService(Account(address, "60300.demo", "demo"))
    try:
        yield service
    finally:
        await service.aclose()


def resources_at(demo: str, window: Window) -> list[object]:
    """The first page of a window as the service sends it."""
    parameters = dict(parameters_of(window, 1))
    answered = httpx.get(f"{demo}/api/V1/InboundFax", params=parameters, auth=("60300.demo", "demo"))
    resources: list[object] = answered.json()["Resources"]
    return resources


async def walk(service: FaxService, window: Window) -> list[Fax]:
    """All faxes of a window, page by page, as the flags lead."""
    faxes: list[Fax] = []
    number = 1
    while True:
        listing = await service.list_faxes(window, number)
        assert (listing.page.number, listing.page.size) == (number, window.page_size)
        assert listing.page.has_previous is (number > 1)
        assert listing.page.disagreement is None
        faxes += listing.page.faxes
        if not listing.page.has_next:
            assert listing.page.total == len(faxes)
            return faxes
        number += 1


@pytest.mark.parametrize("sort", [Sort(), Sort.by(FROM), Sort.by(PAGES).reversed()])
async def test_a_walk_through_a_window_finds_what_the_service_holds(demo: str, sort: Sort) -> None:
    async with signed_in(demo) as service:
        opened = open_window(FaxQuery(sort=sort, page_size=40), NOW)
        first = await service.list_faxes(opened, 1)
        window = opened.closed(first, NOW)
        faxes = await walk(service, window)
    assert [json.loads(fax.resource) for fax in faxes] == resources_at(demo, replace(window, page_size=1000))
    assert len({fax.key for fax in faxes}) == len(faxes) > 100
    assert not any(fax.as_sent for fax in faxes)
    assert all(fax.received is not None for fax in faxes)


async def test_filters_reach_the_service(demo: str) -> None:
    filters = Filters({"from": "0478", "to": "296015", "customer": "60300"})
    async with signed_in(demo) as service:
        faxes = await walk(service, open_window(FaxQuery(filters), NOW))
    assert faxes
    assert all("0478" in (fax.sender or "") and fax.customer == 60300 for fax in faxes)


async def test_a_demo_in_this_process_is_listed_without_a_socket() -> None:
    transport = httpx.ASGITransport(DemoService(clock=lambda: NOW))
    service = OdysseyService(Account("http://demo", "60300.demo", "demo"), transport=transport)
    listing = await service.list_faxes(WINDOW, 1)
    await service.aclose()
    assert (listing.served_at, len(listing.page.faxes)) == (NOW, WINDOW.page_size)


async def test_a_page_past_the_end_is_empty(demo: str) -> None:
    async with signed_in(demo) as service:
        page = (await service.list_faxes(WINDOW, 999)).page
    assert (page.faxes, page.number, page.has_previous, page.has_next) == ((), 999, True, False)


async def test_the_clock_of_the_service_comes_with_each_listing(demo: str) -> None:
    async with signed_in(demo) as service:
        served_at = (await service.list_faxes(WINDOW, 1)).served_at
    assert (served_at, served_at and served_at.utcoffset()) == (NOW, timedelta())


async def test_received_dates_are_the_service_s_wall_clock(demo: str) -> None:
    async with signed_in(demo) as service:
        fax, *_ = (await service.list_faxes(WINDOW, 1)).page.faxes
    assert fax.received is not None
    assert fax.received.strftime("%Y-%m-%dT%H:%M:%S") == fax.received_text
    assert timedelta() <= NOW - fax.received < timedelta(days=1)


async def test_a_request_is_spelled_as_documented() -> None:
    filters = Filters({"from": "+33 4&x", "to": "é", "customer": "60300", "until": "2026-11-23T10:00:00Z"})
    window = open_window(FaxQuery(filters, page_size=7), NOW)
    with answering(EMPTY) as server:
        async with asking(server.address) as service:
            await service.list_faxes(window, 3)
    head, *lines = server.requests[0].split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    assert head == (
        "GET /api/V1/InboundFax?filterFrom=%2B33+4%26x&filterTo=%C3%A9&customerNumber=60300&pageIndex=3&pageSize=7"
        "&filterStartDate=2026-11-16T09%3A42%3A00.000Z&sortField=0&sortDirection=2"
        "&filterEndDate=2026-11-23T10%3A00%3A00.000Z HTTP/1.1"
    )
    assert headers["user-agent"] == f"faxtui/{__version__}"
    assert headers["accept"] == "application/json"
    scheme, credentials = headers["authorization"].split()
    assert (scheme, base64.b64decode(credentials).decode()) == ("Basic", f"60300.console:{PASSWORD}")


@pytest.mark.parametrize(
    ("suffix", "path"),
    [
        ("", "/api/V1/InboundFax"),
        ("/", "/api/V1/InboundFax"),
        ("/fax/odyssey", "/fax/odyssey/api/V1/InboundFax"),
        ("/fax/odyssey/", "/fax/odyssey/api/V1/InboundFax"),
    ],
)
async def test_the_path_of_the_base_address_is_kept(suffix: str, path: str) -> None:
    with answering(EMPTY) as server:
        async with asking(server.address + suffix) as service:
            await service.list_faxes(WINDOW, 1)
    assert server.requests[0].startswith(f"GET {path}?")


async def test_a_packed_answer_is_unpacked() -> None:
    body = gzip.compress(json.dumps({"Resources": [{"From": "Labo Mérieux"}]}).encode())
    with answering(answer(200, body, {"Content-Encoding": "gzip"})) as server:
        async with asking(server.address) as service:
            page = (await service.list_faxes(WINDOW, 4)).page
    assert [fax.sender for fax in page.faxes] == ["Labo Mérieux"]
    assert (page.number, page.size) == (4, WINDOW.page_size)


@pytest.mark.parametrize(
    ("header", "served_at"),
    [
        ("Mon, 23 Nov 2026 09:42:00 GMT", NOW),
        ("Monday, 23-Nov-26 09:42:00 GMT", NOW),
        ("Mon, 23 Nov 2026 10:42:00 +0100", NOW),
        ("Mon, 23 Nov 2026 09:42:00 -0000", NOW),
        ("now", None),
        ("", None),
        ("Mon, 23 Nov 0999 09:42:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Mon, 23 Nov 2026 09:42:00 +9999999999999999", None),
    ],
)
async def test_a_date_that_is_no_clock_is_unknown(header: str, served_at: datetime | None) -> None:
    with answering(answer(200, '{"Resources": []}', {"Date": header})) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).served_at == served_at


async def test_without_a_date_the_clock_is_unknown() -> None:
    with answering(answer(200, '{"Resources": []}')) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).served_at is None


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        answer(200),
        answer(200, " \r\n", {"Content-Type": "application/json"}),
        answer(200, "null", {"Content-Type": "application/json"}),
        answer(200, gzip.compress(b"", mtime=0), {"Content-Encoding": "gzip"}),
        answer(200, headers={"Content-Encoding": "gzip"}),
        answer(200, gzip.compress(b"null", mtime=0), {"Content-Encoding": "gzip"}),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
    ],
)
async def test_an_answer_with_nothing_in_it_means_that_there_are_no_faxes(said: bytes) -> None:
    with answering(said) as server:
        async with asking(server.address) as service:
            page = (await service.list_faxes(WINDOW, 1)).page
    assert (page.number, page.size, page.faxes) == (1, WINDOW.page_size, ())
    assert (page.has_previous, page.has_next) == (False, False)
    assert page.disagreement is None


async def test_a_json_listing_counts_whatever_its_content_type() -> None:
    with answering(answer(200, '{"Resources": []}', {"Content-Type": "text/html"})) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes == ()


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    with answering(b'HTTP/1.1 200 OK\r\n\r\n{"Resources": [{}]}', Ending.CLOSE) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes == (Fax(),)


async def test_what_would_act_on_a_terminal_comes_through_as_data() -> None:
    resource = {"From": "[bold red]x[/]", "To": "\x1b[2J", "FileName": "a\u202eb\r\n\x00.PDF", "Folder": "\x9b31m"}
    with answering(answer(200, json.dumps({"Resources": [resource]}))) as server:
        async with asking(server.address) as service:
            (fax,) = (await service.list_faxes(WINDOW, 1)).page.faxes
    assert {"From": fax.sender, "To": fax.recipient, "FileName": fax.file_name, "Folder": fax.folder} == resource


@pytest.mark.parametrize(
    ("age", "is_believed"), [("0", True), ("00", True), ("", True), ("1", False), ("3600", False), ("long", False)]
)
async def test_the_date_of_a_response_from_a_cache_is_no_clock(age: str, is_believed: bool) -> None:
    said = answer(200, '{"Resources": []}', {"Date": "Mon, 23 Nov 2026 09:42:00 GMT", "Age": age})
    with answering(said) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).served_at == (NOW if is_believed else None)
