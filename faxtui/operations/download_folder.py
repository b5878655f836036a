"""A folder that faxes are saved in: its files, their manifest, and documents on their way into it.

Files are written atomically, told from others by size and content, and never overwrite another file. The manifest
``faxes.jsonl`` has a line of JSON for each file saved. A run that is killed while it adds a line leaves a torn one at
the end: readers skip it, and the next line that is added replaces it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from itertools import count
from pathlib import Path

from faxtui.domain.clock import machine_now
from faxtui.domain.document import HEAD, DocumentType, ResumePoint
from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.filename import MOST_NUMBER, PART, numbered, safe_name, with_extension
from faxtui.domain.service import Document
from faxtui.domain.text import visible
from faxtui.errors import StorageError, UnexpectedResponse, why
from faxtui.operations.wholeness import require_whole
from faxtui.storage.files import (
    is_at,
    make_folder,
    open_own,
    remove_stale,
    remove_temporary_files,
    rename_new,
    sync,
    sync_handle,
    to_thread_shielded,
    try_lock,
    write_whole,
)
from faxtui.storage.json_lines import JsonLines, Position, identity_in, identity_members, json_object
from faxtui.translation import _

MANIFEST = "faxes.jsonl"
BUFFER = 256 * 1024
"""Bytes of a document that are held before they are written, so that most need one trip to the disk."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FINAL = _FULL | {errno.EROFS, errno.ENOENT}
"""Errors of a hard link that a rename would meet, too; file systems without links (FAT, exFAT, CIFS) report others."""
_BEGINNING = b'{"folder": "'
_STALE = 600.0
"""Seconds without a change after which a part that nobody has locked is a stale one."""


@contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Translate OSError into StorageError for work in ``folder``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            text = _("No space left in {folder}. Free some space or choose another folder. Saved files are kept.")
        else:
            text = _("{folder} can't be used: {reason}. Fix this or choose another folder. Saved files are kept.")
        raise StorageError(text.format(folder=visible(str(folder)), reason=why(error))) from error


@dataclass(frozen=True, slots=True)
class Saved:
    """Its file was written, and is safe on the disk: ``size`` in bytes, ``sha256`` in hexadecimal digits."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """A file with the same content is in the folder, safe on the disk and in the manifest."""

    path: Path
    sha256: str


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


def publish(part: Path, name: str, size: int, sha256: str) -> tuple[Path, bool]:
    """Give a complete file its name, a numbered one if that is taken. Return its path, and whether it is new.

    If a file of that name has the same content, the part is removed instead. A program killed on the way leaves the
    part, the name, or both for one file. Raises OSError.
    """
    for number in count(1):
        target = part.with_name(numbered(name, number))
        is_new = _link_or_rename(part, target)
        if is_new or check_copy(target, sha256, size) is CopyState.WHOLE:
            break
        if number == MOST_NUMBER:
            raise OSError(errno.EEXIST, f"all names from {name} to {target.name} are taken")
    if not is_new:
        sync(target)
    part.unlink(missing_ok=True)
    sync(target.parent)
    return target, is_new


def _link_or_rename(part: Path, target: Path) -> bool:
    """Return False if the target's name is taken."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in _FINAL:
            raise
        return rename_new(part, target)
    return True


def clear_stale(folder: Path, name: str, suffix: str = PART) -> None:
    """Remove what a killed run left of a file of that name, unless somebody is writing to it."""
    # The name itself may be another link to the same file: so it is removed, never emptied.
    remove_stale(folder / f"{name}{suffix}")


def clear_all_stale(folder: Path) -> None:
    """Remove what killed runs left of any document, for faxes that nobody requests again.

    Web browsers have such files too: one written to recently may be theirs.
    """
    endings = tuple(f"{extension}{PART}" for each in DocumentType for extension in each.extensions)
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [each.name for each in entries if each.name.endswith(endings)]:
            remove_stale(folder / name, age=_STALE)


