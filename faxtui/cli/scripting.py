"""What the commands for scripts have in common: their streams, and a service that they are signed in to."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping

from faxtui.cli.running import exit_on_signal
from faxtui.cli.saying import say, shown
from faxtui.cli.wiring import Connect, Desk, connection
from faxtui.commands.output import Streams
from faxtui.errors import NoSignIn, UsageError
from faxtui.inbox.service import DocumentService
from faxtui.terminal.capabilities import capabilities


def standard_streams(environ: Mapping[str, str], *, needs_output: bool) -> Streams:
    """Raises UsageError where standard output is closed, and needed."""
    if sys.stdout is None:
        if needs_output:
            raise UsageError("Standard output is closed, so there is nowhere to write to: give --output FILE.")
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


def connected(at: Desk, environ: Mapping[str, str]) -> DocumentService:
    """Tells of what is wrong in the configuration, and asks for a password where there is none and somebody to ask.

    Raises FaxtuiError.
    """
    connect = connection(at)
    for problem in at.settings.problems:
        say(problem, environ)
    with exit_on_signal():
        return _signed_in(connect, at, environ)


def _signed_in(connect: Connect, at: Desk, environ: Mapping[str, str]) -> DocumentService:
    try:
        return connect(None)
    except NoSignIn as error:
        if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr)):
            raise
        say(str(error), environ)
        password = _asked_for(shown(f"Password of {at.sign_in().login}: ", environ))
        if not password:
            raise
        return connect(password)


def _asked_for(prompt: str) -> str:
    """Empty where nothing is typed, or the end of it (Ctrl+D)."""
    try:
        return getpass.getpass(prompt, sys.stderr)
    except EOFError:
        return ""
