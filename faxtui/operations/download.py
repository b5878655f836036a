"""Download many documents into a folder, a few at a time, with retries."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sized
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.service import Document, DocumentService
from faxtui.domain.text import visible
from faxtui.errors import Busy, FaxtuiError, Gone, NoResponse, ServiceError, SignInRefused, Unreachable
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.download_folder import AlreadyThere, DownloadFolder, PendingDownload, Saved
from faxtui.storage.files import to_thread_shielded
from faxtui.translation import _, ngettext

log = logging.getLogger(__name__)
AT_ONCE = 4
"""How many documents are requested together (our decision)."""
ON_DISK = 4
"""How many more may be waiting for the disk meanwhile."""


@dataclass(frozen=True, slots=True)
class NoLongerThere:
    """The service has no such document any more."""


@dataclass(frozen=True, slots=True)
class NoAddress:
    """Its folder or file name is invalid; nothing was requested."""


@dataclass(frozen=True, slots=True)
class DownloadFailed:
    """It did not come, after all retries."""

    error: ServiceError


Outcome = Saved | AlreadyThere | NoLongerThere | NoAddress | DownloadFailed


@dataclass(frozen=True, slots=True)
class Progress:
    """Faxes of a download by outcome, of ``total`` (None: not known yet).

    ``size`` counts the bytes saved, ``received`` those that came from the service in ``seconds``, including failed
    attempts and what is not complete yet.
    """

    total: int | None = None
    saved: int = 0
    already_there: int = 0
    gone: int = 0
    no_address: int = 0
    failed: int = 0
    size: int = 0
    received: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        return self.saved + self.already_there + self.unsaved

    @property
    def unsaved(self) -> int:
        """How many are done, but not in the folder."""
        return self.gone + self.no_address + self.failed

    @property
    def left(self) -> int | None:
        return None if self.total is None else max(self.total - self.done, 0)

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.received / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds left at the speed so far; None if unknown."""
        if self.left is None or not self.saved:
            return None
        return self.left * self.seconds / self.saved

    def with_outcome(self, outcome: Outcome) -> Progress:
        match outcome:
            case Saved(size=size):
                return replace(self, saved=self.saved + 1, size=self.size + size)
            case AlreadyThere():
                return replace(self, already_there=self.already_there + 1)
            case NoLongerThere():
                return replace(self, gone=self.gone + 1)
            case NoAddress():
                return replace(self, no_address=self.no_address + 1)
            case DownloadFailed():
                return replace(self, failed=self.failed + 1)


def in_words(progress: Progress) -> str:
    """Return ``12 of 200 faxes · 1.2 MB · 340 kB/s · 9 s left``, for a progress line."""
    if progress.total is None:
        faxes = ngettext("{done:,} fax", "{done:,} faxes", progress.done).format(done=progress.done)
    else:
        faxes = ngettext("{done:,} of {count:,} fax", "{done:,} of {count:,} faxes", progress.total).format(
            done=progress.done, count=progress.total
        )
    parts = [faxes, size_in_words(progress.received), f"{size_in_words(progress.rate)}/s"]
    if progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        left = _("{minutes} min {seconds:02} s left") if minutes else _("{seconds} s left")
        parts.append(left.format(minutes=minutes, seconds=seconds))
    if progress.unsaved:
        parts.append(_("{count:,} not saved").format(count=progress.unsaved))
    return " · ".join(parts)


def summary(progress: Progress, folder: Path) -> str:
    """Return ``12 faxes saved (1.2 MB), 3 already there, 1 failed, in FOLDER.``, for the end."""
    saved = ngettext("{count:,} fax saved", "{count:,} faxes saved", progress.saved).format(count=progress.saved)
    size = f" ({size_in_words(progress.size)})" if progress.saved else ""
    others = (
        (progress.already_there, _("{count:,} already there")),
        (progress.gone, _("{count:,} no longer on the service")),
        (progress.no_address, _("{count:,} without an address")),
        (progress.failed, _("{count:,} failed")),
    )
    counts = ", ".join([f"{saved}{size}", *(text.format(count=count) for count, text in others if count)])
    return _("{counts}, in {folder}.").format(counts=counts, folder=visible(str(folder)))