def _claim_one_of(folder: Path, name: str, suffix: str) -> tuple[Path, int]:
    """Create the first part that is free, for the name or a numbered one, and return it open and locked."""
    for number in range(1, MOST_NUMBER + 1):
        part = f"{numbered(name, number)}{suffix}"
        handle = _claim(folder, numbered(name, number), suffix)
        if handle is not None:
            return folder / part, handle
    raise OSError(errno.EEXIST, f"all names from {name}{suffix} to {part} are taken")


def _claim(folder: Path, name: str, suffix: str) -> int | None:
    """Create a part and return it, open and locked; None if there is one that is in use or can't be removed."""
    path = folder / f"{name}{suffix}"
    while True:
        clear_stale(folder, name, suffix)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return None
        # Before it was locked, another program may have taken it for a stale one.
        if try_lock(handle) is not False and is_at(handle, path):
            return handle
        os.close(handle)


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """A file that was saved: of which fax on which host, under which name in the folder, and when (ISO 8601, UTC).

    ``size`` is in bytes, ``sha256`` in hexadecimal digits.
    """

    host: str
    fax: FaxIdentity
    name: str
    size: int
    sha256: str
    saved: str

    def line(self) -> bytes:
        members = {
            "folder": self.fax.key.folder,
            "file": self.fax.key.file_name,
            "host": self.host,
            **identity_members(self.fax),
            "name": self.name,
            "bytes": self.size,
            "sha256": self.sha256,
            "saved": self.saved,
        }
        return json.dumps(members).encode() + b"\n"


class Manifest:
    """The entries of a manifest, the last one of each fax of each host. Everything raises OSError.

    ``unreadable`` counts the lines that are not ours, a torn last one aside.
    """

    def __init__(self, path: Path) -> None:
        self._file = JsonLines(path, _BEGINNING)
        self._adding = threading.Lock()
        self._entries: dict[tuple[str, FaxIdentity], ManifestEntry] = {}
        self.unreadable = 0
        for each in self._read():
            if each is None:
                self.unreadable += 1
            else:
                self._entries[each.host, each.fax] = each

    @property
    def exists(self) -> bool:
        return self._file.path.exists()

    def check_writable(self) -> None:
        """Raise OSError unless lines can be added."""
        os.close(open_own(self._file.path, os.O_RDWR | os.O_APPEND | os.O_CREAT))

    def find(self, host: str, fax: FaxIdentity) -> ManifestEntry | None:
        return self._entries.get((host, fax))

    def add(self, entry: ManifestEntry) -> None:
        """Return once the entry is safe on the disk; if it can't be written, nothing of it is."""
        with self._adding:
            self._file.append(entry.line())
            self._entries[entry.host, entry.fax] = entry

    def files(self) -> list[ManifestEntry]:
        """Return the last entry of each fax, in the order of the manifest: an earlier file may have been damaged."""
        by_name = {each.name: each for each in self._read() if each is not None}
        by_fax: dict[tuple[str, FaxIdentity], ManifestEntry] = {}
        for each in by_name.values():
            by_fax.pop((each.host, each.fax.name_only), None)
            by_fax[each.host, each.fax] = each
        return list(by_fax.values())

    def _read(self) -> Iterator[ManifestEntry | None]:
        with self._file.reading(Position()) as reader:
            if reader is None:
                return
            for lines in reader.blocks():
                yield from map(_entry, lines)
            rest = _entry(reader.rest())
        if rest is not None:
            yield rest


