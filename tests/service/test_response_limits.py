"""Responses that are larger than anybody needs: memory stays small, and the event loop keeps answering."""

import asyncio
import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from odyssey_server import (
    KEY,
    LOGIN,
    PASSWORD,
    WINDOW,
    Ending,
    answer,
    answering,
    asking,
    client_of,
    failure,
    failure_to,
    fetched,
)

from faxtui.domain.account import Account, OAuth2
from faxtui.domain.page import FaxPage
from faxtui.errors import Forbidden, ServiceFailed, SignInRefused, UnexpectedResponse
from faxtui.odyssey.client import OdysseyService
from faxtui.odyssey.listing import LONGEST_TEXT, LONGEST_UNREAD, MOST_UNREAD
from faxtui.odyssey.transport import Limits

GZIP = {"Content-Encoding": "gzip"}
MIB = 1024 * 1024
RESOURCE = {
    "MessageId": "0",
    "ReceivedDate": "2017-07-24T07:49:08",
    "To": "134296015",
    "From": "0478000000",
    "Folder": "134296015",
    "FileName": "0-20170711-0714-1126279.PDF",
    "CallTime": 21,
    "Pages": 1,
    "BaudRate": 14400,
    "CustomerNumber": 60300,
}
# What is sent is made when its test runs: together it takes seconds, and every worker collects every test.
MEASURING = """
import asyncio, os, re, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from odyssey_server import WINDOW, asking, fetched
from faxtui.errors import ServiceError

def resident(field):
    return int(re.search(field + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

async def longest_gap(stop):
    longest, last = 0.0, time.process_time()
    while not stop.is_set():
        await asyncio.sleep(0.001)
        now = time.process_time()
        longest, last = max(longest, now - last), now
    return longest

async def measure(address):
    async with asking(address) as service:
        await service.list_faxes(WINDOW, 1)
        Path("/proc/self/clear_refs").write_text("5")
        before = resident("VmRSS")
        stop = asyncio.Event()
        gap = asyncio.create_task(longest_gap(stop))
        await asyncio.sleep(0)
        try:
            listing = await service.list_faxes(WINDOW, 2)
            said = len(listing.page.faxes)
        except ServiceError as error:
            said = str(error)
        stop.set()
        print(await gap, resident("VmHWM") - before, said, sep="|", flush=True)

for address in sys.stdin:
    if not (child := os.fork()):
        asyncio.run(measure(address.strip()))
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(1)
"""
"""Measures, for each address it reads, how a list of faxes is fetched from there, in a process of its own."""


def listing(resources: bytes, **headers: str) -> bytes:
    return answer(200, b'{"Resources":[' + resources + b"]}", headers)


def packed(body: bytes) -> bytes:
    return answer(200, gzip.compress(body), GZIP)


def named(count: int, value: bytes = b"1") -> bytes:
    return b"{" + b",".join(b'"k%d":%b' % (number, value) for number in range(count)) + b"}"


@pytest.fixture(scope="module")
def measuring() -> Iterator[subprocess.Popen[str]]:
    program = (sys.executable, "-c", MEASURING, str(Path(__file__).parents[1]))
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.communicate(timeout=60)


