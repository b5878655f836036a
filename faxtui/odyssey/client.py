"""The Odyssey service, as the inbox asks it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cache, partial

import httpx

from faxtui.domain.account import Account
from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.window import Window
from faxtui.errors import UnexpectedAnswer
from faxtui.network.trust import trust_store
from faxtui.odyssey.address import list_address
from faxtui.odyssey.answer import Answer, Purpose
from faxtui.odyssey.connection import Limits, Line
from faxtui.odyssey.document import Document
from faxtui.odyssey.documents import Documents
from faxtui.odyssey.exchange import Exchange
from faxtui.odyssey.jsontext import is_blank
from faxtui.odyssey.refusals import failure
from faxtui.odyssey.sign_in import sign_in_for
from faxtui.odyssey.statuses import something_else
from faxtui.odyssey.wire import read_page

DEFAULT_LIMITS = Limits()
_LARGE = 300_000
"""Bytes from which on a listing is read in a thread, so that keys don't wait for it: more than a usual page of 1,000.
Below it, a thread would only cost memory."""


class OdysseyService:
    """A fax service (see `faxtui.inbox.service`) over HTTP, for one account.

    Asks once for each call and never again by itself, but where a token has ended. ``clock`` counts the seconds of a
    token's life and of a slow document. Raises ConfigurationError if the account's addresses can't be used, Untrusted
    or UnusableProxy if this machine's certificates or proxies can't. Loading certificates takes a moment: keep it off
    the event loop.
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
        self._listing = Purpose("a list of faxes", "base_url", limits.body, "ask for smaller pages")
        load_trust = cache(lambda: trust_store(os.environ))

        def exchange_with(url: httpx.URL) -> Exchange:
            line = transport or Line(url, load_trust, allow_http=account.allow_http)
            return Exchange(limits, line, clock)

        self._exchange = exchange_with(self._list_address)
        self._sign_in = sign_in_for(account, exchange_with, clock)
        self._documents = Documents(account, self._exchange, self._sign_in, limits)

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Fetch one page of a window, counted from 1. Raises ServiceError.

        204 is an empty page, as a blank body is, unless it says that it is HTML (our decision).
        """
        answer = await self._get(self._list_address, self._listing, window.parameters(page))
        if answer.status not in (httpx.codes.OK, httpx.codes.NO_CONTENT):
            raise failure(answer, self._account, window)
        if answer.is_html and is_blank(answer.body):
            raise something_else(answer, path="$")
        read = partial(read_page, answer.body, page=page, page_size=window.page_size, zone=self._account.service_zone)
        try:
            listed = await asyncio.to_thread(read) if len(answer.body) > _LARGE else read()
        except UnexpectedAnswer as error:
            raise something_else(answer, str(error), error.path) from error
        return Listing(listed, answer.served_at)

    def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AbstractAsyncContextManager[Document]:
        """The file of a fax, from when it begins to come, while the context lasts.

        Raises Gone where the fax is no longer there, WrongAddress where it has no address and nothing was asked for,
        and ServiceError; its chunks raise ServiceError if they break off. It begins at ``resume`` only if the service
        proves that this is the rest of the same file; otherwise it is fetched from its first byte, in the same call.
        """
        return self._documents.open(key, resume)

    async def delete_document(self, key: FaxKey) -> None:
        """Delete a fax for good.

        Raises Gone where it is no longer there, WrongAddress where it has no address and nothing was asked for, and
        ServiceError. After NoAnswer, ServiceFailed or UnexpectedAnswer it may be deleted or not, as the text says.
        """
        await self._documents.delete(key)

    async def aclose(self) -> None:
        """Close every connection. Nothing can be asked afterwards."""
        await self._sign_in.aclose()
        await self._exchange.aclose()

    async def _get(self, url: httpx.URL, purpose: Purpose, parameters: tuple[tuple[str, str], ...]) -> Answer:
        async def ask(authorization: str) -> Answer:
            return await self._exchange.ask("GET", url, purpose, authorization, parameters=parameters)

        return await self._sign_in.signed_in(ask)
