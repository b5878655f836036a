"""Where documents are put: a folder of files, and its manifest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from faxtui.disk import make_folder, remove_temporary_files
from faxtui.domain.document import DocumentType
from faxtui.domain.fax import Fax
from faxtui.domain.file_name import safe_name, with_extension
from faxtui.errors import UnexpectedAnswer
from faxtui.inbox.clock import machine_now
from faxtui.inbox.downloads.copies import is_copy_of
from faxtui.inbox.downloads.manifest import Entry, Manifest
from faxtui.inbox.downloads.outcomes import AlreadyThere, Saved, shown
from faxtui.inbox.downloads.part import Part, clear_all_stale, clear_stale
from faxtui.inbox.downloads.trouble import told_of
from faxtui.inbox.downloads.wholeness import require_whole


class Shelf:
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
        with told_of(folder):
            self._manifest = Manifest(folder)

    def find(self, fax: Fax) -> AlreadyThere | None:
        """The file of a fax that was saved before and is still whole; what a killed run left of it goes."""
        with told_of(self.folder):
            for name in self._possible_names(fax):
                clear_stale(self.folder, name)
            entry = self._manifest.find(self._host, fax.identity)
        if entry is None:
            return None
        path = self.folder / entry.name
        is_copy = is_copy_of(fax.identity, entry.fax, path, entry.sha256)
        return AlreadyThere(path, entry.sha256) if is_copy else None

    def begin(self, fax: Fax) -> Copy:
        return Copy(self, fax)

    def open_part(self, fax: Fax, head: bytes) -> Part:
        make_folder(self.folder)
        return Part(self.folder, with_extension(self._name(fax), head))

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


class Copy:
    """A document on its way to its shelf. Nothing is on the disk before its first bytes are known to be right."""

    def __init__(self, shelf: Shelf, fax: Fax) -> None:
        self._shelf = shelf
        self._fax = fax
        self._part: Part | None = None
        self.outcome: Saved | AlreadyThere | None = None

    @property
    def is_begun(self) -> bool:
        return self._part is not None

    def write(self, data: bytes) -> None:
        """Raises UnexpectedAnswer where the first bytes are no document's."""
        with told_of(self._shelf.folder):
            self._begun(data).write(data)

    def finish(self, rest: bytes, *, proves_end: bool = True) -> None:
        """Write what is left, name the file, put it down in the manifest, and then tell in ``outcome``.

        Raises UnexpectedAnswer if there is no document, NoAnswer if nothing proves that all of it came.
        """
        with told_of(self._shelf.folder):
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
            with told_of(self._shelf.folder):
                self._part.discard()

    def _begun(self, head: bytes) -> Part:
        if self._part is None:
            if DocumentType.of(head) is None:
                what = "nothing" if not head else "something that is neither PDF nor TIFF"
                raise UnexpectedAnswer(
                    f"The service sent {what} for the fax {shown(self._fax.key)}: ask again; if it lasts, tell the "
                    "service's support."
                )
            self._part = self._shelf.open_part(self._fax, head)
        return self._part
