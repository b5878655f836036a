"""Operations on the faxes of one account: mark, open, save, delete; and the local status of each fax."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from enum import Enum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.service import DocumentService
from faxtui.errors import FaxtuiError, Gone, InvalidValue, SignInRefused, StorageError
from faxtui.inbox.view import Retries, Waiting
from faxtui.storage.journal import AccountName, Journal, Record, Records, WasDeleted
from faxtui.translation import N_, _, ngettext

if TYPE_CHECKING:
    from faxtui.inbox.fetch_policy import RetryPolicy
    from faxtui.operations.delete_queue import Clocks, Deletions
    from faxtui.operations.deletion import DeleteMessages, DeletionsView, Plan, Unfinished
    from faxtui.operations.saver import CopyChecks, JournalRecorder, Saver


log = logging.getLogger(__name__)
LARGEST_READ = 64_000_000
"""Bytes of a document that is read on the screen, which is held in memory."""
_END_LIMIT = 1.0
"""Seconds that a step on the disk is given to end, once nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class OperationContext:
    """Dependencies of the operations on one account's faxes.

    ``grace`` is the seconds in which a delete can be undone. If ``read_only``, nothing is deleted. ``clocks`` and
    ``retry_policy`` default to the usual ones.
    """

    service: DocumentService
    account: AccountName
    journal: Journal
    grace: float
    read_only: bool = False
    clocks: Clocks | None = None
    retry_policy: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """The faxes that the operator marked, in that order, by (folder, file): two rows of one document are one mark.

    Marks outlast the page. A fax without an address can't be marked.
    """

    by_key: Mapping[FaxKey, Fax] = field(default_factory=dict)

    @property
    def faxes(self) -> tuple[Fax, ...]:
        return tuple(self.by_key.values())

    def __len__(self) -> int:
        return len(self.by_key)

    def __contains__(self, key: FaxKey) -> bool:
        return key in self.by_key

    def toggled(self, fax: Fax) -> Marks:
        """Return these with that fax marked, or unmarked if it was. Raises InvalidValue if it has no address."""
        if fax.key in self.by_key:
            return self.without([fax.key])
        if not fax.key.has_address:
            raise InvalidValue(_("This fax cannot be marked: it has no folder or file name."))
        return self.with_all([fax])

    def with_all(self, faxes: Iterable[Fax]) -> Marks:
        """Return these with all of ``faxes`` marked that have an address."""
        added = {fax.key: fax for fax in faxes if fax.key.has_address}
        return Marks(MappingProxyType({**self.by_key, **added}))

    def without(self, keys: Iterable[FaxKey]) -> Marks:
        dropped = frozenset(keys)
        return Marks(MappingProxyType({key: fax for key, fax in self.by_key.items() if key not in dropped}))

    def elsewhere(self, page: Iterable[Fax]) -> tuple[Fax, ...]:
        """Return the marked faxes that are not on ``page``."""
        here = {fax.key for fax in page}
        return tuple(fax for key, fax in self.by_key.items() if key not in here)


class DownloadTarget(NamedTuple):
    """Where to save: a folder, and a template of file names with times in ``zone`` (None: this machine's)."""

    folder: Path
    template: str
    zone: tzinfo | None = None


class LocalStatus(Enum):
    """What is known of a fax beyond what the service lists; `_` translates the value."""

    GOING = N_("being deleted")
    UNKNOWN = N_("deletion unconfirmed")
    DELETED = N_("deleted from here")
    GONE = N_("deleted elsewhere")
    SAVED = N_("saved")
    OPENED = N_("opened")


