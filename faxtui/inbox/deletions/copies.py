"""The copy that is kept of a fax before it is deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from faxtui.domain.fax import Fax
from faxtui.domain.text import visible
from faxtui.errors import StorageError, why


@dataclass(frozen=True, slots=True)
class SavedCopy:
    """A whole file on the disk; ``sha256`` is hexadecimal, of the bytes that the service sent."""

    path: Path
    sha256: str


Save = Callable[[Fax], Awaitable[SavedCopy]]
"""Saves a fax and verifies the file. Raises FaxtuiError where there is no such copy; may be cancelled."""


def check_copy(copy: SavedCopy) -> None:
    """Raises StorageError where the copy is not, or no longer, as it was saved."""
    name = visible(str(copy.path))
    try:
        with copy.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StorageError(f"The copy {name} can't be read any more: {why(error)}. Save the fax again.") from error
    if found != copy.sha256:
        raise StorageError(f"The copy {name} is no longer what was saved: save the fax again.")
