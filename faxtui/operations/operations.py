"""With what the faxes of one account are handled.

The faxes that the operator has marked.

Where documents are saved to.

What is done with the faxes of one account: marked, opened, saved, deleted; and what is known of each from here."""

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
from typing import TYPE_CHECKING

from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.service import DocumentService
from faxtui.domain.text import counted
from faxtui.errors import FaxtuiError, Gone, InvalidValue, SignInRefused, StorageError
from faxtui.inbox.view import Retries, Waiting
from faxtui.operations.background_task import BackgroundTask, BackgroundTasks
from faxtui.operations.deletion import (
    Deleted,
    Deleting,
    DeletionsView,
    NotDeleted,
    Pending,
    Saving,
    Settling,
    Unfinished,
    Unknown,
)
from faxtui.operations.messages import DeleteMessages
from faxtui.storage.journal import AccountName, Journal, Record, Records, WasDeleted
from faxtui.translation import ngettext

if TYPE_CHECKING:
    from faxtui.inbox.fetch_policy import RetryPolicy
    from faxtui.operations.delete_queue import Clocks, Deletions
    from faxtui.operations.deletion import Plan
    from faxtui.operations.saver import CopyChecks, Saver


@dataclass(frozen=True, slots=True)
class OperationContext:
    """``grace`` is the seconds in which a deletion can be taken back. What is ``read_only`` deletes nothing.

    While ``is_blind``, as where the terminal takes nothing, nobody sees a countdown: none goes on then. ``clocks`` and
    ``retry_policy`` are the usual ones where they are None.
    """

    service: DocumentService
    account: AccountName
    journal: Journal
    grace: float
    read_only: bool = False
    is_blind: Callable[[], bool] = lambda: False
    clocks: Clocks | None = None
    retry_policy: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks go by (folder, file), so that they outlast the page: two rows of one pair are one mark.

    Each is kept with what names its fax, in the order of marking. A fax without an address has nothing to mark it by.
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
        """With the mark of that fax set, or taken off where it was. Raises InvalidValue where it has no address."""
        if fax.key in self.by_key:
            return self.without([fax.key])
        if not fax.key.has_address:
            raise InvalidValue(
                "This fax can't be marked: the service gives it no folder and file name to know it by again."
            )
        return self.with_all([fax])

    def with_all(self, faxes: Iterable[Fax]) -> Marks:
        """With all of these marked that have an address."""
        added = {fax.key: fax for fax in faxes if fax.key.has_address}
        return Marks(MappingProxyType({**self.by_key, **added}))

    def without(self, keys: Iterable[FaxKey]) -> Marks:
        dropped = frozenset(keys)
        return Marks(MappingProxyType({key: fax for key, fax in self.by_key.items() if key not in dropped}))

    def elsewhere(self, page: Iterable[Fax]) -> tuple[Fax, ...]:
        """Those that are not among the rows of ``page``."""
        here = {fax.key for fax in page}
        return tuple(fax for key, fax in self.by_key.items() if key not in here)


@dataclass(frozen=True, slots=True)
class DownloadTarget:
    """A folder, and the template of names in it, on the clock of ``zone`` (None: this machine's)."""

    folder: Path
    template: str
    zone: tzinfo | None = None


log = logging.getLogger(__name__)
LARGEST_READ = 64_000_000
"""Bytes of a document that is read on the screen, which is held in memory."""


class LocalStatus(Enum):
    """What is known of a fax from here."""

    GOING = "being deleted"
    UNKNOWN = "perhaps deleted"
    DELETED = "deleted from here"
    GONE = "gone"
    SAVED = "saved"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class OperationsView:
    """``opened`` and ``gone`` in this run, ``records`` of every run; ``errand`` is what goes on, if anything does.

    ``saved`` are those whose copy was found to be still what was saved.
    ``retry`` is the request for one of these that is sent again next.
    """

    marks: Marks = field(default_factory=Marks)
    opened: AbstractSet[FaxIdentity] = frozenset()
    gone: AbstractSet[FaxIdentity] = frozenset()
    saved: AbstractSet[FaxIdentity] = frozenset()
    records: Records = field(default_factory=Records)
    deletions: DeletionsView = field(default_factory=DeletionsView)
    errand: BackgroundTask | None = None
    retry: Waiting | None = None

    def record(self, fax: Fax) -> Record:
        """What the journal knows of a fax."""
        return self.records.of(fax.identity)

    def is_going(self, fax: Fax) -> bool:
        """Return whether it is being deleted, or asked about after it was."""
        deletion = self.deletions.by_key.get(fax.key)
        return deletion is not None and deletion.is_under_way

    def done(self, fax: Fax) -> LocalStatus | None:
        identity = fax.identity
        state, record = self.deletions.of(fax.key), self.records.of(identity)
        match state:
            case Saving() | Pending() | Deleting() | Settling():
                return LocalStatus.GOING
            case Deleted(by_us=by_us):
                return LocalStatus.DELETED if by_us else LocalStatus.GONE
            case Unknown():
                return LocalStatus.UNKNOWN
        # What came back is known to be there, even if the journal could not be told.
        was_deleted = WasDeleted.NO if isinstance(state, NotDeleted) else record.was_deleted
        if was_deleted is WasDeleted.UNKNOWN:
            return LocalStatus.UNKNOWN
        if identity in self.gone:
            return LocalStatus.GONE
        if was_deleted is WasDeleted.YES:
            return LocalStatus.DELETED
        if record.is_saved and identity in self.saved:
            return LocalStatus.SAVED
        return LocalStatus.OPENED if identity in self.opened else None


