"""One request and its whole answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

from faxtui.odyssey.answer import Answer, Purpose, receive
from faxtui.odyssey.connection import Limits, cut_off, open_client, took_too_long, why_not_reached


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
        try:
            async with (
                asyncio.timeout(self._limits.whole),
                self._client.stream(method, url, params=parameters, data=form, headers=headers) as response,
            ):
                return await _receive(response, purpose)
        except TimeoutError as error:
            raise took_too_long(url, purpose.or_way_out, self._limits) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise why_not_reached(error, url, purpose.setting, self._limits) from error

    async def aclose(self) -> None:
        """Close every connection. Nothing can be asked afterwards."""
        await self._client.aclose()


async def _receive(response: httpx.Response, purpose: Purpose) -> Answer:
    try:
        return await receive(response, purpose)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise cut_off(response.url) from error
