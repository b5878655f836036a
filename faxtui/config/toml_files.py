"""TOML files: read whole, written whole or not at all, readable by nobody else."""

from __future__ import annotations

import codecs
import errno
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from faxtui.errors import ConfigurationError, StorageError, why
from faxtui.storage.files import lock, make_folder, read_limited, replaced

Table = Mapping[str, object]
LARGEST = 1_000_000
"""Bytes of a configuration or state file: far more than any has."""


def read_table(path: Path) -> Table:
    """What a TOML file holds; an empty table where there is no such file.

    A byte order mark at its start, as some editors write it, is no part of it. Raises ConfigurationError, naming line
    and column where the file is no TOML.
    """
    try:
        content = read_limited(path, LARGEST).removeprefix(codecs.BOM_UTF8)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read: {why(error)}. {_remedy(error)}") from error
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 ({_place(content, error.start)}). Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}. Mend it there.") from error
    except (ValueError, RecursionError) as error:
        # Whole numbers of thousands of digits, tables thousands deep.
        raise ConfigurationError(f"{path} can't be read: a value in it is far too large. Mend it there.") from error


def table_in(table: Table, name: str) -> Table:
    """A table inside a table; an empty one where there is none, or something else stands there."""
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def toml_of(table: Table) -> bytes:
    """A table as it is written into a file."""
    import tomli_w

    return tomli_w.dumps(table).encode()


def write_table(path: Path, table: Table) -> None:
    """Write a TOML file, whole or not at all. Raises StorageError."""
    write_whole(path, toml_of(table))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, for this user only; where a link leads. Raises StorageError."""
    try:
        place = _place_of(path)
        make_folder(place.parent)
        with replaced(place) as file:
            file.write(content)
    except OSError as error:
        raise StorageError(f"{path} can't be written: {why(error)}.") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other faxtui programs from changing the file meanwhile.

    Raises StorageError if the lock can't be had within a second.

    What is locked is a file beside it, since the file itself is replaced; where the system has no such locks, the
    last one to write wins.
    """
    try:
        place = _place_of(path)
        make_folder(place.parent)
        handle = os.open(place.with_name(f".{place.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StorageError(f"{path} can't be written: {why(error)}.") from error
    try:
        try:
            lock(handle)
        except TimeoutError as error:
            raise StorageError(
                f"{path} can't be written: {why(error)}. Close other faxtui windows or retry."
            ) from error
        yield
    finally:
        os.close(handle)


def set_aside(path: Path) -> Path:
    """Rename a file that can't be read, so that it is never overwritten; returns its new path. Raises StorageError.

    Where a link leads to it, the file itself is renamed.
    """
    place = _place_of(path)
    kept = place.with_name(f"{place.name}.unreadable-{datetime.now():%Y%m%d-%H%M%S-%f}")
    try:
        place.rename(kept)
    except OSError as error:
        raise StorageError(f"{path} can't be set aside: {why(error)}.") from error
    return kept


def write_instead(path: Path, table: Table) -> Path:
    """Write a TOML file where one stands that can't be read: that one is set aside, and back where this fails.

    Returns where it is kept. Raises StorageError.
    """
    kept = set_aside(path)
    try:
        write_table(path, table)
    except StorageError:
        with suppress(OSError):
            kept.rename(_place_of(path))
        raise
    return kept


def _remedy(error: OSError) -> str:
    if error.errno in (errno.EFBIG, errno.EINVAL):
        return "Move it away, or name another file."
    return "Mend its permissions."


def _place_of(path: Path) -> Path:
    """Where a link leads. Unlike ``Path.resolve``, it takes links that go round in circles as well."""
    return Path(os.path.realpath(path))


def _place(content: bytes, offset: int) -> str:
    before = content[:offset].split(b"\n")
    return f"at line {len(before)}, column {len(before[-1].decode()) + 1}"
