"""Times and paths, as sentences tell them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def span(seconds: float) -> str:
    """``21 ms``, ``2.4 s``."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def shown(path: Path, environ: Mapping[str, str]) -> str:
    """The path, with ``~`` for the home folder."""
    home = environ.get("HOME")
    if home and path.is_relative_to(home):
        return str(Path("~") / path.relative_to(home))
    return str(path)
