"""Authentication of requests: with login and password, or with a token obtained for them.

Nothing of a response that may hold a token is ever shown. The message of a rejection is shown only if it repeats no
secret.
"""

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
from faxtui.errors import NoResponse, ServiceError, SignInRefused, WrongAddress
from faxtui.odyssey import responses
from faxtui.odyssey.address import excerpt, token_address
from faxtui.odyssey.json_text import member, parse_or_none
from faxtui.odyssey.listing import as_whole_number
from faxtui.odyssey.transport import Expected, Response, Transport
from faxtui.translation import N_, _

TOKEN = Expected(N_("a token"), "token_url", most=65_536, is_secret=True)

_MARGIN = 60.0
"""Seconds before its expiry at which a token is renewed; a tenth of a short life (our decision)."""
_SENDABLE = re.compile("[!-~]+")
_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Token:
    """A token, which no representation shows, and when to renew it (seconds of the clock)."""

    text: str = field(repr=False)
    renew_at: float


def read_token(answer: Response, asked_at: float) -> Token:
    """Return the token in the response to a request sent at ``asked_at`` (seconds of the clock).

    Without ``expires_in`` it is used until it is rejected. Raises UnexpectedResponse if there is none.
    """
    said = parse_or_none(answer.body)
    text = member(said, "access_token")
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise responses.something_else(answer, _("It has no valid access_token."), "$.access_token")
    lifetime = as_whole_number(member(said, "expires_in")) or 0
    return Token(text, asked_at + lifetime - min(_MARGIN, lifetime / 10) if lifetime > 0 else math.inf)


def token_failure(answer: Response, account: Account, oauth2: OAuth2) -> ServiceError:
    """Return the error for an unsuccessful response to a token request.

    400, 401 and 403 reject the sign-in, unless they come with a page that no token service would send.
    """
    if answer.status in (404, 405):
        return WrongAddress(
            _("There is no token service at {token_url} ({status}). Check token_url.").format(
                token_url=excerpt(oauth2.token_url, 120), status=responses.status_words(answer)
            )
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
            _(
                "{host} refuses the login {login} or its password ({reason}). Check both before you retry: repeated "
                "failures may lock the account."
            ).format(host=answer.place, login=login, reason=reason),
            account.password,
        )
    if code == "invalid_client" or (code is None and answer.status == 401):
        return SignInRefused(
            _("{host} refuses the client {client} or its secret ({reason}). Check both before you retry.").format(
                host=answer.place, client=client, reason=reason
            )
        )
    return SignInRefused(
        _(
            "{host} refuses to sign in {login} with the client {client} ({reason}). Ask support about this client."
        ).format(host=answer.place, login=login, client=client, reason=reason)
    )


_Renewal: TypeAlias = "asyncio.Task[Token | ServiceError]"


class Answered(Protocol):
    """A response, whole or streamed, as far as authentication reads it."""

    @property
    def refuses_sign_in(self) -> bool: ...


A = TypeVar("A", bound=Answered)


class SignIn(Protocol):
    """Authentication of the requests to the service."""

    async def signed_in(self, ask: Callable[[str], Awaitable[A]]) -> A:
        """Return the result of ``ask``, which sends one request with the given ``Authorization``.

        It is called a second time only after a 401 of the service to an earlier token. Raises its errors, and
        ServiceError if the sign-in fails.
        """
        ...

    async def aclose(self) -> None:
        """Cancel requests in progress."""
        ...


def sign_in_for(
    account: Account, exchange_with: Callable[[httpx.URL], Transport], clock: Callable[[], float]
) -> SignIn:
    """Return the authentication of ``account``; ``clock`` counts seconds.

    Raises ConfigurationError, Untrusted or UnusableProxy if token_url can't be used.
    """
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
        """Do nothing: there are no requests of its own."""


class TokenSignIn:
    """A token with every request, renewed before it expires, and once after a 401 (public).

    Requests that need a token at the same time share one renewal and its outcome, including a rejection: accounts
    lock, so a burst of requests is one attempt. For the same reason the renewal continues if nobody waits for it.
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
        raise NoResponse(_("The connection was closed during the sign-in. Retry."))
    outcome = renewal.result()
    if isinstance(outcome, ServiceError):
        raise outcome
    return outcome


def _bearer(token: Token) -> str:
    return f"Bearer {token.text}"


def _basic(name: str, password: str) -> str:
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