@dataclass(frozen=True, slots=True)
class OperationsView:
    """What is done with the faxes of one account, and known of them.

    ``opened`` (False: marked unopened) and ``gone`` are of this run, ``records`` of every run. ``saved`` are those
    whose copy was found intact. ``deletions`` is None until something is deleted.
    ``task`` is the progress text of the background task, empty if there is none. ``retry`` is the failed request that
    is sent again next.
    """

    marks: Marks = field(default_factory=Marks)
    opened: Mapping[FaxIdentity, bool] = field(default_factory=dict)
    gone: AbstractSet[FaxIdentity] = frozenset()
    saved: AbstractSet[FaxIdentity] = frozenset()
    records: Records = field(default_factory=Records)
    deletions: DeletionsView | None = None
    task: str = ""
    retry: Waiting | None = None

    def record(self, fax: Fax) -> Record:
        """Return what the journal knows of a fax."""
        return self.records.of(fax.identity)

    def is_going(self, fax: Fax) -> bool:
        """Return True if a fax is being deleted, or its deletion is being confirmed."""
        deletion = None if self.deletions is None else self.deletions.by_key.get(fax.key)
        return deletion is not None and deletion.is_in_progress

    def local_status(self, fax: Fax) -> LocalStatus | None:
        identity = fax.identity
        record = self.records.of(identity)
        was_deleted = record.was_deleted
        if self.deletions is not None:
            from faxtui.operations.deletion import Confirming, Deleted, Deleting, NotDeleted, Pending, Saving, Unknown

            match self.deletions.of(fax.key):
                case Saving() | Pending() | Deleting() | Confirming():
                    return LocalStatus.GOING
                case Deleted(by_us=by_us):
                    return LocalStatus.DELETED if by_us else LocalStatus.GONE
                case Unknown():
                    return LocalStatus.UNKNOWN
                case NotDeleted():
                    # What came back is known to be there, even if the journal could not be told.
                    was_deleted = WasDeleted.NO
        if was_deleted is WasDeleted.UNKNOWN:
            return LocalStatus.UNKNOWN
        if identity in self.gone:
            return LocalStatus.GONE
        if was_deleted is WasDeleted.YES:
            return LocalStatus.DELETED
        if record.is_saved and identity in self.saved:
            return LocalStatus.SAVED
        return LocalStatus.OPENED if self.is_opened(fax) else None

    def is_opened(self, fax: Fax) -> bool:
        """Return True if its document was seen in this run or an earlier one, and not marked unopened since."""
        found = self.opened.get(fax.identity)
        return self.records.is_opened(fax.identity) if found is None else found


class FinalState(NamedTuple):
    """What was left undone at the end: deletes; the end of the background task, and unsaved state, in a sentence."""

    deletes: Unfinished | None = None
    task: str = ""
    unsaved: str = ""


class OperationsObserver(Protocol):
    """What the operations report to; the session implements it."""

    @property
    def is_blind(self) -> bool:
        """True while nobody can see the screen, and so no countdown."""

    @property
    def download_target(self) -> DownloadTarget:
        """Where documents are saved at present. Raises FaxtuiError."""

    def show_operations(self, view: OperationsView) -> None:
        """Show what changed."""

    def notify(self, sentence: str) -> None:
        """Show a notification."""

    def warn(self, sentence: str) -> None:
        """Show a warning."""

    def operation_failed(self, error: FaxtuiError) -> None:
        """Show why a background task ended."""

    def sign_in_refused(self, error: SignInRefused) -> None:
        """Ask for the password: the service refused it to a delete."""

    def rows_deleted(self) -> None:
        """Fetch the list again: faxes were deleted from it, and no more deletes are in progress."""

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""


