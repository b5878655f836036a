"""Saving settings that the operator chose to save: everything else in the file stays."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from faxtui.config.load import migrated
from faxtui.config.toml_files import (
    Table,
    locked,
    read_table,
    table_in,
    toml_of,
    write_instead,
    write_table,
    write_whole,
)
from faxtui.errors import ConfigurationError, StorageError, why

Value = str | int | bool | list[str] | None
Change = tuple[tuple[str, ...], Value]
"""The path of a setting, such as ``("ui", "page_size")``, and its new value; None takes it out of the file."""
Migrate = Callable[[Table], tuple[Table, str]]


def save_settings(path: Path, changes: Iterable[Change], migrate: Migrate = migrated) -> Path | None:
    """Write these settings into a configuration file, which is of this version then. Raises StorageError.

    A file that can't be read is set aside; one that holds what would be lost, such as comments, is copied first.
    Returns where the old file was kept, None where nothing needed to be.
    """
    with locked(path):
        try:
            before = read_table(path)
        except ConfigurationError:
            return write_instead(path, _changed({}, changes))
        current, _ = migrate(before)
        table = _changed(current, changes)
        if toml_of(table) == toml_of(before):
            return None
        _check_writable(path)
        loses = current != before or _has_comments(path, before) or not _holds(table, before)
        kept = _copied(path) if loses else None
        try:
            write_table(path, table)
        except StorageError:
            _discard(kept)
            raise
        return kept


def _changed(table: Table, changes: Iterable[Change]) -> Table:
    for names, value in changes:
        table = _with(table, names, value)
    return table


def _with(table: Table, names: tuple[str, ...], value: Value) -> Table:
    first, *rest = names
    if rest:
        return {**table, first: _with(table_in(table, first), tuple(rest), value)}
    if value is None:
        return {name: kept for name, kept in table.items() if name != first}
    return {**table, first: value}


def _has_comments(path: Path, table: Table) -> bool:
    """A ``#`` inside a text counts as well, unless it was faxtui that wrote the file: a copy too many does no harm."""
    content = path.read_bytes() if path.exists() else b""
    return b"#" in content and content != toml_of(table)


def _holds(table: Table, before: Table) -> bool:
    """Whether a table took the place of nothing but tables."""
    inner = [(value, before[name]) for name, value in table.items() if isinstance(value, dict) and name in before]
    return all(isinstance(was, dict) and _holds(now, was) for now, was in inner)


def _check_writable(path: Path) -> None:
    """Renaming would replace even a file that its owner made read-only."""
    if path.exists() and not (path.stat().st_mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        raise StorageError(f"{path} is read-only, so nothing was saved: run chmod u+w on it, or change it elsewhere.")


def _copied(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.before-{datetime.now():%Y%m%d-%H%M%S-%f}")
    try:
        write_whole(kept, path.read_bytes())
    except OSError as error:
        raise StorageError(f"{path} can't be copied before it is written: {why(error)}.") from error
    return kept


def _discard(copy: Path | None) -> None:
    if copy is not None:
        with suppress(OSError):
            copy.unlink()
