"""A service that is connected to when it is first asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.window import Window
from faxtui.inbox.service import Document, DocumentService


class Connecting:
    """Connects at the first question, in a thread: loading what that takes, or a password command, holds nothing up.

    A connection that failed is tried anew at the next question; one under way is shared, and outlives who asked first.
    """

    def __init__(self, connect: Callable[[], DocumentService]) -> None:
        self._connect = connect
        self._connected: asyncio.Task[DocumentService] | None = None
        self._outdated: list[asyncio.Task[DocumentService]] = []

    def reconnect(self, connect: Callable[[], DocumentService]) -> None:
        """Connect this way from the next question on: as somebody else, say, or with another password."""
        if self._connected is not None:
            self._outdated.append(self._connected)
        self._connect, self._connected = connect, None

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Raises FaxtuiError: the service's, and what connecting raises."""
        return await (await self._service()).list_faxes(window, page)

    @asynccontextmanager
    async def open_document(self, key: FaxKey) -> AsyncIterator[Document]:
        """Raises FaxtuiError: the service's, and what connecting raises."""
        async with (await self._service()).open_document(key) as document:
            yield document

    async def delete_document(self, key: FaxKey) -> None:
        """Raises FaxtuiError: the service's, and what connecting raises."""
        await (await self._service()).delete_document(key)

    async def aclose(self) -> None:
        """Close what was connected; what is still connecting is left to the end of the program."""
        for task in [*self._outdated, self._connected]:
            if task is not None and task.done() and not _failed(task):
                await task.result().aclose()

    async def _service(self) -> DocumentService:
        if self._connected is None or _failed(self._connected):
            self._connected = asyncio.create_task(asyncio.to_thread(self._connect))
        return await asyncio.shield(self._connected)


def _failed(task: asyncio.Task[DocumentService]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
