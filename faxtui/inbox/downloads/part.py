"""A file on its way: called ``NAME.part``, readable by this user only, and written to by one program."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from faxtui.disk import is_at, remove_stale, sync_handle, try_lock, write_whole
from faxtui.domain.document import DocumentType
from faxtui.domain.file_name import MOST_NUMBER, PART, numbered
from faxtui.inbox.downloads.copies import settle

_STALE = 600.0
"""Seconds without a change after which a part that nobody has locked is a stale one."""


class Part:
    """What has come so far of a file that is to be called ``name``. Everything raises OSError."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name = name
        self._path, self._handle = _claim_one_of(folder, name)
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._is_open = True

    @property
    def size(self) -> int:
        return self._size

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def write(self, data: bytes) -> None:
        self._sha256.update(data)
        self._size += len(data)
        write_whole(self._handle, data)

    def reopened(self) -> BinaryIO:
        """Open what has come so far, to read it."""
        return self._path.open("rb")

    def keep(self) -> tuple[Path, bool]:
        """Make it a file with a name for good; gives where it is, and whether it was not there before."""
        sync_handle(self._handle)
        kept = settle(self._path, self._name, self.size, self.sha256)
        self._close()
        return kept

    def discard(self) -> None:
        """Nothing is left of it, unless it was kept."""
        if self._is_open:
            try:
                self._path.unlink(missing_ok=True)
            finally:
                self._close()

    def _close(self) -> None:
        self._is_open = False
        os.close(self._handle)


def clear_stale(folder: Path, name: str) -> None:
    """Remove what a run that was killed left of a file of that name; never what somebody is writing to."""
    # The name itself may be another link to the same file: so it is removed, never emptied.
    remove_stale(folder / f"{name}{PART}")


def clear_all_stale(folder: Path) -> None:
    """Remove what killed runs left of any document, for faxes that nobody asks for again.

    Web browsers have such files too, with names of their own: what was written to of late may be one of theirs.
    """
    endings = tuple(f"{extension}{PART}" for each in DocumentType for extension in each.extensions)
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [each.name for each in entries if each.name.endswith(endings)]:
            remove_stale(folder / name, age=_STALE)


def _claim_one_of(folder: Path, name: str) -> tuple[Path, int]:
    """The first part that is free, of those for the name and for its numbered ones."""
    for number in range(1, MOST_NUMBER + 1):
        part = f"{numbered(name, number)}{PART}"
        handle = _claim(folder, numbered(name, number))
        if handle is not None:
            return folder / part, handle
    raise OSError(errno.EEXIST, f"all names from {name}{PART} to {part} are taken")


def _claim(folder: Path, name: str) -> int | None:
    """A new empty file, open and locked; None where what is there can't be removed, or is being written to."""
    path = folder / f"{name}{PART}"
    while True:
        clear_stale(folder, name)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return None
        # Before it was locked, another program may have taken it for a stale one.
        if try_lock(handle) is not False and is_at(handle, path):
            return handle
        os.close(handle)
