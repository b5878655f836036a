"""How requests are signed in: with login and password, or with a token that those were exchanged for."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, TypeVar

import httpx

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import NoAnswer, ServiceError
from faxtui.odyssey.address import token_address
from faxtui.odyssey.exchange import Exchange
from faxtui.odyssey.tokens import TOKEN, Token, read_token, token_failure

_Renewal: TypeAlias = "asyncio.Task[Token | ServiceError]"


class Answered(Protocol):
    """An answer, whole or only begun, as far as signing in reads it."""

    @property
    def refuses_sign_in(self) -> bool: ...


A = TypeVar("A", bound=Answered)


class SignIn(Protocol):
    """Signs in whatever is asked of the service."""

    async def signed_in(self, ask: Callable[[str], Awaitable[A]]) -> A:
        """What ``ask``, which sends one request with the ``Authorization`` that it is given, gets when signed in.

        It is called again only if its answer was a 401 of the service, and then once. Raises what it raises, and
        ServiceError of the signing in.
        """
        ...

    async def aclose(self) -> None:
        """End what is on its way."""
        ...


def sign_in_for(account: Account, exchange_with: Callable[[httpx.URL], Exchange], clock: Callable[[], float]) -> SignIn:
    """``clock`` counts seconds. Raises ConfigurationError, Untrusted or UnusableProxy if token_url can't be used."""
    if account.oauth2 is None:
        return BasicSignIn(account)
    return TokenSignIn(account, account.oauth2, exchange_with, clock)


class BasicSignIn:
    """Login and password with every request (documented)."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def signed_in(self, ask: Callable[[str], Awaitable[A]]) -> A:
        return await ask(_basic(self._account.login, self._account.password))

    async def aclose(self) -> None:
        """There is nothing to end."""


class TokenSignIn:
    """A token with every request, renewed before it ends, and once after a 401 (public).

    Requests that need a token at the same time share one renewal and what becomes of it, a refusal too: accounts lock,
    so a burst of requests is one attempt. The renewal goes on when nobody waits for it any more, for the same reason.
    """

    def __init__(
        self,
        account: Account,
        oauth2: OAuth2,
        exchange_with: Callable[[httpx.URL], Exchange],
        clock: Callable[[], float],
    ) -> None:
        self._account = account
        self._oauth2 = oauth2
        self._url = token_address(oauth2.token_url)
        self._exchange = exchange_with(self._url)
        self._clock = clock
        self._latest: _Renewal | None = None

    async def signed_in(self, ask: Callable[[str], Awaitable[A]]) -> A:
        renewal = self._renewal()
        is_new = not renewal.done()
        answer = await ask(_bearer(await _token(renewal)))
        if is_new or not answer.refuses_sign_in:
            return answer
        return await ask(_bearer(await _token(self._renewal(instead_of=renewal))))

    async def aclose(self) -> None:
        if self._latest is not None:
            self._latest.cancel()
            await asyncio.wait((self._latest,))
        await self._exchange.aclose()

    def _renewal(self, instead_of: _Renewal | None = None) -> _Renewal:
        """The latest renewal where its token holds or is on its way, else a new one.

        After a 401 the latest is good whatever became of it, unless its own token is the refused one (``instead_of``):
        whoever was refused that first has renewed it for all.
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
            return error

    async def _new_token(self) -> Token:
        asked_at = self._clock()
        answer = await self._exchange.ask(
            "POST",
            self._url,
            TOKEN,
            _basic(self._oauth2.client_id, self._oauth2.client_secret),
            form={
                "grant_type": "password",
                "scope": "OMS",
                "username": f"msg\\{self._account.login}",
                "password": self._account.password,
            },
        )
        if answer.status != httpx.codes.OK:
            raise token_failure(answer, self._account, self._oauth2)
        return read_token(answer, asked_at)


async def _token(renewal: _Renewal) -> Token:
    await asyncio.wait((renewal,))
    if renewal.cancelled():
        raise NoAnswer("The connection was closed during the sign-in: ask again.")
    outcome = renewal.result()
    if isinstance(outcome, ServiceError):
        raise outcome
    return outcome


def _bearer(token: Token) -> str:
    return f"Bearer {token.text}"


def _basic(name: str, password: str) -> str:
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
