"""One document from the service to its shelf, asked for as often as patience says.

Many documents to one shelf, a few at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sized
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from faxtui import errors
from faxtui.domain.document import HEAD, ResumePoint
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.service import Document, DocumentService
from faxtui.domain.text import counted
from faxtui.errors import Busy, FaxtuiError, NoResponse, ServiceError, SignInRefused, Unreachable
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.download_folder import DownloadFolder
from faxtui.operations.outcomes import (
    AlreadyThere,
    DownloadFailed,
    NoAddress,
    NoLongerThere,
    Outcome,
    Progress,
    Saved,
    shown,
)
from faxtui.storage.files import to_thread_shielded

log = logging.getLogger(__name__)
BUFFER = 256 * 1024
"""Bytes of a document that are held before they are written, so that most need one trip to the disk."""

Tell = Callable[[Outcome], None]


class Fetcher:
    """Fetches documents, ``at_once`` at a time however many it is asked for; while the service is busy, none.

    A document that has come waits for the disk while the next one is coming.
    ``on_begin`` is called when a document begins to come, ``on_bytes`` with the number of bytes that came, ``on_wait``
    with each failure and the seconds until the next try.
    """

    def __init__(
        self,
        service: DocumentService,
        shelf: DownloadFolder,
        retry_policy: RetryPolicy,
        at_once: int,
        on_bytes: Callable[[int], None],
        on_wait: Callable[[Fax, FaxtuiError, float], None],
        on_begin: Callable[[Fax], None],
    ) -> None:
        self._service = service
        self._shelf = shelf
        self._retry_policy = retry_policy
        self._on_bytes = on_bytes
        self._on_wait = on_wait
        self._on_begin = on_begin
        self._slots = asyncio.Semaphore(at_once)
        self._free = asyncio.Event()
        self._free.set()
        self._told_to_wait = 0
        self._refused: SignInRefused | None = None

    async def save(self, fax: Fax, tell: Tell) -> None:
        """Tell once what became of it; cancelled, tell only if it was saved by then, else leave nothing of it.

        Raises what goes wrong with every other document, too: SignInRefused, Unreachable, StorageError.
        """
        if not fax.key.has_address:
            return tell(NoAddress())
        found = await to_thread_shielded(self._shelf.find, fax)
        if found is not None:
            return tell(found)
        try:
            await self._fetch_patiently(fax, tell)
        except (SignInRefused, Unreachable):
            raise
        except errors.Gone:
            tell(NoLongerThere())
        except ServiceError as error:
            tell(DownloadFailed(error))

    async def _fetch_patiently(self, fax: Fax, tell: Tell) -> None:
        document = _Partial(self._shelf, fax)

        async def pause(error: FaxtuiError, seconds: float) -> None:
            log.warning("a document did not come: %s", type(error).__name__)
            self._on_wait(fax, error, seconds)
            with self._busy() if isinstance(error, Busy) else nullcontext():
                await asyncio.sleep(seconds)

        try:
            await self._retry_policy.run(partial(self._fetch, document, tell), pause)
        finally:
            await document.discard()

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Whoever is told to wait by the service waits for all."""
        self._told_to_wait += 1
        self._free.clear()
        try:
            yield
        finally:
            self._told_to_wait -= 1
            if not self._told_to_wait:
                self._free.set()

    async def _fetch(self, partial: _Partial, tell: Tell) -> None:
        async with self._slots:
            await self._free.wait()
            await self._open_and_receive(partial)
        try:
            await partial.finish()
        finally:
            if partial.copy.outcome is not None:
                tell(partial.copy.outcome)

    async def _open_and_receive(self, partial: _Partial) -> None:
        """Nobody asks once a sign-in was refused: accounts lock."""
        if self._refused is not None:
            raise self._refused
        try:
            async with self._service.open_document(partial.fax.key, partial.resume) as document:
                self._on_begin(partial.fax)
                await self._receive(document, partial)
        except SignInRefused as error:
            self._refused = error
            raise

    async def _receive(self, document: Document, partial: _Partial) -> None:
        await partial.begin(document)
        try:
            async for chunk in document.chunks():
                self._on_bytes(len(chunk))
                await partial.add(chunk)
        except ServiceError:
            await partial.keep_for_resuming(document)
            raise
        if document.length not in (None, partial.received):
            raise NoResponse(
                f"The fax {shown(partial.fax.key)} came only in part, {partial.received:,} of "
                f"{counted(document.length or 0, 'byte', 'bytes')}: ask for it again."
            )


