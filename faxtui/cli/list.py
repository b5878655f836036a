"""Command ``faxtui list``: matching faxes as a table, CSV or JSON, once or as they arrive."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path

from faxtui.cli.context import CommandContext, connect_for_command, run_to_end
from faxtui.cli.output import Messages, Streams, open_output, standard_streams
from faxtui.config.state import SavedState
from faxtui.domain.clock import ServiceClock, machine_now
from faxtui.domain.fax import Fax, ValueFormat
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, SINCE, FaxQuery, Filters, in_words, open_window
from faxtui.domain.regional import DEFAULT_REGION, Region, region_of
from faxtui.domain.service import FaxService
from faxtui.domain.text import visible
from faxtui.errors import InvalidValue, ServiceError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.inbox.view import Shown
from faxtui.inbox.watch import SWEEP_OVERLAP, Arrivals, fetch_poll, poll_delay
from faxtui.operations.formats import PLAIN_CSV, CsvStyle, Format, Terminal, Writer, csv_style, writer_of
from faxtui.translation import _, ngettext

DONE = 0
_FAILURES_TO_REPORT = 2


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Faxes to list and their format: the query's page, with ``all_pages`` also every page after it.

    ``output`` is a file to write instead of standard output, ``style`` is for CSV, ``reading`` for the
    dates of a table. Raises InvalidValue for a style with another format than CSV.
    """

    query: FaxQuery
    format: Format = Format.TABLE
    all_pages: bool = False
    output: Path | None = None
    style: CsvStyle = PLAIN_CSV
    zone: tzinfo | None = None
    date_format: str = ""
    region: Region = DEFAULT_REGION
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        if self.style != PLAIN_CSV and self.format is not Format.CSV:
            option = "--excel" if self.style.excel else "--separator"
            raise InvalidValue(
                _("{option} needs CSV. Add --format csv, or omit {option}.").format(option=option), option[2:]
            )


async def list_faxes(service: FaxService, clock: ServiceClock, request: ListRequest, streams: Streams) -> int:
    """Write the requested list and return the exit code. A reader that closes the pipe early is not an error.

    ``request.output`` is written atomically. Raises InvalidValue, ServiceError, and StorageError if the data can't
    be written.
    """
    messages = Messages(streams)
    stats = PageStats()
    pages = iter_pages(
        service, clock, request.query, request.zone, request.retry_policy, stats=stats, on_wait=messages.write_retry
    )
    writer = _writer(clock, request, streams)
    remarks: Iterator[str] = iter(())
    try:
        with open_output(request.output, streams) as out:
            messages.show_progress(_("Requesting faxes …"))
            async with aclosing(pages):
                async for shown in pages:
                    messages.clear()
                    out.write(writer.page(shown.page.faxes))
                    out.flush()
                    remarks = _remarks(request, stats, shown, is_watched=streams.err_is_terminal)
                    if not request.all_pages:
                        break
                    messages.show_progress(_progress(stats))
            messages.clear()
            out.write(writer.end())
    except BrokenPipeError:
        return DONE
    finally:
        messages.clear()
    if warning := clock.pop_warning(is_watched=streams.err_is_terminal):
        messages.write(warning)
    for remark in remarks:
        messages.write(remark)
    return DONE


def _writer(clock: ServiceClock, request: ListRequest, streams: Streams) -> Writer:
    to_file = streams._replace(is_terminal=False, width=None) if request.output is not None else streams
    return _writer_of(request, clock, to_file)


def _writer_of(request: ListRequest | FollowRequest, clock: ServiceClock, streams: Streams) -> Writer:
    year = clock.now().astimezone(request.zone).year
    reading = ValueFormat(year, request.zone, request.date_format, request.region.dates)
    has_terminal = streams.is_terminal or streams.width
    terminal = Terminal(streams.width, streams.utf8) if has_terminal else None
    return writer_of(request.format, reading, style=request.style, terminal=terminal)


def _progress(stats: PageStats) -> str:
    if stats.total is None:
        return ngettext("{count:,} fax …", "{count:,} faxes …", stats.faxes).format(count=stats.faxes)
    return ngettext("{done:,} of {count:,} fax …", "{done:,} of {count:,} faxes …", stats.total).format(
        done=stats.faxes, count=stats.total
    )


def _remarks(request: ListRequest, stats: PageStats, shown: Shown, *, is_watched: bool) -> Iterator[str]:
    """Yield remarks on the list after its last page, ``shown``; with a person watching, also hints."""
    page = shown.page
    if not stats.faxes and request.query.page > 1:
        yield _no_such_page(request.query.page, page.page_count)
    elif not stats.faxes and is_watched:
        yield _("No faxes: {filters}.").format(filters=in_words(request.query.filters))
    if request.all_pages and stats.remark:
        yield stats.remark
    elif page.faxes and not request.all_pages and page.number != request.query.page:
        yield _("The service sent page {sent:,} instead of page {requested:,}.").format(
            sent=page.number, requested=request.query.page
        )
    elif not request.all_pages and shown.disagreement:
        yield _("{problem}. List again to be sure.").format(
            problem=f"{shown.disagreement[0].upper()}{shown.disagreement[1:]}"
        )
    if is_watched and request.output is not None:
        yield ngettext("Wrote {count:,} fax to {path}.", "Wrote {count:,} faxes to {path}.", stats.faxes).format(
            count=stats.faxes, path=visible(str(request.output))
        )
    if is_watched and page.has_next and not request.all_pages:
        yield _more_pages(page.number, page.page_count)


