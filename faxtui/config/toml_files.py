"""TOML files: written atomically, readable by nobody else; and saving settings in the configuration file."""

from __future__ import annotations

import codecs
import errno
import os
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from faxtui.errors import ConfigurationError, StorageError, why
from faxtui.storage.files import lock, make_folder, read_limited, replaced
from faxtui.translation import _

Table = Mapping[str, object]
Value = str | int | bool | list[str] | None
Change = tuple[tuple[str, ...], Value]
"""The path of a setting, such as ``("ui", "page_size")``, and its new value; None removes it from the file."""
LARGEST = 1_000_000
"""Bytes of a configuration or state file: far more than any has."""


def read_table(path: Path) -> Table:
    """Return what a TOML file holds, an empty table if there is no such file; a byte order mark is ignored.

    Raises ConfigurationError, with line and column if the file is not TOML.
    """
    try:
        content = read_limited(path, LARGEST).removeprefix(codecs.BOM_UTF8)
    except FileNotFoundError:
        return {}
    except OSError as error:
        text = (
            _("{path} can't be read: {reason}. Move it away, or name another file.")
            if error.errno in (errno.EFBIG, errno.EINVAL)
            else _("{path} can't be read: {reason}. Correct its permissions.")
        )
        raise ConfigurationError(text.format(path=path, reason=why(error))) from error
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        before = content[: error.start].split(b"\n")
        raise ConfigurationError(
            _("{path} is not UTF-8 (at line {line}, column {column}). Save it as UTF-8.").format(
                path=path, line=len(before), column=len(before[-1].decode()) + 1
            )
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            _("{path} is not valid TOML: {reason}. Correct it.").format(path=path, reason=error)
        ) from error
    except (ValueError, RecursionError) as error:
        # Integers of thousands of digits, tables thousands deep.
        raise ConfigurationError(
            _("{path} can't be read: a value in it is far too large. Correct it.").format(path=path)
        ) from error


def table_in(table: Table, name: str) -> Table:
    """Return a table inside a table, an empty one if there is none or the value is not a table."""
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def toml_of(table: Table) -> bytes:
    """Return a table as it is written into a file."""
    import tomli_w

    return tomli_w.dumps(table).encode()


def write_table(path: Path, table: Table) -> None:
    """Write a TOML file atomically. Raises StorageError."""
    write_whole(path, toml_of(table))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically, for this user only; a link is followed. Raises StorageError."""
    try:
        target = _target_of(path)
        make_folder(target.parent)
        with replaced(target) as file:
            file.write(content)
    except OSError as error:
        raise _not_written(path, error) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other faxtui programs from changing the file meanwhile. Raises StorageError if it is locked for a second.

    The lock is on a file beside it, since the file itself is replaced. Without locks the last one to write wins.
    """
    try:
        target = _target_of(path)
        make_folder(target.parent)
        handle = os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        try:
            lock(handle)
        except TimeoutError as error:
            text = _("{path} can't be written: {reason}. Close other faxtui windows or retry.")
            raise StorageError(text.format(path=path, reason=why(error))) from error
        yield
    finally:
        os.close(handle)


def set_aside(path: Path) -> Path:
    """Rename a file that can't be read, so that it is never overwritten, and return its new path.

    A link is followed. Raises StorageError.
    """
    target = _target_of(path)
    kept = target.with_name(f"{target.name}.unreadable-{datetime.now():%Y%m%d-%H%M%S-%f}")
    try:
        target.rename(kept)
    except OSError as error:
        raise StorageError(_("{path} can't be set aside: {reason}.").format(path=path, reason=why(error))) from error
    return kept


def write_instead(path: Path, table: Table) -> Path:
    """Replace a file that can't be read, and return the path where it is set aside; it is back if this fails.

    Raises StorageError.
    """
    kept = set_aside(path)
    try:
        write_table(path, table)
    except StorageError:
        with suppress(OSError):
            kept.rename(_target_of(path))
        raise
    return kept


def save_settings(path: Path, changes: Iterable[Change]) -> Path | None:
    """Write these settings into a configuration file; everything else in it stays. Raises StorageError.

    A file that can't be read is set aside; one whose comments or values would be lost is copied first. Returns the
    path of the old file, None if there was no need to keep it.
    """
    with locked(path):
        try:
            before = read_table(path)
        except ConfigurationError:
            return write_instead(path, _changed({}, changes))
        table = _changed(before, changes)
        if toml_of(table) == toml_of(before):
            return None
        _check_writable(path)
        kept = _copied(path) if _has_comments(path, before) or not _holds(table, before) else None
        try:
            write_table(path, table)
        except StorageError:
            if kept is not None:
                with suppress(OSError):
                    kept.unlink()
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
    """Return True also for a ``#`` inside a text, unless faxtui wrote the file: a copy too many does no harm."""
    content = path.read_bytes() if path.exists() else b""
    return b"#" in content and content != toml_of(table)


def _holds(table: Table, before: Table) -> bool:
    """Return True if tables have replaced nothing but tables."""
    inner = [(value, before[name]) for name, value in table.items() if isinstance(value, dict) and name in before]
    return all(isinstance(was, dict) and _holds(now, was) for now, was in inner)


def _check_writable(path: Path) -> None:
    """Raise StorageError for a read-only file: renaming would replace even that."""
    if path.exists() and not (path.stat().st_mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        raise StorageError(
            _("{path} is read-only, so nothing was saved. Run chmod u+w on it, or change it elsewhere.").format(
                path=path
            )
        )


def _copied(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.before-{datetime.now():%Y%m%d-%H%M%S-%f}")
    try:
        write_whole(kept, path.read_bytes())
    except OSError as error:
        raise StorageError(
            _("{path} can't be copied before it is written: {reason}.").format(path=path, reason=why(error))
        ) from error
    return kept


def _target_of(path: Path) -> Path:
    """Return where a link leads. Unlike ``Path.resolve``, it accepts links that go round in circles as well."""
    return Path(os.path.realpath(path))


def _not_written(path: Path, error: OSError) -> StorageError:
    return StorageError(_("{path} can't be written: {reason}.").format(path=path, reason=why(error)))
