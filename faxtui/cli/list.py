"""``faxtui list``: the faxes that match, as a table, CSV or JSON.

``faxtui list``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path

from faxtui.cli.context import CommandContext, Streams, Words, connected, destination, run_to_end, standard_streams
from faxtui.config.state import SavedState
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Reading
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, FaxQuery, in_words
from faxtui.domain.service import FaxService
from faxtui.domain.text import counted, visible
from faxtui.errors import InvalidValue
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.inbox.view import Shown
from faxtui.operations.formats import Format, Terminal, Writer, writer_of

__all__ = ["DONE", "ListRequest", "Streams", "list_faxes"]

DONE = 0


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What to list, and how: the query's page, or with ``all_pages`` that page and every one after it.

    ``output`` is a file to write instead of standard output, ``excel`` makes CSV safe for Excel, ``zone`` is the
    operator's (None: this machine's). Raises InvalidValue where ``excel`` is asked of anything but CSV.
    """

    query: FaxQuery
    format: Format = Format.TABLE
    all_pages: bool = False
    output: Path | None = None
    excel: bool = False
    zone: tzinfo | None = None
    patience: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if self.excel and self.format is not Format.CSV:
            raise InvalidValue("--excel is about CSV: add --format csv, or leave --excel out.", "excel")


async def list_faxes(service: FaxService, clock: ServiceClock, request: ListRequest, streams: Streams) -> int:
    """List what is asked for; returns the exit code. A reader that has had enough is no failure: that ends quietly.

    ``request.output`` is there whole or, after a failure or a cancellation, as it was before. Raises InvalidValue,
    ServiceError, and StorageError where the data can't be written.
    """
    words = Words(streams)
    tally = PageStats()
    pages = iter_pages(
        service, clock, request.query, request.zone, request.patience, tally=tally, on_wait=words.tell_of_wait
    )
    writer = _writer(clock, request, streams)
    remarks: Iterator[str] = iter(())
    try:
        with destination(request.output, streams) as out:
            words.show("Asking for faxes …")
            async with aclosing(pages):
                async for shown in pages:
                    words.clear()
                    out.write(writer.page(shown.page.faxes))
                    out.flush()
                    remarks = _remarks(request, tally, shown, is_watched=streams.err_is_terminal)
                    if not request.all_pages:
                        break
                    words.show(_progress(tally))
            words.clear()
            out.write(writer.end())
    except BrokenPipeError:
        return DONE
    finally:
        words.clear()
    if warning := clock.take_warning(is_watched=streams.err_is_terminal):
        words.say(warning)
    for sentence in remarks:
        words.say(sentence)
    return DONE


def _writer(clock: ServiceClock, request: ListRequest, streams: Streams) -> Writer:
    reading = Reading(clock.now().astimezone(request.zone).year, request.zone)
    if request.output is not None or not (streams.is_terminal or streams.width):
        return writer_of(request.format, reading, excel=request.excel)
    terminal = Terminal(streams.width, streams.utf8)
    return writer_of(request.format, reading, excel=request.excel, terminal=terminal)


def _progress(tally: PageStats) -> str:
    if tally.total is None:
        return f"{counted(tally.faxes, 'fax', 'faxes')} …"
    return f"{tally.faxes:,} of {counted(tally.total, 'fax', 'faxes')} …"


def _remarks(request: ListRequest, tally: PageStats, shown: Shown, *, is_watched: bool) -> Iterator[str]:
    """Yield what there is to say once ``shown`` was the last page; to a person who watches, some help as well."""
    page = shown.page
    if not tally.faxes and request.query.page > 1:
        count = "" if page.page_count is None else f": the service counts {counted(page.page_count, 'page', 'pages')}"
        yield f"There is no page {request.query.page:,}{count}."
    elif not tally.faxes and is_watched:
        yield f"There are no faxes: {in_words(request.query.filters)}."
    if request.all_pages and tally.remark:
        yield tally.remark
    elif page.faxes and not request.all_pages and page.number != request.query.page:
        yield f"The service sent page {page.number:,} instead of page {request.query.page:,}."
    elif not request.all_pages and shown.disagreement:
        yield f"{shown.disagreement[0].upper()}{shown.disagreement[1:]}: list again to be sure."
    if is_watched and request.output is not None:
        yield f"{counted(tally.faxes, 'fax is', 'faxes are')} in {visible(str(request.output))}."
    if is_watched and page.has_next and not request.all_pages:
        of_all = "" if page.page_count is None else f" of {page.page_count:,}"
        yield f"This is page {page.number:,}{of_all}: --page {page.number + 1} lists the next one, --all every page."


def run_list(at: CommandContext, environ: Mapping[str, str]) -> int:
    """Never reads what the browser remembers. Raises FaxtuiError."""
    request = _request(at)
    streams = standard_streams(environ, needs_output=request.output is None)
    return run_to_end(_list(connected(at, environ), request, streams))


def _request(at: CommandContext) -> ListRequest:
    """All pages are asked for in as large pieces as the service gives, unless told otherwise."""
    options, query = at.options, at.query(SavedState())
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