def missing_text(fax: Fax, outcome: NoLongerThere | NoAddress | DownloadFailed) -> str:
    """Return a sentence about a fax that was not saved."""
    match outcome:
        case NoLongerThere():
            text = _("{fax} is no longer on the service: it was deleted elsewhere.")
        case NoAddress():
            text = _("{fax} cannot be downloaded: invalid folder or file name.")
        case DownloadFailed(error=error):
            return visible(str(error))
    return text.format(fax=fax.key.shown)


def size_in_words(size: float) -> str:
    """Return ``1.2 MB``: bytes in the unit of thousands that suits them."""
    if size < 999.5:
        return _("{size:.0f} B").format(size=size)
    whole, fraction = (_("{size:.0f} kB"), _("{size:.0f} MB")), (_("{size:.1f} kB"), _("{size:.1f} MB"))
    for unit in range(2):
        size /= 1000
        if size < 999.5:
            return (whole if size >= 10 else fraction)[unit].format(size=size)
    return _("{size:,.1f} GB").format(size=size / 1000)


class DownloadObserver:
    """What a download reports to. Each report is ignored unless its method is overridden."""

    def note_outcome(self, fax: Fax, outcome: Outcome) -> None:
        """Note what became of a fax."""

    def note_progress(self, progress: Progress) -> None:
        """Note that some bytes came or a fax is done."""

    def note_retry(self, fax: Fax, error: FaxtuiError, seconds: float) -> None:
        """Note that a request failed and is sent again in so many seconds."""

    def note_response(self, fax: Fax) -> None:
        """Note that a document begins to come."""


