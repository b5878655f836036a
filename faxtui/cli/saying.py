"""Sentences to a person on standard error, and lines of data on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from io import TextIOWrapper

from faxtui.domain.text import in_ascii, visible
from faxtui.errors import StorageError, why
from faxtui.terminal.capabilities import capabilities


def say(sentence: str, environ: Mapping[str, str]) -> None:
    """Where nobody could hear it, nothing is said."""
    if sys.stderr is not None:
        print(f"faxtui: {shown(sentence, environ)}", file=sys.stderr)


def shown(text: str, environ: Mapping[str, str]) -> str:
    """Return the text as the terminal can show it, with visible marks in place of what would act on it."""
    written = visible(text)
    return written if capabilities(environ).utf8 else in_ascii(written)


def put(lines: Iterable[str], environ: Mapping[str, str]) -> None:
    """Print lines of data: on a terminal as it can show them, elsewhere as they are.

    Raises BrokenPipeError where nobody reads any more, StorageError where standard output takes nothing else."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    try:
        for line in lines:
            print(shown(line, environ) if is_terminal else line)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(
            f"Standard output can't be written: {why(error)}. What came out of it is not whole."
        ) from error
