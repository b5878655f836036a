"""``faxtui download``."""

from __future__ import annotations

from collections.abc import Mapping

from faxtui.cli.running import run_to_end
from faxtui.cli.scripting import connected, standard_streams
from faxtui.cli.wiring import DEMO_FOLDER, Desk
from faxtui.commands.download import DownloadRequest, download, verify
from faxtui.commands.list_faxes import Streams
from faxtui.config.state import Remembered
from faxtui.domain.fax import FaxKey
from faxtui.domain.query import MAXIMUM_PAGE_SIZE
from faxtui.errors import UsageError
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.journal import Journal
from faxtui.inbox.service import DocumentService


def run_download(at: Desk, environ: Mapping[str, str]) -> int:
    """Never reads what the browser remembers. Raises FaxtuiError."""
    options, streams = at.options, standard_streams(environ, needs_output=False)
    if options.verify is not None:
        if options.faxes or options.to is not None:
            raise UsageError("--verify looks at a folder and saves nothing: leave --to and the faxes out.")
        return run_to_end(verify(options.verify, streams))
    request = _request(at)
    journal = Journal(None if options.demo else at.paths.journal)
    return run_to_end(_download(connected(at, environ), request, journal, streams))


def _request(at: Desk) -> DownloadRequest:
    options, settings = at.options, at.settings
    if options.faxes and (options.filters or options.view is not None):
        raise UsageError("Name faxes by FOLDER/FILE, or choose them by filters, not both.")
    folder = settings.download.place / (DEMO_FOLDER if options.demo else "")
    return DownloadRequest(
        folder=options.to if options.to is not None else folder,
        query=at.query(Remembered()).with_page_size(MAXIMUM_PAGE_SIZE),
        keys=tuple(_key(each) for each in options.faxes),
        template=settings.download.name,
        zone=settings.ui.zone,
        account=at.account,
    )


def _key(named: str) -> FaxKey:
    folder, _, file_name = named.partition("/")
    return FaxKey(folder, file_name)


async def _download(service: DocumentService, request: DownloadRequest, journal: Journal, streams: Streams) -> int:
    try:
        return await download(service, ServiceClock(), request, journal, streams)
    finally:
        await service.aclose()