class Batch:
    """Documents of one account on their way into one folder; used once.

    ``at_once`` documents are requested at a time; one that has come waits for the disk while the next one is coming.
    While the service is busy, nothing is requested. An error about one fax is its outcome. One that every other fax
    would meet as well ends the batch.
    """

    def __init__(
        self,
        service: DocumentService,
        folder: DownloadFolder,
        observer: DownloadObserver | None = None,
        *,
        retry_policy: RetryPolicy | None = None,
        at_once: int = AT_ONCE,
        on_disk: int = ON_DISK,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.progress = Progress()
        self._service = service
        self._folder = folder
        self._observer = observer or DownloadObserver()
        self._retry_policy = retry_policy or RetryPolicy()
        self._workers = at_once + on_disk
        self._now = now
        self._began = now()
        self._slots = asyncio.Semaphore(at_once)
        self._waits = 0
        self._free = asyncio.Event()
        self._free.set()
        self._refused: SignInRefused | None = None
        self._in_progress: dict[FaxKey, asyncio.Event] = {}
        self._next_lock = asyncio.Lock()
        self._is_over = False
        self._list_error: ServiceError | None = None

    def expect(self, total: int | None) -> None:
        """Note how many faxes there will be."""
        self._advance(replace(self.progress, total=total))

    async def save(self, faxes: Iterable[Fax] | AsyncIterator[Fax]) -> Progress:
        """Save each fax. If cancelled, leave nothing of those that are incomplete.

        Raises SignInRefused, Unreachable or StorageError at once: incomplete files are removed, nothing more is
        requested, and the rest is untouched. Another ServiceError that ``faxes`` raises comes once those before it are
        done.
        """
        self._began = self._now()
        if isinstance(faxes, Sized):
            self.expect(len(faxes))
        coming = faxes if isinstance(faxes, AsyncIterator) else _one_by_one(faxes)
        try:
            async with asyncio.TaskGroup() as workers:
                for _worker in range(self._workers):
                    workers.create_task(self._work(coming))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        if self._list_error is not None:
            raise self._list_error
        return self.progress

    async def _work(self, faxes: AsyncIterator[Fax]) -> None:
        while (fax := await self._next(faxes)) is not None:
            async with self._alone(fax.key):
                await self._save(fax)

    async def _next(self, faxes: AsyncIterator[Fax]) -> Fax | None:
        async with self._next_lock:
            if self._is_over:
                return None
            try:
                return await anext(faxes)
            except StopAsyncIteration:
                self._is_over = True
            except SignInRefused:
                raise
            except ServiceError as error:
                self._is_over = True
                self._list_error = error
            return None

    @asynccontextmanager
    async def _alone(self, key: FaxKey) -> AsyncIterator[None]:
        """Don't fetch two rows of one document at the same time: for the second, it is there already."""
        while key in self._in_progress:
            await self._in_progress[key].wait()
        over = self._in_progress[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._in_progress[key]
            over.set()

    async def _save(self, fax: Fax) -> None:
        """Note one outcome; if cancelled, only if the fax was saved by then.

        Raises what would go wrong with every other document, too: SignInRefused, Unreachable, StorageError.
        """
        if not fax.key.has_address:
            return self._note(fax, NoAddress())
        found = await to_thread_shielded(self._folder.find, fax)
        if found is not None:
            return self._note(fax, found)
        pending = PendingDownload(self._folder, fax)
        try:
            await self._fetch_with_retries(pending)
        except (SignInRefused, Unreachable):
            raise
        except Gone:
            self._note(fax, NoLongerThere())
        except ServiceError as error:
            self._note(fax, DownloadFailed(error))
        finally:
            if pending.outcome is not None:
                self._note(fax, pending.outcome)

    async def _fetch_with_retries(self, pending: PendingDownload) -> None:
        async def fetch() -> None:
            async with self._slots:
                await self._free.wait()
                await self._fetch(pending)
            await pending.finish()

        async def pause(error: FaxtuiError, seconds: float) -> None:
            log.warning("a document did not come: %s", type(error).__name__)
            self._observer.note_retry(pending.fax, error, seconds)
            with self._pause_all() if isinstance(error, Busy) else nullcontext():
                await asyncio.sleep(seconds)

        try:
            await self._retry_policy.run(fetch, pause)
        finally:
            await pending.discard()

    @contextmanager
    def _pause_all(self) -> Iterator[None]:
        """Request nothing while the service asks one request to wait."""
        self._waits += 1
        self._free.clear()
        try:
            yield
        finally:
            self._waits -= 1
            if not self._waits:
                self._free.set()

    async def _fetch(self, pending: PendingDownload) -> None:
        """Request nothing once a sign-in was refused: accounts lock."""
        if self._refused is not None:
            raise self._refused
        try:
            async with self._service.open_document(pending.fax.key, pending.resume) as document:
                self._observer.note_response(pending.fax)
                await self._receive(document, pending)
        except SignInRefused as error:
            self._refused = error
            raise

    async def _receive(self, document: Document, pending: PendingDownload) -> None:
        await pending.begin(document)
        try:
            async for chunk in document.chunks():
                self._advance(replace(self.progress, received=self.progress.received + len(chunk)))
                await pending.add(chunk)
        except ServiceError:
            await pending.keep_for_resuming(document)
            raise
        if document.length not in (None, pending.received):
            raise NoResponse(
                _("The fax {fax} is incomplete: {received:,} of {length:,} bytes. Retry in a moment.").format(
                    fax=pending.fax.key.shown, received=pending.received, length=document.length
                )
            )

    def _note(self, fax: Fax, outcome: Outcome) -> None:
        self._advance(self.progress.with_outcome(outcome))
        self._observer.note_outcome(fax, outcome)

    def _advance(self, progress: Progress) -> None:
        self.progress = replace(progress, seconds=self._now() - self._began)
        self._observer.note_progress(self.progress)


async def _one_by_one(faxes: Iterable[Fax]) -> AsyncIterator[Fax]:
    for each in faxes:
        yield each
