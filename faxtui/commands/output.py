"""Where a command's data goes: to standard output, or into a file that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from faxtui.domain.text import visible
from faxtui.errors import StorageError


@dataclass(frozen=True, slots=True)
class Streams:
    """Where data and words go.

    ``width`` is in cells: that of the terminal which ``out`` is, None where it is none. ``utf8``: whether the
    terminal shows it.
    """

    out: BinaryIO
    err: TextIO
    width: int | None = None
    err_is_terminal: bool = False
    utf8: bool = True


def destination(output: Path | None, streams: Streams) -> AbstractContextManager[BinaryIO]:
    """The file ``output``, or standard output where that is None, to write a list to.

    After an error or a cancellation, a file is as it was before. Raises StorageError where the data can't be written,
    and BrokenPipeError where nobody reads standard output any more.
    """
    return _standard_output(streams.out) if output is None else _file(output)


@contextmanager
def _standard_output(out: BinaryIO) -> Iterator[BinaryIO]:
    """Raises BrokenPipeError where nobody reads any more, else StorageError; it takes no more data then."""
    try:
        yield out
        out.flush()
    except OSError as error:
        _silence(out)
        if isinstance(error, BrokenPipeError):
            raise
        raise StorageError(
            f"The list can't be written to standard output: {_reason(error)}. What came out of it is not whole."
        ) from error


def _silence(out: BinaryIO) -> None:
    """What is still buffered goes nowhere, so that the interpreter's own flush at its end does not fail once more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, out.fileno())
    os.close(null)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    """A device or a pipe is written to as it is, anything else whole or not at all. Raises StorageError."""
    try:
        if _is_special(path):
            with path.open("wb") as file:
                yield file
        else:
            with _whole_file(path.resolve()) as file:
                yield file
    except FileNotFoundError as error:
        folder = visible(str(path.parent))
        raise StorageError(f"There is no folder {folder}: make it, or name a file elsewhere.") from error
    except OSError as error:
        raise StorageError(
            f"{visible(str(path))} can't be written: {_reason(error)}. Nothing was saved: mend that, or name a file "
            "elsewhere, and list again."
        ) from error


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Mode 0600, in the same folder, fsynced, and renamed once it is whole."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=".faxtui-list-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_special(path: Path) -> bool:
    """Raises IsADirectoryError for a folder, and other OSErrors where it can't be looked at."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return not stat.S_ISREG(mode)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
