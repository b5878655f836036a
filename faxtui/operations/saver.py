"""Save documents from the screen, record saved copies in the journal, and check whether they are still intact."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, Protocol

from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.service import DocumentService
from faxtui.errors import FaxtuiError, Gone, StorageError, UnexpectedResponse
from faxtui.inbox.view import Retries
from faxtui.operations.deletion import SavedCopy
from faxtui.operations.download import (
    Batch,
    DownloadFailed,
    DownloadObserver,
    NoLongerThere,
    Outcome,
    Progress,
    in_words,
    missing_text,
    summary,
)
from faxtui.operations.download_folder import AlreadyThere, DownloadFolder, Saved, is_copy_of
from faxtui.operations.operations import DownloadTarget, OperationContext
from faxtui.operations.wholeness import require_whole
from faxtui.storage.journal import AccountName, Event, Journal, JournalEntry, Record
from faxtui.translation import _, ngettext

_MOST_NAMED = 3
"""How many of the faxes that were not saved are named."""


class JournalRecorder:
    """Write entries to the journal beside everything else: many with one wait for the disk."""

    def __init__(self, journal: Journal, account: AccountName) -> None:
        self._journal = journal
        self._account = account
        self._waiting: list[JournalEntry] = []
        self._writing: asyncio.Task[None] | None = None
        self._problems: dict[str, None] = {}

    def saved(self, fax: FaxIdentity, path: Path, sha256: str) -> None:
        """Record a saved copy soon, unless the journal has exactly that already."""
        known = self._journal.records(self._account).of(fax)
        if not fax.is_certain or (known.path, known.sha256) != (str(path), sha256):
            self._record(JournalEntry(event=Event.SAVED, account=self._account, fax=fax, path=str(path), sha256=sha256))

    def unsaved(self, fax: FaxIdentity, reason: str) -> None:
        """Record soon that a fax could not be saved."""
        self._record(JournalEntry(event=Event.UNSAVED, account=self._account, fax=fax, reason=reason))

    def opened(self, fax: FaxIdentity, is_opened: bool) -> None:
        """Record soon that a fax was opened, or marked unopened."""
        event = Event.OPENED if is_opened else Event.UNOPENED
        self._record(JournalEntry(event=event, account=self._account, fax=fax))

    def _record(self, entry: JournalEntry) -> None:
        self._waiting.append(entry)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def finish(self) -> tuple[str, ...]:
        """Return, once everything is written, a sentence for each reason why something could not be.

        What is missing in the journal is still saved, and in the manifest beside the file.
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
    """Attributes of a file of which one changes whenever the file does."""

    inode: int
    size: int
    modified: int
    changed: int


class CopyChecks:
    """Apply `is_copy_of` to many copies, to those that were not touched since only once. Waits for the disk."""

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


class SaverObserver(Protocol):
    """What a saver reports to."""

    retries: Retries

    @property
    def download_target(self) -> DownloadTarget:
        """Where documents are saved at present. Raises FaxtuiError."""

    def show_progress(self, text: str) -> None:
        """Show how far a save is."""

    def note_saved(self, fax: Fax) -> None:
        """Note that a copy was written or compared just now."""

    def note_gone(self, fax: Fax) -> None:
        """Note that the service has no such document any more."""


