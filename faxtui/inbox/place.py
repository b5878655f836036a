"""Where documents are saved to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, and the template of names in it, on the clock of ``zone`` (None: this machine's)."""

    folder: Path
    template: str
    zone: tzinfo | None = None
