"""What a status other than 200 means of a listing (documented, see the table of errors), in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from faxtui.domain.account import Account
from faxtui.domain.filters import CUSTOMER, FROM, TO
from faxtui.domain.window import Window
from faxtui.errors import Forbidden, Refused, ServiceError, SignInRefused, WrongAddress
from faxtui.odyssey import statuses
from faxtui.odyssey.answer import Answer
from faxtui.odyssey.jsontext import Json, member, parse_or_none
from faxtui.odyssey.words import excerpt

_REASON = 200
"""Characters of what the service says about one parameter."""
_MOST_REASONS = 12


def failure(answer: Answer, account: Account, window: Window) -> ServiceError:
    """The error that ``answer`` is, to a request for a page of ``window``."""
    known = _MEANINGS.get(answer.status)
    return statuses.failure(answer) if known is None else known(answer, account, window)


def _refused(answer: Answer, account: Account, window: Window) -> ServiceError:
    said = parse_or_none(answer.body)
    reasons = _reasons(said)
    if reasons:
        words = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in reasons)
        return Refused(f"{answer.place} won't take what was asked for. {words}. Change that and ask again.", reasons)
    message = member(said, "Message")
    words = excerpt(message, _REASON) if isinstance(message, str) else answer.described
    return Refused(f"{answer.place} won't take the request ({words}). Change filters or sort, and ask again.")


def _sign_in_refused(answer: Answer, account: Account, window: Window) -> ServiceError:
    if account.oauth2 is not None:
        return SignInRefused(
            f"{answer.place} refuses the token that was just given out for {_login(account)}: check that base_url and "
            "token_url belong together, or ask the service's support whether this login may use the service."
        )
    return SignInRefused(
        f"{answer.place} refuses the sign-in of {_login(account)}: check login and password before asking again, "
        "because repeated failures may lock the account."
    )


def _forbidden(answer: Answer, account: Account, window: Window) -> ServiceError:
    asked = {each: excerpt(value) for each, value in window.filters}
    wanted = [words.format(asked[each]) for each, words in _WANTED.items() if each in asked]
    if wanted:
        return Forbidden(
            f"The login {_login(account)} may not list the faxes of {' and '.join(wanted)}: choose another, or ask "
            "whoever administers the account."
        )
    return Forbidden(f"The login {_login(account)} may not list received faxes: ask whoever administers the account.")


def _wrong_address(answer: Answer, account: Account, window: Window) -> ServiceError:
    return WrongAddress(f"There is no fax service at {excerpt(account.base_url, 120)}: check base_url.")


_MEANINGS: Mapping[int, Callable[[Answer, Account, Window], ServiceError]] = {
    400: _refused,
    401: _sign_in_refused,
    403: _forbidden,
    404: _wrong_address,
}
_WANTED = {CUSTOMER: "customer {}", TO: "number {}", FROM: "sender {}"}


def _login(account: Account) -> str:
    return f"“{excerpt(account.login)}”"


def _reasons(said: Json) -> tuple[tuple[str, str], ...]:
    """Parameter and message, for each message of ``ModelState`` (documented by the service's framework)."""
    state = member(said, "ModelState")
    if not isinstance(state, dict):
        return ()
    pairs = [
        (excerpt(name), excerpt(message, _REASON))
        for name, messages in state.items()
        for message in (messages if isinstance(messages, list) else [messages])
        if isinstance(message, str)
    ]
    return tuple(pairs[:_MOST_REASONS])
