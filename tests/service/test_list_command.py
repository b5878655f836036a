"""`faxtui list` without its command line: the real client of the service, over a real socket."""

import asyncio
import csv
import io
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO
from zoneinfo import ZoneInfo

import pytest
from demo_server import demo_server, serving
from odyssey_server import Ending, answer, answering

from faxtui.cli.list import ListRequest, list_faxes
from faxtui.cli.output import Streams
from faxtui.demo.asgi import Message, Receive, Response, Send, read_request
from faxtui.domain.account import Account
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery, Filters
from faxtui.errors import InvalidValue, ServiceFailed, SignInRefused, StorageError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.odyssey.client import OdysseyService
from faxtui.operations.formats import Format
from faxtui.storage.files import lock

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
QUERY = FaxQuery(Filters({"since": "2026-01-01"}), page_size=1000)
AT_ONCE = RetryPolicy(waits=(0, 0, 0))
ALL = ListRequest(QUERY, Format.JSON, all_pages=True, zone=ZoneInfo("Europe/Paris"), retry_policy=AT_ONCE)
ONE_PAGE = replace(ALL, all_pages=False)
SCRIPT = """
import asyncio, sys
from pathlib import Path
from faxtui.cli.list import Format, ListRequest, list_faxes
from faxtui.cli.output import Streams
from faxtui.domain.query import FaxQuery
from faxtui.domain.clock import ServiceClock
assert not {"httpx", "textual", "rich"} & set(sys.modules)
from faxtui.domain.account import Account
from faxtui.odyssey.client import OdysseyService
service = OdysseyService(Account(sys.argv[1], "60300.demo", "demo"))
output = Path(sys.argv[2]) if sys.argv[2:] else None
request = ListRequest(FaxQuery(page_size=1000), Format.JSON, all_pages=True, output=output)
try:
    sys.exit(asyncio.run(list_faxes(service, ServiceClock(), request, Streams(sys.stdout.buffer, sys.stderr))))
except KeyboardInterrupt:
    sys.exit(130)
"""


