"""The client of the Odyssey service."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from functools import cache, partial

import httpx

from faxtui.domain.account import Account
from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.query import Window
from faxtui.errors import UnexpectedResponse
from faxtui.network import trust_store
from faxtui.odyssey.address import document_address, list_address
from faxtui.odyssey.auth import SignIn, sign_in_for
from faxtui.odyssey.document import TYPES, Document, read_document, read_rest, resuming
from faxtui.odyssey.json_text import is_blank
from faxtui.odyssey.listing import parameters_of, read_page
from faxtui.odyssey.responses import (
    listing_error,
    not_deleted,
    not_fetched,
    something_else,
    while_deleting,
    while_fetching,
)
from faxtui.odyssey.transport import Expected, Limits, Line, Response, StreamedResponse, Transport
from faxtui.translation import N_

_WHOLE = frozenset({httpx.codes.OK, httpx.codes.NON_AUTHORITATIVE_INFORMATION})
"""203 is a 200 that a proxy has changed, for example by compressing it."""
_RESUMED = _WHOLE | {httpx.codes.PARTIAL_CONTENT}
_NOT_RESUMED = frozenset({httpx.codes.PRECONDITION_FAILED, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE})
_DELETED = Expected(N_("a confirmation"), "base_url", most=65_536)


class Documents:
    """Requests for documents: one for each call, repeated only after a 401 for an expired token."""

    def __init__(self, account: Account, exchange: Transport, sign_in: SignIn, limits: Limits) -> None:
        self._account = account
        self._exchange = exchange
        self._sign_in = sign_in
        self._limits = limits
        self._wanted = Expected(
            N_("a PDF or TIFF"), "base_url", limits.document_json, N_("If it persists, contact support.")
        )

    @asynccontextmanager
    async def open(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Document]:
        """See `OdysseyService.open_document`."""
        if resume is not None:
            async with aclosing(await self._request(key, resuming(resume), _RESUMED)) as incoming:
                if incoming.status in _WHOLE:
                    yield await self._read(incoming, key)
                    return
                if incoming.status == httpx.codes.PARTIAL_CONTENT:
                    with while_fetching(key):
                        document = await read_rest(incoming, key, resume)
                    if document is not None:
                        yield document
                        return
                elif incoming.status not in _NOT_RESUMED:
                    raise not_fetched(incoming.answer, self._account, key)
        async with aclosing(await self._request(key, {}, _WHOLE)) as incoming:
            if incoming.status not in _WHOLE:
                raise not_fetched(incoming.answer, self._account, key)
            yield await self._read(incoming, key)

    async def _request(self, key: FaxKey, headers: Mapping[str, str], successes: Container[int]) -> StreamedResponse:
        url = document_address(self._account.base_url, key)

        async def ask(authorization: str) -> StreamedResponse:
            with while_fetching(key):
                return await self._exchange.open(
                    url, self._wanted, authorization, headers={"Accept": TYPES, **headers}, successes=successes
                )

        return await self._sign_in.signed_in(ask)

    async def _read(self, incoming: StreamedResponse, key: FaxKey) -> Document:
        with while_fetching(key):
            return await read_document(incoming, key, self._limits)

    async def delete(self, key: FaxKey) -> None:
        """See `OdysseyService.delete_document`."""
        url = document_address(self._account.base_url, key)

        async def ask(authorization: str) -> Response:
            with while_deleting(key):
                return await self._exchange.ask("DELETE", url, _DELETED, authorization)

        answer = await self._sign_in.signed_in(ask)
        if not _confirms(answer):
            raise not_deleted(answer, self._account, key)


def _confirms(answer: Response) -> bool:
    """Return whether ``answer`` confirms a delete: 200 with an empty body (public), or 204 (our decision).

    A body of blanks, of no chunks, or of nothing in gzip is empty (our decision). Anything else with a 2xx status may
    be a message that it was not done, or a page of somebody else.
    """
    return answer.status == httpx.codes.NO_CONTENT or (answer.status == httpx.codes.OK and is_blank(answer.body))


DEFAULT_LIMITS = Limits()
_LARGE = 300_000
"""Bytes above which a listing is read in a thread, so that keys don't wait: more than a usual page of 1,000 faxes.
Below it, a thread would only cost memory."""


class OdysseyService:
    """A `faxtui.domain.service.DocumentService` over HTTP, for one account.

    Each call sends one request, repeated only after a 401 for an expired token. ``clock`` counts the seconds of a
    token's life and of a slow document. Raises ConfigurationError if the account's addresses are not valid, Untrusted
    or UnusableProxy if this machine's certificates or proxies can't be used. Loading certificates takes a moment: keep
    it off the event loop.
    """

    def __init__(
        self,
        account: Account,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._list_address = list_address(account.base_url)
        self._listing = Expected(N_("a list of faxes"), "base_url", limits.body, N_("Smaller pages may help."))
        load_trust = cache(lambda: trust_store(os.environ))

        def exchange_with(url: httpx.URL) -> Transport:
            line = transport or Line(url, load_trust, allow_http=account.allow_http)
            return Transport(limits, line, clock)

        self._exchange = exchange_with(self._list_address)
        self._sign_in = sign_in_for(account, exchange_with, clock)
        self._documents = Documents(account, self._exchange, self._sign_in, limits)

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Fetch one page of a window, counted from 1. Raises ServiceError.

        204 and a blank body are an empty page, unless the content type is HTML (our decision).
        """
        answer = await self._get(self._list_address, self._listing, parameters_of(window, page))
        if answer.status not in (httpx.codes.OK, httpx.codes.NO_CONTENT):
            raise listing_error(answer, self._account, window)
        if answer.is_html and is_blank(answer.body):
            raise something_else(answer, path="$")
        read = partial(read_page, answer.body, page=page, page_size=window.page_size, zone=self._account.service_zone)
        try:
            listed = await asyncio.to_thread(read) if len(answer.body) > _LARGE else read()
        except UnexpectedResponse as error:
            raise something_else(answer, str(error), error.path) from error
        return Listing(listed, answer.served_at)

    def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AbstractAsyncContextManager[Document]:
        """Open the file of a fax; its body is read while the context lasts.

        It begins at ``resume`` only if the service proves that this is the rest of the same file; otherwise the same
        call downloads it from its first byte. Raises Gone if the fax is no longer there, WrongAddress, before any
        request, if it has no address, and other ServiceErrors. Its chunks raise ServiceError if the connection is
        lost.
        """
        return self._documents.open(key, resume)

    async def delete_document(self, key: FaxKey) -> None:
        """Delete a fax permanently.

        Raises Gone if it is no longer there, WrongAddress, before any request, if it has no address, and other
        ServiceErrors. After NoResponse, ServiceFailed or UnexpectedResponse it may or may not be deleted: their text
        says so.
        """
        await self._documents.delete(key)

    async def aclose(self) -> None:
        """Close every connection. No request can be sent afterwards."""
        await self._sign_in.aclose()
        await self._exchange.aclose()

    async def _get(self, url: httpx.URL, purpose: Expected, parameters: tuple[tuple[str, str], ...]) -> Response:
        async def ask(authorization: str) -> Response:
            return await self._exchange.ask("GET", url, purpose, authorization, parameters=parameters)

        return await self._sign_in.signed_in(ask)
