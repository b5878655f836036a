"""What a disk can't do for the folder that faxes are saved to, in a sentence.

Whole files in their folder: told from others by size and content, never written over.

A file on its way: called ``NAME.part``, readable by this user only, and written to by one program.

Where documents are put: a folder of files, and its manifest.

Whether what was saved is still there, and still what it was."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from itertools import count
from pathlib import Path
from typing import BinaryIO

from faxtui.domain.clock import machine_now
from faxtui.domain.document import DocumentType
from faxtui.domain.fax import Fax, FaxIdentity
from faxtui.domain.filename import MOST_NUMBER, PART, numbered, safe_name, with_extension
from faxtui.domain.text import visible
from faxtui.errors import StorageError, UnexpectedResponse, why
from faxtui.operations.outcomes import AlreadyThere, Saved, shown
from faxtui.operations.wholeness import require_whole
from faxtui.storage.files import (
    is_at,
    make_folder,
    remove_stale,
    remove_temporary_files,
    rename_new,
    sync,
    sync_handle,
    to_thread_shielded,
    try_lock,
    write_whole,
)
from faxtui.storage.manifest import NAME, Entry, Manifest

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Raises StorageError where the disk does not do what it is asked to in ``folder``."""
    try:
        yield
    except OSError as error:
        shown = visible(str(folder))
        if error.errno in _FULL:
            sentence = f"There is no room left for {shown}: make some, or name another folder, and start again."
        else:
            sentence = f"{shown} can't be used: {why(error)}. Mend that, or name another folder, and start again."
        raise StorageError(f"{sentence} What is saved already stays.") from error


_FINAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT})
"""Errors of a hard link that a rename would meet, too; file systems without links (FAT, exFAT, CIFS) report others."""


class CopyState(Enum):
    """What is at a place where a file of a certain content should be."""

    WHOLE = "whole"
    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


def is_copy_of(fax: FaxIdentity, saved: FaxIdentity, path: Path, sha256: str) -> bool:
    """Return whether a file that was saved of one fax counts as a copy of this one.

    The only rule for that, on every way to it: received date, sender, receiver, message id and pages are the same, and
    the file is still what was saved. The service uses names again, so a name proves nothing.
    """
    return saved.is_certain and saved == fax and check_copy(path, sha256) is CopyState.WHOLE


def check_copy(path: Path, sha256: str, size: int | None = None) -> CopyState:
    """Return whether the file has that content, and size if one is given; a link counts as what it leads to."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or size not in (None, found.st_size):
                return CopyState.CHANGED
            is_same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except (FileNotFoundError, NotADirectoryError):
        return CopyState.MISSING
    except IsADirectoryError:
        return CopyState.CHANGED
    except OSError:
        return CopyState.UNREADABLE
    return CopyState.WHOLE if is_same else CopyState.CHANGED


def settle(part: Path, name: str, size: int, sha256: str) -> tuple[Path, bool]:
    """Give a whole file its name, a numbered one where that is taken, and tell where it is and whether it is new.

    Where the same content has such a name already, the part goes. A program killed on the way leaves the part, the
    name, or both for one file. Raises OSError.
    """
    for number in count(1):
        target = part.with_name(numbered(name, number))
        is_new = _take(part, target)
        if is_new or check_copy(target, sha256, size) is CopyState.WHOLE:
            break
        if number == MOST_NUMBER:
            raise OSError(errno.EEXIST, f"all names from {name} to {target.name} are taken")
    if not is_new:
        sync(target)
    part.unlink(missing_ok=True)
    sync(target.parent)
    return target, is_new


def _take(part: Path, target: Path) -> bool:
    """Whether the target's name was free."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in _FINAL:
            raise
        return rename_new(part, target)
    return True


_STALE = 600.0
"""Seconds without a change after which a part that nobody has locked is a stale one."""


class PartialFile:
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


