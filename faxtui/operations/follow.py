"""Follow an account: save each fax that arrives, run a command for it, and delete it from the service."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from datetime import datetime, timedelta
from itertools import count

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.query import PERIOD, Sort, Window, open_window
from faxtui.domain.service import DocumentService
from faxtui.errors import FaxtuiError, ServiceError, SignInRefused, StorageError, why
from faxtui.inbox.pagination import PageStats
from faxtui.inbox.prefetch import fetch_page
from faxtui.inbox.watch import OVERLAP, ArrivalKey, Arrivals, arrival_key, fetch_poll, poll_delay, service_time
from faxtui.operations.delete_queue import Clocks, Deletions
from faxtui.operations.deletion import Deleted, DeletionsView, NotDeleted, SavedCopy, State, Undone, Unknown
from faxtui.operations.download import Batch, DownloadObserver, NoAddress, NoLongerThere, Outcome, missing_text
from faxtui.operations.download_folder import (
    AlreadyThere,
    CopyState,
    Saved,
    check_copy,
    storage_errors,
)
from faxtui.operations.follow_folder import FollowConfig, FollowFolder, FollowLock, Job, fax_number, follow_lock
from faxtui.operations.operations import OperationContext
from faxtui.operations.saver import JournalRecorder
from faxtui.processes import run_with_input
from faxtui.storage.journal import Journal
from faxtui.translation import _

log = logging.getLogger(__name__)
RETRY_WAITS = (5.0, 25.0, 120.0, 600.0, 3120.0, 14_400.0)
"""Seconds before a command, a document or a delete that failed is tried again; the last one counts from then on."""
COMMAND_LIMIT = 900.0
"""Seconds after which a command that hangs is killed (our decision)."""
COMMANDS_AT_ONCE = 4
_LOCK = ".faxtui-follow"


class FollowObserver:
    """What a follower reports to."""

    def note_saved(self, count: int) -> None:
        """Note how many faxes were saved, after each poll that found some."""

    def note_problem(self, sentence: str) -> None:
        """Note what failed and is tried again, or needs attention."""

    def note_recovery(self) -> None:
        """Note that the service responds again after a failure."""


class Follower(DownloadObserver):
    """Follows one account until it is cancelled, or until the disk or the sign-in fails."""

    is_blind = False

    def __init__(
        self,
        service: DocumentService,
        clock: ServiceClock,
        config: FollowConfig,
        journal: Journal,
        observer: FollowObserver,
        *,
        chance: Callable[[], float] = random.random,
        wall: Callable[[], float] = time.time,
        clocks: Clocks | None = None,
    ) -> None:
        self._service = service
        self._clock = clock
        self._config = config
        self._journal = journal
        self._observer = observer
        self._chance = chance
        self._wall = wall
        self._clocks = clocks
        self._recorder = JournalRecorder(journal, config.account)
        self._unsaved: dict[ArrivalKey, Fax] = {}
        self._due: dict[str, float] = {}
        """When (seconds of the event loop) a document, command or delete that failed is tried again, by its fax."""
        self._failures: dict[str, int] = {}
        self._saved = 0
        self._wake = asyncio.Event()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running: set[str] = set()

    async def run(self) -> None:
        """Follow. Raises StorageError, SignInRefused, and other errors that do not pass."""
        with self._locks() as lock:
            self._folder = await asyncio.to_thread(FollowFolder, self._config, lock)
            await asyncio.to_thread(self._folder.recover)
            with suppress(StorageError):
                await asyncio.to_thread(self._journal.read)
                await asyncio.to_thread(self._journal.compact)
            context = OperationContext(
                *(self._service, self._config.account, self._journal),
                grace=0,
                clocks=self._clocks,
                retry_policy=self._config.retry_policy,
            )
            self._deletions = Deletions(context, self._no_copy, self)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._poll_forever())
                    tasks.create_task(self._run_commands())
                    tasks.create_task(self._fail_when_told())
            except BaseExceptionGroup as errors:
                raise _first(errors) from None
            finally:
                await self._deletions.aclose()
                for problem in await self._recorder.finish():
                    self._observer.note_problem(problem)

    @contextmanager
    def _locks(self) -> Iterator[FollowLock]:
        """Lock the folder, and the manifest's folder if it is another one. Yield the folder's lock."""
        folder = self._config.target.folder
        manifest = self._config.manifest
        with follow_lock(folder / _LOCK) as lock:
            if manifest is None or manifest.parent.absolute() == folder.absolute():
                yield lock
            else:
                with follow_lock(manifest.with_name(f".{manifest.name}{_LOCK}")):
                    yield lock

    # Polls

    async def _poll_forever(self) -> None:
        failures, arrivals = 0, None
        while True:
            failure: FaxtuiError | None = None
            try:
                arrivals = await self._poll(arrivals)
            except (SignInRefused, StorageError):
                raise
            except ServiceError as error:
                if not error.passing:
                    raise
                failures, failure = failures + 1, error
                log.warning("a poll failed: %s", type(error).__name__)
                if failures == 1:
                    self._observer.note_problem(str(error))
            else:
                if failures:
                    self._observer.note_recovery()
                failures = 0
            await asyncio.sleep(poll_delay(self._config.interval, failures, failure, self._chance()))

    async def _poll(self, arrivals: Arrivals | None) -> Arrivals:
        if arrivals is None:
            arrivals = await self._catch_up()
        else:
            is_sweep = arrivals.needs_sweep(self._clock.now())
            start = min([arrivals.start(is_sweep=is_sweep), *self._deletable_since()])
            requested = time.monotonic()
            poll = await fetch_poll(self._service, self._clock, self._config.query.filters, start, is_sweep=is_sweep)
            arrivals, new = arrivals.after(poll)
            await self._save([*new, *self._to_retry()])
            await self._delete(poll.faxes, requested, start if poll.is_complete else None)
        if not self._unsaved:
            await asyncio.to_thread(self._folder.cover, arrivals.covered)
        return arrivals

    async def _catch_up(self) -> Arrivals:
        """Save everything up to now: since the last run or, in the first one, of the query's period."""
        covered = self._folder.log.covered
        window = open_window(self._config.query, self._clock.now(), self._config.target.zone)
        filters = self._config.query.filters
        for each in PERIOD:
            filters = filters.with_value(each, "")
        start = window.start if covered is None else min(covered, self._clock.now()) - OVERLAP
        start = min([start, *self._deletable_since()])
        window = Window(filters, Sort(), self._config.query.page_size, start)
        stats, known, moments = PageStats(), set[ArrivalKey](), list[datetime]()
        listed: list[Fax] = []
        requested = time.monotonic()

        async def faxes() -> AsyncGenerator[Fax, None]:
            nonlocal window
            for page in count(1):
                shown = await fetch_page(self._service, self._clock, window, page)
                window = shown.window
                is_news = stats.add(shown.page)
                moments.append(service_time(self._clock, shown.as_of, shown.page.faxes))
                for fax in shown.page.faxes:
                    known.add(arrival_key(fax))
                    self._unsaved[arrival_key(fax)] = fax
                    if fax_number(self._config.account.host, fax.identity) in self._folder.log.jobs:
                        listed.append(fax)
                    yield fax
                if not shown.page.has_next or not is_news:
                    return

        async with aclosing(faxes()) as coming:
            await self._save(coming)
        await self._delete(listed, requested, None)
        until = moments[0] if not stats.remark else start
        return Arrivals(until, until, dict.fromkeys(known, moments[0]), is_ready=True)

    async def _save(self, faxes: Sequence[Fax] | AsyncIterator[Fax]) -> None:
        if isinstance(faxes, Sequence):
            self._unsaved |= {arrival_key(each): each for each in faxes}
            if not faxes:
                return
        self._saved = 0
        try:
            await Batch(self._service, self._folder, self, retry_policy=self._config.retry_policy).save(faxes)
        finally:
            if self._saved:
                self._observer.note_saved(self._saved)
            self._wake.set()

    def _to_retry(self) -> list[Fax]:
        now = asyncio.get_running_loop().time()
        return [fax for fax in self._unsaved.values() if self._due.get(self._number(fax), 0.0) <= now]

    def note_outcome(self, fax: Fax, outcome: Outcome) -> None:
        number = self._number(fax)
        if isinstance(outcome, Saved | AlreadyThere):
            if number in self._folder.log.jobs or isinstance(outcome, Saved):
                self._recorder.saved(fax.identity, outcome.path, outcome.sha256)
            if isinstance(outcome, Saved):
                self._saved += 1
                # The same fax listed again leaves the retries of its command as they are.
                self._forget(number)
            self._unsaved.pop(arrival_key(fax), None)
            self._wake.set()
            return
        self._observer.note_problem(missing_text(fax, outcome))
        self._recorder.unsaved(fax.identity, missing_text(fax, outcome))
        if isinstance(outcome, NoLongerThere | NoAddress):
            self._unsaved.pop(arrival_key(fax), None)
        else:
            self._postpone(number)

    # Commands

    async def _run_commands(self) -> None:
        """Run the commands that are due, a few at a time."""
        if not self._config.command:
            return
        for job in list(self._folder.log.jobs.values()):
            if job.is_in_doubt and self._config.skips_in_doubt:
                text = _("It is unknown whether the command for {fax} worked. It is not run again.")
                self._observer.note_problem(text.format(fax=job.fax.key.shown))
                await asyncio.to_thread(self._folder.finish, job)
            elif job.ended_at is not None and job.runs:
                wait = _retry_wait(job.attempts)
                left = min(max(job.ended_at + wait - self._wall(), 0.0), wait)
                self._due[job.number] = asyncio.get_running_loop().time() + left
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wake.clear()
                now = asyncio.get_running_loop().time()
                waiting = [each for each in self._folder.log.jobs.values() if self._is_waiting(each)]
                for job in waiting:
                    if self._due.get(job.number, 0.0) <= now and len(self._running) < COMMANDS_AT_ONCE:
                        self._running.add(job.number)
                        tasks.create_task(self._run_command(job))
                dues = [self._due[each.number] for each in waiting if self._due.get(each.number, 0.0) > now]
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), max(min(dues) - now, 0.0) if dues else None)

    def _is_waiting(self, job: Job) -> bool:
        """Return True if a command has to run for a fax whose file has its name."""
        return job.runs and job.number not in self._running and self._folder.is_recorded(job)

    async def _run_command(self, job: Job) -> None:
        path = await asyncio.to_thread(self._folder.private_copy, job)
        if path is None:
            text = _("The command for {fax} was not run: its file is missing.")
            self._observer.note_problem(text.format(fax=job.fax.key.shown))
            await asyncio.to_thread(self._folder.finish, job)
            self._running.discard(job.number)
            return
        with storage_errors(self._config.target.folder):
            job = await asyncio.to_thread(self._folder.log.start, job)
        variables = {
            "FAXTUI_FAX_ID": job.number,
            "FAXTUI_ATTEMPT": str(job.attempts),
            "FAXTUI_FILE": str(path),
            "FAXTUI_SAVED": str(self._config.target.folder / job.name),
        }
        # A lone surrogate has no bytes in UTF-8; in JSON its escape is the same text.
        data, reason = job.resource.encode("utf-8", "backslashreplace"), ""
        try:
            result = await run_with_input(
                self._config.command, data, {**os.environ, **variables}, limit=COMMAND_LIMIT, most=4096
            )
        except TimeoutError:
            reason = _("it did not end within {seconds:g} seconds").format(seconds=COMMAND_LIMIT)
        except (OSError, ValueError) as error:
            reason = why(error) if isinstance(error, OSError) else str(error)
        else:
            if result.exit_code:
                reason = _("exit code {code}").format(code=result.exit_code)
        await asyncio.to_thread(self._folder.end, job, has_worked=not reason, now=self._wall())
        if reason:
            self._postpone(job.number, job.attempts)
            text = _("The command for {fax} failed: {reason}. Retrying in {seconds:g} seconds.")
            wait = _retry_wait(job.attempts)
            self._observer.note_problem(text.format(fax=job.fax.key.shown, reason=reason, seconds=wait))
        else:
            self._forget(job.number)
        self._running.discard(job.number)
        self._wake.set()

    # Deletes

    def _to_delete(self) -> list[Job]:
        now = asyncio.get_running_loop().time()
        jobs = self._folder.log.jobs.values()
        return [
            each
            for each in jobs
            if each.deletes
            and self._config.deletes
            and not each.runs
            and self._folder.is_recorded(each)
            and self._due.get(each.number, 0.0) <= now
        ]

    def _deletable_since(self) -> list[datetime]:
        """Return when faxes to be deleted were received: only a fresh list shows that a name is still theirs."""
        return [each.received - timedelta(seconds=1) for each in self._to_delete() if each.received is not None]

    async def _delete(self, listed: Iterable[Fax], requested: float, since: datetime | None) -> None:
        """Delete the saved faxes that are listed just as they were.

        ``since``: the list has all faxes from then on (None: unknown), so that a fax not in it is gone.
        """
        rows = {fax.identity: fax for fax in listed}
        self._deletions.compare(rows.values(), requested)
        keys = [identity.key for identity in rows]
        wanted: list[Fax] = []
        unknown: list[Fax] = []
        for job in self._to_delete():
            fax = rows.get(job.fax)
            if fax is None and since is not None and job.received is not None and job.received > since:
                await asyncio.to_thread(self._folder.finish, job)
            if fax is None or keys.count(fax.key) > 1:
                continue
            # Another program may have taken the file away: it was verified when it was saved.
            state = await asyncio.to_thread(check_copy, self._config.target.folder / job.name, job.sha256)
            if state not in (CopyState.WHOLE, CopyState.MISSING):
                text = _("{fax} was not deleted: its saved file has changed or can't be read.")
                self._observer.note_problem(text.format(fax=fax.key.shown))
                self._postpone(job.number)
                continue
            is_unknown = isinstance(self._deletions.view.of(fax.key), Unknown)
            (unknown if is_unknown else wanted).append(fax)
        self._deletions.drop_finished()
        self._deletions.confirm(unknown)
        plan = self._deletions.request(wanted, with_copies=False)
        for each in plan.refused:
            log.info("a delete was refused")
            self._postpone(self._number(each.fax))

    async def _no_copy(self, fax: Fax) -> SavedCopy:
        raise StorageError(_("{fax} is not saved.").format(fax=fax.key.shown))

    def deletions_changed(self, view: DeletionsView) -> None:
        for deletion in view.by_key.values():
            number = self._number(deletion.fax)
            job = self._folder.log.jobs.get(number)
            if job is not None and not deletion.is_in_progress:
                self._note_deletion(job, deletion.state)

    def _note_deletion(self, job: Job, state: State) -> None:
        match state:
            case Deleted(remark=remark):
                self._forget(job.number)
                try:
                    self._folder.finish(job)
                except StorageError as error:
                    self._fail(error)
                if remark:
                    self._observer.note_problem(remark)
            case NotDeleted(reason=reason) | Unknown(reason=reason) if self._due.get(job.number, 0.0) <= self._time():
                self._postpone(job.number)
                self._observer.note_problem(reason)
            case Undone():
                pass

    def sign_in_refused(self, error: SignInRefused) -> None:
        self._fail(error)

    def crash(self, error: BaseException) -> None:
        self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._ready.done():
            self._ready.set_exception(error)

    async def _fail_when_told(self) -> None:
        await self._ready

    # Retries

    def _number(self, fax: Fax) -> str:
        return fax_number(self._config.account.host, fax.identity)

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()

    def _postpone(self, number: str, failures: int | None = None) -> None:
        """Try again later: after 5 s, 25 s, 2 min, 10 min, 52 min, then every 4 h."""
        self._failures[number] = failures or self._failures.get(number, 0) + 1
        self._due[number] = self._time() + _retry_wait(self._failures[number])

    def _forget(self, number: str) -> None:
        self._failures.pop(number, None)
        self._due.pop(number, None)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group, whatever groups it is in."""
    first: BaseException = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _retry_wait(failures: int) -> float:
    return RETRY_WAITS[min(max(failures, 1), len(RETRY_WAITS)) - 1]
