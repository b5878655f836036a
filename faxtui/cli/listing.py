"""``faxtui list``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from faxtui.cli.running import run_to_end
from faxtui.cli.scripting import connected, standard_streams
from faxtui.cli.wiring import Desk
from faxtui.commands.list_faxes import ListRequest, Streams, list_faxes
from faxtui.config.state import Remembered
from faxtui.domain.query import MAXIMUM_PAGE_SIZE
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.export.formats import Format
from faxtui.inbox.service import FaxService


def run_list(at: Desk, environ: Mapping[str, str]) -> int:
    """Never reads what the browser remembers. Raises FaxtuiError."""
    request = _request(at)
    streams = standard_streams(environ, needs_output=request.output is None)
    return run_to_end(_list(connected(at, environ), request, streams))


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


async def _list(service: FaxService, request: ListRequest, streams: Streams) -> int:
    try:
        return await list_faxes(service, ServiceClock(), request, streams)
    finally:
        await service.aclose()
