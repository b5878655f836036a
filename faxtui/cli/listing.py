"""``faxtui list``."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Mapping

from faxtui.cli.wiring import Connect, Desk, connection
from faxtui.commands.formats import Format
from faxtui.commands.list_faxes import ListRequest, Streams, list_faxes
from faxtui.config.state import Remembered
from faxtui.errors import NoSignIn
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.service import FaxService
from faxtui.terminal.capabilities import capabilities


def run_list(at: Desk, environ: Mapping[str, str]) -> int:
    """Never reads what the browser remembers. Raises FaxtuiError."""
    options = at.options
    request = ListRequest(
        query=at.query(Remembered()),
        format=Format(options.format),
        all_pages=options.all,
        output=options.output,
        excel=options.excel,
        zone=at.settings.ui.zone,
    )
    for problem in at.settings.problems:
        print(f"faxtui: {problem}", file=sys.stderr)
    service = _connected(connection(at), at)
    streams = Streams(
        out=sys.stdout.buffer,
        err=sys.stderr,
        width=os.get_terminal_size(1).columns if sys.stdout.isatty() else None,
        err_is_terminal=sys.stderr.isatty(),
        utf8=capabilities(environ).utf8,
    )
    return asyncio.run(_list(service, request, streams))


async def _list(service: FaxService, request: ListRequest, streams: Streams) -> int:
    try:
        return await list_faxes(service, ServiceClock(), request, streams)
    finally:
        await service.aclose()


def _connected(connect: Connect, at: Desk) -> FaxService:
    """Asks for the password where there is none and somebody to ask."""
    try:
        return connect(None)
    except NoSignIn as error:
        if at.options.demo or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        print(f"faxtui: {error}", file=sys.stderr)
        return connect(getpass.getpass(f"Password of {at.sign_in().login}: ", sys.stderr) or None)
