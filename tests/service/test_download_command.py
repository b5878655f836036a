"""`faxtui download` without its command line: the real client of the service, over a real socket, on a real disk."""

import asyncio
import hashlib
import io
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from demo_server import serving
from odyssey_server import asking
from scripted_service import AT_ONCE
from stored_documents import holding

from faxtui.cli.download import DownloadRequest, download, verify
from faxtui.cli.output import Streams
from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Response, Send
from faxtui.demo.serving import Application
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.query import FaxQuery, Filters
from faxtui.errors import InvalidValue, SignInRefused, StorageError, Unreachable
from faxtui.operations.download_folder import MANIFEST
from faxtui.storage.journal import AccountName, Event, Journal

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
QUERY = FaxQuery(Filters({"since": "3h"}), page_size=5)
FIXED = DemoService(clock=lambda: NOW)
PDF = b"%PDF-1.4\nend"
ACCOUNT = AccountName("demo.example", "60300.demo")


class Run(NamedTuple):
    """What a run gave back, and what it said to a person."""

    code: int
    said: list[str]


def request(folder: Path, *keys: FaxKey, query: FaxQuery = QUERY, template: str = "{folder}-{file}") -> DownloadRequest:
    return DownloadRequest(folder, query, keys, template=template, zone=UTC, retry_policy=AT_ONCE)


async def run(
    at: str | Application,
    wanted: DownloadRequest,
    err: io.StringIO | None = None,
    *,
    password: str = "demo",
    is_watched: bool = False,
    utf8: bool = True,
    journal: Journal | None = None,
) -> Run:
    err = err or io.StringIO()
    streams = Streams(io.BytesIO(), err, None, is_watched, utf8)
    with nullcontext(at) if isinstance(at, str) else serving(at) as address:
        async with asking(address, login="60300.demo", password=password) as service:
            code = await download(service, ServiceClock(lambda: NOW), wanted, journal or Journal(None), streams)
    return Run(code, err.getvalue().splitlines())


async def verified(folder: Path, *, is_watched: bool = False) -> Run:
    err = io.StringIO()
    return Run(await verify(folder, Streams(io.BytesIO(), err, None, is_watched)), err.getvalue().splitlines())


def documents(folder: Path) -> dict[str, bytes]:
    return (
        {each.name: each.read_bytes() for each in folder.iterdir() if each.name != MANIFEST} if folder.exists() else {}
    )


def manifest_lines(folder: Path) -> list[str]:
    return (folder / MANIFEST).read_text().splitlines()


class Failing:
    """A demo whose documents, or some of them, are answered otherwise; ``asked`` is what it was asked for."""

    def __init__(self, respond: Callable[[int, Send], Awaitable[bool]]) -> None:
        self.asked: list[str] = []
        self._respond = respond

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "HostedInboundFiles" in str(scope["path"]):
            self.asked.append(str(scope["path"]))
            if await self._respond(len(self.asked), send):
                return
        await FIXED(scope, receive, send)


def status(code: int, *numbers: int) -> Failing:
    """The requests for documents of these numbers, from 1, get this status; where there are none, all do."""

    async def respond(number: int, send: Send) -> bool:
        if numbers and number not in numbers:
            return False
        await Response.json(code, {"Message": "No."}, {"Retry-After": "0"}).send(send, NOW)
        return True

    return Failing(respond)


def body(content: bytes, length: int | None = None) -> Failing:
    """Every document is this; where the length is another, the connection ends there."""

    async def respond(_: int, send: Send) -> bool:
        headers = [(b"content-length", b"%d" % (len(content) if length is None else length))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        return True

    return Failing(respond)


async def test_every_fax_that_matches_is_saved_page_after_page(tmp_path: Path) -> None:
    folder = tmp_path / "faxes"
    done = await run(FIXED, request(folder, query=QUERY.at_page(2)))
    saved = documents(folder)
    size = sum(map(len, saved.values()))
    assert len(saved) == 10 > QUERY.page_size
    assert all(content.startswith((b"%PDF-", b"II*\0")) for content in saved.values())
    assert done == Run(0, [f"faxtui: 10 faxes saved ({size / 1000:.0f} kB), in {folder}."])
    assert await verified(folder) == Run(0, [f"faxtui: 10 of 10 files in {folder} are intact."])


async def test_started_again_it_fetches_nothing(tmp_path: Path) -> None:
    await run(FIXED, request(tmp_path))
    nothing = status(500)
    assert await run(nothing, request(tmp_path)) == Run(0, [f"faxtui: 0 faxes saved, 10 already there, in {tmp_path}."])
    assert nothing.asked == []


@pytest.mark.parametrize("answers_json", [False, True])
async def test_a_file_is_what_the_service_keeps_however_it_sends_it(tmp_path: Path, answers_json: bool) -> None:
    await run(DemoService(clock=lambda: NOW, answers_json=answers_json), request(tmp_path / "one"))
    await run(FIXED, request(tmp_path / "other"))
    assert documents(tmp_path / "one") == documents(tmp_path / "other") != {}


async def test_faxes_can_be_named_by_folder_and_file(tmp_path: Path) -> None:
    await run(FIXED, request(tmp_path / "all", template="{folder}~{file}"))
    name, content = min(documents(tmp_path / "all").items())
    folder, _, file_name = name.partition("~")
    stem, _, extension = file_name.rpartition(".")
    key = FaxKey(folder, f"{stem}.{extension.upper()}")
    some = request(tmp_path / "some", key, FaxKey(folder, "none.PDF"), template="{received}_{from}_{file}")
    done = await run(FIXED, some)
    assert documents(tmp_path / "some") == {file_name: content}
    gone, told = done.said
    assert gone == f"faxtui: {folder}/none.PDF is no longer on the service: it was deleted elsewhere."
    assert (done.code, told.split(", ")[1]) == (1, "1 no longer on the service")


def test_what_cannot_be_asked_for_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"f/\.\. cannot be downloaded. Name a fax by its folder and file"):
        request(tmp_path, FaxKey("f", ".."))
    with pytest.raises(InvalidValue, match="It can contain"):
        request(tmp_path, template="{nothing}")


