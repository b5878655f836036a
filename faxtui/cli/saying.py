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
        text = visible(sentence)
        print(f"faxtui: {text if capabilities(environ).utf8 else in_ascii(text)}", file=sys.stderr)


def put(lines: Iterable[str]) -> None:
    """Raises BrokenPipeError where nobody reads any more, StorageError where standard output takes nothing else."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        for line in lines:
            print(line)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(
            f"Standard output can't be written: {why(error)}. What came out of it is not whole."
        ) from error