def _entry(line: str) -> ManifestEntry | None:
    """Read an entry; return None if it is none, or names a file that is not in this folder."""
    members = json_object(line) or {}
    match members:
        case {"folder": str(folder), "file": str(file), "name": str(name), "bytes": int(size), "sha256": str(sha256)}:
            if "\0" in name or Path(name).name != name:
                return None
            host, saved = (_text(members.get(each)) for each in ("host", "saved"))
            return ManifestEntry(host, identity_in(members, FaxKey(folder, file)), name, size, sha256, saved)
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class DownloadFolder:
    """A folder for documents of ``host``, each named by ``template`` with times in ``zone``, and its manifest.

    A document of the same name on another host is another document. What the manifest knows counts as saved only while
    its file is intact; if ``only_new``, always. Every method waits for the disk and raises StorageError. Raises
    InvalidValue for an invalid template.
    """

    part_suffix = PART

    def __init__(
        self,
        folder: Path,
        template: str,
        zone: tzinfo | None,
        host: str = "",
        clock: Callable[[], datetime] = machine_now,
        *,
        manifest: Path | None = None,
        only_new: bool = False,
    ) -> None:
        safe_name(template, Fax())
        self.folder = folder
        self._template = template
        self._zone = zone
        self._host = host
        self._clock = clock
        self._only_new = only_new
        clear_all_stale(folder)
        remove_temporary_files(folder)
        self._manifest_path = manifest or folder / MANIFEST
        with storage_errors(self._manifest_path.parent):
            self._manifest = Manifest(self._manifest_path)

    def find(self, fax: Fax) -> AlreadyThere | None:
        """Return the file of a fax that was saved before and is still intact; remove what a killed run left of it."""
        with storage_errors(self.folder):
            for head in (b"%PDF-", b"II*\0"):
                clear_stale(self.folder, self.name_of(fax, head), self.part_suffix)
            entry = self._manifest.find(self._host, fax.identity)
        if entry is None:
            return None
        path = self.folder / entry.name
        is_known = self._only_new and fax.identity.is_certain
        is_copy = is_known or is_copy_of(fax.identity, entry.fax, path, entry.sha256)
        return AlreadyThere(path, entry.sha256) if is_copy else None

    def name_of(self, fax: Fax, head: bytes) -> str:
        """Return the file name for a fax whose document begins with ``head``."""
        return with_extension(safe_name(self._template, fax, self._zone), head)

    def keep(self, fax: Fax, part: Path, name: str, size: int, sha256: str) -> tuple[Path, bool]:
        """Give a complete file its name and record it. Return its path, and whether it is new. Raises OSError."""
        path, is_new = publish(part, name, size, sha256)
        self.record(fax, path.name, size, sha256)
        return path, is_new

    def may_discard(self, part: Path) -> bool:
        """Return True if an incomplete file can be removed."""
        return True

    def record(self, fax: Fax, name: str, size: int, sha256: str) -> None:
        """Add a complete file that has its name to the manifest, unless it is there already. Raises OSError."""
        self._record(fax.identity, name, size, sha256)

    def _record(self, fax: FaxIdentity, name: str, size: int, sha256: str) -> None:
        known = self._manifest.find(self._host, fax)
        if known is None or (known.name, known.size, known.sha256) != (name, size, sha256):
            saved = self._clock().astimezone(UTC).isoformat(timespec="seconds")
            self._manifest.add(ManifestEntry(self._host, fax, name, size, sha256, saved))