class _Partial:
    """What has come of one document, over several attempts if the service can continue where one ended."""

    def __init__(self, shelf: DownloadFolder, fax: Fax) -> None:
        self.fax = fax
        self.copy = shelf.begin(fax)
        self.resume: ResumePoint | None = None
        self.received = 0
        self._shelf = shelf
        self._held = bytearray()
        self._tail = b""
        self._proves_end = True

    async def begin(self, document: Document) -> None:
        """Go on with the part that is there, or drop it if the document comes from its first byte."""
        self.resume = None
        self._proves_end = document.proves_end
        if document.start == 0:
            await self._restart()

    async def add(self, chunk: bytes) -> None:
        self._held += chunk
        self.received += len(chunk)
        self._tail = (self._tail + chunk[-HEAD:])[-HEAD:]
        if len(self._held) >= BUFFER:
            await self._write()

    async def keep_for_resuming(self, document: Document) -> None:
        """Write what came, if the rest of it can be requested; not of so little that its type is not known."""
        if document.version is not None and document.length is not None and HEAD <= self.received < document.length:
            await self._write()
            self.resume = ResumePoint(document.version, document.length, self.received, self._tail)

    async def finish(self) -> None:
        await to_thread_shielded(self.copy.finish, bytes(self._held), proves_end=self._proves_end)

    async def discard(self) -> None:
        """Leave nothing of it on the disk, unless it was finished."""
        if self.copy.is_begun and self.copy.outcome is None:
            await to_thread_shielded(self.copy.discard)

    async def _restart(self) -> None:
        await self.discard()
        self.copy = self._shelf.begin(self.fax)
        self.received, self._tail = 0, b""
        self._held.clear()

    async def _write(self) -> None:
        await to_thread_shielded(self.copy.write, bytes(self._held))
        self._held.clear()


AT_ONCE = 4
"""How many documents are asked for together (our decision)."""
ON_DISK = 4
"""How many more may be waiting for the disk meanwhile."""


def _ignore(*_: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Listeners:
    """Callbacks for each outcome, the progress, each failure with the seconds until the next try, and each document
    that begins to come."""

    on_outcome: Callable[[Fax, Outcome], None] = _ignore
    on_progress: Callable[[Progress], None] = _ignore
    on_wait: Callable[[Fax, FaxtuiError, float], None] = _ignore
    on_begin: Callable[[Fax], None] = _ignore


class Batch:
    """Documents of one account on their way to one shelf; used once.

    What goes wrong with one fax is its outcome. What would go wrong with the next one just so ends it all.
    """

    def __init__(
        self,
        service: DocumentService,
        shelf: DownloadFolder,
        *,
        retry_policy: RetryPolicy | None = None,
        at_once: int = AT_ONCE,
        on_disk: int = ON_DISK,
        listeners: Listeners | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.progress = Progress()
        self._listeners = listeners or Listeners()
        self._fetcher = Fetcher(
            *(service, shelf, retry_policy or RetryPolicy(), at_once),
            on_bytes=self._came,
            on_wait=self._listeners.on_wait,
            on_begin=self._listeners.on_begin,
        )
        self._workers = at_once + on_disk
        self._now = now
        self._began = now()
        self._under_way: dict[FaxKey, asyncio.Event] = {}
        self._taking = asyncio.Lock()
        self._is_over = False
        self._cut_off_by: ServiceError | None = None

    def expect(self, total: int | None) -> None:
        """There will be so many faxes in all."""
        self._advance(replace(self.progress, total=total))

    async def save(self, faxes: Iterable[Fax] | AsyncIterator[Fax]) -> Progress:
        """Save each fax; cancelled, leave nothing of those that are not whole.

        Raises SignInRefused, Unreachable or StorageError at once: what is under way is dropped, nothing more is asked
        for, and the rest is untouched. Another ServiceError that ``faxes`` raises comes once those before it are done.
        """
        self._began = self._now()
        if isinstance(faxes, Sized):
            self.expect(len(faxes))
        coming = faxes if isinstance(faxes, AsyncIterator) else _one_by_one(faxes)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(self._workers):
                    workers.create_task(self._work(coming))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        if self._cut_off_by is not None:
            raise self._cut_off_by
        return self.progress

    async def _work(self, faxes: AsyncIterator[Fax]) -> None:
        while (fax := await self._next(faxes)) is not None:
            async with self._alone(fax.key):
                await self._fetcher.save(fax, partial(self._note, fax))

    async def _next(self, faxes: AsyncIterator[Fax]) -> Fax | None:
        async with self._taking:
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
                self._cut_off_by = error
            return None

    @asynccontextmanager
    async def _alone(self, key: FaxKey) -> AsyncIterator[None]:
        """Two rows of one document are not fetched at the same time: for the second, it is there already."""
        while key in self._under_way:
            await self._under_way[key].wait()
        over = self._under_way[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._under_way[key]
            over.set()

    def _came(self, size: int) -> None:
        self._advance(replace(self.progress, received=self.progress.received + size))

    def _note(self, fax: Fax, outcome: Outcome) -> None:
        self._advance(_counted(self.progress, outcome))
        self._listeners.on_outcome(fax, outcome)

    def _advance(self, progress: Progress) -> None:
        self.progress = replace(progress, seconds=self._now() - self._began)
        self._listeners.on_progress(self.progress)


def _counted(progress: Progress, outcome: Outcome) -> Progress:
    match outcome:
        case Saved(size=size):
            return replace(progress, saved=progress.saved + 1, size=progress.size + size)
        case AlreadyThere():
            return replace(progress, already_there=progress.already_there + 1)
        case NoLongerThere():
            return replace(progress, gone=progress.gone + 1)
        case NoAddress():
            return replace(progress, no_address=progress.no_address + 1)
        case DownloadFailed():
            return replace(progress, failed=progress.failed + 1)


async def _one_by_one(faxes: Iterable[Fax]) -> AsyncIterator[Fax]:
    for each in faxes:
        yield each
