"""What the address that gives out tokens answers, read into a value or into words.

No word of an answer that may hold a token is shown, and what a refusal says is shown only where it repeats no secret.


How requests are signed in: with login and password, or with a token that those were exchanged for."""

from __future__ import annotations

import asyncio
import math
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

import httpx

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import NoAnswer, ServiceError, SignInRefused, WrongAddress
from faxtui.odyssey import responses
from faxtui.odyssey.address import excerpt, token_address
from faxtui.odyssey.json_text import member, parse_or_none
from faxtui.odyssey.listing import as_whole_number
from faxtui.odyssey.transport import Expected, Response, Transport

TOKEN = Expected("a token", "token_url", most=65_536, is_secret=True)

_MARGIN = 60.0
"""Seconds before its end that a token is renewed; for a short life, a tenth of it (our decision)."""
_SENDABLE = re.compile("[!-~]+")
_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Token:
    """A token in no representation of itself, and from when on it is to be renewed, on a clock of seconds."""

    text: str = field(repr=False)
    renew_at: float


def read_token(answer: Response, asked_at: float) -> Token:
    """The token in ``answer`` to a request of ``asked_at``. Without ``expires_in`` it holds until it is refused.

    Raises UnexpectedAnswer where there is none.
    """
    said = parse_or_none(answer.body)
    text = member(said, "access_token")
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise responses.something_else(answer, "It holds no access_token that can be sent.", "$.access_token")
    lifetime = as_whole_number(member(said, "expires_in")) or 0
    return Token(text, asked_at + lifetime - min(_MARGIN, lifetime / 10) if lifetime > 0 else math.inf)


def token_failure(answer: Response, account: Account, oauth2: OAuth2) -> ServiceError:
    """Return the error that ``answer``, of another status than 200, is.

    400, 401 and 403 refuse the sign-in, unless they come with a page that is no answer of such an address.
    """
    if answer.status in (404, 405):
        return WrongAddress(
            f"Nothing gives out tokens at {excerpt(oauth2.token_url, 120)} ({responses.status_words(answer)}): "
            "check token_url."
        )
    if answer.status not in (400, 401, 403) or (answer.is_foreign and not answer.refuses_sign_in):
        return responses.status_error(answer)
    login, client = f"“{excerpt(account.login)}”", f"“{excerpt(oauth2.client_id)}”"
    said = parse_or_none(answer.body)
    code = member(said, "error")
    shown = [code, member(said, "error_description")]
    words = [responses.status_words(answer), *(excerpt(each, _DESCRIPTION) for each in shown if isinstance(each, str))]
    secrets = (account.password, oauth2.client_secret)
    reason = ", ".join(each for each in words if not any(secret in each for secret in secrets))
    if code == "invalid_grant":
        return SignInRefused(
            f"{answer.place} refuses the login {login} or its password ({reason}): check both before asking again, "
            "because repeated failures may lock the account.",
            account.password,
        )
    if code == "invalid_client" or (code is None and answer.status == 401):
        return SignInRefused(
            f"{answer.place} refuses the client {client} or its secret ({reason}): check both against what the "
            "service's support gave out before asking again."
        )
    return SignInRefused(
        f"{answer.place} won't sign in {login} with the client {client} ({reason}): ask the service's support what "
        "this client may do."
    )


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


def sign_in_for(
    account: Account, exchange_with: Callable[[httpx.URL], Transport], clock: Callable[[], float]
) -> SignIn:
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
        exchange_with: Callable[[httpx.URL], Transport],
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
