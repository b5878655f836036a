"""``faxtui list``."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import replace

from faxtui.cli.running import run_to_end
from faxtui.cli.saying import say
from faxtui.cli.wiring import Connect, Desk, connection
from faxtui.commands.list_faxes import ListRequest, Streams, list_faxes
from faxtui.config.state import Remembered
from faxtui.domain.query import MAXIMUM_PAGE_SIZE
from faxtui.errors import NoSignIn, UsageError
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.export.formats import Format
from faxtui.inbox.service import FaxService
from faxtui.terminal.capabilities import capabilities


def run_list(at: Desk, environ: Mapping[str, str]) -> int:
    """Never reads what the browser remembers. Raises FaxtuiError."""
    request = _request(at)
    streams = _streams(environ)
    for problem in at.settings.problems:
        say(problem, environ)
    return run_to_end(_list(_connected(connection(at), at, environ), request, streams))


def _request(at: Desk) -> ListRequest:
    """All pages are asked for in as large pieces as the service gives, unless told otherwise."""
    options, query = at.options, at.query(Remembered())
    if options.all and options.page_size is None:
        query = replace(query, page_size=MAXIMUM_PAGE_SIZE)
    return ListRequest(
        query=query,
        format=Format(options.format),
        all_pages=options.all,
        output=options.output,
        excel=options.excel,
        zone=at.settings.ui.zone,
    )


def _streams(environ: Mapping[str, str]) -> Streams:
    if sys.stdout is None or sys.stderr is None:
        raise UsageError("Standard output and standard error are closed: there is nowhere to write to.")
    return Streams(
        out=sys.stdout.buffer,
        err=sys.stderr,
        width=os.get_terminal_size(sys.stdout.fileno()).columns if sys.stdout.isatty() else None,
        err_is_terminal=sys.stderr.isatty(),
        utf8=capabilities(environ).utf8,
    )


async def _list(service: FaxService, request: ListRequest, streams: Streams) -> int:
    try:
        return await list_faxes(service, ServiceClock(), request, streams)
    finally:
        await service.aclose()


def _connected(connect: Connect, at: Desk, environ: Mapping[str, str]) -> FaxService:
    """Asks for the password where there is none and somebody to ask."""
    try:
        return connect(None)
    except NoSignIn as error:
        if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr)):
            raise
        say(str(error), environ)
        return connect(getpass.getpass(f"Password of {at.sign_in().login}: ", sys.stderr) or None)
