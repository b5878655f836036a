"""Exporting from the screen: a view with every page of it, or faxes that were marked, into a file."""

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
from faxtui.domain.text import counted, visible
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.inbox.view import Retries
from faxtui.operations.download_folder import storage_errors
from faxtui.operations.formats import Format, writer_of
from faxtui.storage.files import make_folder, to_thread_shielded, whole_file


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write where: ``faxes``, or where that is None, every page of ``query``.

    ``folder`` is made where the file is meant for it, and it is not there yet. ``excel``: no cell becomes a formula.
    """

    path: Path
    format: Format
    query: FaxQuery
    faxes: Sequence[Fax] | None = None
    zone: tzinfo | None = None
    retry_policy: RetryPolicy | None = None
    folder: Path | None = None
    excel: bool = False


async def export(
    service: FaxService, clock: ServiceClock, request: ExportRequest, tell: Callable[[str], None], retries: Retries
) -> str:
    """Gives a sentence about how it ended, cancelled too. Raises ServiceError and StorageError.

    Unless all of it was written, the file is as it was before.
    """
    path = visible(str(request.path))
    stats = PageStats()
    try:
        count = await _write(service, clock, request, stats, tell, retries)
    except asyncio.CancelledError:
        return f"Cancelled: {path} was not written."
    finally:
        retries.end(request.path)
    said = f"{counted(count, 'fax is', 'faxes are')} in {path}."
    return f"{said} {stats.remark}".rstrip() if request.faxes is None else said


async def _write(
    service: FaxService,
    clock: ServiceClock,
    request: ExportRequest,
    stats: PageStats,
    tell: Callable[[str], None],
    retries: Retries,
) -> int:
    """Gives how many faxes are in the file."""
    reading = ValueFormat(clock.now().astimezone(request.zone).year, request.zone)
    writer = writer_of(request.format, reading, excel=request.excel)
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
                    tell(_going_on(stats))
        file.write(writer.end())
    return stats.faxes if request.faxes is None else len(request.faxes)


def _make(folder: Path) -> None:
    with storage_errors(folder):
        make_folder(folder)


@asynccontextmanager
async def _beside(opened: AbstractContextManager[BinaryIO]) -> AsyncIterator[BinaryIO]:
    """Opened and closed in a thread: a slow disk holds nothing else up."""
    file = await to_thread_shielded(opened.__enter__)
    try:
        yield file
    except BaseException as error:
        await to_thread_shielded(opened.__exit__, type(error), error, error.__traceback__)
        raise
    await to_thread_shielded(opened.__exit__, None, None, None)


def _going_on(stats: PageStats) -> str:
    of_all = "" if stats.total is None else f" of {stats.total:,}"
    return f"exporting {stats.faxes:,}{of_all} faxes"
