"""Following an account, in virtual time: each fax is saved once, and its command runs until it succeeds."""

import asyncio
import hashlib
import json
import os
import random
import re
import resource
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from scripted_service import AT_ONCE
from stored_documents import Stored, a_pdf
from virtual_time import VirtualLoop, run_virtually

from faxtui.domain.clock import ServiceClock
from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import FROM, FaxQuery, Filters, Window
from faxtui.errors import FaxtuiError, Forbidden, Gone, NoResponse, SignInRefused, StorageError, Unreachable
from faxtui.operations import follow, follow_folder
from faxtui.operations.delete_queue import Clocks
from faxtui.operations.follow import Follower, FollowObserver
from faxtui.operations.follow_folder import FollowConfig, FollowLog, Job, fax_number, follow_lock
from faxtui.operations.operations import DownloadTarget
from faxtui.storage.files import lock
from faxtui.storage.journal import AccountName, Event, Journal

ACCOUNT = AccountName("api.example", "60300.console")
MINUTE = 60.0
P = ParamSpec("P")
T = TypeVar("T")


BEGIN = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)


class Inline(ThreadPoolExecutor):
    """Runs each step on the disk at once: virtual time would not wait for a thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)
        return future


def loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class Documents:
    """A service in memory, dated by virtual time; its errors in turn, what was fetched, and what was deleted."""

    faxes: list[Fax] = field(default_factory=list)
    error: FaxtuiError | None = None
    windows: list[Window] = field(default_factory=list)
    errors: dict[str, list[FaxtuiError]] = field(default_factory=dict)
    delete_errors: list[FaxtuiError] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=loop_time())

    def arrive(self, name: str, *, late: float = 0.0) -> Fax:
        """Receive a fax; it is listed ``late`` seconds after its date."""
        received = self.now() - timedelta(seconds=late)
        text = received.replace(tzinfo=None).isoformat(timespec="milliseconds")
        fax = Fax(
            folder="f", file_name=name, received=received, received_text=text, resource=f'{{"FileName":"{name}"}}'
        )
        self.faxes.append(fax)
        return fax

    async def list_faxes(self, window: Window, page: int) -> Listing:
        await asyncio.sleep(0.2)
        self.windows.append(window)
        if self.error is not None:
            raise self.error
        rows = [fax for fax in self.faxes if fax.received is not None and fax.received > window.start]
        rows = [fax for fax in rows if window.end is None or (fax.received is not None and fax.received < window.end)]
        return Listing(FaxPage(page, window.page_size, tuple(rows), False, False, len(rows)), self.now())

    async def aclose(self) -> None:
        pass

    def clock(self) -> ServiceClock:
        return ServiceClock(self.now)

    @asynccontextmanager
    async def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Stored]:
        self.fetched.append(key.file_name)
        if self.errors.get(key.file_name):
            raise self.errors[key.file_name].pop(0)
        yield Stored(a_pdf(int(key.file_name)))

    async def delete_document(self, key: FaxKey) -> None:
        if self.delete_errors:
            raise self.delete_errors.pop(0)
        self.deleted.append(key.file_name)
        self.faxes = [fax for fax in self.faxes if fax.key != key]


class Observer(FollowObserver):
    def __init__(self) -> None:
        self.saved = 0
        self.problems: list[str] = []
        self.recoveries = 0

    def note_saved(self, count: int) -> None:
        self.saved += count

    def note_problem(self, sentence: str) -> None:
        self.problems.append(sentence)

    def note_recovery(self) -> None:
        self.recoveries += 1


@dataclass
class Server:
    """A file server with a follower on it."""

    folder: Path
    office: Documents
    config: FollowConfig
    observer: Observer
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.observer = Observer()
        clocks = Clocks(lambda: 0.0, lambda: 0.0, lambda _: asyncio.sleep(0))
        follower = Follower(
            *(self.office, self.office.clock(), self.config, Journal(self.folder.parent / "journal.jsonl")),
            self.observer,
            chance=lambda: 0.5,
            wall=lambda: asyncio.get_running_loop().time(),
            clocks=clocks,
        )
        self._task = asyncio.create_task(follower.run())

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._task

    async def ended(self) -> None:
        assert self._task is not None
        await self._task

    def take_away(self) -> list[str]:
        """Empty the folder as another program does; returns the names."""
        found = sorted(each for each in self.folder.iterdir() if each.suffix == ".pdf")
        for each in found:
            each.unlink()
        return [each.name for each in found]


def serving(tmp_path: Path, shift: Callable[[Server], object], **config: object) -> None:
    """Run a shift on a server, from the beginning of virtual time on."""

    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(Inline())
        target = DownloadTarget(tmp_path / "in", "{file}")
        settings = FollowConfig(target, ACCOUNT, retry_policy=AT_ONCE)
        server = Server(target.folder, Documents(), replace(settings, **config), Observer())  # type: ignore[arg-type]
        server.start()
        result = shift(server)
        assert asyncio.iscoroutine(result)
        await result

    run_virtually(work())


def test_what_is_there_and_what_arrives_is_saved_once(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("0", late=3600)
        await asyncio.sleep(MINUTE)
        assert server.take_away() == ["0.pdf"]
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        server.office.arrive("2", late=600)
        await asyncio.sleep(MINUTE)
        assert server.take_away() == ["1.pdf", "2.pdf"]
        await server.stop()
        server.office.arrive("3")
        await asyncio.sleep(8 * 60 * MINUTE)
        server.office.arrive("4")
        server.start()
        await asyncio.sleep(2 * MINUTE)
        assert server.take_away() == ["3.pdf", "4.pdf"]
        assert sorted(server.office.fetched) == ["0", "1", "2", "3", "4"]
        await server.stop()

    serving(tmp_path, shift)


def test_a_name_that_is_used_again_is_another_fax(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        server.take_away()
        server.office.faxes.clear()
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        assert server.take_away() == ["1.pdf"]
        await server.stop()

    serving(tmp_path, shift)


def test_an_outage_is_reported_once_and_nothing_is_lost(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        await asyncio.sleep(MINUTE)
        server.office.error = NoResponse("No response came in time.")
        server.office.arrive("1")
        await asyncio.sleep(60 * MINUTE)
        assert server.observer.problems == ["No response came in time."]
        server.office.error = None
        await asyncio.sleep(10 * MINUTE)
        assert (server.observer.saved, server.observer.recoveries) == (1, 1)
        await server.stop()

    serving(tmp_path, shift)


def test_a_document_that_fails_is_tried_again_also_after_a_restart(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        down = [NoResponse("No response.")] * 8 + [Unreachable("No network.")]
        server.office.errors["1"] = list(down)
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        assert server.observer.problems[:1] == ["No response."]
        await server.stop()
        server.office.errors["1"] = [NoResponse("No response.")] * 4
        await asyncio.sleep(60 * MINUTE)
        server.start()
        await asyncio.sleep(60 * MINUTE)
        assert server.take_away() == ["1.pdf"]
        await server.stop()

    serving(tmp_path, shift)


@pytest.mark.parametrize(
    "error", [SignInRefused("The sign-in was refused."), Gone("It is gone.")], ids=["refused", "gone"]
)
def test_what_does_not_pass_ends_it_or_is_skipped(tmp_path: Path, error: FaxtuiError) -> None:
    async def shift(server: Server) -> None:
        server.office.errors["1"] = [error]
        server.office.arrive("1")
        if isinstance(error, SignInRefused):
            with pytest.raises(SignInRefused):
                await server.ended()
            return
        await asyncio.sleep(10 * MINUTE)
        assert server.office.fetched == ["1"]
        assert server.observer.problems == ["f/1 is no longer on the service: it was deleted elsewhere."]
        await server.stop()

    serving(tmp_path, shift)


def test_a_manifest_that_cannot_be_written_ends_it(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        await asyncio.sleep(MINUTE)
        (tmp_path / "in" / "faxes.jsonl").unlink()
        (tmp_path / "in" / "faxes.jsonl").mkdir()
        server.office.arrive("1")
        with pytest.raises(StorageError, match=r"can't be used: Is a directory"):
            await server.ended()

    serving(tmp_path, shift)


@contextmanager
def full_disk() -> Iterator[None]:
    """Nothing more can be written to any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_ends_it_and_the_next_run_brings_each_fax_once(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        assert server.take_away() == ["1.pdf"]
        server.office.arrive("2")
        with full_disk(), pytest.raises(StorageError, match="File too large"):
            await server.ended()
        server.office.arrive("3")
        server.start()
        await asyncio.sleep(2 * MINUTE)
        assert server.take_away() == ["2.pdf", "3.pdf"]
        await server.stop()

    serving(tmp_path, shift)


@pytest.mark.parametrize("comes", [True, False], ids=["a fax comes", "no fax comes"])
def test_a_share_that_vanishes_ends_it_and_the_next_run_brings_each_fax_once(tmp_path: Path, comes: bool) -> None:
    """An empty folder is left in its place, as of a share that is no longer mounted."""

    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        assert server.take_away() == ["1.pdf"]
        server.folder.rename(tmp_path / "share")
        server.folder.mkdir()
        if comes:
            server.office.arrive("2")
        with pytest.raises(StorageError, match="can't be used: Stale file handle"):
            await asyncio.wait_for(server.ended(), 10 * MINUTE)
        assert list(server.folder.iterdir()) == []
        shutil.rmtree(server.folder)
        (tmp_path / "share").rename(server.folder)
        if not comes:
            server.office.arrive("2")
        server.start()
        await asyncio.sleep(2 * MINUTE)
        assert server.take_away() == ["2.pdf"]
        await server.stop()

    serving(tmp_path, shift)


def test_a_second_follower_is_refused_and_told_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in" / ".faxtui-follow"
    with follow_lock(path):
        monkeypatch.setattr(follow_folder, "lock", partial(lock, limit=0.01))
        with pytest.raises(StorageError, match=f"is already followed by process {os.getpid()} on "), follow_lock(path):
            pass
    with follow_lock(path):
        pass


def writing(tmp_path: Path, script: str) -> tuple[str, ...]:
    """A command that runs this script of the shell."""
    program = tmp_path / "command"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return (str(program),)


def test_a_command_gets_the_fax_and_runs_until_it_succeeds(tmp_path: Path) -> None:
    script = f'cat >> {tmp_path}/json; echo " $FAXTUI_ATTEMPT $FAXTUI_FAX_ID" >> {tmp_path}/ran; cmp "$FAXTUI_FILE" '
    script += '"$FAXTUI_SAVED"; [ "$FAXTUI_ATTEMPT" = 3 ]'

    async def shift(server: Server) -> None:
        fax = server.office.arrive("1")
        await asyncio.sleep(29)
        assert (tmp_path / "ran").read_text().count("\n") == 2
        await asyncio.sleep(60 * MINUTE)
        number = fax_number(ACCOUNT.host, fax.identity)
        assert (tmp_path / "ran").read_text() == "".join(f" {n} {number}\n" for n in (1, 2, 3))
        assert (tmp_path / "json").read_text() == fax.resource * 3
        assert server.observer.problems == [
            f"The command for f/1 failed: exit code 1. Retrying in {wait} seconds." for wait in (5, 25)
        ]
        assert list((tmp_path / "in" / "faxes.follow").iterdir()) == []
        await server.stop()

    serving(tmp_path, shift, command=writing(tmp_path, script))


@pytest.mark.parametrize("skips", [False, True], ids=["retry", "skip"])
def test_a_command_of_which_the_end_is_unknown_runs_again_or_not(tmp_path: Path, skips: bool) -> None:
    async def shift(server: Server) -> None:
        await asyncio.sleep(1)
        await server.stop()
        log = FollowLog(tmp_path / "in" / "faxes.follow.jsonl", "")
        fax = server.office.arrive("1", late=5 * 24 * 3600)
        (tmp_path / "in" / "1.pdf").write_bytes(a_pdf(1))
        job = saved_job(fax, runs=True)
        log.save(job)
        log.start(job)
        server.start()
        await asyncio.sleep(10 * MINUTE)
        ran = (tmp_path / "ran").read_text() if (tmp_path / "ran").exists() else ""
        assert ran == ("" if skips else "2\n")
        assert len(server.observer.problems) == int(skips)
        assert server.office.fetched == []
        await server.stop()

    command = writing(tmp_path, f"echo $FAXTUI_ATTEMPT >> {tmp_path}/ran")
    serving(tmp_path, shift, command=command, skips_in_doubt=skips)


def test_what_is_saved_is_deleted_from_the_service_and_the_journal_says_so(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        server.take_away()
        server.office.arrive("2")
        await asyncio.sleep(3 * MINUTE)
        assert server.office.deleted == ["1", "2"]
        events = [(entry.event, entry.fax.key.file_name) for _, entry in journal.entries(ACCOUNT)]
        for name in ("1", "2"):
            assert [event for event, file in events if file == name] == [Event.SAVED, Event.DELETING, Event.DELETED]
        await server.stop()

    journal = Journal(tmp_path / "journal.jsonl")
    serving(tmp_path, shift, deletes=True)


def test_a_changed_file_keeps_its_fax_on_the_service(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(1)
        (tmp_path / "in" / "1.pdf").write_bytes(b"changed")
        await asyncio.sleep(10 * MINUTE)
        assert server.office.deleted == []
        assert "was not deleted: its saved file has changed" in server.observer.problems[0]
        await server.stop()

    serving(tmp_path, shift, deletes=True)


def test_another_filter_starts_from_its_own_period(tmp_path: Path) -> None:
    log = FollowLog(tmp_path / "log.jsonl", "one")
    log.cover(BEGIN)
    log.cover(BEGIN + timedelta(minutes=1))
    assert (tmp_path / "log.jsonl").read_text().count("\n") == 1
    assert FollowLog(tmp_path / "log.jsonl", "one").covered == BEGIN
    assert FollowLog(tmp_path / "log.jsonl", "two").covered is None


def test_broken_lines_of_the_log_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    fax = Fax(folder="f", file_name="1", received_text="2026-11-23T10:41:07")
    job = Job("id", fax.identity, "{}", None, "1.pdf.follow.part", "1.pdf", 1, "a" * 64, runs=True)
    log = FollowLog(path, "")
    log.save(job)
    with path.open("a") as file:
        file.write('not json\n{"event": "saving", "id": "../x"}\n{"event": "ended", "id": "other", "ok": true}\n[]\n')
    log.start(job)
    with path.open("a") as file:
        file.write('{"event": "ended", "id": "id", "atte')
    again = FollowLog(path, "")
    assert again.jobs == {"id": replace(job, attempts=1)}
    assert again.jobs["id"].is_in_doubt
    again.compact(always=True)
    assert [json.loads(each)["event"] for each in path.read_text().splitlines()] == ["saving", "started"]
    assert FollowLog(path, "").jobs == again.jobs


def test_filters_are_kept_and_the_period_is_not(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(5 * MINUTE)
        assert {window.filters for window in server.office.windows} == {Filters({FROM.name: "0478123456"})}
        await server.stop()

    serving(tmp_path, shift, query=FaxQuery(Filters({FROM.name: "0478123456", "since": "3d"})))


def test_a_shift_of_eight_hours_brings_each_fax_once(tmp_path: Path) -> None:
    """Arrivals, some listed late; outages; a machine that sleeps; a refused password; a follower ended 200 times."""
    chance = random.Random(17)
    taken: list[str] = []
    arrived: list[str] = []

    async def arrivals(server: Server) -> None:
        for number in range(120):
            await asyncio.sleep(chance.uniform(1, 7) * MINUTE)
            server.office.arrive(str(number), late=chance.choice((0, 0, 0, 300, 800)))
            arrived.append(f"{number}.pdf")

    async def outages(server: Server) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        while True:
            await asyncio.sleep(chance.uniform(20, 40) * MINUTE)
            server.office.error = NoResponse("No response came in time.")
            if chance.random() < 0.3:
                loop.jump(chance.uniform(5, 60) * MINUTE)
            await asyncio.sleep(chance.uniform(1, 15) * MINUTE)
            server.office.error = None

    async def shift(server: Server) -> None:
        office, refusals = server.office, 0
        tasks = [asyncio.create_task(each) for each in (arrivals(server), outages(server))]
        for round in range(200):
            await asyncio.sleep(chance.uniform(1, 4 * MINUTE))
            if round % 50 == 49:
                office.error = SignInRefused("The sign-in was refused.")
                with pytest.raises(SignInRefused):
                    await server.ended()
                office.error, refusals = None, refusals + 1
            else:
                await server.stop()
            taken.extend(server.take_away())
            server.start()
        await tasks[0]
        tasks[1].cancel()
        office.error = None
        await asyncio.sleep(70 * MINUTE)
        taken.extend(server.take_away())
        await server.stop()
        assert refusals == 4
        assert sorted(taken) == sorted(arrived)
        assert len(arrived) == 120
        assert len(office.fetched) < 2 * 120

    serving(tmp_path, shift)


def saved_job(fax: Fax, *, runs: bool = False) -> Job:
    """What the log says of a fax that is about to get its name."""
    sha256 = hashlib.sha256(a_pdf(int(fax.file_name or ""))).hexdigest()
    number, name = fax_number(ACCOUNT.host, fax.identity), f"{fax.file_name}.pdf"
    identity = (number, fax.identity, fax.resource, fax.received, f"{name}.follow.part", name, 2500, sha256)
    return Job(*identity, runs=runs)


def test_a_file_without_its_part_counts_as_saved_and_one_with_it_does_not(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        await asyncio.sleep(1)
        await server.stop()
        named, unnamed = server.office.arrive("1"), server.office.arrive("2")
        log = FollowLog(tmp_path / "in" / "faxes.follow.jsonl", "")
        for fax in (named, unnamed):
            log.save(saved_job(fax))
        (tmp_path / "in" / "2.pdf.follow.part").write_bytes(a_pdf(2))
        server.start()
        await asyncio.sleep(MINUTE)
        assert server.office.fetched == ["2"]
        assert server.take_away() == ["2.pdf"]
        await server.stop()

    serving(tmp_path, shift)


def test_faxes_whose_files_have_one_name_each_get_their_own(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        server.office.arrive("2")
        await asyncio.sleep(MINUTE)
        assert {each.read_bytes() for each in server.folder.glob("*.pdf")} == {a_pdf(1), a_pdf(2)}
        await server.stop()
        server.start()
        await asyncio.sleep(MINUTE)
        assert len(server.take_away()) == len(server.office.fetched) == 2
        await server.stop()

    serving(tmp_path, shift, target=DownloadTarget(tmp_path / "in", "fax"))


def test_a_manifest_elsewhere_has_a_lock_of_its_own(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(MINUTE)
        assert sorted(each.name for each in server.folder.iterdir()) == [".faxtui-follow", "1.pdf"]
        assert {"fax.jsonl", "fax.follow.jsonl"} <= {each.name for each in (tmp_path / "state").iterdir()}
        await server.stop()

    serving(tmp_path, shift, manifest=tmp_path / "state" / "fax.jsonl")


@pytest.mark.parametrize(
    ("script", "reason"),
    [("sleep 9", r"it did not end within 0\.05 seconds"), ("exit 3", "exit code 3"), ("", "No such file or directory")],
)
def test_a_command_that_hangs_fails_or_is_missing_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    monkeypatch.setattr(follow, "COMMAND_LIMIT", 0.05)

    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(3)
        assert len(server.observer.problems) == 1
        assert re.fullmatch(
            rf"The command for f/1 failed: {reason}\. Retrying in 5 seconds\.", server.observer.problems[0]
        )
        await server.stop()
        server.start()
        await asyncio.sleep(1)
        assert server.observer.problems == []
        await asyncio.sleep(8)
        assert len(server.observer.problems) == 1
        assert server.observer.problems[0].endswith("Retrying in 25 seconds.")
        await server.stop()

    command = writing(tmp_path, script) if script else (str(tmp_path / "none"),)
    serving(tmp_path, shift, command=command)


def test_a_command_whose_file_is_lost_is_not_run(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        await asyncio.sleep(1)
        await server.stop()
        fax = server.office.arrive("1")
        FollowLog(tmp_path / "in" / "faxes.follow.jsonl", "").save(saved_job(fax, runs=True))
        server.start()
        await asyncio.sleep(MINUTE)
        assert server.observer.problems == ["The command for f/1 was not run: its file is missing."]
        await server.stop()
        server.start()
        await asyncio.sleep(MINUTE)
        assert server.observer.problems == []
        await server.stop()

    serving(tmp_path, shift, command=writing(tmp_path, "exit 0"))


def test_a_delete_that_fails_is_tried_again(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.delete_errors = [Forbidden("You may not."), NoResponse("No response.")]
        server.office.arrive("1")
        await asyncio.sleep(10 * MINUTE)
        assert server.office.deleted == ["1"]
        assert server.observer.problems == [
            "f/1 was not deleted. You may not.",
            "f/1 is still on the service: the delete has had no effect yet. Refresh before you retry.",
        ]
        await server.stop()

    serving(tmp_path, shift, deletes=True)


def test_a_refused_sign_in_ends_it_also_if_a_delete_meets_it(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.delete_errors = [SignInRefused("The sign-in was refused.")]
        server.office.arrive("1")
        with pytest.raises(SignInRefused):
            await server.ended()
        assert server.office.deleted == []

    serving(tmp_path, shift, deletes=True)


def test_a_fax_deleted_elsewhere_before_is_done(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.arrive("1")
        await asyncio.sleep(1)
        server.office.faxes.clear()
        await asyncio.sleep(2 * MINUTE)
        assert '"event": "done"' in (tmp_path / "in" / "faxes.follow.jsonl").read_text()
        assert (server.office.deleted, server.observer.problems) == ([], [])
        await server.stop()

    serving(tmp_path, shift, deletes=True)


def test_a_list_that_is_forbidden_ends_it(tmp_path: Path) -> None:
    async def shift(server: Server) -> None:
        server.office.error = Forbidden("You may not.")
        with pytest.raises(Forbidden):
            await server.ended()

    serving(tmp_path, shift)
