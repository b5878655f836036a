"""What the journal is told of deletions, without holding anything else up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from faxtui.domain.fax import FaxIdentity
from faxtui.errors import StorageError
from faxtui.inbox.clock import machine_now
from faxtui.inbox.deletions.copies import SavedCopy, require_copy
from faxtui.inbox.deletions.wording import LISTED_AGAIN, named
from faxtui.inbox.journal import AccountName, Entry, Event, Journal, Record, WasDeleted

LONGEST_REQUEST = timedelta(seconds=90)
"""After which a request to delete, and the question what became of it, are over (our decision)."""


class Ledger:
    """One account's part of the journal."""

    def __init__(self, journal: Journal, account: AccountName) -> None:
        self._journal = journal
        self._account = account

    def record(self, fax: FaxIdentity) -> Record:
        return self._journal.records(self._account).of(fax)

    async def saved(self, fax: FaxIdentity, copy: SavedCopy) -> None:
        """Raises StorageError."""
        await asyncio.to_thread(self._write, Event.SAVED, fax, copy)

    async def deleting(self, fax: FaxIdentity, copy: SavedCopy | None) -> None:
        """What must be on the disk before a request may be sent. Raises StorageError, also for a copy that is lost."""
        await asyncio.to_thread(self._check_and_write, fax, copy)

    async def deleted(self, fax: FaxIdentity, copy: SavedCopy | None, reason: str = "") -> StorageError | None:
        """Gives what kept it from being written: it is too late to raise that."""
        return await self._told(Event.DELETED, fax, copy, reason)

    async def failed(self, fax: FaxIdentity, copy: SavedCopy | None, reason: str) -> StorageError | None:
        """Gives what kept it from being written: the journal then tells of an unknown outcome."""
        return await self._told(Event.FAILED, fax, copy, reason)

    async def still_there(self, faxes: Iterable[FaxIdentity]) -> None:
        """Note of these that they are in the list; where that can't be written, the next list tells it again."""
        entries = [
            Entry(event=Event.FAILED, account=self._account, fax=each, reason=LISTED_AGAIN.format(name=named(each.key)))
            for each in faxes
        ]
        with suppress(StorageError):
            await asyncio.to_thread(self._journal.append, *entries)

    def is_contradicted(self, fax: FaxIdentity, requested: float) -> bool:
        """Whether a list that was requested at that moment (seconds, monotonic) proves a deletion in it wrong.

        A request without an outcome may be another program's, and still be on its way.
        """
        record = self.record(fax)
        if record.was_deleted is WasDeleted.NO:
            return False
        age = timedelta(seconds=time.monotonic() - requested)
        allowed = LONGEST_REQUEST if record.was_deleted is WasDeleted.UNKNOWN else timedelta()
        return record.deletion_at is None or record.deletion_at + allowed < machine_now() - age

    async def _told(self, event: Event, fax: FaxIdentity, copy: SavedCopy | None, reason: str) -> StorageError | None:
        try:
            await asyncio.to_thread(self._write, event, fax, copy, reason)
        except StorageError as error:
            return error
        return None

    def _check_and_write(self, fax: FaxIdentity, copy: SavedCopy | None) -> None:
        if copy is not None:
            require_copy(copy)
        self._write(Event.DELETING, fax, copy)

    def _write(self, event: Event, fax: FaxIdentity, copy: SavedCopy | None, reason: str = "") -> None:
        path, sha256 = ("", "") if copy is None else (str(copy.path), copy.sha256)
        self._journal.append(
            Entry(event=event, account=self._account, fax=fax, path=path, sha256=sha256, reason=reason)
        )