def measured(measuring: subprocess.Popen[str], said: bytes) -> tuple[float, float, str]:
    """Seconds for which the loop could not answer, MiB above normal, and the rows or the error."""
    assert measuring.stdin is not None
    assert measuring.stdout is not None
    with answering([listing(b"{}"), said]) as server:
        print(server.address, file=measuring.stdin, flush=True)
        gap, kib, outcome = measuring.stdout.readline().rstrip("\n").split("|")
    return float(gap), int(kib) / 1024, outcome


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(
            lambda: packed(b'{"Resources":[' + b"{}," * 10_900_000 + b"{}]}"), id="10.9 million rows in 32 kB"
        ),
        pytest.param(lambda: listing(b",".join([json.dumps(RESOURCE).encode()] * 100_000)), id="100,000 rows"),
        pytest.param(lambda: listing(b",".join([b"{}"] * 99_000)), id="rows that hold nothing"),
        pytest.param(lambda: listing(b",".join([json.dumps(RESOURCE).encode()] * 2001)), id="2,001 rows"),
        pytest.param(lambda: packed(b"[" * 40_000_000), id="nesting"),
        pytest.param(lambda: listing(b'{"a":' * 90_000 + b"1" + b"}" * 90_000), id="nested objects"),
        pytest.param(lambda: packed(b'{"Resources":[' + named(1_000_000) + b"]}"), id="a million members"),
        pytest.param(lambda: listing(b"{" + b'"From":"x",' * 300_000 + b'"To":"y"}'), id="one member 300,000 times"),
        pytest.param(lambda: packed(named(4_000_000)), id="a million members that are no list"),
        pytest.param(lambda: packed(b" " * (40 * MIB)), id="blanks"),
        pytest.param(lambda: packed(b'{"Resources":["' + b"x" * (40 * MIB) + b'"]}'), id="a text without end"),
    ],
)
def test_what_is_too_large_is_refused_and_neither_time_nor_memory_is_spent_on_it(
    measuring: subprocess.Popen[str], said: Callable[[], bytes]
) -> None:
    gap, mib, outcome = measured(measuring, said())
    assert "list of faxes" in outcome
    assert gap < 0.2
    assert mib < 150


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        pytest.param(lambda: listing(b",".join([json.dumps(RESOURCE).encode()] * 2000)), 2000, id="2,000 rows"),
        pytest.param(lambda: listing(b",".join([named(40)] * 1000)), 1000, id="rows of 40 unknown members"),
        pytest.param(lambda: listing(named(40_000)), 1, id="40,000 members"),
        pytest.param(lambda: listing(named(25_000)), 1, id="as many as are read on the loop"),
        pytest.param(lambda: listing(named(6_000, b"7" * 600)), 1, id="long numbers"),
        pytest.param(
            lambda: listing(b'{"Pages":' + b"9" * (4 * MIB - 100) + b"}"), 1, id="one number of 4 million digits"
        ),
        pytest.param(lambda: listing(b'{"Pages":0.' + b"9" * (4 * MIB - 100) + b"}"), 1, id="as many decimals"),
        pytest.param(
            lambda: listing(('{"From":"' + "\U0001f600" * 1_000_000 + '"}').encode()), 1, id="a million pictures"
        ),
        pytest.param(lambda: listing(b'{"From":"' + b"\xff" * 4_000_000 + b'"}'), 1, id="no UTF-8"),
        pytest.param(lambda: listing(b'{"From":"' + b"\\ud800" * 600_000 + b'"}'), 1, id="lone surrogates"),
        pytest.param(lambda: listing(b'{"From":"' + b"\\u0001" * 600_000 + b'"}'), 1, id="control characters"),
        pytest.param(lambda: listing(b'{"' + b"k" * 4_000_000 + b'":1}'), 1, id="a long name"),
        pytest.param(lambda: listing(b'{"a":' + b"[" * 900 + b"]" * 900 + b"}"), 1, id="as deep as can be read"),
        pytest.param(lambda: packed(b'{"Resources":[{}]}' + b" " * (3 * MIB)), 1, id="a page in gzip"),
    ],
)
def test_what_can_be_read_is_read_without_holding_up_the_loop(
    measuring: subprocess.Popen[str], said: Callable[[], bytes], rows: int
) -> None:
    gap, mib, outcome = measured(measuring, said())
    assert outcome == str(rows)
    assert gap < 0.2
    assert mib < 150


async def test_one_row_too_many_is_refused_with_the_count_and_the_limit() -> None:
    error = await failure(listing(b",".join([b"{}"] * 2001)))
    assert isinstance(error, UnexpectedResponse)
    assert error.path == "$.Resources"
    assert "2,001 rows" in str(error)
    assert not error.passing


async def test_a_hundred_thousand_values_are_refused_with_the_limit() -> None:
    error = await failure(listing(b",".join([b"{}"] * 100_001)))
    assert "100,000 values" in str(error)


async def page(resource: bytes) -> FaxPage:
    with answering(listing(resource)) as server:
        async with asking(server.address) as service:
            return (await service.list_faxes(WINDOW, 1)).page


async def test_a_text_too_long_for_its_field_is_unknown_and_shown_by_its_beginning() -> None:
    (fax,) = (await page(b'{"From":"' + b"x" * (LONGEST_TEXT + 1) + b'","To":"' + b"y" * LONGEST_TEXT + b'"}')).faxes
    assert (fax.sender, fax.recipient) == (None, "y" * LONGEST_TEXT)
    ((name, kept),) = fax.as_sent
    assert (name, kept[:2], kept[-1], len(kept)) == ("From", '"x', "…", LONGEST_UNREAD + 1)
    assert json.loads(fax.resource)["From"] == "x" * (LONGEST_TEXT + 1)


async def test_documented_members_are_held_to_the_same_length_whatever_stands_beside_them() -> None:
    long = {**RESOURCE, "FileName": "f" * (LONGEST_TEXT + 1)}
    (fax,) = (await page(json.dumps(long).encode())).faxes
    assert (fax.file_name, fax.sender) == (None, RESOURCE["From"])
    assert not fax.key.has_address


async def test_of_many_unknown_members_the_first_are_kept_and_the_rest_counted() -> None:
    (fax,) = (await page(named(MOST_UNREAD + 7))).faxes
    assert fax.as_sent[MOST_UNREAD - 1 :] == ((f"k{MOST_UNREAD - 1}", "1"), ("…", "7 more"))


