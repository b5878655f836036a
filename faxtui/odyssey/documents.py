"""Fetching and deleting the documents of an account's faxes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Container, Mapping
from contextlib import aclosing, asynccontextmanager

import httpx

from faxtui.domain.account import Account
from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.odyssey.address import document_address
from faxtui.odyssey.answer import Answer, Purpose
from faxtui.odyssey.connection import Limits
from faxtui.odyssey.document import TYPES, Document, read_document, read_rest, resuming
from faxtui.odyssey.document_failures import not_deleted, not_fetched, while_deleting, while_fetching
from faxtui.odyssey.exchange import Exchange, Incoming
from faxtui.odyssey.jsontext import is_blank
from faxtui.odyssey.sign_in import SignIn

_WHOLE = frozenset({httpx.codes.OK, httpx.codes.NON_AUTHORITATIVE_INFORMATION})
"""203 is a 200 that a proxy has changed, for example by compressing it."""
_RESUMED = _WHOLE | {httpx.codes.PARTIAL_CONTENT}
_NOT_RESUMED = frozenset({httpx.codes.PRECONDITION_FAILED, httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE})
_DELETED = Purpose("a confirmation", "base_url", most=65_536)


class Documents:
    """Asks once for each call, and once more only where a token had ended, so that nothing was carried out."""

    def __init__(self, account: Account, exchange: Exchange, sign_in: SignIn, limits: Limits) -> None:
        self._account = account
        self._exchange = exchange
        self._sign_in = sign_in
        self._limits = limits
        self._wanted = Purpose("a PDF or TIFF", "base_url", limits.document_json, "tell the service's support")

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

    async def _request(self, key: FaxKey, headers: Mapping[str, str], successes: Container[int]) -> Incoming:
        url = document_address(self._account.base_url, key)

        async def ask(authorization: str) -> Incoming:
            with while_fetching(key):
                return await self._exchange.open(
                    url, self._wanted, authorization, headers={"Accept": TYPES, **headers}, successes=successes
                )

        return await self._sign_in.signed_in(ask)

    async def _read(self, incoming: Incoming, key: FaxKey) -> Document:
        with while_fetching(key):
            return await read_document(incoming, key, self._limits)

    async def delete(self, key: FaxKey) -> None:
        """See `OdysseyService.delete_document`."""
        url = document_address(self._account.base_url, key)

        async def ask(authorization: str) -> Answer:
            with while_deleting(key):
                return await self._exchange.ask("DELETE", url, _DELETED, authorization)

        answer = await self._sign_in.signed_in(ask)
        if not _confirms(answer):
            raise not_deleted(answer, self._account, key)


def _confirms(answer: Answer) -> bool:
    """Return whether ``answer`` confirms a delete: 200 with an empty body (public), or 204 (our decision).

    A body of blanks, of no chunks, or of nothing in gzip is empty (our decision). Anything else with a 2xx status may
    be a message that it was not done, or a page of somebody else.
    """
    return answer.status == httpx.codes.NO_CONTENT or (answer.status == httpx.codes.OK and is_blank(answer.body))