class Held:
    """Holds so many faxes; answers ``failures`` (statuses) first, and takes a fax in before page ``grows_before``."""

    def __init__(self, faxes: int, *, failures: tuple[int, ...] = (), grows_before: int = 0) -> None:
        self.resources = [_resource(number) for number in range(faxes)]
        self.pages: list[int] = []
        self._failures = list(failures)
        self._grows_before = grows_before

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await read_request(scope, receive)
        if self._failures:
            await Response.json(self._failures.pop(0), {"Message": "No."}, {"Retry-After": "0"}).send(send, NOW)
            return
        page, size = int(request.query["pageindex"]), int(request.query["pagesize"])
        self.pages.append(page)
        if page == self._grows_before:
            self.resources.insert(0, _resource(len(self.resources)))
        count = -(-len(self.resources) // size)
        totals = {"TotalCount": len(self.resources), "TotalPageCount": count}
        told = {"PageIndex": page, "PageSize": size, "HasPreviousPage": page > 1, "HasNextPage": page < count, **totals}
        content = {**told, "Resources": self.resources[(page - 1) * size : page * size]}
        await Response.json(200, content).send(send, NOW)


def _resource(number: int) -> Mapping[str, object]:
    """Every member, and now and then one that nobody expects."""
    texts = {"MessageId": str(number), "To": "134296015", "Folder": "134296015", "FileName": f"0-{number}.PDF"}
    received = datetime(2026, 11, 23, 10, 40) - timedelta(seconds=number)
    sender = None if number % 11 == 0 else f"0478{number:06}"
    numbers = {"CallTime": number % 300, "BaudRate": 14400, "CustomerNumber": 60300}
    odd = {"New": {"é": [number, None]}} if number % 7 == 0 else {"Pages": "many" if number % 501 == 0 else 3}
    return {"ReceivedDate": received.isoformat(), "From": sender, **texts, **numbers, **odd}


class Listing(NamedTuple):
    """What a run gave back, wrote to standard output, and said to a person."""

    code: int
    data: bytes
    said: str


async def run(
    at: str | Held,
    request: ListRequest = ALL,
    *,
    out: BinaryIO | None = None,
    err: TextIO | None = None,
    is_watched: bool = False,
    machine: datetime = NOW,
) -> Listing:
    """List what a service holds, or the one at an address does; ``machine`` is what this machine's clock shows."""
    data, said = io.BytesIO(), io.StringIO()
    with nullcontext(at) if isinstance(at, str) else serving(at) as address:
        service = OdysseyService(Account(address, "60300.demo", "demo"))
        try:
            streams = Streams(out or data, err or said, None, is_watched)
            code = await list_faxes(service, ServiceClock(lambda: machine), request, streams)
        finally:
            await service.aclose()
    return Listing(code, data.getvalue(), said.getvalue())


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """The list of all pages as JSON, in a process of its own."""
    command = [sys.executable, "-c", SCRIPT, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        try:
            yield running
        finally:
            running.kill()


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with demo_server(clock=lambda: NOW) as address:
        yield address


async def test_all_of_ten_thousand_faxes_as_json_are_what_the_service_holds() -> None:
    held = Held(10_000)
    listing = await run(held)
    assert json.loads(listing.data) == held.resources
    assert (listing.code, listing.said, held.pages) == (0, "", list(range(1, 11)))


async def test_the_demo_lists_the_same_faxes_in_every_format(demo: str) -> None:
    text = {kind: (await run(demo, replace(ALL, format=kind))).data.decode() for kind in Format}
    resources = json.loads(text[Format.JSON])
    assert len(resources) > 2000
    assert [json.loads(line) for line in text[Format.JSONL].split("\n")[:-1]] == resources
    rows = csv.DictReader(io.StringIO(text[Format.CSV], newline=""))
    assert [(row["folder"], row["file"], row["received_raw"]) for row in rows] == [
        (fax["Folder"], fax["FileName"], fax["ReceivedDate"]) for fax in resources
    ]
    assert len(text[Format.TABLE].split("\n")) == len(resources) + 2


async def test_without_all_one_page_is_listed(demo: str) -> None:
    third = json.loads((await run(demo, replace(ONE_PAGE, query=replace(QUERY, page=3, page_size=5)))).data)
    first = json.loads((await run(demo, replace(ONE_PAGE, query=replace(QUERY, page_size=15)))).data)
    assert (len(third), first[10:]) == (5, third)


async def test_rows_that_move_between_pages_are_told_and_none_is_dropped() -> None:
    listing = await run(Held(3_000, grows_before=2))
    ids = [int(fax["MessageId"]) for fax in json.loads(listing.data)]
    assert (listing.code, ids) == (0, [*range(1000), *range(999, 3000)])
    assert listing.said == (
        "faxtui: The service sent 1 fax twice. The service's total changed between 3,000 and 3,001. Some may be "
        "missing: retry to be sure.\n"
    )


async def test_a_service_that_fails_for_a_while_is_asked_again_and_said_to_be() -> None:
    held = Held(10, failures=(503, 502))
    listing = await run(held, replace(ALL, retry_policy=RetryPolicy(waits=(0, 1e-9))))
    assert json.loads(listing.data) == held.resources
    assert listing.said.splitlines() == [
        "faxtui: Service busy, retrying now.",
        "faxtui: Service unavailable, retrying in 1 s.",
    ]


async def test_a_clock_that_is_minutes_off_is_told_once_and_an_absurd_one_to_a_person_only() -> None:
    request = replace(ALL, query=replace(QUERY, page_size=5))
    slow = await run(Held(20), request, machine=NOW - timedelta(minutes=10))
    assert slow.said.count("The service's clock is 10 minutes ahead of this computer's.") == 1
    for is_watched, times in ((False, 0), (True, 1)):
        absurd = await run(Held(20), request, machine=NOW + timedelta(days=800), is_watched=is_watched)
        assert absurd.said.count("The service's clock is 800 days behind this computer's. It is ignored.") == times


async def test_a_refused_sign_in_is_not_tried_again() -> None:
    with answering(answer(401)) as server, pytest.raises(SignInRefused):
        await run(server.address)
    assert len(server.requests) == 1


async def test_progress_is_rewritten_in_place_and_gone_before_rows_come_to_the_same_terminal() -> None:
    terminal = io.BytesIO()
    words = io.TextIOWrapper(terminal, "utf-8", write_through=True)
    held = Held(1_234)
    await run(held, replace(ALL, query=replace(QUERY, page_size=617)), out=terminal, err=words, is_watched=True)
    shown = terminal.getvalue().decode()
    assert json.loads("\n".join(line.rpartition("\r")[2] for line in shown.split("\n"))) == held.resources
    told = re.findall(r"([^\r\n]+)\r( +)\r", shown)
    assert [text for text, _ in told] == ["Requesting faxes …", "617 of 1,234 faxes …", "1,234 of 1,234 faxes …"]
    assert all(len(text) == len(blank) for text, blank in told)


async def test_a_file_is_there_whole_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "faxes.json"
    held = Held(1_500)
    listing = await run(held, replace(ALL, output=file), is_watched=True)
    assert json.loads(file.read_bytes()) == held.resources
    assert (listing.data, file.stat().st_mode & 0o777) == (b"", 0o600)
    assert names_in(tmp_path) == [file.name]
    assert listing.said.endswith(f"\rfaxtui: Wrote 1,500 faxes to {file}.\n")


@pytest.mark.parametrize("kind", ["link", "dangling link", "link to a pipe", "pipe", "socket"])
async def test_what_is_no_regular_file_is_neither_followed_nor_written_to(tmp_path: Path, kind: str) -> None:
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "faxes.json"
    if kind in ("pipe", "link to a pipe"):
        os.mkfifo(file if kind == "pipe" else elsewhere)
    if kind == "link":
        elsewhere.write_text("mine")
    if "link" in kind:
        file.symlink_to(elsewhere)
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "socket":
            listener.bind(str(file))
        before = names_in(tmp_path)
        with pytest.raises(StorageError, match=r"faxes\.json can't be written: it is a (link|device or a pipe)"):
            await run("http://127.0.0.1:9", replace(ALL, output=file))
    assert names_in(tmp_path) == before
    assert kind != "link" or elsewhere.read_text() == "mine"


async def test_a_folder_that_is_reached_by_a_link_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    held = Held(3)
    await run(held, replace(ALL, output=tmp_path / "link" / "faxes.json"))
    assert json.loads((tmp_path / "real" / "faxes.json").read_bytes()) == held.resources


async def test_after_a_failure_a_file_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "faxes.json"
    file.write_text("before")
    with pytest.raises(ServiceFailed):
        await run(Held(10, failures=(500,) * 4), replace(ALL, output=file))
    with pytest.raises(InvalidValue, match="end is not after"):
        await run("http://127.0.0.1:9", replace(ALL, query=FaxQuery(Filters({"until": "8d"})), output=file))
    assert (file.read_text(), names_in(tmp_path)) == ("before", [file.name])


CANNOT_BE_WRITTEN = [
    ("none/faxes.json", r"^There is no folder .*none: create it"),
    (".", r"Is a directory\. Nothing was saved"),
    ("x" * 300, r"File name too long\."),
]


@pytest.mark.parametrize(("name", "told"), CANNOT_BE_WRITTEN)
async def test_a_file_that_cannot_be_written_is_told(demo: str, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(StorageError, match=told):
        await run(demo, replace(ALL, output=tmp_path / name))
    assert names_in(tmp_path) == []


def test_a_disk_that_takes_no_more_is_told_and_leaves_the_file_as_it_was(demo: str, tmp_path: Path) -> None:
    file = tmp_path / "faxes.json"
    file.write_text("before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(StorageError, match=r"faxes\.json can't be written: File too large\."):
            asyncio.run(run(demo, replace(ALL, output=file)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (file.read_text(), names_in(tmp_path)) == ("before", [file.name])


async def test_a_stream_that_is_named_is_written_to_as_it_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    held = Held(3)
    with os.fdopen(reading, "rb") as reader:
        await run(held, replace(ALL, output=Path(f"/dev/fd/{writing}")))
        os.close(writing)
        assert json.loads(reader.read()) == held.resources
    await run(held, replace(ALL, output=Path("/dev/null")))
    with pytest.raises(StorageError, match="/dev/full can't be written: No space left on device"):
        await run(held, replace(ALL, output=Path("/dev/full")))


async def test_what_killed_programs_left_of_a_list_is_removed_before_the_next_one_is_written(tmp_path: Path) -> None:
    left, locked_by_another, theirs, named_alike = (
        tmp_path / name for name in (".faxtui-abcdefgh", ".faxtui-ijklmnop", ".faxtui-notes.txt", "faxtui-abcdefgh")
    )
    for each in (left, locked_by_another, theirs, named_alike):
        each.write_text("faxes")
    (tmp_path / ".faxtui-linklink").symlink_to(named_alike)
    with locked_by_another.open() as other:
        lock(other.fileno())
        await run(Held(3), replace(ALL, output=tmp_path / "faxes.json"))
    assert not left.exists()
    assert sorted(names_in(tmp_path)) == sorted(
        ["faxes.json", ".faxtui-linklink", *(each.name for each in (locked_by_another, theirs, named_alike))]
    )


def test_an_interrupt_ends_with_130_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "faxes.json"
    file.write_text("before")
    with answering(b"", Ending.HANG) as server, process(server.address, str(file)) as running:
        assert server.asked.wait(20)
        assert len(names_in(tmp_path)) == 2
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert (running.returncode, said, file.read_text(), names_in(tmp_path)) == (130, b"", "before", [file.name])


def test_a_reader_that_leaves_ends_the_list_quietly() -> None:
    held = Held(10_000)
    with serving(held) as address, process(address) as running:
        assert running.stdout is not None
        assert running.stdout.read(1) == b"["
        running.stdout.close()
        _, said = running.communicate(timeout=20)
    assert (running.returncode, said) == (0, b"")
    assert len(held.pages) < 10


def test_a_reader_that_was_never_there_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        assert asyncio.run(run(Held(3), out=gone)) == (0, b"", "")


def test_a_full_disk_behind_standard_output_is_told_and_only_once() -> None:
    told = "standard output: No space left on device"
    with Path("/dev/full").open("wb") as full, pytest.raises(StorageError, match=told):
        asyncio.run(run(Held(3), out=full))