class FaxOperations:
    """Operations on the faxes of one account. Saving and exporting run as one background task, one at a time.

    Implements the observers of deletes and saves.
    """

    def __init__(self, context: OperationContext, observer: OperationsObserver) -> None:
        self.view = OperationsView()
        self.retries = Retries(self._notify)
        self._context = context
        self._observer = observer
        self._task: asyncio.Task[str] | None = None
        self._progress = ""
        self._deleted: AbstractSet[FaxKey] = frozenset()
        self._final: FinalState | None = None
        self._deletions: Deletions | None = None
        self._unmarked: frozenset[FaxKey] = frozenset()
        self._rows: tuple[tuple[Fax, ...], float] = (), 0.0
        self._is_checking = self._must_check_again = False

    @cached_property
    def _saver(self) -> Saver:
        """Loaded when something is saved: most shifts begin with looking."""
        from faxtui.operations.saver import Saver

        return Saver(self._context, self)

    @cached_property
    def _copies(self) -> CopyChecks:
        """Loaded when the journal knows a copy of a fax in the list."""
        from faxtui.operations.saver import CopyChecks

        return CopyChecks()

    @cached_property
    def _recorder(self) -> JournalRecorder:
        """Loaded when a fax is opened."""
        from faxtui.operations.saver import JournalRecorder

        return JournalRecorder(self._context.journal, self._context.account)

    @cached_property
    def _messages(self) -> DeleteMessages:
        from faxtui.operations.deletion import DeleteMessages

        return DeleteMessages()

    @property
    def deletions(self) -> Deletions:
        """Loaded when something is deleted."""
        if self._deletions is None:
            from faxtui.operations.delete_queue import Deletions

            self._deletions = Deletions(self._context, self._saver.copy, self)
        return self._deletions

    @property
    def is_blind(self) -> bool:
        """True while nobody can see the screen, and so no countdown."""
        return self._observer.is_blind

    @property
    def download_target(self) -> DownloadTarget:
        """Where documents are saved at present. Raises FaxtuiError."""
        return self._observer.download_target

    async def load_journal(self) -> None:
        """Read what was done in earlier runs, and compact the journal if it is long."""
        try:
            await asyncio.to_thread(self._context.journal.read)
        except StorageError as error:
            self._observer.operation_failed(error)
        await self._update_rows()
        try:
            await asyncio.to_thread(self._context.journal.compact)
        except StorageError as error:
            log.warning("the journal was not compacted: %s", type(error.__cause__).__name__)

    async def reload_journal(self) -> None:
        """Read what other programs did meanwhile. An error was reported at the beginning."""
        with suppress(StorageError):
            if await asyncio.to_thread(self._context.journal.read):
                await self._update_rows()

    async def compare(self, faxes: tuple[Fax, ...], requested: float) -> None:
        """Compare what is known with rows of a list that was requested at that moment (seconds, monotonic)."""
        self._rows = faxes, requested
        listed = {fax.identity for fax in faxes}
        by_key = {fax.key: fax for fax in faxes}
        replaced = [key for key, fax in self.view.marks.by_key.items() if key in by_key and fax.identity not in listed]
        self.view = replace(self.view, marks=self.view.marks.without(replaced))
        await self._update_rows(has_news=bool(replaced))

    async def _update_rows(self, *, has_news: bool = True) -> None:
        """Compare the rows with what is known; without news, nothing that was drawn with them has changed."""
        faxes, requested = self._rows
        if self._deletions is not None or any(self._was_deleted(each) for each in faxes):
            self.deletions.compare(faxes, requested)
            has_news = True
        if has_news:
            self._notify()
        await self._check_copies()

    def _was_deleted(self, fax: Fax) -> bool:
        records = self._context.journal.records(self._context.account)
        return records.has_deletions and records.of(fax.identity).was_deleted is not WasDeleted.NO

    async def _check_copies(self) -> None:
        """Check the copies of the rows on the screen; if a disk does not respond, only one check waits for it."""
        self._must_check_again = True
        if self._is_checking:
            return
        self._is_checking = True
        try:
            while self._must_check_again:
                self._must_check_again = False
                records = {fax.identity: self.view.record(fax) for fax in self._rows[0]}
                copies = {fax: record for fax, record in records.items() if record.is_saved}
                if copies:
                    held = await asyncio.to_thread(self._copies.which_hold, copies.items())
                    self.view = replace(self.view, saved=self.view.saved - copies.keys() | held)
                    self._notify()
        finally:
            self._is_checking = False

    # Marks

    def toggle(self, fax: Fax) -> None:
        """Mark or unmark a fax. Raises InvalidValue if it can't be marked."""
        if self.view.is_going(fax):
            raise InvalidValue(_("This fax is being deleted, so it cannot be marked. Undo the delete first."))
        self._mark(self.view.marks.toggled(fax))

    def mark_all(self, faxes: Iterable[Fax]) -> None:
        """Mark all faxes but those that are being deleted."""
        self._mark(self.view.marks.with_all(each for each in faxes if not self.view.is_going(each)))

    def unmark_all(self, why: str = "") -> None:
        """Clear all marks. If there were any, report that they were cleared because of ``why``."""
        count = len(self.view.marks)
        self._mark(Marks())
        if count and why:
            cleared = ngettext("Cleared {count:,} mark because {why}.", "Cleared {count:,} marks because {why}.", count)
            self._observer.notify(cleared.format(count=count, why=why))

    def _mark(self, marks: Marks) -> None:
        self.view = replace(self.view, marks=marks)
        self._observer.show_operations(self.view)

    # Opening

    def note_opened(self, fax: Fax) -> None:
        """Note, for later runs as well, that a fax's document was seen."""
        self._set_opened(fax, True)

    def note_unopened(self, fax: Fax) -> None:
        """Mark a fax as unopened again, for later runs as well."""
        self._set_opened(fax, False)

    def _set_opened(self, fax: Fax, is_opened: bool) -> None:
        if self.view.is_opened(fax) == is_opened or not fax.key.has_address:
            return
        self.view = replace(self.view, opened={**self.view.opened, fax.identity: is_opened})
        if fax.identity.is_certain:
            self._recorder.opened(fax.identity, is_opened)
        self._notify()

    async def read(self, fax: Fax, on_size: Callable[[int], None] = lambda _: None) -> bytes:
        """Read a document into memory: from the saved copy if that is intact. Raises FaxtuiError.

        ``on_size`` is called with the bytes that the service announces.
        """
        from faxtui.operations.saver import read_copy, read_document

        content = await asyncio.to_thread(read_copy, self.view.record(fax))
        if content is None:
            try:
                content = await read_document(self._context.service, fax.key, LARGEST_READ, on_size)
            except Gone:
                self.note_gone(fax)
                raise
            self.view = replace(self.view, gone=self.view.gone - {fax.identity})
            self._notify()
        return content

    # Background task

    @property
    def is_busy(self) -> bool:
        """True while a background task runs."""
        return self._task is not None

    def start(self, text: str, work: Coroutine[None, None, str]) -> bool:
        """Run ``work`` in the background and show ``text`` meanwhile. Return False if another task is running.

        ``work`` returns a sentence about its end.
        """
        if self._task is not None:
            work.close()
            return False
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._task_ended)
        self.show_progress(text)
        return True

    def show_progress(self, text: str) -> None:
        """Show how far the background task is."""
        if self._task is not None:
            self._progress = text
            self._notify()

    def cancel(self) -> bool:
        """Cancel the background task. Return False if there is none."""
        return self._task is not None and self._task.cancel()

    def save(self, faxes: Sequence[Fax]) -> bool:
        """Save faxes in the background. Return False if another task is running."""
        count = len(faxes)
        text = ngettext("saving {count:,} fax …", "saving {count:,} faxes …", count).format(count=count)
        return self.start(text, self._saver.save(faxes))

    def _task_ended(self, task: asyncio.Task[str]) -> None:
        """Report the end, also of a task that was cancelled before it began."""
        self._task, self._progress = None, ""
        if task.cancelled():
            self._report_end(_("Cancelled."))
        elif isinstance(error := task.exception(), FaxtuiError):
            self._observer.operation_failed(error)
        elif error is not None:
            self.crash(error)
        else:
            self._report_end(task.result())
        self._notify()

    def _report_end(self, sentence: str) -> None:
        if self._final is None:
            self._observer.notify(sentence)
        else:
            self._final = self._final._replace(task=sentence)

    # Deleting

    def delete(self, plan: Plan, *, with_copies: bool) -> None:
        """Delete what was planned, after the grace, and if ``with_copies`` only what was saved and verified."""
        self.deletions.request(plan.documents, with_copies=with_copies)
        going = frozenset(each.key for each in plan.documents)
        self._unmarked = self._unmarked - going | (going & self.view.marks.by_key.keys())
        self._mark(self.view.marks.without(going))

    def undo(self) -> tuple[Fax, ...]:
        """Undo the delete that was requested last, with the marks it cleared; returns the faxes that are kept."""
        kept = () if self._deletions is None else self._deletions.undo()
        self._mark(self.view.marks.with_all(each for each in kept if each.key in self._unmarked))
        return kept

    def set_grace(self, seconds: float) -> None:
        """Set the seconds of grace, from the next delete on."""
        self._context = replace(self._context, grace=seconds)
        if self._deletions is not None:
            self._deletions.set_grace(seconds)

    async def aclose(self) -> FinalState:
        """Cancel what is in progress. What was not sent is never deleted. Nothing is reported from here on."""
        self._final = FinalState()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_END_LIMIT)
        if self._deletions is not None:
            self._final = self._final._replace(deletes=await self._deletions.aclose())
        if "_recorder" in self.__dict__:
            # What can't be written is only that a fax was opened.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._recorder.finish(), _END_LIMIT)
        return self._final

    # Reports

    def note_gone(self, fax: Fax) -> None:
        """Note that the service has no such document, even if a list still has the fax."""
        self.view = replace(self.view, gone=self.view.gone | {fax.identity})
        self._notify()

    def note_saved(self, fax: Fax) -> None:
        """Note that a copy was written or compared just now."""
        saved = {fax.identity} if fax.identity.is_certain else set()
        self.view = replace(self.view, saved=self.view.saved | saved, gone=self.view.gone - {fax.identity})

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""
        self._observer.crash(error)

    def sign_in_refused(self, error: SignInRefused) -> None:
        """Ask for the password: the service refused it to a delete."""
        self._observer.sign_in_refused(error)

    def deletions_changed(self, view: DeletionsView) -> None:
        """Show the deletes, and report those that ended."""
        self.view = replace(self.view, gone=self.view.gone | view.gone)
        self._notify()
        messages = tuple(self._messages.of(view))
        if self._final is not None:
            return
        for each in messages:
            (self._observer.warn if each.is_wrong else self._observer.notify)(each.sentence)
        if not view.is_in_progress:
            is_shorter, self._deleted = bool(view.deleted - self._deleted), view.deleted
            if is_shorter:
                self._observer.rows_deleted()

    def _notify(self) -> None:
        self.view = replace(
            self.view,
            records=self._context.journal.records(self._context.account),
            deletions=self.view.deletions if self._deletions is None else self._deletions.view,
            task=self._progress,
            retry=self.retries.next,
        )
        self._observer.show_operations(self.view)
