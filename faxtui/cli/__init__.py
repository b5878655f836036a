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

    from faxtui.cli.wiring import Desk

INTERRUPTED = 130


def main() -> NoReturn:
    """Run faxtui, and end the process at once: a thread may still hang in a name look-up."""
    code = run(sys.argv[1:], os.environ)
    _flush()
    os._exit(code)


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do what the arguments ask for; returns the exit code."""
    if "--version" in arguments:
        print(f"faxtui {__version__}")
        return 0
    from faxtui.cli.arguments import parse
    from faxtui.cli.wiring import desk
    from faxtui.config.logs import start_log
    from faxtui.errors import FaxtuiError

    try:
        options = parse(arguments, environ)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    try:
        at = desk(options)
        start_log(at.paths.logs, options.log_level)
        return _do(at, environ)
    except FaxtuiError as error:
        print(f"faxtui: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED


def _do(at: Desk, environ: Mapping[str, str]) -> int:
    from faxtui.cli.arguments import CONFIG, DOCTOR, LIST

    match at.options.command:
        case str(command) if command == LIST:
            from faxtui.cli.listing import run_list

            return run_list(at, environ)
        case str(command) if command == DOCTOR:
            from faxtui.cli.configuration import run_doctor

            return run_doctor(at, environ)
        case str(command) if command == CONFIG:
            from faxtui.cli.configuration import run_config

            return run_config(at, environ)
    from faxtui.cli.browsing import prepare

    start = prepare(at, environ)
    from faxtui.ui.run import browse

    return browse(start)


def _flush() -> None:
    """A reader that has gone away has had enough."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            continue
