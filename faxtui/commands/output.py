"""Where a command's data goes: to standard output, or into a file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from faxtui.errors import StorageError, why
from faxtui.inbox.export.whole_file import whole_file


@dataclass(frozen=True, slots=True)
class Streams:
    """Where data and words go.

    ``is_terminal``: ``out`` is a terminal, ``width`` cells wide; None if it is none, or does not say. ``utf8``:
    whether the terminal shows it.
    """

    out: BinaryIO
    err: TextIO
    width: int | None = None
    err_is_terminal: bool = False
    utf8: bool = True
    is_terminal: bool = False


def destination(output: Path | None, streams: Streams) -> AbstractContextManager[BinaryIO]:
    """The file ``output``, or standard output where that is None, to write a list to.

    After an error or a cancellation, a file is as it was before. Raises StorageError where the data can't be written,
    and BrokenPipeError where nobody reads standard output any more.
    """
    return _standard_output(streams.out) if output is None else whole_file(output)


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
            f"The list can't be written to standard output: {why(error)}. What came out of it is not whole."
        ) from error


def _silence(out: BinaryIO) -> None:
    """What is still buffered goes nowhere, so that the interpreter's own flush at its end does not fail once more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, out.fileno())
    os.close(null)