async def test_where_nothing_matches_that_is_said(tmp_path: Path) -> None:
    query = FaxQuery(Filters({"since": "3h", "to": "999"}))
    done = await run(FIXED, request(tmp_path / "x", query=query))
    assert done == Run(0, ["faxtui: No faxes: since 3h · to 999."])
    assert not (tmp_path / "x").exists()


async def test_each_problem_is_a_line_and_the_rest_is_saved(tmp_path: Path) -> None:
    done = await run(status(403, 2, 3), request(tmp_path))
    assert (done.code, len(done.said), len(documents(tmp_path))) == (1, 3, 8)
    assert all(line.startswith("faxtui: ") and line.endswith(".") for line in done.said)
    assert done.said[-1].endswith(f"2 failed, in {tmp_path}.")


@pytest.mark.parametrize(
    ("code", "reason"), [(429, "service busy"), (500, "service unavailable"), (503, "service busy")]
)
async def test_what_may_pass_is_asked_for_again_and_said_to_be(tmp_path: Path, code: int, reason: str) -> None:
    done = await run(status(code, 1), request(tmp_path))
    assert (done.code, len(documents(tmp_path))) == (0, 10)
    assert re.fullmatch(rf"faxtui: [0-9]+/0-\S+: {reason}, retrying now\.", done.said[0])


async def test_a_refused_sign_in_stops_it_and_what_is_left_is_told(tmp_path: Path) -> None:
    service = status(401, *range(5, 100))
    err = io.StringIO()
    with pytest.raises(SignInRefused):
        await run(service, request(tmp_path), err)
    assert 5 <= len(service.asked) <= 8
    assert err.getvalue().endswith(f"in {tmp_path}. Start again to continue.\n")
    saved = documents(tmp_path)
    assert not any(name.endswith(".part") for name in saved)
    assert (await run(FIXED, request(tmp_path))).code == 0
    assert saved.items() <= documents(tmp_path).items()


@pytest.mark.parametrize(
    ("content", "length"),
    [(b"", None), (b"<html><body>Sign in</body></html>", None), (b"GIF89a", None), (PDF, len(PDF) + 1)],
    ids=["empty", "HTML", "another type", "cut off"],
)
async def test_what_is_no_whole_document_is_not_saved(tmp_path: Path, content: bytes, length: int | None) -> None:
    done = await run(body(content, length), request(tmp_path / "x", query=replace(QUERY, page_size=50)))
    assert done.code == 1
    assert done.said[-1] == f"faxtui: 0 faxes saved, 10 failed, in {tmp_path / 'x'}."
    assert documents(tmp_path / "x") == {}


async def test_a_service_out_of_reach_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        await run("http://127.0.0.1:1", request(tmp_path))


async def test_a_disk_that_fails_stops_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("Mine.")
    with pytest.raises(StorageError, match="Not a directory"):
        await run(FIXED, request(tmp_path / "x" / "y"))


async def test_cancelled_it_says_how_far_it_was(tmp_path: Path) -> None:
    held = asyncio.Event()

    async def respond(number: int, send: Send) -> bool:
        if number > 6:
            loop.call_soon_threadsafe(held.set)
            await asyncio.Event().wait()
        return False

    loop = asyncio.get_running_loop()
    err = io.StringIO()
    with serving(Failing(respond)) as address:
        task = asyncio.create_task(run(address, request(tmp_path), err))
        await held.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not any(name.endswith(".part") for name in documents(tmp_path))
    assert err.getvalue().endswith("Start again to continue.\n")


