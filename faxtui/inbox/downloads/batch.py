"""Many documents to one shelf, a few at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sized
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from faxtui.domain.fax import Fax, FaxKey
from faxtui.errors import ServiceError, SignInRefused
from faxtui.inbox.downloads.fetching import Fetcher
from faxtui.inbox.downloads.outcomes import AlreadyThere, Failed, Gone, NoAddress, Outcome, Progress, Saved
from faxtui.inbox.downloads.shelf import Shelf
from faxtui.inbox.patience import Patience
from faxtui.inbox.service import DocumentService

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
    on_wait: Callable[[Fax, ServiceError, float], None] = _ignore
    on_begin: Callable[[Fax], None] = _ignore


class Batch:
    """Documents of one account on their way to one shelf; used once.

    What goes wrong with one fax is its outcome. What would go wrong with the next one just so ends it all.
    """

    def __init__(
        self,
        service: DocumentService,
        shelf: Shelf,
        *,
        patience: Patience | None = None,
        at_once: int = AT_ONCE,
        on_disk: int = ON_DISK,
        listeners: Listeners | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.progress = Progress()
        self._listeners = listeners or Listeners()
        self._fetcher = Fetcher(
            *(service, shelf, patience or Patience(), at_once),
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
        case Gone():
            return replace(progress, gone=progress.gone + 1)
        case NoAddress():
            return replace(progress, no_address=progress.no_address + 1)
        case Failed():
            return replace(progress, failed=progress.failed + 1)


async def _one_by_one(faxes: Iterable[Fax]) -> AsyncIterator[Fax]:
    for each in faxes:
        yield each
