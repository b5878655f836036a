"""Authentication of requests: with login and password, or with a token obtained for them.

Nothing of a response that may hold a token is ever shown. The message of a rejection is shown only if it repeats no
secret.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import ServiceError
from faxtui.odyssey.address import token_address
from faxtui.odyssey.errors import Call, closed, error_of, something_else
from faxtui.odyssey.json_text import member, parse_or_none
from faxtui.odyssey.listing import as_whole_number
from faxtui.odyssey.response import Expected, Response, read_failure
from faxtui.odyssey.transport import Transport
from faxtui.translation import N_, _

TOKEN = Expected(N_("a token"), "token_url", most=65_536, is_secret=True)

_MARGIN = 60.0
"""Seconds before its expiry at which a token is renewed; a tenth of a short life (our decision)."""
_SENDABLE = re.compile("[!-~]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token, which no representation shows, and when to renew it (seconds of the clock)."""

    text: str = field(repr=False)
    renew_at: float


_Renewal: TypeAlias = "asyncio.Task[Token | ServiceError]"
TransportFor: TypeAlias = Callable[[httpx.URL, httpx.Auth], Transport]
"""Returns a transport to an address with an authentication."""


class TokenAuth(httpx.Auth):
    """A token with every request, renewed before it expires, and once after a 401 (public).

    Requests that need a token at the same time share one renewal and its outcome, including a rejection: accounts
    lock, so a burst of requests is one attempt. For the same reason the renewal continues if nobody waits for it.
    """

    def __init__(
        self, account: Account, oauth2: OAuth2, transport_for: TransportFor, clock: Callable[[], float]
    ) -> None:
        """``clock`` counts seconds. Raises ConfigurationError, Untrusted or UnusableProxy if token_url is unusable."""
        self._account = account
        self._oauth2 = oauth2
        self._url = token_address(oauth2.token_url)
        self._transport = transport_for(self._url, httpx.BasicAuth(oauth2.client_id, oauth2.client_secret))
        self._clock = clock
        self._latest: _Renewal | None = None

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send ``request`` with a token, and once more with a new one if the service rejects an earlier one.

        Raises ServiceError, not ``was_sent``, if there is no token.
        """
        renewal = self._renewal()
        is_new = not renewal.done()
        await _authorize(request, renewal)
        response = yield request
        if is_new or response.status_code != httpx.codes.UNAUTHORIZED:
            return
        if (await read_failure(response, TOKEN)).refuses_sign_in:
            await _authorize(request, self._renewal(instead_of=renewal))
            # httpx reads and decodes this body before it sends the next request.
            response.stream = httpx.ByteStream(b"")
            yield request

    async def aclose(self) -> None:
        """Cancel a renewal in progress, and close the connections to the token service."""
        if self._latest is not None:
            self._latest.cancel()
            await asyncio.wait((self._latest,))
        await self._transport.aclose()

    def _renewal(self, instead_of: _Renewal | None = None) -> _Renewal:
        """Return the latest renewal if it is in progress or its token is valid, else a new one.

        After a 401 (``instead_of`` is the renewal of the rejected token) the latest one counts whatever its outcome,
        unless it is the rejected one: the first request with that token has renewed it for all.
        """
        latest = self._latest
        if latest is None or latest is instead_of or (instead_of is None and self._is_spent(latest)):
            latest = self._latest = asyncio.create_task(self._outcome())
        return latest

    def _is_spent(self, renewal: _Renewal) -> bool:
        if not renewal.done() or renewal.cancelled():
            return False
        outcome = renewal.result()
        return isinstance(outcome, ServiceError) or self._clock() >= outcome.renew_at

    async def _outcome(self) -> Token | ServiceError:
        try:
            return await self._new_token()
        except ServiceError as error:
            error.was_sent = False
            return error

    async def _new_token(self) -> Token:
        requested_at = self._clock()
        response = await self._transport.send(
            "POST",
            self._url,
            TOKEN,
            form={
                "grant_type": "password",
                "scope": "OMS",
                "username": f"msg\\{self._account.login}",
                "password": self._account.password,
            },
        )
        if response.status != httpx.codes.OK:
            raise error_of(response, Call(self._account, self._oauth2))
        return _read_token(response, requested_at)


def _read_token(response: Response, requested_at: float) -> Token:
    """Return the token in the response to a request sent at ``requested_at`` (seconds of the clock).

    Without ``expires_in`` it is used until it is rejected. Raises UnexpectedResponse if there is none.
    """
    body = parse_or_none(response.body)
    text = member(body, "access_token")
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise something_else(response, _("It has no valid access_token."), "$.access_token")
    lifetime = as_whole_number(member(body, "expires_in")) or 0
    return Token(text, requested_at + lifetime - min(_MARGIN, lifetime / 10) if lifetime > 0 else math.inf)


async def _authorize(request: httpx.Request, renewal: _Renewal) -> None:
    await asyncio.wait((renewal,))
    if renewal.cancelled():
        raise closed(request.url)
    outcome = renewal.result()
    if isinstance(outcome, ServiceError):
        raise outcome
    request.headers["Authorization"] = f"Bearer {outcome.text}"
