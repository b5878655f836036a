"""What is done with the faxes of one account: marked, opened, saved, deleted; and what is known of each from here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.text import counted
from faxtui.errors import FaxtuiError, SignInRefused, StorageError
from faxtui.inbox.deletions.states import (
    Closing,
    Deleted,
    Deleting,
    DeletionsView,
    Pending,
    Saving,
    Settling,
    Unknown,
)
from faxtui.inbox.errand import Errand, Errands
from faxtui.inbox.journal import AccountName, Journal, Record, WasDeleted
from faxtui.inbox.marks import Marks
from faxtui.inbox.news import DeletionNews
from faxtui.inbox.service import DocumentService

if TYPE_CHECKING:
    from faxtui.inbox.deletions.deletions import Deletions
    from faxtui.inbox.deletions.pauses import Clocks
    from faxtui.inbox.deletions.plan import Plan
    from faxtui.inbox.patience import Patience
    from faxtui.inbox.place import Place
    from faxtui.inbox.saving import Saver

LARGEST_READ = 64_000_000
"""Bytes of a document that is read on the screen, which is held in memory."""


class Done(Enum):
    """What is known of a fax from here."""

    GOING = "being deleted"
    UNKNOWN = "perhaps deleted"
    DELETED = "deleted from here"
    GONE = "gone"
    SAVED = "saved"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class HandlingView:
    """``opened`` and ``gone`` in this run, ``records`` of every run; ``errand`` is what goes on, if anything does."""

    marks: Marks = field(default_factory=Marks)
    opened: AbstractSet[FaxKey] = frozenset()
    gone: AbstractSet[FaxKey] = frozenset()
    records: Mapping[FaxKey, Record] = field(default_factory=dict)
    deletions: DeletionsView = field(default_factory=DeletionsView)
    errand: Errand | None = None

    def record(self, key: FaxKey) -> Record:
        """What the journal knows of a fax."""
        return self.records.get(key) or Record()

    def done(self, key: FaxKey) -> Done | None:
        deletion, record = self.deletions.by_key.get(key), self.record(key)
        match None if deletion is None else deletion.state:
            case Saving() | Pending() | Deleting() | Settling():
                return Done.GOING
            case Deleted(by_us=by_us):
                return Done.DELETED if by_us else Done.GONE
        if isinstance(deletion and deletion.state, Unknown) or record.was_deleted is WasDeleted.UNKNOWN:
            return Done.UNKNOWN
        if record.was_deleted is WasDeleted.YES:
            return Done.DELETED
        if key in self.gone:
            return Done.GONE
        if record.is_saved:
            return Done.SAVED
        return Done.OPENED if key in self.opened else None


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end left undone: deletes, and in a sentence what went on until then."""

    closing: Closing
    errand: str = ""