class PendingDownload:
    """A document on its way into a folder, over several attempts if the service can resume it.

    Nothing is on the disk before its first bytes prove to be a document's. Then it is ``NAME.part``, readable by this
    user only and locked, until `finish` names it and adds it to the manifest. ``received`` is in bytes.
    """

    def __init__(self, folder: DownloadFolder, fax: Fax) -> None:
        self.fax = fax
        self.resume: ResumePoint | None = None
        self.received = 0
        self.outcome: Saved | AlreadyThere | None = None
        self._folder = folder
        self._buffer = bytearray()
        self._tail = b""
        self._proves_end = True
        self._name = ""
        self._part: Path | None = None
        self._handle = -1
        self._sha256 = hashlib.sha256()

    async def begin(self, document: Document) -> None:
        """Continue with the part that is there, or drop it if the document comes from its first byte."""
        self.resume = None
        self._proves_end = document.proves_end
        if document.start == 0:
            await self.discard()
            self.received, self._tail = 0, b""
            self._buffer.clear()

    async def add(self, chunk: bytes) -> None:
        """Raises StorageError, and UnexpectedResponse if the first bytes are not those of a document."""
        self._buffer += chunk
        self.received += len(chunk)
        self._tail = (self._tail + chunk[-HEAD:])[-HEAD:]
        if len(self._buffer) >= BUFFER:
            await to_thread_shielded(self._write)

    async def keep_for_resuming(self, document: Document) -> None:
        """Write what came, if the rest of it can be requested; not of so little that its type is not known."""
        if document.version is not None and document.length is not None and HEAD <= self.received < document.length:
            await to_thread_shielded(self._write)
            self.resume = ResumePoint(document.version, document.length, self.received, self._tail)

    async def finish(self) -> None:
        """Write the rest, name the file, add it to the manifest, and then set ``outcome``.

        Raises StorageError, UnexpectedResponse if it is no document, NoResponse if nothing proves that all of it came.
        """
        await to_thread_shielded(self._finish)

    async def discard(self) -> None:
        """Leave nothing of it on the disk, unless it was finished."""
        if self._part is not None:
            await to_thread_shielded(self._discard, self._part)

    def _write(self) -> Path:
        """Write what is held to the part, and return its path."""
        data = bytes(self._buffer)
        with storage_errors(self._folder.folder):
            part = self._part or self._open(data)
            self._sha256.update(data)
            write_whole(self._handle, data)
        self._buffer.clear()
        return part

    def _open(self, head: bytes) -> Path:
        if DocumentType.of(head) is None:
            text = (
                _("The file of fax {fax} is neither a PDF nor a TIFF. Retry; if it persists, contact support.")
                if head
                else _("The service sent an empty file for fax {fax}. Retry; if it persists, contact support.")
            )
            raise UnexpectedResponse(text.format(fax=self.fax.key.shown))
        make_folder(self._folder.folder)
        self._name = self._folder.name_of(self.fax, head)
        self._part, self._handle = _claim_one_of(self._folder.folder, self._name, self._folder.part_suffix)
        self._sha256 = hashlib.sha256()
        return self._part

    def _finish(self) -> None:
        part = self._write()
        with storage_errors(self._folder.folder):
            if not self._proves_end:
                with part.open("rb") as file:
                    require_whole(file, self.fax.key)
            sync_handle(self._handle)
            sha256 = self._sha256.hexdigest()
            path, is_new = self._folder.keep(self.fax, part, self._name, self.received, sha256)
            self._close()
        self.outcome = Saved(path, self.received, sha256) if is_new else AlreadyThere(path, sha256)

    def _discard(self, part: Path) -> None:
        with storage_errors(self._folder.folder):
            try:
                # It may have its name already, and another program a part of this name.
                if is_at(self._handle, part) and self._folder.may_discard(part):
                    part.unlink(missing_ok=True)
            finally:
                self._close()

    def _close(self) -> None:
        self._part = None
        os.close(self._handle)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that the manifest names, and what is at its place now."""

    entry: ManifestEntry
    state: CopyState


class Verification:
    """Check each file that a folder's manifest names, and no other; change nothing.

    ``unreadable`` counts the lines of the manifest that are not ours. Raises StorageError if the manifest is missing or
    can't be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with storage_errors(folder):
            manifest = Manifest(folder / MANIFEST)
            if not manifest.exists:
                raise StorageError(
                    _("There is no {name} in {folder}. Choose a folder that faxes are saved in.").format(
                        name=MANIFEST, folder=visible(str(folder))
                    )
                )
            self._files = manifest.files()
        self.unreadable = manifest.unreadable

    def __len__(self) -> int:
        return len(self._files)

    async def checked(self) -> AsyncIterator[Checked]:
        """Check the files in the order of the manifest."""
        for entry in self._files:
            yield Checked(
                entry, await to_thread_shielded(check_copy, self._folder / entry.name, entry.sha256, entry.size)
            )
