"""Journal: an append-only file of what this program opened, saved and deleted."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from faxtui.domain.account import Account, host_of
from faxtui.domain.clock import machine_now
from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.errors import StorageError, why
from faxtui.storage.files import make_folder
from faxtui.storage.json_lines import Appended, JsonLines, Position, Reader, identity_in, identity_members
from faxtui.translation import _

log = logging.getLogger(__name__)
SLACK = timedelta(days=7)
"""How much older than kept an entry may be before expired entries are removed: once a week at most."""
_PAUSE = 0.001
"""Seconds after each block that is read in which the screen has the processor to itself."""


class AccountName(NamedTuple):
    """Whose faxes: a host, with its port where one is given, and a login."""

    host: str
    login: str

    @classmethod
    def of(cls, account: Account) -> AccountName:
        return cls.at(account.base_url, account.login)

    @classmethod
    def at(cls, base_url: str, login: str) -> AccountName:
        return cls(host_of(base_url), login)


class Event(StrEnum):
    """What was done with a fax.

    ``deleting`` is on the disk before the request is sent; one that nothing follows may or may not have arrived.
    ``deleted`` is also what was found gone after our request, ``failed`` what was not deleted, or never sent, or is
    still in the list. ``unsaved`` is a save that failed.
    """

    OPENED = "opened"
    UNOPENED = "unopened"
    SAVED = "saved"
    UNSAVED = "unsaved"
    DELETING = "deleting"
    DELETED = "deleted"
    FAILED = "failed"


class JournalEntry(NamedTuple):
    """One line. ``path`` and ``sha256`` (hexadecimal) are those of the copy, empty without one; ``reason`` a sentence.

    Numbers of sender and receiver are in it to know a fax again: the operator asked for that by saving or deleting it.
    """

    event: Event
    account: AccountName
    fax: FaxIdentity
    path: str = ""
    sha256: str = ""
    reason: str = ""


class WasDeleted(Enum):
    """Whether a fax was deleted from here, as far as the journal knows: unknown where a request had no outcome."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Record:
    """What the journal knows of one fax: the copy saved last, if any, and whether it was deleted from here.

    ``deletion_at`` is when the journal noted that; None without any deletion.
    """

    path: str = ""
    sha256: str = ""
    was_deleted: WasDeleted = WasDeleted.NO
    deletion_at: datetime | None = field(default=None, compare=False)

    @property
    def is_saved(self) -> bool:
        """Return whether there was a copy of just this fax; only `is_copy_of` tells whether it still counts."""
        return bool(self.sha256)


class Records:
    """What the journal knows of the faxes of one account; follows the journal, and is safe to ask from any thread."""

    def __init__(self) -> None:
        self._copies: dict[FaxIdentity, tuple[str, str]] = {}
        self._deletions: dict[FaxIdentity, tuple[WasDeleted, str]] = {}
        self._opened: dict[FaxIdentity, bool] = {}

    def of(self, fax: FaxIdentity) -> Record:
        """A copy is found only for the fax it was saved of; a deletion also if an older version noted it by name."""
        path, sha256 = self._copies.get(fax, _NO_COPY) if fax.is_certain else _NO_COPY
        was_deleted, at = self._deletions.get(fax) or self._deletions.get(fax.name_only) or _NO_DELETION
        return Record(path, sha256, was_deleted, _moment(at))

    def is_opened(self, fax: FaxIdentity) -> bool:
        """Return True if the document of just this fax was seen, and not marked unopened since."""
        return self._opened.get(fax, False)

    @property
    def has_deletions(self) -> bool:
        return bool(self._deletions)

    def add(self, line: _Line) -> None:
        if line.event is Event.SAVED:
            self._copies[line.fax] = line.path, line.sha256
        elif line.event in _AFTER:
            self._deletions[line.fax] = _AFTER[line.event], line.at
        elif line.event in _OPENED:
            self._opened[line.fax] = _OPENED[line.event]

    def update(self, others: Records) -> None:
        """Add what is known from later lines."""
        self._copies.update(others._copies)
        self._deletions.update(others._deletions)
        self._opened.update(others._opened)


