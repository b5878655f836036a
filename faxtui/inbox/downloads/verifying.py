"""Whether what was saved is still there, and still what it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from faxtui.domain.text import visible
from faxtui.errors import StorageError
from faxtui.inbox.downloads.copies import CopyState, check_copy
from faxtui.inbox.downloads.manifest import NAME, Entry, Manifest
from faxtui.inbox.downloads.trouble import told_of
from faxtui.inbox.downloads.unbroken import unbroken


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
        with told_of(folder):
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
            yield Checked(entry, await unbroken(check_copy, self._folder / entry.name, entry.sha256, entry.size))
