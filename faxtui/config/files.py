"""TOML files: read whole, written whole or not at all, readable by nobody else."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from faxtui.errors import ConfigurationError, StorageError

Table = Mapping[str, object]


def read_table(path: Path) -> Table:
    """What a TOML file holds; an empty table where there is no such file.

    Raises ConfigurationError, naming line and column where the file is no TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path} can't be read: {_reason(error)}. Mend its permissions.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is not UTF-8 at byte {error.start + 1}. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}. Mend it there.") from error


def table_in(table: Table, name: str) -> Table:
    """A table inside a table; an empty one where there is none, or something else stands there."""
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def write_table(path: Path, table: Table) -> None:
    """Write a TOML file: mode 0600, beside the old one, fsynced, then renamed over it. Raises StorageError."""
    import tomli_w

    content = tomli_w.dumps(table).encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise StorageError(f"{path} can't be written: {_reason(error)}.") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other faxtui programs from changing the file meanwhile. Raises StorageError.

    What is locked is a file beside it, since the file itself is replaced; where the system has no such locks, the
    last one to write wins.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"{path} can't be written: {_reason(error)}.") from error
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(handle, fcntl.LOCK_EX)


def set_aside(path: Path) -> Path:
    """Rename a file that can't be read, so that it is never overwritten; returns its new path. Raises StorageError."""
    kept = path.with_name(f"{path.name}.unreadable-{datetime.now():%Y%m%d-%H%M%S-%f}")
    try:
        path.rename(kept)
    except OSError as error:
        raise StorageError(f"{path} can't be set aside: {_reason(error)}.") from error
    return kept


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