async def test_of_long_unknown_members_as_many_are_kept_as_can_be_drawn_at_once() -> None:
    (fax,) = (await page(named(50, b'"' + b"x" * 3000 + b'"'))).faxes
    assert [name for name, _ in fax.as_sent] == ["k0", "k1", "…"]
    assert fax.as_sent[-1] == ("…", "48 more")
    assert len(json.loads(fax.resource)) == 50


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 429, 500, 503])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(cache(lambda: b"x" * (8 * MIB)), id="long"),
        pytest.param(cache(lambda: gzip.compress(b"{}," * 10_000_000)), id="bomb"),
        pytest.param(cache(lambda: gzip.compress(b"") * 100_000), id="gzip of nothing, again and again"),
    ],
)
async def test_of_a_failure_only_the_beginning_is_read(status: int, body: Callable[[], bytes]) -> None:
    coded = {} if body().startswith(b"x") else GZIP
    with answering(answer(status, body(), coded)) as server:
        async with asking(server.address, Limits(whole=15)) as service:
            with pytest.raises(Exception, match=r"\.$") as caught:
                await service.list_faxes(WINDOW, 1)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(("status", "kind"), [(401, SignInRefused), (403, Forbidden), (500, ServiceFailed)])
async def test_a_failure_that_goes_on_for_ever_is_read_no_further_than_its_beginning(
    status: int, kind: type[Exception]
) -> None:
    said = answer(status, b'{"Message":"No."}' + b" " * 70_000, {"Content-Length": str(10**12)})
    with answering(said, Ending.DRIP) as server:
        async with asking(server.address, Limits(whole=15)) as service:
            async with asyncio.timeout(10):
                with pytest.raises(kind):
                    await service.list_faxes(WINDOW, 1)


@pytest.mark.parametrize("status", [200, 400, 401])
async def test_what_gives_out_tokens_is_read_no_further_either(status: int) -> None:
    bomb = answer(status, gzip.compress(b'{"a":' * 10_000_000), GZIP)
    with answering(bomb) as tokens, answering(listing(b"{}")) as server:
        async with asking(server.address, oauth2=client_of(tokens.address)) as service:
            with pytest.raises(Exception, match=r"token|client"):
                await service.list_faxes(WINDOW, 1)
    assert server.requests == []


async def test_a_yes_to_a_delete_is_read_no_further_either() -> None:
    said = answer(200, gzip.compress(b" " * (40 * MIB)), GZIP)
    error = await failure_to(lambda service: service.delete_document(KEY), said)
    assert "may or may not be deleted" in str(error)


async def test_a_document_in_json_of_too_many_values_is_none() -> None:
    said = answer(200, b'{"Content":[' + b"{}," * 2_000_000 + b"{}]}", {"Content-Type": "application/json"})
    error = await failure_to(fetched, said)
    assert isinstance(error, UnexpectedResponse)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b'{"Resources":[') + gzip.compress(b"{}]}")),
        ("x-gzip", gzip.compress(b'{"Resources":[{}]}')),
        ("deflate", zlib.compress(b'{"Resources":[{}]}')),
        ("deflate", zlib.compress(b'{"Resources":[{}]}')[2:-4]),
        ("identity", b'{"Resources":[{}]}'),
        ("GZIP", gzip.compress(b'{"Resources":[{}' + b" " * 70_000 + b"]}")),
    ],
    ids=["two members", "x-gzip", "deflate", "raw deflate", "identity", "upper case"],
)
async def test_whatever_coding_is_accepted_is_decoded(coding: str, body: bytes) -> None:
    with answering(answer(200, body, {"Content-Encoding": coding})) as server:
        async with asking(server.address) as service:
            assert len((await service.list_faxes(WINDOW, 1)).page.faxes) == 1


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b'{"Resources":[{}]}')[:-4],
        gzip.compress(b'{"Resources":[{}]}')[:-8] + b"\0" * 8,
        gzip.compress(b'{"Resources":[{}]}') + b"more",
        zlib.compress(b'{"Resources":[{}]}'),
    ],
    ids=["no checksum", "another checksum", "more behind it", "another coding"],
)
async def test_a_listing_that_is_not_wholly_what_its_coding_says_is_refused(body: bytes) -> None:
    error = await failure(answer(200, body, GZIP))
    assert isinstance(error, UnexpectedResponse)
    assert PASSWORD not in str(error)


async def _streamed(body: bytes) -> AsyncIterator[bytes]:
    yield body


class Refusing(httpx.AsyncBaseTransport):
    """A service that refuses every second token, with a body that never ends."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.chunks = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(200, content=_streamed(b'{"access_token": "t0ken"}'))
        self.sent.append(401 if len(self.sent) == 1 else 200)
        if self.sent[-1] == 401:
            return httpx.Response(401, headers=GZIP, content=self._endless())
        return httpx.Response(200, content=_streamed(b'{"Resources": []}'))

    async def _endless(self) -> AsyncIterator[bytes]:
        yield gzip.compress(b'{"Message": "Token"}')[:-8]
        while True:
            self.chunks += 1
            yield b"\0" * 1024


async def test_of_a_refusal_without_end_only_the_beginning_is_read_before_the_next_try() -> None:
    refusing = Refusing()
    account = Account("http://127.0.0.1", LOGIN, PASSWORD, oauth2=OAuth2(client_id="faxtui", client_secret="secret"))
    service = OdysseyService(account, transport=refusing)
    for _ in range(2):
        assert (await service.list_faxes(WINDOW, 1)).page.faxes == ()
    await service.aclose()
    assert refusing.sent == [200, 401, 200]
    assert refusing.chunks < 100
