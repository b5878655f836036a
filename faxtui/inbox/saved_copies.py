"""What the journal and the list get to know of saved copies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from faxtui.domain.fax import FaxIdentity
from faxtui.errors import StorageError
from faxtui.inbox.downloads.copies import is_copy_of
from faxtui.inbox.journal import AccountName, Entry, Event, Journal, Record


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