class _Line(NamedTuple):
    """An entry as it stands in the file."""

    at: str
    event: Event
    account: AccountName
    fax: FaxIdentity
    path: str
    sha256: str
    reason: str


_AFTER = {
    Event.DELETING: WasDeleted.UNKNOWN,
    Event.DELETED: WasDeleted.YES,
    Event.FAILED: WasDeleted.NO,
}
_OPENED = {Event.OPENED: True, Event.UNOPENED: False}
_EVENTS: Mapping[str, Event] = {event.value: event for event in Event}
_NO_COPY = ("", "")
_NO_DELETION = (WasDeleted.NO, "")
_MEMBERS = ("at", "event", "host", "login", "folder", "file", "path", "sha256", "reason")
_ABSENT = dict.fromkeys(_MEMBERS, "")
_members = itemgetter(*_MEMBERS)
_read_json = json.JSONDecoder().raw_decode
_TEXTS_ONLY = {str}


class Journal:
    """JSON lines, one for each entry, readable by nobody but the user. Its methods may be called from any thread.

    Without a ``path`` nothing is written, and entries are known for this run only. Entries older than ``keep`` are
    removed by `compact`; None keeps all. A line that was torn by a crash, and any other that is no entry, is skipped.
    """

    def __init__(
        self, path: Path | None, now: Callable[[], datetime] = machine_now, keep: timedelta | None = None
    ) -> None:
        self.path = path
        self._file = None if path is None else JsonLines(path, is_private=True)
        self._now = now
        self._keep = keep
        self._known = threading.Lock()
        """Held while what is known changes, and never while a disk may let us wait."""
        self._appending = threading.Lock()
        self._reading = threading.Lock()
        self._records: dict[AccountName, Records] = {}
        self._read_to = Position()
        self._oldest = ""

    def append(self, *entries: JournalEntry) -> None:
        """Return once the entries are on the disk. Raises StorageError."""
        at = _stamp(self._now())
        content = b"".join(_written(at, each) for each in entries)
        with self._appending:
            appended = None if self._file is None else self._append(self._file, content)
            with self._known:
                if appended is not None and self._has_read_to(appended.begin):
                    self._read_to = appended.end
                for each in entries:
                    line = _Line(at, each.event, each.account, each.fax, each.path, each.sha256, each.reason)
                    self._of(self._records, each.account).add(line)

    def read(self) -> bool:
        """Take in what was added since; return whether there was anything. Raises StorageError.

        Nothing is done while another thread is at it: on a disk that does not respond, one waits for all.
        """
        if self._file is None or not self._reading.acquire(blocking=False):
            return False
        try:
            with self._readable(), self._file.reading(self._read_to) as reader:
                return self._forget() if reader is None else self._take_in(reader)
        finally:
            self._reading.release()

    def compact(self) -> None:
        """Remove entries that are older than kept, once the oldest one read is so by a week. Raises StorageError."""
        if self._file is None or self._keep is None:
            return
        expired = self._now() - self._keep
        if not self._oldest or self._oldest >= _stamp(expired - SLACK) or not self._reading.acquire(blocking=False):
            return
        try:
            with self._readable():
                self._compact(self._file, _stamp(expired))
        finally:
            self._reading.release()

    def records(self, account: AccountName) -> Records:
        """What is known of that account's faxes."""
        with self._known:
            return self._of(self._records, account)

    def entries(self, account: AccountName) -> Iterator[tuple[datetime, JournalEntry]]:
        """Read the entries of an account, and when each was made, oldest first. Raises StorageError."""
        if self._file is None:
            return
        with self._readable(), self._file.reading(Position()) as reader:
            blocks = iter(()) if reader is None else reader.blocks()
            for line in map(_line, chain.from_iterable(blocks)):
                at = None if line is None or line.account != account else _moment(line.at)
                if line is not None and at is not None:
                    yield at, _entry(line)

    def _has_read_to(self, place: Position) -> bool:
        """Return whether everything before that place is known: of a new file that is nothing."""
        return self._read_to == place or self._read_to.offset == place.offset == 0

    @staticmethod
    def _of(records: dict[AccountName, Records], account: AccountName) -> Records:
        return records.setdefault(account, Records())

    def _append(self, file: JsonLines, content: bytes) -> Appended:
        try:
            make_folder(file.path.parent)
            return file.append(content)
        except TimeoutError as error:
            text = _("The journal {path} can't be written: {reason}. Try again.")
            raise StorageError(text.format(path=self.path, reason=why(error))) from error
        except OSError as error:
            text = _("The journal {path} can't be written: {reason}. Free some space or fix its permissions.")
            raise StorageError(text.format(path=self.path, reason=why(error))) from error

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            text = _("The journal {path} can't be read: {reason}. Fix its permissions.")
            raise StorageError(text.format(path=self.path, reason=why(error))) from error

    def _forget(self) -> bool:
        with self._known:
            was_known = self._read_to != Position()
            self._read_to, self._oldest = Position(), ""
            if was_known:
                self._records = {}
            return was_known

    def _take_in(self, reader: Reader) -> bool:
        """Read to the end, aside from what is known: half of a journal would tell of deletes without their outcome."""
        found: dict[AccountName, Records] = {}
        oldest = self._oldest if reader.is_same_file else ""
        while True:
            for block in reader.blocks():
                for line in filter(None, map(_line, block)):
                    self._of(found, line.account).add(line)
                    oldest = oldest or line.at
                time.sleep(_PAUSE)
            rest = _line(reader.rest())
            with self._known:
                if not reader.is_at_end:
                    continue
                if rest is not None:
                    self._of(found, rest.account).add(rest)
                is_news = bool(found) or not reader.is_same_file
                self._read_to = reader.position
                self._oldest = oldest
                if reader.is_same_file:
                    for account, records in found.items():
                        self._of(self._records, account).update(records)
                else:
                    self._records = found
                return is_news

    def _compact(self, file: JsonLines, expired: str) -> None:
        end, oldest, kept = self._read_to, "", bytearray()
        for text in _lines_until(file, end):
            line = _line(text)
            if line is not None and line.at < expired:
                continue
            oldest = oldest or (line.at if line is not None else "")
            kept += text.encode() + b"\n"
        begin = file.replace_beginning(end, kept)
        with self._known:
            self._read_to, self._oldest = begin, oldest


