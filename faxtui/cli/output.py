"""Output of the commands: data on standard output, messages on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from faxtui.domain.text import in_ascii, visible
from faxtui.errors import FaxtuiError, StorageError, UsageError, why
from faxtui.inbox.view import retry_notice
from faxtui.storage.files import whole_file
from faxtui.terminal.capabilities import capabilities
from faxtui.translation import _


def print_message(message: str, environ: Mapping[str, str]) -> None:
    """Print one line on standard error, unless that is closed."""
    if sys.stderr is not None:
        print(f"faxtui: {displayable(message, environ)}", file=sys.stderr)


def displayable(text: str, environ: Mapping[str, str]) -> str:
    """Return the text as the terminal can show it, with control characters replaced by visible ones."""
    written = visible(text)
    return written if capabilities(environ).utf8 else in_ascii(written)


def print_lines(lines: Iterable[str], environ: Mapping[str, str]) -> None:
    """Print lines of data: on a terminal as it can show them, elsewhere unchanged.

    Raises BrokenPipeError if the reader has gone, StorageError if standard output fails otherwise.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    try:
        for line in lines:
            print(displayable(line, environ) if is_terminal else line)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _output_failed(error) from error


def _output_failed(error: OSError) -> StorageError:
    return StorageError(
        _("Could not write to standard output: {reason}. The output is incomplete.").format(reason=why(error))
    )


class Streams(NamedTuple):
    """Standard output for data (``out``) and standard error for messages (``err``).

    ``is_terminal`` is about ``out``, ``width`` its columns: None for no terminal, or one of unknown width. ``utf8``
    says if the terminal shows UTF-8.
    """

    out: BinaryIO
    err: TextIO
    width: int | None = None
    err_is_terminal: bool = False
    utf8: bool = True
    is_terminal: bool = False


def standard_streams(environ: Mapping[str, str], *, needs_output: bool) -> Streams:
    """Return the streams of this process. Raises UsageError if standard output is needed but closed."""
    if sys.stdout is None:
        if needs_output:
            raise UsageError(_("Standard output is closed. Use --output FILE to write to a file."))
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    is_terminal = sys.stdout.isatty()
    return Streams(
        out=sys.stdout.buffer,
        err=sys.stderr,
        width=os.get_terminal_size(sys.stdout.fileno()).columns or None if is_terminal else None,
        is_terminal=is_terminal,
        err_is_terminal=sys.stderr.isatty(),
        utf8=capabilities(environ).utf8,
    )


def open_output(output: Path | None, streams: Streams) -> AbstractContextManager[BinaryIO]:
    """Open the file ``output`` for a list, or standard output if it is None.

    A file is written atomically: after an error or a cancellation it is as it was before. Raises StorageError if
    the data can't be written, BrokenPipeError if the reader of standard output has gone.
    """
    return _standard_output(streams.out) if output is None else whole_file(output)


@contextmanager
def _standard_output(out: BinaryIO) -> Iterator[BinaryIO]:
    try:
        yield out
        out.flush()
    except OSError as error:
        _discard_buffer(out)
        if isinstance(error, BrokenPipeError):
            raise
        raise _output_failed(error) from error


def _discard_buffer(out: BinaryIO) -> None:
    """Send what is still buffered nowhere, so that the interpreter's own flush at exit does not fail again."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, out.fileno())
    os.close(null)


class Messages:
    """Messages to a person: lines that stay and, on a terminal, a progress line that is rewritten in place."""

    def __init__(self, streams: Streams) -> None:
        self._err = streams.err
        self._is_terminal = streams.err_is_terminal
        self._utf8 = streams.utf8
        self._progress_width = 0

    def write(self, message: str) -> None:
        """Write a line that stays."""
        self.clear()
        self._write(f"faxtui: {visible(message)}\n")

    def show_progress(self, text: str) -> None:
        """Show the progress line until the next message. Without a terminal, do nothing."""
        if self._is_terminal:
            self.clear()
            self._write(visible(text))
            self._progress_width = len(text)

    def clear(self) -> None:
        """Erase the progress line, so that data can go to the same terminal."""
        if self._progress_width:
            self._write(f"\r{' ' * self._progress_width}\r")
            self._progress_width = 0

    def write_retry(self, error: FaxtuiError, seconds: float, name: str = "") -> None:
        """Report that a request, for ``name`` if given, failed and is sent again in ``seconds``."""
        notice = retry_notice(error, seconds)
        self.write(f"{name}: {notice}." if name else f"{notice[0].upper()}{notice[1:]}.")

    def _write(self, text: str) -> None:
        # Messages are secondary: data must still be written if nobody reads standard error any more.
        with suppress(OSError):
            self._err.write(text if self._utf8 else in_ascii(text))
            self._err.flush()
