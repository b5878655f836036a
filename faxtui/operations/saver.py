"""What the journal and the list get to know of saved copies.

Saving documents from the screen: where they go, what is told of it, and what the journal gets to know."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from faxtui import errors
from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.service import DocumentService
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, StorageError, UnexpectedResponse
from faxtui.inbox.view import Retries
from faxtui.operations.deletion import SavedCopy
from faxtui.operations.download import Batch, Listeners
from faxtui.operations.download_folder import DownloadFolder, is_copy_of
from faxtui.operations.operations import DownloadTarget, OperationContext
from faxtui.operations.outcomes import (
    AlreadyThere,
    DownloadFailed,
    NoAddress,
    NoLongerThere,
    Outcome,
    Progress,
    Saved,
    in_words,
    shown,
    summary,
)
from faxtui.operations.wholeness import require_whole
from faxtui.storage.journal import AccountName, Entry, Event, Journal, Record


class SavedRecorder:
    """Records saved copies in the journal, beside the downloads: many with one wait for the disk."""

    def __init__(self, journal: Journal, account: AccountName) -> None:
        self._journal = journal
        self._account = account
        self._waiting: list[Entry] = []
        self._writing: asyncio.Task[None] | None = None
        self._problems: dict[str, None] = {}

    def record(self, fax: FaxIdentity, path: Path, sha256: str) -> None:
        """Write it soon, unless the journal has just that already."""
        known = self._journal.records(self._account).of(fax)
        if fax.is_certain and (known.path, known.sha256) == (str(path), sha256):
            return
        self._waiting.append(Entry(event=Event.SAVED, account=self._account, fax=fax, path=str(path), sha256=sha256))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> tuple[str, ...]:
        """Return, once everything is written, a sentence for each reason why something could not be.

        What the journal can't take is still saved, and in the manifest beside the file.
        """
        while self._writing is not None:
            await asyncio.wait([self._writing])
        return tuple(self._problems)

    async def _write(self) -> None:
        try:
            while self._waiting:
                entries, self._waiting = self._waiting, []
                try:
                    await asyncio.to_thread(self._journal.append, *entries)
                except StorageError as error:
                    self._problems[str(error)] = None
        finally:
            self._writing = None


class _Stamp(NamedTuple):
    """What changes with every change of a file."""

    inode: int
    size: int
    modified: int
    changed: int


class CopyChecks:
    """Applies `is_copy_of` to many copies, and to those that were not touched since only once. Waits for the disk."""

    def __init__(self) -> None:
        self._held: dict[tuple[FaxIdentity, str, str], _Stamp] = {}

    def which_hold(self, copies: Iterable[tuple[FaxIdentity, Record]]) -> frozenset[FaxIdentity]:
        """Return the faxes whose copy, according to the journal, is still what was saved."""
        return frozenset(fax for fax, record in copies if self._holds(fax, record))

    def _holds(self, fax: FaxIdentity, record: Record) -> bool:
        copy = (fax, record.path, record.sha256)
        before = _stamp(record.path)
        if before is not None and before == self._held.get(copy):
            return True
        self._held.pop(copy, None)
        if before is None or not is_copy_of(fax, fax, Path(record.path), record.sha256):
            return False
        self._held[copy] = before
        return True


def _stamp(path: str) -> _Stamp | None:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return _Stamp(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


_TOLD = 3
"""How many of the faxes that were not saved are named."""


class Saver:
    """Documents of one account into the place that ``where`` names at that moment (it may raise FaxtuiError)."""

    def __init__(
        self,
        means: OperationContext,
        where: Callable[[], DownloadTarget],
        retries: Retries,
        *,
        on_gone: Callable[[Fax], None],
        on_saved: Callable[[Fax], None],
    ) -> None:
        self.where = where
        self._retries = retries
        self._means = means
        self._on_gone = on_gone
        self._on_saved = on_saved
        self._shelf: tuple[DownloadTarget, DownloadFolder] | None = None

    async def save(self, faxes: Sequence[Fax], tell: Callable[[str], None]) -> str:
        """Save all of them; gives a sentence about how it ended, cancelled too.

        Raises FaxtuiError where none could go on.
        """
        missed: list[str] = []
        recorder = SavedRecorder(self._means.journal, self._means.account)
        opening = ""

        def note(fax: Fax, outcome: Outcome) -> None:
            if isinstance(outcome, Saved | AlreadyThere):
                self._on_saved(fax)
                recorder.record(fax.identity, outcome.path, outcome.sha256)
            else:
                missed.append(self._missed(fax, outcome))

        place = self.where()
        shelf = await self._shelf_at(place)
        batch = self._batch(shelf, on_outcome=note, on_progress=lambda progress: tell(_going_on(progress)))
        try:
            await batch.save(faxes)
        except asyncio.CancelledError:
            opening = "Cancelled: "
        finally:
            self._end_retries(faxes)
            unwritten = await recorder.finish()
        told = [f"{opening}{summary(batch.progress)}, in {visible(str(place.folder))}.", *missed[:_TOLD]]
        if len(missed) > _TOLD:
            told.append(f"And {len(missed) - _TOLD:,} more.")
        return " ".join([*told, *unwritten])

    async def copy(self, fax: Fax) -> SavedCopy:
        """Save one, to be deleted afterwards. Raises FaxtuiError where there is no copy; Gone where there is no fax."""
        outcomes: list[Outcome] = []
        shelf = await self._shelf_at(self.where())
        try:
            await self._batch(shelf, on_outcome=lambda _, outcome: outcomes.append(outcome)).save([fax])
        finally:
            self._end_retries([fax])
        match outcomes:
            case [Saved(path=path, sha256=sha256)] | [AlreadyThere(path=path, sha256=sha256)]:
                self._on_saved(fax)
                return SavedCopy(path, sha256)
            case [NoLongerThere()]:
                self._on_gone(fax)
                raise errors.Gone(f"{shown(fax.key)} is no longer on the service.")
            case [DownloadFailed(error=error)]:
                raise error
        raise UnexpectedResponse(f"{shown(fax.key)} can't be asked for: its folder or file name leads nowhere.")

    def _batch(
        self,
        shelf: DownloadFolder,
        on_outcome: Callable[[Fax, Outcome], None],
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Batch:
        listeners = Listeners(
            on_outcome,
            on_progress,
            on_wait=lambda fax, error, seconds: self._retries.wait(fax.key, error, seconds),
            on_begin=lambda fax: self._retries.end(fax.key),
        )
        return Batch(self._means.service, shelf, retry_policy=self._means.retry_policy, listeners=listeners)

    def _end_retries(self, faxes: Sequence[Fax]) -> None:
        for each in faxes:
            self._retries.end(each.key)

    async def _shelf_at(self, place: DownloadTarget) -> DownloadFolder:
        if self._shelf is None or self._shelf[0] != place:
            make = partial(DownloadFolder, place.folder, place.template, place.zone, self._means.account.host)
            self._shelf = place, await asyncio.to_thread(make)
        return self._shelf[1]

    def _missed(self, fax: Fax, outcome: NoLongerThere | NoAddress | DownloadFailed) -> str:
        match outcome:
            case NoLongerThere():
                self._on_gone(fax)
                return f"{shown(fax.key)} is no longer on the service: someone else took or deleted it."
            case NoAddress():
                return f"{shown(fax.key)} can't be asked for: its folder or file name leads nowhere."
            case DownloadFailed(error=error):
                return visible(str(error))


def _going_on(progress: Progress) -> str:
    return f"saving {in_words(progress)}"


def read_copy(record: Record) -> bytes | None:
    """What was saved, if it is still there and still that."""
    if not record.is_saved:
        return None
    try:
        content = Path(record.path).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == record.sha256 else None


async def read_document(service: DocumentService, key: FaxKey, most: int) -> bytes:
    """A document into memory, and nowhere else. Raises FaxtuiError, also where it has more than ``most`` bytes."""
    content = bytearray()
    async with service.open_document(key) as document:
        async for chunk in document.chunks():
            content += chunk
            if len(content) > most:
                raise FaxtuiError(f"{shown(key)} is larger than {most:,} bytes: save it, and open the file.")
        if document.length not in (None, len(content)):
            raise UnexpectedResponse(f"{shown(key)} came only in part: ask for it again.")
        if not document.proves_end:
            require_whole(BytesIO(content), key)
    return bytes(content)
