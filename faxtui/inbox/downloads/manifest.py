"""The manifest beside the files: a line of JSON for each that was saved, only ever added to.

A run that is killed while it adds a line leaves a torn one at the end: readers pass it over, and the next line that is
added takes its place.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from faxtui.disk import lock, sync, sync_handle, write_whole
from faxtui.domain.fax import FaxKey

NAME = "faxes.jsonl"
_BEGINNING = b'{"folder": "'
_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was saved: of which fax on which host, as what name in this folder, and when (ISO 8601, UTC).

    ``received`` is what the service wrote, ``size`` is in bytes, ``sha256`` in hexadecimal digits.
    """

    host: str
    key: FaxKey
    received: str | None
    sender: str | None
    name: str
    size: int
    sha256: str
    saved: str

    def line(self) -> bytes:
        said = {
            "folder": self.key.folder,
            "file": self.key.file_name,
            "host": self.host,
            "received": self.received,
            "from": self.sender,
            "name": self.name,
            "bytes": self.size,
            "sha256": self.sha256,
            "saved": self.saved,
        }
        return json.dumps(said).encode() + b"\n"


class Manifest:
    """What a folder's manifest tells: the last entry of each fax of each host. Everything raises OSError.

    ``unreadable`` counts the lines that are none of ours, a torn last one aside.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._adding = threading.Lock()
        self._entries: dict[tuple[str, FaxKey], Entry] = {}
        self.unreadable = 0
        for each in self._read():
            if each is None:
                self.unreadable += 1
            else:
                self._entries[each.host, each.key] = each

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def find(self, host: str, key: FaxKey) -> Entry | None:
        return self._entries.get((host, key))

    def add(self, entry: Entry) -> None:
        """The entry is safe on the disk once this returns; where it can't be, there is nothing of it."""
        with self._adding:
            is_new = not self.exists
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                lock(handle)
                _append(handle, entry.line())
            finally:
                os.close(handle)
            if is_new:
                sync(self._path.parent)
            self._entries[entry.host, entry.key] = entry

    def files(self) -> list[Entry]:
        """The last entry of each fax, in the order of the manifest: an earlier file of it may have been damaged."""
        by_name = {each.name: each for each in self._read() if each is not None}
        by_fax = {(each.host, each.key): each for each in by_name.values()}
        return list(by_fax.values())

    def _read(self) -> Iterator[Entry | None]:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        with file:
            yield from _entries(file)


def _entries(file: BinaryIO) -> Iterator[Entry | None]:
    for line in file:
        entry = _entry(line)
        if entry is not None or line.endswith(b"\n"):
            yield entry


def _entry(line: bytes) -> Entry | None:
    """None where the line is no entry, or names a file that is not in this folder."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match said:
        case {"folder": str(folder), "file": str(file), "name": str(name), "bytes": int(size), "sha256": str(sha256)}:
            if "\0" in name or Path(name).name != name:
                return None
            host, received, sender, saved = (_text(said.get(each)) for each in ("host", "received", "from", "saved"))
            return Entry(host or "", FaxKey(folder, file), received, sender, name, size, sha256, saved or "")
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _append(handle: int, line: bytes) -> None:
    size = _mend(handle)
    try:
        write_whole(handle, line)
        sync_handle(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise


def _mend(handle: int) -> int:
    """Take a torn last line of ours away, and end any other that has no end; gives the size of the file then."""
    size = os.fstat(handle).st_size
    tail = _last_line(handle, size)
    if not tail:
        return size
    if _entry(tail) is None and (tail.startswith(_BEGINNING) or _BEGINNING.startswith(tail)):
        os.ftruncate(handle, size - len(tail))
        return size - len(tail)
    write_whole(handle, b"\n")
    return size + 1


def _last_line(handle: int, size: int) -> bytes:
    """What stands after the last end of a line."""
    tail = b""
    while b"\n" not in tail and len(tail) < size:
        begin = max(size - len(tail) - _BLOCK, 0)
        tail = os.pread(handle, size - len(tail) - begin, begin) + tail
    return tail.rpartition(b"\n")[2]
