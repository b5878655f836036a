"""Files of JSON lines that several programs append to: the journal, and the manifest beside saved faxes."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.storage.files import is_at, lock, open_own, replaced, sync, sync_handle, write_whole

_BLOCK = 65_536
_IDENTITY = ("received", "from", "to", "message", "pages")
"""The members of a line that tell, beside folder and file, which fax it is about."""


_identity_of = itemgetter(*_IDENTITY)
_OPTIONAL_TEXT = (str, type(None))
_VALID = frozenset(product((str,), _OPTIONAL_TEXT, _OPTIONAL_TEXT, _OPTIONAL_TEXT, (int, type(None))))


class Position(NamedTuple):
    """A place in one file: another file of the same name has another ``inode``. ``offset`` is in bytes."""

    inode: int = 0
    offset: int = 0


class Appended(NamedTuple):
    """Where the lines that were appended begin and end."""

    begin: Position
    end: Position


class JsonLines:
    """An append-only file. Everything raises OSError, also if the file is a link or belongs to somebody else.

    A line that a crash cut off is ended before the next one is written; one that begins like ``beginning`` is removed.
    What ``is_private`` is made readable by nobody else once more at each writing.
    """

    def __init__(self, path: Path, beginning: bytes = b"", *, is_private: bool = False) -> None:
        self.path = path
        self._beginning = beginning
        self._is_private = is_private

    def append(self, lines: bytes) -> Appended:
        """Return once these whole lines are on the disk; if they can't be, nothing of them is."""
        is_new = not self.path.exists()
        handle = self._open_to_append()
        try:
            if self._is_private:
                os.fchmod(handle, 0o600)
            begin = self._end_last_line(handle)
            try:
                write_whole(handle, lines)
                sync_handle(handle)
            except OSError:
                os.ftruncate(handle, begin)
                raise
            inode = os.fstat(handle).st_ino
        finally:
            os.close(handle)
        if is_new:
            sync(self.path.parent)
        return Appended(Position(inode, begin), Position(inode, begin + len(lines)))

    @contextmanager
    def reading(self, start: Position) -> Iterator[Reader | None]:
        """Read on from where an earlier reading ended; from the beginning if that was another file.

        None if there is no file.
        """
        try:
            handle = open_own(self.path, os.O_RDONLY)
        except FileNotFoundError:
            yield None
            return
        try:
            yield Reader(handle, start)
        finally:
            os.close(handle)

    def replace_beginning(self, until: Position, kept: bytes | bytearray) -> Position:
        """Replace the file, up to there, by ``kept``; what others append meanwhile stays.

        Returns where the rest begins then.
        """
        handle = open_own(self.path, os.O_RDWR)
        try:
            with replaced(self.path) as file:
                file.write(kept)
                # Most of it takes its time before others have to wait.
                file.flush()
                sync_handle(file.fileno())
                lock(handle)
                self._check_current(handle, until)
                file.write(os.pread(handle, os.fstat(handle).st_size - until.offset, until.offset))
                inode = os.fstat(file.fileno()).st_ino
        finally:
            os.close(handle)
        return Position(inode, len(kept))

    def _check_current(self, handle: int, position: Position) -> None:
        if not is_at(handle, self.path) or os.fstat(handle).st_ino != position.inode:
            raise OSError(errno.ESTALE, "another program replaced it")

    def _open_to_append(self) -> int:
        """The file, locked: another program may have replaced it before."""
        while True:
            handle = open_own(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            try:
                lock(handle)
                is_ours = is_at(handle, self.path)
            except OSError:
                os.close(handle)
                raise
            if is_ours:
                return handle
            os.close(handle)

    def _end_last_line(self, handle: int) -> int:
        """Return the size of the file then."""
        size = os.fstat(handle).st_size
        if not size or os.pread(handle, 1, size - 1) == b"\n":
            return size
        tail = _last_line(handle, size)
        is_ours = self._beginning and (tail.startswith(self._beginning) or self._beginning.startswith(tail))
        if is_ours and json_object(tail) is None:
            os.ftruncate(handle, size - len(tail))
            return size - len(tail)
        write_whole(handle, b"\n")
        return size + 1


class Reader:
    """Reads whole lines, a block at a time. ``is_same_file``: it goes on where an earlier reading ended."""

    def __init__(self, handle: int, start: Position) -> None:
        self._handle = handle
        found = os.fstat(handle)
        self.is_same_file = found.st_ino == start.inode and found.st_size >= start.offset
        self._offset = start.offset if self.is_same_file else 0
        self._inode = found.st_ino

    @property
    def position(self) -> Position:
        """The end of the last whole line that was read."""
        return Position(self._inode, self._offset)

    @property
    def is_at_end(self) -> bool:
        """Return whether nothing was appended since, but for a line that has no end yet."""
        return b"\n" not in os.pread(self._handle, _BLOCK, self._offset)

    def blocks(self, until: float = math.inf) -> Iterator[list[str]]:
        """Give the lines that follow, without their ends, up to that offset or until there is no whole one left."""
        size = _BLOCK
        while block := os.pread(self._handle, int(min(size, until - self._offset)), self._offset):
            whole = block.rfind(b"\n") + 1
            if whole:
                self._offset += whole
                yield block[: whole - 1].decode(errors="replace").split("\n")
                size = _BLOCK
            elif len(block) < size:
                return  # An end of a line is still missing.
            else:
                size *= 2

    def rest(self) -> str:
        """What stands after the last whole line: a line whose end is missing."""
        size = max(os.fstat(self._handle).st_size - self._offset, 0)
        return os.pread(self._handle, size, self._offset).decode(errors="replace")


def json_object(line: str | bytes) -> Mapping[str, object] | None:
    """What a line holds; None if it is no JSON object."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def identity_members(fax: FaxIdentity) -> Mapping[str, str | int | None]:
    """Everything of a fax's identity but its key, as members of a line; nothing if only its name is known."""
    return dict(zip(_IDENTITY, fax[1:], strict=True)) if fax.is_certain else {}


def identity_in(members: Mapping[str, object], key: FaxKey) -> FaxIdentity:
    """Which fax a line is about: only its name is known if an older version wrote the line, or if any member is odd."""
    try:
        values: tuple[str, str | None, str | None, str | None, int | None] = _identity_of(members)
    except KeyError:
        return FaxIdentity(key)
    return FaxIdentity(key, *values) if tuple(map(type, values)) in _VALID else FaxIdentity(key)


def _last_line(handle: int, size: int) -> bytes:
    """What stands after the last end of a line."""
    tail = b""
    while b"\n" not in tail and len(tail) < size:
        begin = max(size - len(tail) - _BLOCK, 0)
        tail = os.pread(handle, size - len(tail) - begin, begin) + tail
    return tail.rpartition(b"\n")[2]
