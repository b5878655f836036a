"""One request and its answer, whole or as it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Container, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

import httpx

from faxtui.odyssey.answer import Answer, Purpose, receive
from faxtui.odyssey.connection import (
    Limits,
    Line,
    client_of,
    cut_off,
    fell_silent,
    too_slow,
    took_too_long,
    why_not_reached,
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer that has begun: of a success the body is still to come, of a failure its beginning is there."""

    answer: Answer
    _response: httpx.Response
    _limits: Limits
    _clock: Callable[[], float]

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def refuses_sign_in(self) -> bool:
        return self.answer.refuses_sign_in

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body of a success as it is sent, once. Raises NoAnswer if it is cut off, or comes too slowly.

        Only the seconds of waiting for the service count, not those that its chunks take elsewhere.
        """
        waited, received = 0.0, 0
        began = self._clock()
        try:
            async for chunk in self._response.aiter_raw():
                waited += self._clock() - began
                received += len(chunk)
                if waited >= self._limits.slow_after:
                    if received < waited * self._limits.slowest:
                        raise too_slow(self.answer.url, received, self._limits)
                    waited, received = 0.0, 0
                yield chunk
                began = self._clock()
        except httpx.TimeoutException as error:
            raise fell_silent(self.answer.url, self._limits) from error
        except (httpx.HTTPError, OSError) as error:
            raise cut_off(self.answer.url) from error

    async def aclose(self) -> None:
        await self._response.aclose()


class Exchange:
    """Asks one host over one client, within the limits, once for each call.

    ``line`` is the way there, or what stands for a host in this process.
    """

    def __init__(
        self, limits: Limits, line: Line | httpx.AsyncBaseTransport, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._proxy = line.proxy if isinstance(line, Line) else None
        self._extensions = line.extensions if isinstance(line, Line) else {}
        self._client = line.client(limits) if isinstance(line, Line) else client_of(line, limits)

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
                self._client.stream(
                    method, url, params=parameters, data=form, headers=headers, extensions=self._extensions
                ) as response,
            ):
                return await _receive(response, purpose)

    async def open(
        self,
        url: httpx.URL,
        purpose: Purpose,
        authorization: str,
        *,
        headers: Mapping[str, str],
        successes: Container[int] = (httpx.codes.OK,),
    ) -> Incoming:
        """Return the response to a GET once it begins, whatever its status; the caller closes it.

        It is requested without a content coding, so that its length can be known and checked. Of those with one of the
        statuses ``successes`` the body is still to come. Raises ServiceError if there is no response.
        """
        headers = {"Authorization": authorization, "Accept-Encoding": "identity", **headers}
        request = self._client.build_request("GET", url, headers=headers, extensions=self._extensions)
        with self._in_words(url, purpose):
            async with asyncio.timeout(self._limits.whole):
                response = await self._client.send(request, stream=True)
                if response.status_code not in successes:
                    async with aclosing(response):
                        return Incoming(await receive(response, purpose), response, self._limits, self._clock)
                begun = Answer(purpose, url, response.status_code, response.headers)
                return Incoming(begun, response, self._limits, self._clock)

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
            raise why_not_reached(error, url, purpose.setting, self._limits, self._proxy) from error


async def _receive(response: httpx.Response, purpose: Purpose) -> Answer:
    try:
        return await receive(response, purpose)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise cut_off(response.url) from error