class DownloadFolder:
    """A folder that documents of ``host`` are put into, each called as ``template`` says on the clock of ``zone``.

    What another host has by the same name is another document. Everything here waits for the disk, and raises
    StorageError where that fails. Raises InvalidValue, too, where the template can't be taken.
    """

    def __init__(
        self,
        folder: Path,
        template: str,
        zone: tzinfo | None,
        host: str = "",
        clock: Callable[[], datetime] = machine_now,
    ) -> None:
        safe_name(template, Fax())
        self.folder = folder
        self._template = template
        self._zone = zone
        self._host = host
        self._clock = clock
        clear_all_stale(folder)
        remove_temporary_files(folder)
        with storage_errors(folder):
            self._manifest = Manifest(folder)

    def find(self, fax: Fax) -> AlreadyThere | None:
        """The file of a fax that was saved before and is still whole; what a killed run left of it goes."""
        with storage_errors(self.folder):
            for name in self._possible_names(fax):
                clear_stale(self.folder, name)
            entry = self._manifest.find(self._host, fax.identity)
        if entry is None:
            return None
        path = self.folder / entry.name
        is_copy = is_copy_of(fax.identity, entry.fax, path, entry.sha256)
        return AlreadyThere(path, entry.sha256) if is_copy else None

    def begin(self, fax: Fax) -> PendingDownload:
        return PendingDownload(self, fax)

    def open_part(self, fax: Fax, head: bytes) -> PartialFile:
        make_folder(self.folder)
        return PartialFile(self.folder, with_extension(self._name(fax), head))

    def note(self, fax: Fax, name: str, size: int, sha256: str) -> None:
        """The last step: only what is whole and has its name gets into the manifest, once."""
        known = self._manifest.find(self._host, fax.identity)
        if known is not None and (known.name, known.size, known.sha256) == (name, size, sha256):
            return
        saved = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        self._manifest.add(Entry(self._host, fax.identity, name, size, sha256, saved))

    def _name(self, fax: Fax) -> str:
        return safe_name(self._template, fax, self._zone)

    def _possible_names(self, fax: Fax) -> set[str]:
        return {with_extension(self._name(fax), head) for head in (b"%PDF-", b"II*\0")}


class PendingDownload:
    """A document on its way to its shelf. Nothing is on the disk before its first bytes are known to be right."""

    def __init__(self, shelf: DownloadFolder, fax: Fax) -> None:
        self._shelf = shelf
        self._fax = fax
        self._part: PartialFile | None = None
        self.outcome: Saved | AlreadyThere | None = None

    @property
    def is_begun(self) -> bool:
        return self._part is not None

    def write(self, data: bytes) -> None:
        """Raises UnexpectedResponse where the first bytes are no document's."""
        with storage_errors(self._shelf.folder):
            self._begun(data).write(data)

    def finish(self, rest: bytes, *, proves_end: bool = True) -> None:
        """Write what is left, name the file, put it down in the manifest, and then tell in ``outcome``.

        Raises UnexpectedResponse if there is no document, NoResponse if nothing proves that all of it came.
        """
        with storage_errors(self._shelf.folder):
            part = self._begun(rest)
            part.write(rest)
            if not proves_end:
                with part.reopened() as file:
                    require_whole(file, self._fax.key)
            path, is_new = part.keep()
            self._shelf.note(self._fax, path.name, part.size, part.sha256)
        self.outcome = Saved(path, part.size, part.sha256) if is_new else AlreadyThere(path, part.sha256)

    def discard(self) -> None:
        """Leave nothing of it on the disk, unless it was finished."""
        if self._part is not None:
            with storage_errors(self._shelf.folder):
                self._part.discard()

    def _begun(self, head: bytes) -> PartialFile:
        if self._part is None:
            if DocumentType.of(head) is None:
                what = "nothing" if not head else "something that is neither PDF nor TIFF"
                raise UnexpectedResponse(
                    f"The service sent {what} for the fax {shown(self._fax.key)}: ask again; if it lasts, tell the "
                    "service's support."
                )
            self._part = self._shelf.open_part(self._fax, head)
        return self._part


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that the manifest names, and what is at its place now."""

    entry: Entry
    state: CopyState


class Verification:
    """Looks at each file that a folder's manifest names, and at no other; changes nothing.

    ``unreadable`` is how many lines of the manifest are none of ours. Raises StorageError where there is no manifest,
    or none that can be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors(folder):
            manifest = Manifest(folder)
            if not manifest.exists:
                raise StorageError(
                    f"There is no {NAME} in {visible(str(folder))}: name a folder that faxes are saved in."
                )
            self._files = manifest.files()
        self.unreadable = manifest.unreadable

    def __len__(self) -> int:
        return len(self._files)

    async def checked(self) -> AsyncIterator[Checked]:
        """In the order of the manifest."""
        for entry in self._files:
            yield Checked(
                entry, await to_thread_shielded(check_copy, self._folder / entry.name, entry.sha256, entry.size)
            )
