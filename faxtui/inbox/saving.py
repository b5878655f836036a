"""Saving documents from the screen: where they go, what is told of it, and what the journal gets to know."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

from faxtui import errors
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, UnexpectedAnswer
from faxtui.inbox.deletions.copies import SavedCopy
from faxtui.inbox.downloads.batch import Batch, Listeners
from faxtui.inbox.downloads.outcomes import (
    AlreadyThere,
    Failed,
    Gone,
    NoAddress,
    Outcome,
    Progress,
    Saved,
    in_words,
    shown,
    summary,
)
from faxtui.inbox.downloads.shelf import Shelf
from faxtui.inbox.downloads.wholeness import require_whole
from faxtui.inbox.journal import Record
from faxtui.inbox.means import Means
from faxtui.inbox.place import Place
from faxtui.inbox.retry import Retries
from faxtui.inbox.saved_copies import SavedRecorder
from faxtui.inbox.service import DocumentService

_TOLD = 3
"""How many of the faxes that were not saved are named."""


class Saver:
    """Documents of one account into the place that ``where`` names at that moment (it may raise FaxtuiError)."""

    def __init__(
        self,
        means: Means,
        where: Callable[[], Place],
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
        self._shelf: tuple[Place, Shelf] | None = None

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
            case [Gone()]:
                self._on_gone(fax)
                raise errors.Gone(f"{shown(fax.key)} is no longer on the service.")
            case [Failed(error=error)]:
                raise error
        raise UnexpectedAnswer(f"{shown(fax.key)} can't be asked for: its folder or file name leads nowhere.")

    def _batch(
        self,
        shelf: Shelf,
        on_outcome: Callable[[Fax, Outcome], None],
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Batch:
        listeners = Listeners(
            on_outcome,
            on_progress,
            on_wait=lambda fax, error, seconds: self._retries.wait(fax.key, error, seconds),
            on_begin=lambda fax: self._retries.end(fax.key),
        )
        return Batch(self._means.service, shelf, patience=self._means.patience, listeners=listeners)

    def _end_retries(self, faxes: Sequence[Fax]) -> None:
        for each in faxes:
            self._retries.end(each.key)

    async def _shelf_at(self, place: Place) -> Shelf:
        if self._shelf is None or self._shelf[0] != place:
            make = partial(Shelf, place.folder, place.template, place.zone, self._means.account.host)
            self._shelf = place, await asyncio.to_thread(make)
        return self._shelf[1]

    def _missed(self, fax: Fax, outcome: Gone | NoAddress | Failed) -> str:
        match outcome:
            case Gone():
                self._on_gone(fax)
                return f"{shown(fax.key)} is no longer on the service: someone else took or deleted it."
            case NoAddress():
                return f"{shown(fax.key)} can't be asked for: its folder or file name leads nowhere."
            case Failed(error=error):
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
            raise UnexpectedAnswer(f"{shown(key)} came only in part: ask for it again.")
        if not document.proves_end:
            require_whole(BytesIO(content), key)
    return bytes(content)