def _stamp(moment: datetime) -> str:
    """Return a moment as entries have it: in that form, texts are in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lines_until(file: JsonLines, end: Position) -> Iterator[str]:
    with file.reading(Position(end.inode)) as reader:
        if reader is not None and reader.is_same_file:
            for block in reader.blocks(end.offset):
                time.sleep(_PAUSE)
                yield from block


def _written(at: str, entry: JournalEntry) -> bytes:
    members = {
        "at": at,
        "event": entry.event,
        "host": entry.account.host,
        "login": entry.account.login,
        "folder": entry.fax.key.folder,
        "file": entry.fax.key.file_name,
        **identity_members(entry.fax),
        **{name: value for name, value in _optional(entry) if value},
    }
    return json.dumps(members).encode() + b"\n"


def _optional(entry: JournalEntry) -> Iterable[tuple[str, str]]:
    return ("path", entry.path), ("sha256", entry.sha256), ("reason", entry.reason)


def _line(text: str) -> _Line | None:
    """None if the text is no entry."""
    try:
        members, end = _read_json(text)
    except (ValueError, RecursionError):
        return None
    if end != len(text) or not isinstance(members, dict):
        return None
    texts: tuple[str, ...] = _members({**_ABSENT, **members})
    if set(map(type, texts)) != _TEXTS_ONLY or texts[1] not in _EVENTS:
        return None
    at, event, host, login, folder, file, path, sha256, reason = texts
    fax = identity_in(members, FaxKey(folder, file))
    return _Line(at, _EVENTS[event], AccountName(host, login), fax, path, sha256, reason)


def _entry(line: _Line) -> JournalEntry:
    return JournalEntry(
        event=line.event, account=line.account, fax=line.fax, path=line.path, sha256=line.sha256, reason=line.reason
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
