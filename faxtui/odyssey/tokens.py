"""What the address that gives out tokens answers, read into a value or into words.

No word of an answer that may hold a token is shown, and what a refusal says is shown only where it repeats no secret.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import ServiceError, SignInRefused, WrongAddress
from faxtui.odyssey import statuses
from faxtui.odyssey.answer import Answer, Purpose
from faxtui.odyssey.jsontext import member, parse_or_none
from faxtui.odyssey.wire import as_whole_number
from faxtui.odyssey.words import excerpt

TOKEN = Purpose("a token", "token_url", most=65_536, is_secret=True)

_MARGIN = 60.0
"""Seconds before its end that a token is renewed; for a short life, a tenth of it (our decision)."""
_SENDABLE = re.compile("[!-~]+")
_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class Token:
    """A token in no representation of itself, and from when on it is to be renewed, on a clock of seconds."""

    text: str = field(repr=False)
    renew_at: float


def read_token(answer: Answer, asked_at: float) -> Token:
    """The token in ``answer`` to a request of ``asked_at``. Without ``expires_in`` it holds until it is refused.

    Raises UnexpectedAnswer where there is none.
    """
    said = parse_or_none(answer.body)
    text = member(said, "access_token")
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise statuses.something_else(answer, "It holds no access_token that can be sent.", "$.access_token")
    lifetime = as_whole_number(member(said, "expires_in")) or 0
    return Token(text, asked_at + lifetime - min(_MARGIN, lifetime / 10) if lifetime > 0 else math.inf)


def token_failure(answer: Answer, account: Account, oauth2: OAuth2) -> ServiceError:
    """Return the error that ``answer``, of another status than 200, is.

    400, 401 and 403 refuse the sign-in, unless they come with a page that is no answer of such an address.
    """
    if answer.status in (404, 405):
        return WrongAddress(
            f"Nothing gives out tokens at {excerpt(oauth2.token_url, 120)} ({statuses.status_words(answer)}): "
            "check token_url."
        )
    if answer.status not in (400, 401, 403) or (answer.is_foreign and not answer.refuses_sign_in):
        return statuses.failure(answer)
    login, client = f"“{excerpt(account.login)}”", f"“{excerpt(oauth2.client_id)}”"
    said = parse_or_none(answer.body)
    code = member(said, "error")
    shown = [code, member(said, "error_description")]
    words = [statuses.status_words(answer), *(excerpt(each, _DESCRIPTION) for each in shown if isinstance(each, str))]
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
