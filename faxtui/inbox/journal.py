"""What this program saved and deleted: a file that is only ever added to."""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from faxtui.disk import make_folder, sync
from faxtui.domain.account import Account, host_of
from faxtui.domain.fax import FaxKey
from faxtui.errors import StorageError, why
from faxtui.inbox.clock import machine_now


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
    """``deleting`` is on the disk before the request is sent; one that nothing follows may or may not have arrived.

    ``deleted`` is also what was found gone after our request, ``failed`` what was not deleted, or never sent.
    """

    SAVED = "saved"
    DELETING = "deleting"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. ``path`` and ``sha256`` (hexadecimal) are those of the copy, empty without one; ``reason`` a sentence.

    It has no place for senders; only a path holds what the operator has files named after.
    """

    event: Event
    account: AccountName
    key: FaxKey
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
    """What the journal knows of one fax: the copy saved last, if any, and whether it was deleted from here."""

    path: str = ""
    sha256: str = ""
    was_deleted: WasDeleted = WasDeleted.NO

    @property
    def is_saved(self) -> bool:
        return bool(self.sha256)


_AFTER = {
    Event.DELETING: WasDeleted.UNKNOWN,
    Event.DELETED: WasDeleted.YES,
    Event.FAILED: WasDeleted.NO,
}
_EVENTS: Mapping[str, Event] = {event.value: event for event in Event}
_MEMBERS = ("at", "event", "host", "login", "folder", "file", "path", "sha256", "reason")
_ABSENT = dict.fromkeys(_MEMBERS, "")
_members = itemgetter(*_MEMBERS)
_read_json = json.JSONDecoder().raw_decode
_TEXTS_ONLY = {str}
_NOTHING = Record()


class Journal:
    """JSON lines, one for each entry, readable by nobody but the user. Its methods may be called from any thread.

    Without a ``path`` nothing is written, and what is known is known for this run only.

    A line that was torn by a crash, and whatever else is no entry, is passed over.
    """

    def __init__(self, path: Path | None, now: Callable[[], datetime] = machine_now) -> None:
        self.path = path
        self._now = now
        self._lock = threading.Lock()
        self._records: Mapping[AccountName, dict[FaxKey, Record]] = {}
        self._size = 0

    def append(self, entry: Entry) -> None:
        """Returns once the entry is on the disk. Raises StorageError."""
        line = json.dumps(
            {
                "at": self._now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "event": entry.event,
                "host": entry.account.host,
                "login": entry.account.login,
                "folder": entry.key.folder,
                "file": entry.key.file_name,
                **{name: value for name, value in _optional(entry) if value},
            }
        )
        with self._lock:
            try:
                if self.path is not None:
                    self._size = _append_line(self.path, line.encode(), self._size)
            except OSError as error:
                raise StorageError(
                    f"The journal {self.path} can't be written: {why(error)}. Make room there, or mend its permissions."
                ) from error
            of_account = dict(self._records.get(entry.account, {}))
            self._records = {**self._records, entry.account: of_account}
            _fold(of_account, entry.event, entry.key, entry.path, entry.sha256)

    def read_news(self) -> bool:
        """Read it where another program wrote into it since; gives whether that was so. Raises StorageError."""
        with self._lock:
            is_old = self.path is not None and _size_of(self.path) != self._size
        if is_old:
            self.read()
        return is_old

    def read(self) -> None:
        """Take in the whole file, with what other runs wrote. Raises StorageError."""
        if self.path is None:
            return
        with self._lock:
            records: defaultdict[AccountName, dict[FaxKey, Record]] = defaultdict(dict)
            content = self._content()
            for line in _lines(content):
                texts = _members_of(line)
                if texts is not None:
                    _, event, host, login, folder, file, path, sha256, _ = texts
                    of_account = records[AccountName(host, login)]
                    _fold(of_account, _EVENTS[event], FaxKey(folder, file), path, sha256)
            self._records = records
            self._size = len(content)

    def records(self, account: AccountName) -> Mapping[FaxKey, Record]:
        """What is known of that account's faxes, as last read and since added to: a value that changes no more."""
        return MappingProxyType(self._records.get(account, {}))

    def latest(self, account: AccountName, count: int) -> tuple[tuple[datetime, Entry], ...]:
        """The last entries of that account and when each was made, newest first. Raises StorageError."""
        found: list[tuple[datetime, Entry]] = []
        with self._lock:
            content = self._content()
        for line in reversed(_lines(content)):
            if len(found) == count:
                break
            texts = _members_of(line)
            if texts is None or texts[2:4] != account:
                continue
            at, event, _, _, folder, file, path, sha256, reason = texts
            moment = _moment(at)
            if moment is not None:
                key = FaxKey(folder, file)
                entry = Entry(event=_EVENTS[event], account=account, key=key, path=path, sha256=sha256, reason=reason)
                found.append((moment, entry))
        return tuple(found)

    def _content(self) -> bytes:
        if self.path is None:
            return b""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StorageError(f"The journal {self.path} can't be read: {why(error)}. Mend its permissions.") from error


def _lines(content: bytes) -> list[str]:
    return content.decode(errors="replace").split("\n")


def _optional(entry: Entry) -> tuple[tuple[str, str], ...]:
    return ("path", entry.path), ("sha256", entry.sha256), ("reason", entry.reason)


def _fold(records: dict[FaxKey, Record], event: Event, key: FaxKey, path: str, sha256: str) -> None:
    known = records.get(key, _NOTHING)
    if event is Event.SAVED:
        records[key] = Record(path, sha256, known.was_deleted)
    else:
        records[key] = Record(known.path, known.sha256, _AFTER[event])


def _members_of(line: str) -> tuple[str, ...] | None:
    """What is at each of `_MEMBERS`, nothing where it is missing; None where the line is no entry."""
    try:
        said, end = _read_json(line)
    except (ValueError, RecursionError):
        return None
    if end != len(line) or not isinstance(said, dict):
        return None
    texts: tuple[str, ...] = _members({**_ABSENT, **said})
    return texts if set(map(type, texts)) == _TEXTS_ONLY and texts[1] in _EVENTS else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _append_line(path: Path, line: bytes, known: int) -> int:
    """Gives how much of the file is known then: of ``known`` bytes, more only where nobody else wrote meanwhile."""
    make_folder(path.parent)
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.fchmod(handle, 0o600)
        content = (b"\n" if _is_torn(handle) else b"") + line + b"\n"
        _write_at_once(handle, content)
        os.fsync(handle)
        size = os.fstat(handle).st_size
    finally:
        os.close(handle)
    if is_new:
        sync(path.parent)
    return size if size == known + len(content) else known


def _is_torn(handle: int) -> bool:
    """Whether the last line has no end: a crash or a full disk cut it off."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _write_at_once(handle: int, content: bytes) -> None:
    """In one piece, so that lines of two programs do not mix: what a full disk cuts off stays a torn line."""
    written = os.write(handle, content)
    if written < len(content):
        raise OSError(0, "the disk took only a part of the line")
