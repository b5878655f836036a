"""One request and its answer, whole or as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

import httpx

from faxtui.odyssey.answer import Answer, Purpose, receive
from faxtui.odyssey.connection import Limits, cut_off, fell_silent, open_client, took_too_long, why_not_reached


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer that has begun: of a success the body is still to come, of a failure its beginning is there."""

    answer: Answer
    _response: httpx.Response
    _limits: Limits

    @property
    def status(self) -> int:
        return self.answer.status

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body of a success as it is sent, once. Raises NoAnswer where it breaks off or falls silent."""
        try:
            async for chunk in self._response.aiter_raw():
                yield chunk
        except httpx.TimeoutException as error:
            raise fell_silent(self.answer.url, self._limits) from error
        except (httpx.HTTPError, OSError) as error:
            raise cut_off(self.answer.url) from error

    async def aclose(self) -> None:
        await self._response.aclose()


class Exchange:
    """Asks any address over one client, within the limits, once for each call.

    To make one raises Unreachable where this machine's certificates or proxy settings can't be used.
    """

    def __init__(self, limits: Limits, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._limits = limits
        self._client = open_client(limits, transport)

    async def ask(
        self,
        method: str,
        url: httpx.URL,
        purpose: Purpose,
        authorization: str,
        *,
        parameters: tuple[tuple[str, str], ...] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises ServiceError where there is none, or too much of it."""
        headers = {"Authorization": authorization}
        with self._in_words(url, purpose):
            async with (
                asyncio.timeout(self._limits.whole),
                self._client.stream(method, url, params=parameters, data=form, headers=headers) as response,
            ):
                return await _receive(response, purpose)

    async def open(self, url: httpx.URL, purpose: Purpose, authorization: str, *, accept: str) -> Incoming:
        """The answer to a GET once it begins, whatever its status, to be closed by whoever asked.

        It is asked for unpacked, so that its length can be told and checked. Raises ServiceError where there is none.
        """
        headers = {"Authorization": authorization, "Accept": accept, "Accept-Encoding": "identity"}
        request = self._client.build_request("GET", url, headers=headers)
        with self._in_words(url, purpose):
            async with asyncio.timeout(self._limits.whole):
                response = await self._client.send(request, stream=True)
                if response.status_code != httpx.codes.OK:
                    async with aclosing(response):
                        return Incoming(await receive(response, purpose), response, self._limits)
                begun = Answer(purpose, url, response.status_code, response.headers)
                return Incoming(begun, response, self._limits)

    async def aclose(self) -> None:
        """Close every connection. Nothing can be asked afterwards."""
        await self._client.aclose()

    @contextmanager
    def _in_words(self, url: httpx.URL, purpose: Purpose) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise took_too_long(url, purpose.or_way_out, self._limits) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise why_not_reached(error, url, purpose.setting, self._limits) from error


async def _receive(response: httpx.Response, purpose: Purpose) -> Answer:
    try:
        return await receive(response, purpose)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise cut_off(response.url) from error
