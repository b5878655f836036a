"""Export of a whole view, or of marked faxes, to a file."""

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
    """An export to ``path`` of ``faxes``, or of every page of ``query`` if that is None.

    ``folder`` is created if it is the file's own and does not exist yet.
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
    service: FaxService, clock: ServiceClock, request: ExportRequest, tell: Callable[[str], None], retries: Retries
) -> str:
    """Return a sentence about how it ended, cancelled too. Raises ServiceError and StorageError.

    Unless all of it was written, the file is as it was before.
    """
    path = visible(str(request.path))
    stats = PageStats()
    try:
        count = await _write(service, clock, request, stats, tell, retries)
    except asyncio.CancelledError:
        return _("Cancelled: {path} was not written.").format(path=path)
    finally:
        retries.end(request.path)
    exported = ngettext("Exported {count} fax to {path}.", "Exported {count} faxes to {path}.", count).format(
        count=f"{count:,}", path=path
    )
    return f"{exported} {stats.remark}".rstrip() if request.faxes is None else exported


async def _write(
    service: FaxService,
    clock: ServiceClock,
    request: ExportRequest,
    stats: PageStats,
    tell: Callable[[str], None],
    retries: Retries,
) -> int:
    """Return the number of faxes in the file."""
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
                    tell(_progress(stats))
        file.write(writer.end())
    return stats.faxes if request.faxes is None else len(request.faxes)


def _make(folder: Path) -> None:
    with storage_errors(folder):
        make_folder(folder)


@asynccontextmanager
async def _beside(opened: AbstractContextManager[BinaryIO]) -> AsyncIterator[BinaryIO]:
    """Open and close a file in a thread, so that a slow disk delays nothing else."""
    file = await to_thread_shielded(opened.__enter__)
    try:
        yield file
    except BaseException as error:
        await to_thread_shielded(opened.__exit__, type(error), error, error.__traceback__)
        raise
    await to_thread_shielded(opened.__exit__, None, None, None)


def _progress(stats: PageStats) -> str:
    done = f"{stats.faxes:,}"
    if stats.total is None:
        return ngettext("exporting {count} fax", "exporting {count} faxes", stats.faxes).format(count=done)
    return ngettext("exporting {done} of {count} fax", "exporting {done} of {count} faxes", stats.total).format(
        done=done, count=f"{stats.total:,}"
    )
