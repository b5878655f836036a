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

from faxtui.disk import make_folder
from faxtui.domain.fax import Fax
from faxtui.domain.fields import Reading
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, FaxQuery
from faxtui.domain.text import counted, visible
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.downloads.trouble import told_of
from faxtui.inbox.downloads.unbroken import unbroken
from faxtui.inbox.export.formats import Format, writer_of
from faxtui.inbox.export.whole_file import whole_file
from faxtui.inbox.patience import Patience
from faxtui.inbox.retry import Retries
from faxtui.inbox.service import FaxService
from faxtui.inbox.walk import Tally, walk


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
    patience: Patience | None = None
    folder: Path | None = None
    excel: bool = False


async def export(
    service: FaxService, clock: ServiceClock, request: ExportRequest, tell: Callable[[str], None], retries: Retries
) -> str:
    """Gives a sentence about how it ended, cancelled too. Raises ServiceError and StorageError.

    Unless all of it was written, the file is as it was before.
    """
    path = visible(str(request.path))
    tally = Tally()
    try:
        count = await _write(service, clock, request, tally, tell, retries)
    except asyncio.CancelledError:
        return f"Cancelled: {path} was not written."
    finally:
        retries.end(request.path)
    said = f"{counted(count, 'fax is', 'faxes are')} in {path}."
    return f"{said} {tally.remark}".rstrip() if request.faxes is None else said


async def _write(
    service: FaxService,
    clock: ServiceClock,
    request: ExportRequest,
    tally: Tally,
    tell: Callable[[str], None],
    retries: Retries,
) -> int:
    """Gives how many faxes are in the file."""
    reading = Reading(clock.now().astimezone(request.zone).year, request.zone)
    writer = writer_of(request.format, reading, excel=request.excel)
    if request.folder == request.path.parent:
        await unbroken(_make, request.folder)
    async with _beside(whole_file(request.path, only_new=True)) as file:
        if request.faxes is not None:
            file.write(writer.page(request.faxes))
        else:
            query = request.query.with_page_size(MAXIMUM_PAGE_SIZE).at_page(1)
            on_wait = partial(retries.wait, request.path)
            pages = walk(
                *(service, clock, query, request.zone, request.patience or Patience()), tally=tally, on_wait=on_wait
            )
            async with aclosing(pages):
                async for shown in pages:
                    retries.end(request.path)
                    await unbroken(file.write, writer.page(shown.page.faxes))
                    tell(_going_on(tally))
        file.write(writer.end())
    return tally.faxes if request.faxes is None else len(request.faxes)


def _make(folder: Path) -> None:
    with told_of(folder):
        make_folder(folder)


@asynccontextmanager
async def _beside(opened: AbstractContextManager[BinaryIO]) -> AsyncIterator[BinaryIO]:
    """Opened and closed in a thread: a slow disk holds nothing else up."""
    file = await unbroken(opened.__enter__)
    try:
        yield file
    except BaseException as error:
        await unbroken(opened.__exit__, type(error), error, error.__traceback__)
        raise
    await unbroken(opened.__exit__, None, None, None)


def _going_on(tally: Tally) -> str:
    of_all = "" if tally.total is None else f" of {tally.total:,}"
    return f"exporting {tally.faxes:,}{of_all} faxes"
