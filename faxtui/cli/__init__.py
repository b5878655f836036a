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

INTERRUPTED = 130


def main() -> NoReturn:
    """Run faxtui, and end the process at once: a thread may still hang in a name look-up."""
    code = run(sys.argv[1:], os.environ)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


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
        print(f"faxtui: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    from faxtui.ui.run import browse

    return browse(launch)
