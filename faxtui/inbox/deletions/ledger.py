"""What the journal is told of deletions, without holding anything else up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from faxtui.domain.fax import FaxKey
from faxtui.errors import StorageError
from faxtui.inbox.deletions.copies import SavedCopy, check_copy
from faxtui.inbox.journal import AccountName, Entry, Event, Journal, Record


class Ledger:
    """One account's part of the journal."""

    def __init__(self, journal: Journal, account: AccountName) -> None:
        self._journal = journal
        self._account = account

    @property
    def records(self) -> Mapping[FaxKey, Record]:
        return self._journal.records(self._account)

    async def saved(self, key: FaxKey, copy: SavedCopy) -> None:
        """Raises StorageError."""
        await asyncio.to_thread(self._write, Event.SAVED, key, copy)

    async def deleting(self, key: FaxKey, copy: SavedCopy | None) -> None:
        """What must be on the disk before a request may be sent. Raises StorageError, also for a copy that is lost."""
        await asyncio.to_thread(self._check_and_write, key, copy)

    async def deleted(self, key: FaxKey, copy: SavedCopy | None, reason: str = "") -> StorageError | None:
        """Gives what kept it from being written: it is too late to raise that."""
        return await self._told(Event.DELETED, key, copy, reason)

    async def failed(self, key: FaxKey, copy: SavedCopy | None, reason: str) -> StorageError | None:
        """Gives what kept it from being written: the journal then tells of an unknown outcome."""
        return await self._told(Event.FAILED, key, copy, reason)

    async def _told(self, event: Event, key: FaxKey, copy: SavedCopy | None, reason: str) -> StorageError | None:
        try:
            await asyncio.to_thread(self._write, event, key, copy, reason)
        except StorageError as error:
            return error
        return None

    def _check_and_write(self, key: FaxKey, copy: SavedCopy | None) -> None:
        if copy is not None:
            check_copy(copy)
        self._write(Event.DELETING, key, copy)

    def _write(self, event: Event, key: FaxKey, copy: SavedCopy | None, reason: str = "") -> None:
        path, sha256 = ("", "") if copy is None else (str(copy.path), copy.sha256)
        self._journal.append(
            Entry(event=event, account=self._account, key=key, path=path, sha256=sha256, reason=reason)
        )
