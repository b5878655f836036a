"""Export from the screen to a file: every page of a view, or the marked faxes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import BinaryIO

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax, ValueFormat
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, FaxQuery
from faxtui.domain.service import FaxService
from faxtui.domain.text import visible
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.inbox.view import Retries
from faxtui.operations.download_folder import storage_errors
from faxtui.operations.formats import PLAIN_CSV, CsvStyle, Format, writer_of
from faxtui.storage.files import make_folder, to_thread_shielded, whole_file
from faxtui.translation import _, ngettext


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Faxes to write to a file: ``faxes``, or every page of ``query`` if that is None.

    ``folder`` is created if the file is in it and it does not exist.
    """

    path: Path
    format: Format
    query: FaxQuery
    faxes: Sequence[Fax] | None = None
    zone: tzinfo | None = None
    retry_policy: RetryPolicy | None = None
    folder: Path | None = None
    style: CsvStyle = PLAIN_CSV


async def export(
    service: FaxService, clock: ServiceClock, request: ExportRequest, show: Callable[[str], None], retries: Retries
) -> str:
    """Write the file atomically and return a sentence about the end, also if cancelled.

    ``show`` is called with the progress. Raises ServiceError and StorageError.
    """
    path = visible(str(request.path))
    stats = PageStats()
    try:
        count = await _write(service, clock, request, stats, show, retries)
    except asyncio.CancelledError:
        return _("Cancelled: {path} was not written.").format(path=path)
    finally:
        retries.end(request.path)
    exported = ngettext("Exported {count:,} fax to {path}.", "Exported {count:,} faxes to {path}.", count)
    sentence = exported.format(count=count, path=path)
    return f"{sentence} {stats.remark}".rstrip() if request.faxes is None else sentence


async def _write(
    service: FaxService,
    clock: ServiceClock,
    request: ExportRequest,
    stats: PageStats,
    show: Callable[[str], None],
    retries: Retries,
) -> int:
    """Return how many faxes were written."""
    reading = ValueFormat(clock.now().astimezone(request.zone).year, request.zone)
    writer = writer_of(request.format, reading, style=request.style)
    if request.folder == request.path.parent:
        await to_thread_shielded(_make, request.folder)
    async with _beside(whole_file(request.path, only_new=True)) as file:
        if request.faxes is not None:
            file.write(writer.page(request.faxes))
        else:
            query = request.query.with_page_size(MAXIMUM_PAGE_SIZE).at_page(1)
            on_wait = partial(retries.wait, request.path)
            pages = iter_pages(
                *(service, clock, query, request.zone, request.retry_policy or RetryPolicy()),
                stats=stats,
                on_wait=on_wait,
            )
            async with aclosing(pages):
                async for shown in pages:
                    retries.end(request.path)
                    await to_thread_shielded(file.write, writer.page(shown.page.faxes))
                    show(_progress(stats))
        file.write(writer.end())
    return stats.faxes if request.faxes is None else len(request.faxes)


def _make(folder: Path) -> None:
    with storage_errors(folder):
        make_folder(folder)


@asynccontextmanager
async def _beside(opened: AbstractContextManager[BinaryIO]) -> AsyncIterator[BinaryIO]:
    """Open and close a file in a thread: a slow disk holds nothing else up."""
    file = await to_thread_shielded(opened.__enter__)
    try:
        yield file
    except BaseException as error:
        await to_thread_shielded(opened.__exit__, type(error), error, error.__traceback__)
        raise
    await to_thread_shielded(opened.__exit__, None, None, None)


def _progress(stats: PageStats) -> str:
    if stats.total is None:
        return ngettext("exporting {done:,} fax", "exporting {done:,} faxes", stats.faxes).format(done=stats.faxes)
    sentence = ngettext("exporting {done:,} of {total:,} fax", "exporting {done:,} of {total:,} faxes", stats.total)
    return sentence.format(done=stats.faxes, total=stats.total)
