"""The command line: options, exit codes, and what is put together with what.

Everything that takes time to load is imported when it is needed.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from faxtui import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from faxtui.errors import FaxtuiError

INTERRUPTED = 130


def main() -> NoReturn:
    """Run faxtui, and end the process at once: a thread may still hang in a name look-up."""
    sys.excepthook = _end_unexpectedly
    _end(run(sys.argv[1:], os.environ))


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do what the arguments ask for; returns the exit code."""
    if "--version" in arguments:
        print(f"faxtui {__version__}")
        return 0
    from faxtui.cli.arguments import parse
    from faxtui.errors import FaxtuiError

    try:
        options = parse(arguments, environ)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    from faxtui.cli.wiring import prepare

    try:
        launch = prepare(options, environ)
    except FaxtuiError as error:
        _tell(error, environ)
        return error.exit_code
    from faxtui.ui.run import browse

    return browse(launch)


def _tell(error: FaxtuiError, environ: Mapping[str, str]) -> None:
    from faxtui.domain.text import visible
    from faxtui.terminal.capabilities import capabilities
    from faxtui.ui.marks import Marks

    marks = Marks(capabilities(environ).utf8)
    print(f"faxtui: {marks.write(visible(str(error)))}", file=sys.stderr)


def _end_unexpectedly(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """In place of a traceback, whose messages can hold numbers, names and passwords."""
    if issubclass(kind, KeyboardInterrupt):
        _end(INTERRUPTED)
    from faxtui.config.logs import explanation
    from faxtui.config.paths import default_paths

    print(f"faxtui: {explanation(default_paths().logs, error)}", file=sys.stderr)
    _end(1)


def _end(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)
