"""What the commands for scripts have in common: their streams, and a service that they are signed in to."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping

from faxtui.cli.saying import say
from faxtui.cli.wiring import Desk, connection
from faxtui.commands.output import Streams
from faxtui.errors import NoSignIn, UsageError
from faxtui.inbox.service import DocumentService
from faxtui.terminal.capabilities import capabilities


def standard_streams(environ: Mapping[str, str]) -> Streams:
    """Raises UsageError where there is nothing to write to."""
    if sys.stdout is None or sys.stderr is None:
        raise UsageError("Standard output and standard error are closed: there is nowhere to write to.")
    return Streams(
        out=sys.stdout.buffer,
        err=sys.stderr,
        width=os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None,
        err_is_terminal=sys.stderr.isatty(),
        utf8=capabilities(environ).utf8,
    )


def connected(at: Desk, environ: Mapping[str, str]) -> DocumentService:
    """Tells of what is wrong in the configuration, and asks for a password where there is none and somebody to ask.

    Raises FaxtuiError.
    """
    for problem in at.settings.problems:
        say(problem, environ)
    connect = connection(at)
    try:
        return connect(None)
    except NoSignIn as error:
        if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr)):
            raise
        say(str(error), environ)
        return connect(getpass.getpass(f"Password of {at.sign_in().login}: ", sys.stderr) or None)