def _no_such_page(number: int, count: int | None) -> str:
    if count is None:
        return _("There is no page {number:,}.").format(number=number)
    return ngettext(
        "There is no page {number:,}: the service has {count:,} page.",
        "There is no page {number:,}: the service has {count:,} pages.",
        count,
    ).format(number=number, count=count)


def _more_pages(number: int, count: int | None) -> str:
    if count is None:
        text = _("This is page {number:,}. Use --page {next} for the next one, --all for every page.")
    else:
        text = _("This is page {number:,} of {count:,}. Use --page {next} for the next one, --all for every page.")
    return text.format(number=number, count=count, next=number + 1)


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """Faxes to print as they arrive: those that match ``filters``, since ``since`` or, if that is None, from now on.

    ``interval`` is the seconds between two polls. Raises InvalidValue for a format that has an end.
    """

    filters: Filters
    since: datetime | None = None
    format: Format = Format.TABLE
    style: CsvStyle = PLAIN_CSV
    zone: tzinfo | None = None
    date_format: str = ""
    region: Region = DEFAULT_REGION
    interval: float = 30.0

    def __post_init__(self) -> None:
        if self.format is Format.JSON:
            raise InvalidValue(_("--follow never ends, so JSON can't. Use --format jsonl."), "format")


async def follow_faxes(service: FaxService, clock: ServiceClock, request: FollowRequest, streams: Streams) -> int:
    """Print each new fax once, as it arrives. Return the exit code when the reader of the pipe has gone.

    Failures that may pass are reported once, and so is the end of an interruption. Raises ServiceError for others,
    and StorageError if standard output fails.
    """
    messages = Messages(streams)
    writer = _writer_of(request, clock, streams)
    failures, failure = 0, None
    arrivals = None if request.since is None else Arrivals.since(request.since)
    try:
        with open_output(None, streams) as out:
            out.write(writer.page(()))
            out.flush()
            while True:
                try:
                    arrivals, new = await _poll(service, clock, request.filters, arrivals, messages)
                except ServiceError as error:
                    if not error.passing or arrivals is None:
                        raise
                    failures, failure = failures + 1, error
                    if failures == _FAILURES_TO_REPORT:
                        messages.write(_("No faxes can be listed now: {error} Trying again.").format(error=error))
                else:
                    if failures >= _FAILURES_TO_REPORT:
                        messages.write(_("Faxes can be listed again. Those that arrived meanwhile follow."))
                    failures, failure = 0, None
                    if new:
                        out.write(writer.page(new))
                        out.flush()
                await asyncio.sleep(poll_delay(request.interval, failures, failure, random.random()))
    except BrokenPipeError:
        return DONE


async def _poll(
    service: FaxService, clock: ServiceClock, filters: Filters, arrivals: Arrivals | None, messages: Messages
) -> tuple[Arrivals, tuple[Fax, ...]]:
    """Return the arrivals after a poll, and its new faxes. Nothing is new in the first poll if ``arrivals`` is None."""
    now = clock.now()
    if arrivals is None:
        first = await fetch_poll(service, clock, filters, now - SWEEP_OVERLAP, is_sweep=True)
        return Arrivals.since(first.as_of, first.faxes), ()
    is_sweep = arrivals.needs_sweep(now)
    poll = await fetch_poll(service, clock, filters, arrivals.start(is_sweep=is_sweep), is_sweep=is_sweep)
    if poll.missing:
        messages.write(
            ngettext(
                "The service counts {count:,} fax that it did not send. Asking again.",
                "The service counts {count:,} faxes that it did not send. Asking again.",
                poll.missing,
            ).format(count=poll.missing)
        )
    return arrivals.after(poll)


def run_list(context: CommandContext, environ: Mapping[str, str]) -> int:
    """Run ``faxtui list`` and return the exit code. The browser's saved state is not read. Raises FaxtuiError."""
    if context.options.follow:
        follow, streams = _follow_request(context, environ), standard_streams(environ, needs_output=True)
        return run_to_end(_follow(connect_for_command(context, environ), follow, streams))
    request = _request(context, environ)
    streams = standard_streams(environ, needs_output=request.output is None)
    return run_to_end(_list(connect_for_command(context, environ), request, streams))


def _follow_request(context: CommandContext, environ: Mapping[str, str]) -> FollowRequest:
    options, query, ui = context.options, context.query(SavedState()), context.settings.ui
    region = region_of(environ)
    since = open_window(query, machine_now(), ui.zone).start if query.filters.get(SINCE) else None
    return FollowRequest(
        query.filters,
        since,
        Format(options.format),
        csv_style(options.separator, region, excel=options.excel),
        ui.zone,
        ui.date_format,
        region,
        context.settings.watch.interval,
    )


def _request(context: CommandContext, environ: Mapping[str, str]) -> ListRequest:
    """Return what the options request; ``--all`` uses the largest page size unless one is given."""
    options, query, region = context.options, context.query(SavedState()), region_of(environ)
    if options.all and options.page_size is None:
        query = replace(query, page_size=MAXIMUM_PAGE_SIZE)
    return ListRequest(
        query=query,
        format=Format(options.format),
        all_pages=options.all,
        output=options.output,
        style=csv_style(options.separator, region, excel=options.excel),
        zone=context.settings.ui.zone,
        date_format=context.settings.ui.date_format,
        region=region,
    )


async def _follow(service: FaxService, request: FollowRequest, streams: Streams) -> int:
    try:
        return await follow_faxes(service, ServiceClock(), request, streams)
    finally:
        await service.aclose()


async def _list(service: FaxService, request: ListRequest, streams: Streams) -> int:
    try:
        return await list_faxes(service, ServiceClock(), request, streams)
    finally:
        await service.aclose()