async def test_somebody_who_watches_sees_how_far_it_is(tmp_path: Path) -> None:
    err = io.StringIO()
    await run(FIXED, request(tmp_path), err, is_watched=True)
    shown = err.getvalue()
    assert shown.startswith("0 of 10 faxes · 0 B · 0 B/s\r ")
    assert shown.endswith(f" kB), in {tmp_path}.\n")
    plain = io.StringIO()
    await run(FIXED, request(tmp_path), plain, is_watched=True, utf8=False)
    assert plain.getvalue().startswith("0 of 10 faxes | 0 B | 0 B/s\r ")


async def test_nobody_who_listens_does_not_stop_it(tmp_path: Path) -> None:
    class Deaf(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    assert (await run(FIXED, request(tmp_path), Deaf(), is_watched=True)).code == 0
    assert len(documents(tmp_path)) == 10


async def test_what_is_missing_or_changed_is_told_file_by_file(tmp_path: Path) -> None:
    await run(FIXED, request(tmp_path))
    first, second, *_ = (json.loads(line)["name"] for line in manifest_lines(tmp_path))
    (tmp_path / first).unlink()
    (tmp_path / second).write_bytes(PDF)
    with (tmp_path / MANIFEST).open("a") as manifest:
        manifest.write("not ours\n")
    assert await verified(tmp_path) == Run(
        1,
        [
            f"faxtui: {first} is missing. Download it again.",
            f"faxtui: {second} has changed since it was saved. Download it again.",
            f"faxtui: 1 line of {MANIFEST} can't be read.",
            f"faxtui: 8 of 10 files in {tmp_path} are intact.",
        ],
    )
    assert (await run(FIXED, request(tmp_path))).code == 0
    assert await verified(tmp_path) == Run(
        1, [f"faxtui: 1 line of {MANIFEST} can't be read.", f"faxtui: 10 of 10 files in {tmp_path} are intact."]
    )


async def test_a_folder_in_which_nothing_was_saved_cannot_be_verified(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Choose a folder that faxes are saved in"):
        await verified(tmp_path)


async def test_a_fax_that_leads_nowhere_and_a_list_that_does_not_add_up_are_told(tmp_path: Path) -> None:
    service = holding(1)
    service.faxes = (*service.faxes, *service.faxes, Fax(folder="f", file_name=".."))
    err = io.StringIO()
    streams = Streams(io.BytesIO(), err)
    assert await download(service, ServiceClock(lambda: NOW), request(tmp_path), Journal(None), streams) == 1
    assert err.getvalue().splitlines() == [
        "faxtui: f/.. cannot be downloaded: invalid folder or file name.",
        f"faxtui: 1 fax saved (2.5 kB), 1 already there, 1 without an address, in {tmp_path}.",
        "faxtui: The service sent 1 fax twice. Some may be missing: retry to be sure.",
    ]


async def test_what_was_saved_is_in_the_journal_for_the_browser_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    wanted = replace(request(tmp_path / "faxes"), account=ACCOUNT)
    for _ in range(2):
        assert (await run(FIXED, wanted, journal=Journal(path))).code == 0
        entries = [*Journal(path).entries(ACCOUNT)][::-1]
        assert len(entries) == len(documents(tmp_path / "faxes")) == 10
        for _, entry in entries:
            assert entry.event is Event.SAVED
            saved = documents(tmp_path / "faxes")[Path(entry.path).name]
            assert hashlib.sha256(saved).hexdigest() == entry.sha256
            assert entry.fax.is_certain


async def test_what_was_saved_before_it_was_in_the_journal_gets_into_it(tmp_path: Path) -> None:
    wanted = replace(request(tmp_path / "faxes"), account=ACCOUNT)
    await run(FIXED, wanted)
    path = tmp_path / "journal.jsonl"
    assert "10 already there" in (await run(FIXED, wanted, journal=Journal(path))).said[-1]
    assert len([*Journal(path).entries(ACCOUNT)]) == 10


async def test_a_download_that_is_cut_off_has_in_the_journal_what_it_saved(tmp_path: Path) -> None:
    path, refused = tmp_path / "journal.jsonl", 3

    class Locks(DemoService):
        """Refuses the sign-in from the fourth document on."""

        async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
            nonlocal refused
            if scope["type"] == "http" and "HostedInboundFiles" in str(scope["path"]):
                refused -= 1
                if refused < 0:
                    await Response.json(401, {}).send(send, NOW)
                    return
            await super().__call__(scope, receive, send)

    wanted = replace(request(tmp_path / "faxes"), account=ACCOUNT)
    with pytest.raises(SignInRefused):
        await run(Locks(clock=lambda: NOW), wanted, journal=Journal(path))
    saved = documents(tmp_path / "faxes")
    assert {Path(entry.path).name for _, entry in [*Journal(path).entries(ACCOUNT)]} == set(saved)


async def test_a_journal_that_takes_nothing_keeps_no_fax_from_being_saved(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").mkdir()
    done = await run(FIXED, request(tmp_path / "faxes"), journal=Journal(tmp_path / "journal.jsonl"))
    assert done.code == 0
    assert len(documents(tmp_path / "faxes")) == 10
    assert sum("can't be written: Is a directory" in each for each in done.said) == 1
