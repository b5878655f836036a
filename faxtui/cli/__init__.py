"""Entry point: choose a command, run it and exit with its code.

Modules that take time to load are imported when they are needed.
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
    sys.excepthook = _exit_after_crash
    _open_closed_streams()
    environ = dict(os.environ)
    if "LC_CTYPE" in environ:
        from faxtui.terminal.capabilities import written_environment

        environ = dict(written_environment(environ))
    # A library, such as a back end of the keyring, starts its own programs with what is left here.
    os.environ.pop("FAXTUI_PASSWORD", None)
    _end(run(sys.argv[1:], environ))


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command that the arguments name and return its exit code."""
    if "--version" in arguments:
        print(f"faxtui {__version__}")
        return 0
    # What is loaded now is never freed: collecting garbage in it takes a third of the time until the first row.
    gc.disable()
    from faxtui.cli.options import parse
    from faxtui.errors import FaxtuiError
    from faxtui.translation import language_of, use_language

    use_language(language_of(environ))

    try:
        return _run_command(parse(arguments, environ), environ)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        return 0
    except FaxtuiError as error:
        from faxtui.cli.output import print_message

        print_message(str(error), environ)
        return error.exit_code


def _run_command(options: Options, environ: Mapping[str, str]) -> int:
    from faxtui.cli import options as commands
    from faxtui.cli.context import load_context
    from faxtui.config.logs import start_log
    from faxtui.translation import use_language

    _report_uncaught_errors()
    if options.command != commands.BROWSE:
        gc.enable()
    if options.command == commands.DOCTOR:
        from faxtui.cli.config import run_doctor

        return run_doctor(options, environ)
    if options.command == commands.CONFIG and options.what == commands.PATH:
        from faxtui.cli.config import run_paths

        return run_paths(options, environ)
    if options.command == commands.COMPLETION:
        print((commands.COMPLETIONS / f"faxtui.{options.shell}").read_text(encoding="utf-8"), end="")
        return 0
    context = load_context(options)
    use_language(context.settings.ui.language_for(environ))
    start_log(context.paths.logs, options.log_level)
    if options.command == commands.CONFIG:
        from faxtui.cli.config import run_config

        return run_config(context, environ)
    if options.command == commands.LIST:
        from faxtui.cli.list import run_list

        return run_list(context, environ)
    if options.command == commands.DOWNLOAD:
        from faxtui.cli.download import run_download

        return run_download(context, environ)
    if options.command == commands.TEXT:
        from faxtui.cli.text import run_text

        return run_text(context, environ)
    if options.command in (commands.JOURNAL, commands.PURGE):
        from faxtui.cli.journal import run_journal, run_purge

        return (run_journal if options.command == commands.JOURNAL else run_purge)(context, environ)
    from faxtui.cli.browse import prepare

    start = prepare(context, environ)
    from faxtui.ui.app import browse

    return browse(start)


def _report_uncaught_errors() -> None:
    """Write reports of errors in threads instead of tracebacks, which can hold numbers, names and passwords."""
    import threading

    def report(failed: threading.ExceptHookArgs | sys.UnraisableHookArgs) -> None:
        from faxtui.config.load import default_paths
        from faxtui.config.logs import write_report

        if failed.exc_value is not None:
            write_report(default_paths().logs, failed.exc_value)

    threading.excepthook = report
    sys.unraisablehook = report


def _open_closed_streams() -> None:
    """Open closed standard streams: the next file or connection would get their numbers, and be written to."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


def _exit_after_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """Print one sentence instead of a traceback, which can hold numbers, names and passwords."""
    from faxtui.cli.output import print_message
    from faxtui.config.load import default_paths
    from faxtui.config.logs import explanation
    from faxtui.terminal.capabilities import written_environment

    print_message(explanation(default_paths().logs, error), written_environment(os.environ))
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
