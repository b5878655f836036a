"""What is done with the faxes of one account: marked, opened, saved, deleted; and what is known of each from here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
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
from faxtui.inbox.journal import Record, WasDeleted
from faxtui.inbox.marks import Marks
from faxtui.inbox.means import Means
from faxtui.inbox.news import DeletionNews
from faxtui.inbox.retry import Retries
from faxtui.inbox.view import Waiting

if TYPE_CHECKING:
    from faxtui.inbox.deletions.deletions import Deletions
    from faxtui.inbox.deletions.plan import Plan
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
    """``opened`` and ``gone`` in this run, ``records`` of every run; ``errand`` is what goes on, if anything does.

    ``retry`` is the request for one of these that is sent again next.
    """

    marks: Marks = field(default_factory=Marks)
    opened: AbstractSet[FaxKey] = frozenset()
    gone: AbstractSet[FaxKey] = frozenset()
    records: Mapping[FaxKey, Record] = field(default_factory=dict)
    deletions: DeletionsView = field(default_factory=DeletionsView)
    errand: Errand | None = None
    retry: Waiting | None = None

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
    """What the end left undone: deletes, and in a sentence each what went on until then and what was not saved."""

    closing: Closing
    errand: str = ""
    unsaved: str = ""


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom handling tells what: every change of the view, sentences, and those of what ``went_wrong``.

    ``failed`` gets what ended an errand, ``refused`` a sign-in that was refused to a delete. ``deleted``: the list is
    no longer what it was, and no more deletes are under way. ``crashed`` gets errors that nobody expected.
    """

    changed: Callable[[HandlingView], None]
    said: Callable[[str], None]
    went_wrong: Callable[[str], None]
    failed: Callable[[FaxtuiError], None]
    refused: Callable[[SignInRefused], None]
    deleted: Callable[[], None]
    crashed: Callable[[BaseException], None]


class Handling:
    """Documents are saved to the place that ``where`` names at that moment (it may raise FaxtuiError)."""

    def __init__(self, means: Means, where: Callable[[], Place], listener: Listener) -> None:
        self.view = HandlingView()
        self.retries = Retries(self._tell)
        self.errands = Errands(
            on_change=self._tell, on_end=self._ended, on_error=listener.failed, on_crash=listener.crashed
        )
        self._means = means
        self._where = where
        self._listener = listener
        self._news = DeletionNews()
        self._deleted: AbstractSet[FaxKey] = frozenset()
        self._ending: Ending | None = None
        self._deletions: Deletions | None = None

    @cached_property
    def saver(self) -> Saver:
        """Loaded when something is saved: most shifts begin with looking."""
        from faxtui.inbox.saving import Saver

        return Saver(self._means, self._where, self.retries, on_gone=self._note_gone)

    @property
    def deletions(self) -> Deletions:
        """Loaded when something is deleted."""
        if self._deletions is None:
            from faxtui.inbox.deletions.deletions import Deletions

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
        self._tell()

    async def look_again(self) -> None:
        """Read what other programs did meanwhile; what can't be read was told of at the beginning."""
        with suppress(StorageError):
            if await asyncio.to_thread(self._means.journal.read_news):
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
            self._listener.said(f"{counted(count, 'mark', 'marks')} taken off: {why}.")

    def _mark(self, marks: Marks) -> None:
        self.view = replace(self.view, marks=marks)
        self._listener.changed(self.view)

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
            content = await read_document(self._means.service, key, LARGEST_READ)
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
            self._listener.said(sentence)
        else:
            self._ending = replace(self._ending, errand=sentence)

    def _deletions_changed(self, view: DeletionsView) -> None:
        self._tell()
        news = tuple(self._news.of(view))
        if self._ending is not None:
            return
        for each in news:
            (self._listener.went_wrong if each.is_wrong else self._listener.said)(each.sentence)
        if not view.is_under_way and view.deleted != self._deleted:
            self._deleted = view.deleted
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
