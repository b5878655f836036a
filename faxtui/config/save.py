"""Saving settings that the operator chose to save: everything else in the file stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from faxtui.config.files import Table, locked, read_table, set_aside, table_in, write_table
from faxtui.errors import ConfigurationError, StorageError

Value = str | int | bool | list[str]
Change = tuple[tuple[str, ...], Value]
"""The path of a setting, such as ``("ui", "page_size")``, and its new value."""


def save_settings(path: Path, changes: Iterable[Change]) -> Path | None:
    """Write these settings into a configuration file. Raises StorageError.

    A file that can't be read is set aside; one with comments, which would be lost, is copied first. Returns where the
    old file was kept, None where nothing needed to be.
    """
    with locked(path):
        kept = None
        try:
            before = read_table(path)
        except ConfigurationError:
            before, kept = {}, set_aside(path)
        else:
            kept = _copied(path) if _has_comments(path) else None
        table = before
        for names, value in changes:
            table = _with(table, names, value)
        if table != before or kept is not None:
            write_table(path, table)
        return kept


def _with(table: Table, names: tuple[str, ...], value: Value) -> Table:
    first, *rest = names
    return {**table, first: _with(table_in(table, first), tuple(rest), value) if rest else value}


def _has_comments(path: Path) -> bool:
    """A ``#`` inside a text counts as well: a copy too many does no harm."""
    return path.exists() and b"#" in path.read_bytes()


def _copied(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.with-comments-{datetime.now():%Y%m%d-%H%M%S-%f}")
    try:
        kept.touch(mode=0o600, exist_ok=False)
        kept.write_bytes(path.read_bytes())
    except OSError as error:
        raise StorageError(f"{path} can't be copied before it is written: {error.strerror}.") from error
    return kept