class _Observer(DownloadObserver):
    """Passes on what becomes of the documents of one save, and keeps their outcomes."""

    def __init__(self, observer: SaverObserver, recorder: JournalRecorder | None = None) -> None:
        self.outcomes: list[Outcome] = []
        self.missing: list[str] = []
        self._observer = observer
        self._recorder = recorder

    def note_outcome(self, fax: Fax, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if isinstance(outcome, Saved | AlreadyThere):
            self._observer.note_saved(fax)
            if self._recorder is not None:
                self._recorder.saved(fax.identity, outcome.path, outcome.sha256)
            return
        self.missing.append(missing_text(fax, outcome))
        if self._recorder is not None:
            self._recorder.unsaved(fax.identity, self.missing[-1])
        if isinstance(outcome, NoLongerThere):
            self._observer.note_gone(fax)

    def note_progress(self, progress: Progress) -> None:
        if self._recorder is not None:
            self._observer.show_progress(_("saving {progress}").format(progress=in_words(progress)))

    def note_retry(self, fax: Fax, error: FaxtuiError, seconds: float) -> None:
        self._observer.retries.wait(fax.key, error, seconds)

    def note_response(self, fax: Fax) -> None:
        self._observer.retries.end(fax.key)


class Saver:
    """Save documents of one account, each time to the target that the observer names then."""

    def __init__(self, context: OperationContext, observer: SaverObserver) -> None:
        self._context = context
        self._observer = observer
        self._folder: tuple[DownloadTarget, DownloadFolder] | None = None

    async def save(self, faxes: Sequence[Fax]) -> str:
        """Save all of them and return a text about how it ended, also if cancelled. Raises FaxtuiError."""
        target = self._observer.download_target
        recorder = JournalRecorder(self._context.journal, self._context.account)
        observer = _Observer(self._observer, recorder)
        batch = await self._batch(target, observer)
        is_cancelled = False
        try:
            await batch.save(faxes)
        except asyncio.CancelledError:
            is_cancelled = True
        finally:
            self._end_retries(faxes)
            unwritten = await recorder.finish()
        text = summary(batch.progress, target.folder)
        sentences = [_("Cancelled: {summary}").format(summary=text) if is_cancelled else text]
        sentences += observer.missing[:_MOST_NAMED]
        if unnamed := len(observer.missing[_MOST_NAMED:]):
            sentences.append(ngettext("And {count:,} more.", "And {count:,} more.", unnamed).format(count=unnamed))
        return " ".join([*sentences, *unwritten])

    async def copy(self, fax: Fax) -> SavedCopy:
        """Save a fax that is to be deleted. Raises FaxtuiError if there is no copy, Gone if there is no such fax."""
        observer = _Observer(self._observer)
        try:
            await (await self._batch(self._observer.download_target, observer)).save([fax])
        finally:
            self._end_retries([fax])
        match observer.outcomes:
            case [Saved(path=path, sha256=sha256) | AlreadyThere(path=path, sha256=sha256)]:
                return SavedCopy(path, sha256)
            case [NoLongerThere()]:
                raise Gone(observer.missing[0])
            case [DownloadFailed(error=error)]:
                raise error
        raise UnexpectedResponse(observer.missing[0])

    async def _batch(self, target: DownloadTarget, observer: _Observer) -> Batch:
        if self._folder is None or self._folder[0] != target:
            make = partial(DownloadFolder, target.folder, target.template, target.zone, self._context.account.host)
            self._folder = target, await asyncio.to_thread(make)
        return Batch(self._context.service, self._folder[1], observer, retry_policy=self._context.retry_policy)

    def _end_retries(self, faxes: Sequence[Fax]) -> None:
        for each in faxes:
            self._observer.retries.end(each.key)


def read_copy(record: Record) -> bytes | None:
    """Return what was saved, or None if the file is missing or has changed."""
    if not record.is_saved:
        return None
    try:
        content = Path(record.path).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == record.sha256 else None


async def read_document(
    service: DocumentService, key: FaxKey, most: int, on_size: Callable[[int], None] = lambda _: None
) -> bytes:
    """Read a document into memory only. Raises FaxtuiError, also if it has more than ``most`` bytes.

    ``on_size`` is called with the bytes that the service announces.
    """
    content = bytearray()
    async with service.open_document(key) as document:
        if document.length is not None:
            on_size(document.length)
        async for chunk in document.chunks():
            content += chunk
            if len(content) > most:
                raise FaxtuiError(
                    _("{fax} is larger than {most:,} bytes. Save it and open the file.").format(
                        fax=key.shown, most=most
                    )
                )
        if document.length not in (None, len(content)):
            raise UnexpectedResponse(
                _("The fax {fax} is incomplete: {received:,} of {length:,} bytes. Retry in a moment.").format(
                    fax=key.shown, received=len(content), length=document.length
                )
            )
        if not document.proves_end:
            require_whole(BytesIO(content), key)
    return bytes(content)
