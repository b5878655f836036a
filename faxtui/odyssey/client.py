"""The client of the Odyssey service."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Container, Mapping
from contextlib import aclosing, asynccontextmanager
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
from faxtui.odyssey.auth import TokenAuth
from faxtui.odyssey.document import TYPES, Document, read_document, read_rest, resuming
from faxtui.odyssey.errors import Call, error_of, something_else, while_deleting, while_fetching
from faxtui.odyssey.json_text import is_blank
from faxtui.odyssey.listing import parameters_of, read_page
from faxtui.odyssey.response import Expected, Response
from faxtui.odyssey.transport import Limits, Line, StreamedResponse, Transport
from faxtui.translation import N_

DEFAULT_LIMITS = Limits()
_WHOLE = frozenset({httpx.codes.OK, httpx.codes.NON_AUTHORITATIVE_INFORMATION})
"""203 is a 200 that a proxy has changed, for example by compressing it."""
_RESUMED = _WHOLE | {httpx.codes.PARTIAL_CONTENT}
_NOT_RESUMED = frozenset({httpx.codes.PRECONDITION_FAILED, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE})
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
        self._limits = limits
        self._list_address = list_address(account.base_url)
        self._listing = Expected(N_("a list of faxes"), "base_url", limits.body, N_("Smaller pages may help."))
        self._document = Expected(
            N_("a PDF or TIFF"), "base_url", limits.document_json, N_("If it persists, contact support.")
        )
        self._confirmation = Expected(N_("a confirmation"), "base_url", most=65_536)
        load_trust = cache(lambda: trust_store(os.environ))

        def transport_for(url: httpx.URL, auth: httpx.Auth) -> Transport:
            line = transport or Line(url, load_trust, allow_http=account.allow_http)
            return Transport(limits, line, auth, clock)

        self._auth: TokenAuth | httpx.BasicAuth = (
            httpx.BasicAuth(account.login, account.password)
            if account.oauth2 is None
            else TokenAuth(account, account.oauth2, transport_for, clock)
        )
        self._transport = transport_for(self._list_address, self._auth)

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Fetch one page of a window, counted from 1. Raises ServiceError.

        204 and a blank body are an empty page, unless the content type is HTML (our decision).
        """
        parameters = parameters_of(window, page)
        response = await self._transport.send("GET", self._list_address, self._listing, parameters=parameters)
        if response.status not in (httpx.codes.OK, httpx.codes.NO_CONTENT):
            raise error_of(response, Call(self._account, window))
        if response.is_html and is_blank(response.body):
            raise something_else(response, path="$")
        read = partial(read_page, response.body, page=page, page_size=window.page_size, zone=self._account.service_zone)
        try:
            listed = await asyncio.to_thread(read) if len(response.body) > _LARGE else read()
        except UnexpectedResponse as error:
            raise something_else(response, str(error), error.path) from error
        return Listing(listed, response.served_at)

    @asynccontextmanager
    async def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Document]:
        """Open the file of a fax; its body is read while the context lasts.

        It begins at ``resume`` only if the service proves that this is the rest of the same file; otherwise the same
        call downloads it from its first byte. Raises Gone if the fax is no longer there, WrongAddress, before any
        request, if it has no address, and other ServiceErrors. Its chunks raise ServiceError if the connection is
        lost.
        """
        if resume is not None:
            async with aclosing(await self._request_document(key, resuming(resume), _RESUMED)) as streamed:
                if streamed.status in _WHOLE:
                    yield await self._read_document(streamed, key)
                    return
                if streamed.status == httpx.codes.PARTIAL_CONTENT:
                    with while_fetching(key):
                        document = await read_rest(streamed, key, resume)
                    if document is not None:
                        yield document
                        return
                elif streamed.status not in _NOT_RESUMED:
                    raise error_of(streamed.head, Call(self._account, key))
        async with aclosing(await self._request_document(key, {}, _WHOLE)) as streamed:
            if streamed.status not in _WHOLE:
                raise error_of(streamed.head, Call(self._account, key))
            yield await self._read_document(streamed, key)

    async def delete_document(self, key: FaxKey) -> None:
        """Delete a fax permanently.

        Raises Gone if it is no longer there, WrongAddress, before any request, if it has no address, and other
        ServiceErrors. After NoResponse, ServiceFailed or UnexpectedResponse it may or may not be deleted: their text
        says so.
        """
        url = document_address(self._account.base_url, key)
        with while_deleting(key):
            response = await self._transport.send("DELETE", url, self._confirmation)
        if not _confirms(response):
            raise error_of(response, Call(self._account, key, is_delete=True))

    async def aclose(self) -> None:
        """Close every connection. No request can be sent afterwards."""
        if isinstance(self._auth, TokenAuth):
            await self._auth.aclose()
        await self._transport.aclose()

    async def _request_document(
        self, key: FaxKey, headers: Mapping[str, str], successes: Container[int]
    ) -> StreamedResponse:
        url = document_address(self._account.base_url, key)
        with while_fetching(key):
            return await self._transport.open(
                url, self._document, headers={"Accept": TYPES, **headers}, successes=successes
            )

    async def _read_document(self, streamed: StreamedResponse, key: FaxKey) -> Document:
        with while_fetching(key):
            return await read_document(streamed, key, self._limits)


def _confirms(response: Response) -> bool:
    """Return whether ``response`` confirms a delete: 200 with an empty body (public), or 204 (our decision).

    A body of blanks, of no chunks, or of nothing in gzip is empty (our decision). Anything else with a 2xx status may
    be a message that it was not done, or a page of somebody else.
    """
    return response.status == httpx.codes.NO_CONTENT or (response.status == httpx.codes.OK and is_blank(response.body))
