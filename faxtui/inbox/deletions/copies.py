"""The copy that is kept of a fax before it is deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from faxtui.domain.fax import Fax
from faxtui.domain.text import visible
from faxtui.errors import StorageError
from faxtui.inbox.downloads.copies import CopyState, check_copy


@dataclass(frozen=True, slots=True)
class SavedCopy:
    """A whole file on the disk; ``sha256`` is hexadecimal, of the bytes that the service sent."""

    path: Path
    sha256: str


Save = Callable[[Fax], Awaitable[SavedCopy]]
"""Saves a fax and verifies the file. Raises FaxtuiError where there is no such copy; may be cancelled."""


def require_copy(copy: SavedCopy) -> None:
    """Raises StorageError if the copy is not, or no longer, as it was saved."""
    name = visible(str(copy.path))
    match check_copy(copy.path, copy.sha256):
        case CopyState.MISSING:
            raise StorageError(f"The copy {name} is missing. Save the fax again.")
        case CopyState.UNREADABLE:
            raise StorageError(f"The copy {name} can't be read. Check its permissions, or save the fax again.")
        case CopyState.CHANGED:
            raise StorageError(f"The copy {name} is no longer what was saved. Save the fax again.")