class Handling:
    """Every change is told to ``on_change``; ``on_said`` gets sentences, ``on_wrong`` those of what went wrong.

    What ended an errand is told to ``on_error``, a sign-in that was refused to a delete to ``on_refused``, and to
    ``on_deleted`` that the list is no longer what it was, once no more deletes are under way.

    What is ``read_only`` deletes nothing. While ``is_blind``, nobody sees a countdown: none goes on then.
    """

    def __init__(
        self,
        service: DocumentService,
        account: AccountName,
        journal: Journal,
        where: Callable[[], Place],
        *,
        grace: float,
        read_only: bool,
        clocks: Clocks | None = None,
        patience: Patience | None = None,
        is_blind: Callable[[], bool],
        on_change: Callable[[HandlingView], None],
        on_said: Callable[[str], None],
        on_wrong: Callable[[str], None],
        on_error: Callable[[FaxtuiError], None],
        on_refused: Callable[[SignInRefused], None],
        on_deleted: Callable[[], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.view = HandlingView()
        self._service = service
        self._account = account
        self._journal = journal
        self._on_change = on_change
        self._on_said = on_said
        self._on_wrong = on_wrong
        self._on_error = on_error
        self._on_deleted = on_deleted
        self._on_refused = on_refused
        self._on_crash = on_crash
        self._news = DeletionNews()
        self._deleted: AbstractSet[FaxKey] = frozenset()
        self._ending: Ending | None = None
        self.errands = Errands(on_change=self._tell, on_end=self._ended, on_error=on_error, on_crash=on_crash)
        self.read_only = read_only
        self._where = where
        self._grace = grace
        self._patience = patience
        self._clocks = clocks
        self._is_blind = is_blind
        self._deletions: Deletions | None = None

    @cached_property
    def saver(self) -> Saver:
        """Loaded when something is saved: most shifts begin with looking."""
        from faxtui.inbox.saving import Saver

        return Saver(
            self._service,
            self._account,
            self._journal,
            self._where,
            patience=self._patience,
            on_gone=self._note_gone,
        )

    @property
    def deletions(self) -> Deletions:
        """Loaded when something is deleted."""
        if self._deletions is None:
            from faxtui.inbox.deletions.deletions import Deletions

            self._deletions = Deletions(
                self._service,
                self._journal,
                self._account,
                self.saver.copy,
                grace=self._grace,
                read_only=self.read_only,
                clocks=self._clocks,
                is_blind=self._is_blind,
                on_refused=self._on_refused,
                on_change=self._deletions_changed,
                on_crash=self._on_crash,
            )
        return self._deletions

    async def begin(self) -> None:
        """Read what was done in earlier runs."""
        try:
            await asyncio.to_thread(self._journal.read)
        except StorageError as error:
            self._on_error(error)
        self._tell()

    # Marks

    def toggle(self, fax: Fax) -> None:
        """Raises InvalidValue where it can't be marked."""
        self._mark(self.view.marks.toggled(fax))

    def mark_all(self, faxes: Iterable[Fax]) -> None:
        self._mark(self.view.marks.with_all(faxes))

    def unmark_all(self, why: str = "") -> None:
        """``why`` is said where there were any."""
        count = len(self.view.marks)
        self._mark(Marks())
        if count and why:
            self._on_said(f"{counted(count, 'mark', 'marks')} taken off: {why}.")

    def _mark(self, marks: Marks) -> None:
        self.view = replace(self.view, marks=marks)
        self._on_change(self.view)

    # Looking at one

    def note_opened(self, key: FaxKey) -> None:
        if key in self.view.opened or not key.has_address:
            return
        self.view = replace(self.view, opened=self.view.opened | {key})
        self._tell()

    def export(self, work: Coroutine[None, None, str]) -> bool:
        """False while another errand goes on."""
        return self.errands.start("exporting …", work)

    async def read(self, key: FaxKey) -> bytes:
        """Its document, into memory only: from the copy that was saved where that is whole. Raises FaxtuiError."""
        from faxtui.inbox.saving import read_copy, read_document

        content = await asyncio.to_thread(read_copy, self.view.record(key))
        if content is None:
            content = await read_document(self._service, key, LARGEST_READ)
        self.note_opened(key)
        return content

    # Saving and deleting

    def save(self, faxes: Sequence[Fax]) -> bool:
        """Save these beside everything else; False while another errand goes on."""
        what = f"saving {counted(len(faxes), 'fax', 'faxes')} …"
        return self.errands.start(what, self.saver.save(faxes, self.errands.tell))

    def delete(self, plan: Plan, *, with_copies: bool) -> None:
        self.deletions.request(plan.documents, with_copies=with_copies)
        self._mark(self.view.marks.without(each.key for each in plan.documents))

    async def aclose(self) -> Ending:
        """Give up what goes on; what was not sent to be deleted never is. Nobody is told anything from here on."""
        self._ending = Ending(Closing())
        await self.errands.aclose()
        if self._deletions is not None:
            self._ending = replace(self._ending, closing=await self._deletions.aclose())
        return self._ending

    # What changed

    def _note_gone(self, key: FaxKey) -> None:
        self.view = replace(self.view, gone=self.view.gone | {key})
        self._tell()

    def _ended(self, sentence: str) -> None:
        if self._ending is None:
            self._on_said(sentence)
        else:
            self._ending = replace(self._ending, errand=sentence)

    def _deletions_changed(self, view: DeletionsView) -> None:
        self._tell()
        news = tuple(self._news.of(view))
        if self._ending is not None:
            return
        for each in news:
            (self._on_wrong if each.is_wrong else self._on_said)(each.sentence)
        if not view.is_under_way and view.deleted != self._deleted:
            self._deleted = view.deleted
            self._on_deleted()

    def _tell(self) -> None:
        self.view = replace(
            self.view,
            records=self._journal.records(self._account),
            deletions=self.view.deletions if self._deletions is None else self._deletions.view,
            errand=self.errands.current,
        )
        self._on_change(self.view)