@dataclass(frozen=True, slots=True)
class FinalState:
    """What the end left undone: deletes, and in a sentence each what went on until then and what was not saved."""

    closing: Unfinished
    errand: str = ""
    unsaved: str = ""


@dataclass(frozen=True, slots=True)
class OperationsObserver:
    """Whom handling tells what: every change of the view, sentences, and those of what ``went_wrong``.

    ``failed`` gets what ended an errand, ``refused`` a sign-in that was refused to a delete. ``deleted``: the list is
    no longer what it was, and no more deletes are under way. ``crashed`` gets errors that nobody expected.
    """

    changed: Callable[[OperationsView], None]
    said: Callable[[str], None]
    went_wrong: Callable[[str], None]
    failed: Callable[[FaxtuiError], None]
    refused: Callable[[SignInRefused], None]
    deleted: Callable[[], None]
    crashed: Callable[[BaseException], None]


class FaxOperations:
    """Documents are saved to the place that ``where`` names at that moment (it may raise FaxtuiError)."""

    def __init__(
        self, means: OperationContext, where: Callable[[], DownloadTarget], listener: OperationsObserver
    ) -> None:
        self.view = OperationsView()
        self.retries = Retries(self._tell)
        self.errands = BackgroundTasks(
            on_change=self._tell, on_end=self._ended, on_error=listener.failed, on_crash=listener.crashed
        )
        self._means = means
        self._where = where
        self._listener = listener
        self._news = DeleteMessages()
        self._deleted: AbstractSet[FaxKey] = frozenset()
        self._ending: FinalState | None = None
        self._deletions: Deletions | None = None
        self._unmarked: frozenset[FaxKey] = frozenset()
        self._rows: tuple[tuple[Fax, ...], float] = (), 0.0
        self._is_checking = self._must_check_again = False

    @cached_property
    def saver(self) -> Saver:
        """Loaded when something is saved: most shifts begin with looking."""
        from faxtui.operations.saver import Saver

        return Saver(self._means, self._where, self.retries, on_gone=self._note_gone, on_saved=self._note_saved)

    @cached_property
    def _copies(self) -> CopyChecks:
        """Loaded when the journal knows a copy of a fax in the list."""
        from faxtui.operations.saver import CopyChecks

        return CopyChecks()

    @property
    def deletions(self) -> Deletions:
        """Loaded when something is deleted."""
        if self._deletions is None:
            from faxtui.operations.delete_queue import Deletions

            self._deletions = Deletions(
                self._means,
                self.saver.copy,
                on_refused=self._listener.refused,
                on_change=self._deletions_changed,
                on_crash=self._listener.crashed,
            )
        return self._deletions

    async def begin(self) -> None:
        """Read what was done in earlier runs."""
        try:
            await asyncio.to_thread(self._means.journal.read)
        except StorageError as error:
            self._listener.failed(error)
        await self._know_more()
        try:
            await asyncio.to_thread(self._means.journal.compact)
        except StorageError as error:
            log.warning("the journal was not compacted: %s", type(error.__cause__).__name__)

    async def look_again(self) -> None:
        """Read what other programs did meanwhile; what can't be read was told of at the beginning."""
        with suppress(StorageError):
            if await asyncio.to_thread(self._means.journal.read):
                await self._know_more()

    async def compare(self, faxes: tuple[Fax, ...], requested: float) -> None:
        """Compare what is known with rows of a list that was requested at that moment (seconds, monotonic)."""
        self._rows = faxes, requested
        listed = {fax.identity for fax in faxes}
        by_key = {fax.key: fax for fax in faxes}
        replaced = [key for key, fax in self.view.marks.by_key.items() if key in by_key and fax.identity not in listed]
        self.view = replace(self.view, marks=self.view.marks.without(replaced))
        await self._know_more(has_news=bool(replaced))

    async def _know_more(self, *, has_news: bool = True) -> None:
        """Compare the rows with what is known; without news, nothing that was painted with them has changed."""
        faxes, requested = self._rows
        if self._deletions is not None or any(self._was_deleted(each) for each in faxes):
            self.deletions.compare(faxes, requested)
            has_news = True
        if has_news:
            self._tell()
        await self._check_copies()

    def _was_deleted(self, fax: Fax) -> bool:
        records = self._means.journal.records(self._means.account)
        return records.has_deletions and records.of(fax.identity).was_deleted is not WasDeleted.NO

    async def _check_copies(self) -> None:
        """Look at the copies of the rows on the screen, one by one; on a disk that does not respond, one waits."""
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
                    self._tell()
        finally:
            self._is_checking = False

    # Marks

    def toggle(self, fax: Fax) -> None:
        """Raises InvalidValue where it can't be marked."""
        if self.view.is_going(fax):
            raise InvalidValue("This fax is being deleted, so it can't be marked. Undo the delete first.")
        self._mark(self.view.marks.toggled(fax))

    def mark_all(self, faxes: Iterable[Fax]) -> None:
        """All but those that are being deleted."""
        self._mark(self.view.marks.with_all(each for each in faxes if not self.view.is_going(each)))

    def unmark_all(self, why: str = "") -> None:
        """Clear all marks. If there were any, report that they were cleared because of ``why``."""
        count = len(self.view.marks)
        self._mark(Marks())
        if count and why:
            cleared = ngettext("Cleared {count:,} mark because {why}.", "Cleared {count:,} marks because {why}.", count)
            self._listener.said(cleared.format(count=count, why=why))

    def _mark(self, marks: Marks) -> None:
        self.view = replace(self.view, marks=marks)
        self._listener.changed(self.view)

    # Looking at one

    def note_opened(self, fax: Fax) -> None:
        """Its document was seen."""
        if fax.identity in self.view.opened or not fax.key.has_address:
            return
        self.view = replace(self.view, opened=self.view.opened | {fax.identity})
        self._tell()

    def export(self, work: Coroutine[None, None, str]) -> bool:
        """False while another errand goes on."""
        return self.errands.start("exporting …", work)

    async def read(self, fax: Fax) -> bytes:
        """Its document, into memory only: from the copy that was saved where that is whole. Raises FaxtuiError."""
        from faxtui.operations.saver import read_copy, read_document

        content = await asyncio.to_thread(read_copy, self.view.record(fax))
        if content is None:
            try:
                content = await read_document(self._means.service, fax.key, LARGEST_READ)
            except Gone:
                self._note_gone(fax)
                raise
            self.view = replace(self.view, gone=self.view.gone - {fax.identity})
            self._tell()
        return content

    # Saving and deleting

    def save(self, faxes: Sequence[Fax]) -> bool:
        """Save these beside everything else; False while another errand goes on."""
        what = f"saving {counted(len(faxes), 'fax', 'faxes')} …"
        return self.errands.start(what, self.saver.save(faxes, self.errands.tell))

    def delete(self, plan: Plan, *, with_copies: bool) -> None:
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
        """Delete after so long, from the next request on."""
        self._means = replace(self._means, grace=seconds)
        if self._deletions is not None:
            self._deletions.set_grace(seconds)

    async def aclose(self) -> FinalState:
        """Give up what goes on; what was not sent to be deleted never is. Nobody is told anything from here on."""
        self._ending = FinalState(Unfinished())
        await self.errands.aclose()
        if self._deletions is not None:
            self._ending = replace(self._ending, closing=await self._deletions.aclose())
        return self._ending

    # What changed

    def _note_gone(self, fax: Fax) -> None:
        """The document is not there, even if a list has the fax still."""
        self.view = replace(self.view, gone=self.view.gone | {fax.identity})
        self._tell()

    def _note_saved(self, fax: Fax) -> None:
        """Written or compared just now."""
        saved = {fax.identity} if fax.identity.is_certain else set()
        self.view = replace(self.view, saved=self.view.saved | saved, gone=self.view.gone - {fax.identity})

    def _ended(self, sentence: str) -> None:
        if self._ending is None:
            self._listener.said(sentence)
        else:
            self._ending = replace(self._ending, errand=sentence)

    def _deletions_changed(self, view: DeletionsView) -> None:
        self.view = replace(self.view, gone=self.view.gone | _gone_in(view))
        self._tell()
        news = tuple(self._news.of(view))
        if self._ending is not None:
            return
        for each in news:
            (self._listener.went_wrong if each.is_wrong else self._listener.said)(each.sentence)
        if not view.is_under_way:
            is_shorter, self._deleted = bool(view.deleted - self._deleted), view.deleted
            if is_shorter:
                self._listener.deleted()

    def _tell(self) -> None:
        self.view = replace(
            self.view,
            records=self._means.journal.records(self._means.account),
            deletions=self.view.deletions if self._deletions is None else self._deletions.view,
            errand=self.errands.current,
            retry=self.retries.next,
        )
        self._listener.changed(self.view)


def _gone_in(view: DeletionsView) -> AbstractSet[FaxIdentity]:
    """Those that somebody else took."""
    states = [(each.fax.identity, each.state) for each in view.by_key.values()]
    return {fax for fax, state in states if isinstance(state, Deleted) and not state.by_us}
