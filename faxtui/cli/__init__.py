"""The command line: options, exit codes, and what is put together with what.

Everything that takes time to load is imported when it is needed.
"""

from __future__ import annotations

import gc
import os
import sys

from faxtui import __version__
from faxtui.signals import end_process, heed_signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import NoReturn

    from faxtui.cli.options import Options


def main() -> NoReturn:
    """Run faxtui, and end the process at once: a thread may still hang in a name look-up."""
    heed_signals()
    sys.excepthook = _end_unexpectedly
    _open_what_is_closed()
    environ = dict(os.environ)
    if "LC_CTYPE" in environ:
        from faxtui.terminal.capabilities import written_environment

        environ = dict(written_environment(environ))
    # A library, such as a back end of the keyring, starts its own programs with what is left here.
    os.environ.pop("FAXTUI_PASSWORD", None)
    _end(run(sys.argv[1:], environ))


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do what the arguments ask for; returns the exit code."""
    if "--version" in arguments:
        print(f"faxtui {__version__}")
        return 0
    # What is loaded now stays for good: looking for garbage in it takes a third of the time until the first row.
    gc.disable()
    from faxtui.cli.options import parse
    from faxtui.errors import FaxtuiError

    try:
        return _do(parse(arguments, environ), environ)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        return 0
    except FaxtuiError as error:
        from faxtui.cli.context import say

        say(str(error), environ)
        return error.exit_code


def _do(options: Options, environ: Mapping[str, str]) -> int:
    from faxtui.cli import options as commands
    from faxtui.cli.context import desk
    from faxtui.config.logs import start_log

    _report_what_threads_raise()
    if options.command != commands.BROWSE:
        gc.enable()
    if options.command == commands.DOCTOR:
        from faxtui.cli.config import run_doctor

        return run_doctor(options, environ)
    if options.command == commands.CONFIG and options.what == commands.PATH:
        from faxtui.cli.config import run_paths

        return run_paths(options, environ)
    at = desk(options)
    start_log(at.paths.logs, options.log_level)
    if options.command == commands.CONFIG:
        from faxtui.cli.config import run_config

        return run_config(at, environ)
    if options.command == commands.LIST:
        from faxtui.cli.list import run_list

        return run_list(at, environ)
    if options.command == commands.DOWNLOAD:
        from faxtui.cli.download import run_download

        return run_download(at, environ)
    from faxtui.cli.browse import prepare

    start = prepare(at, environ)
    from faxtui.ui.app import browse

    return browse(start)


def _report_what_threads_raise() -> None:
    """In place of tracebacks, whose messages can hold numbers, names and passwords."""
    import threading

    def report(failed: threading.ExceptHookArgs | sys.UnraisableHookArgs) -> None:
        from faxtui.config.logs import write_report
        from faxtui.config.paths import default_paths

        if failed.exc_value is not None:
            write_report(default_paths().logs, failed.exc_value)

    threading.excepthook = report
    sys.unraisablehook = report


def _open_what_is_closed() -> None:
    """Else the next file or connection would take the number of what is closed, and be written to in its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def _end_unexpectedly(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """In place of a traceback, whose messages can hold numbers, names and passwords."""
    from faxtui.cli.context import say
    from faxtui.config.logs import explanation
    from faxtui.config.paths import default_paths
    from faxtui.terminal.capabilities import written_environment

    say(explanation(default_paths().logs, error), written_environment(os.environ))
    _end(1)


def _end(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            continue
        except OSError:
            code = code or 1
    end_process(code)
