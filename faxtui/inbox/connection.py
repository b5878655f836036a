"""A service that is connected to beside everything else.

Trying an account out: the cheapest question that needs a sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from faxtui.domain.clock import ServiceClock
from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.query import FaxQuery, Window, open_window
from faxtui.domain.service import Document, DocumentService, FaxService
from faxtui.inbox.prefetch import fetch_page


class LazyService:
    """Connects in a thread: loading what that takes, or a password command, holds nothing up.

    That begins with `begin`, or at the first question. One under way is shared, and outlives who asked first. Where it
    fails, who waits for it is told, or whoever asks next; only the question after that tries anew.
    """

    def __init__(self, connect: Callable[[], DocumentService]) -> None:
        self._connect = connect
        self._connected: asyncio.Future[DocumentService] | None = None
        self._outdated: list[asyncio.Future[DocumentService]] = []

    def reconnect(self, connect: Callable[[], DocumentService]) -> None:
        """Connect this way from the next question on: as somebody else, say, or with another password."""
        if self._connected is not None:
            self._outdated.append(self._connected)
        self._connect, self._connected = connect, None

    def begin(self) -> asyncio.Future[DocumentService]:
        """Connect ahead of the first question."""
        if self._connected is None:
            self._connected = asyncio.get_running_loop().run_in_executor(None, self._connect)
        return self._connected

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Raises FaxtuiError: the service's, and what connecting raises."""
        return await (await self._service()).list_faxes(window, page)

    @asynccontextmanager
    async def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Document]:
        """Raises FaxtuiError: the service's, and what connecting raises."""
        async with (await self._service()).open_document(key, resume) as document:
            yield document

    async def delete_document(self, key: FaxKey) -> None:
        """Raises FaxtuiError: the service's, and what connecting raises."""
        await (await self._service()).delete_document(key)

    async def aclose(self) -> None:
        """Close what was connected; what is still connecting is left to the end of the program."""
        for each in [*self._outdated, self._connected]:
            if each is not None and each.done() and not _failed(each):
                await each.result().aclose()

    async def _service(self) -> DocumentService:
        connecting = self.begin()
        try:
            return await asyncio.shield(connecting)
        finally:
            if self._connected is connecting and connecting.done() and _failed(connecting):
                self._connected = None


def _failed(connecting: asyncio.Future[DocumentService]) -> bool:
    return connecting.cancelled() or connecting.exception() is not None


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """How many faxes of the last 7 days the service counts, and how far its clock is ahead of this machine's."""

    total: int | None
    ahead: timedelta


async def check_connection(service: FaxService, clock: ServiceClock) -> ConnectionCheck:
    """List one fax. Closes the service afterwards. Raises FaxtuiError."""
    try:
        shown = await fetch_page(service, clock, open_window(FaxQuery(page_size=1), clock.now()), 1)
    finally:
        await service.aclose()
    return ConnectionCheck(shown.page.total, clock.difference)
