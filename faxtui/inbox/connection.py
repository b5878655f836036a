"""A connection made beside everything else, and the check of a new account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple, Protocol

from faxtui.domain.clock import ServiceClock
from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.query import FaxQuery, Window, open_window
from faxtui.domain.service import Document, DocumentService, FaxService
from faxtui.errors import SignInRefused
from faxtui.inbox.prefetch import fetch_page


class Connector(Protocol):
    """Creates the client of one account's service."""

    def connect(self, password: str | None = None) -> DocumentService:
        """Connect with this password, or with the stored one. May take a while. Raises FaxtuiError."""


class LazyService:
    """A service that is connected in a thread: loading it, or a password command, blocks nothing.

    This starts with `begin`, or with the first request. A connection in progress is shared, and outlives the request
    that started it. If it fails, the requests that wait for it raise that, or the next one; the one after it retries.

    A password typed just now is tried by one request; the others wait for it. If it is rejected, it is not sent again,
    because repeated failures may lock the account: all requests raise the rejection until the next sign-in.
    """

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._password: str | None = None
        self._connected: asyncio.Future[DocumentService] | None = None
        self._outdated: list[asyncio.Future[DocumentService]] = []
        self._is_proven = True
        self._trial = asyncio.Lock()
        self._refusal: SignInRefused | None = None

    def sign_in(self, password: str) -> None:
        """Connect with this password from the next request on."""
        if self._connected is not None:
            self._outdated.append(self._connected)
        self._password, self._connected = password, None
        self._is_proven, self._refusal = False, None

    def begin(self) -> asyncio.Future[DocumentService]:
        """Connect ahead of the first request."""
        if self._connected is None:
            self._connected = asyncio.get_running_loop().run_in_executor(None, self._connector.connect, self._password)
        return self._connected

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Raises FaxtuiError: the service's, or that of connecting."""
        async with self._signed_in() as service:
            return await service.list_faxes(window, page)

    @asynccontextmanager
    async def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Document]:
        """Raises FaxtuiError: the service's, or that of connecting."""
        async with self._signed_in() as service, service.open_document(key, resume) as document:
            yield document

    async def delete_document(self, key: FaxKey) -> None:
        """Raises FaxtuiError: the service's, or that of connecting."""
        async with self._signed_in() as service:
            await service.delete_document(key)

    async def aclose(self) -> None:
        """Close what is connected; a connection in progress is left to the end of the program."""
        for each in [*self._outdated, self._connected]:
            if each is not None and each.done() and not _failed(each):
                await each.result().aclose()

    @asynccontextmanager
    async def _signed_in(self) -> AsyncIterator[DocumentService]:
        """Give the service to a request; while another one tries the password, wait for its result."""
        if self._is_proven:
            yield await self._service()
            return
        async with self._trial:
            if self._refusal is not None:
                raise self._refusal
            try:
                yield await self._service()
            except SignInRefused as error:
                self._refusal = error
                raise
            self._is_proven = True

    async def _service(self) -> DocumentService:
        connecting = self.begin()
        try:
            return await asyncio.shield(connecting)
        finally:
            if self._connected is connecting and connecting.done() and _failed(connecting):
                self._connected = None


def _failed(connecting: asyncio.Future[DocumentService]) -> bool:
    return connecting.cancelled() or connecting.exception() is not None


class ConnectionCheck(NamedTuple):
    """Result of a check: the service's count of faxes of 7 days, and how far its clock is ahead of this computer's."""

    total: int | None
    ahead: timedelta


async def check_connection(service: FaxService, clock: ServiceClock) -> ConnectionCheck:
    """List one fax, then close the service. Raises FaxtuiError."""
    try:
        shown = await fetch_page(service, clock, open_window(FaxQuery(page_size=1), clock.now()), 1)
    finally:
        await service.aclose()
    return ConnectionCheck(shown.page.total, clock.difference)
