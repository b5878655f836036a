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
_NO_ROUTE = "No HTTP resource was found"


def failure(answer: Answer, account: Account, window: Window) -> ServiceError:
    """Return the error that ``answer`` is, to a request for a page of ``window``.

    400, 401 and 403 with a page that the service would not write are somebody else's: nobody is asked for a password
    or told to change a filter because of them (our decision).
    """
    is_believed = answer.refuses_sign_in if answer.status == 401 else not answer.is_foreign or answer.status == 404
    known = _MEANINGS.get(answer.status) if is_believed else None
    return statuses.failure(answer) if known is None else known(answer, account, window)


def _refused(answer: Answer, account: Account, window: Window) -> ServiceError:
    said = parse_or_none(answer.body)
    reasons = _reasons(said)
    if reasons:
        words = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in reasons)
        return Refused(f"{answer.place} won't take what was asked for. {words}. Change that and ask again.", reasons)
    return Refused(
        f"{answer.place} won't take the request ({message_words(answer)}). Change filters or sort, and ask again."
    )


def message_words(answer: Answer) -> str:
    """Return what a refusal says in its ``Message``, or a description of what came instead."""
    return answer.message or answer.described


def sign_in_refused(answer: Answer, account: Account) -> SignInRefused:
    """What a 401 means, whatever was asked for."""
    if account.oauth2 is not None:
        return SignInRefused(
            f"{answer.place} refuses the token that was just given out for {login_of(account)}: check that base_url "
            "and token_url belong together, or ask the service's support whether this login may use the service."
        )
    return SignInRefused(
        f"{answer.place} refuses the sign-in of {login_of(account)}: check login and password before asking again, "
        "because repeated failures may lock the account.",
        account.password,
    )


def _forbidden(answer: Answer, account: Account, window: Window) -> ServiceError:
    asked = {each: excerpt(value) for each, value in window.filters}
    wanted = [words.format(asked[each]) for each, words in _WANTED.items() if each in asked]
    if wanted:
        return Forbidden(
            f"The login {login_of(account)} may not list the faxes of {' and '.join(wanted)}: choose another, or ask "
            "whoever administers the account."
        )
    return Forbidden(f"The login {login_of(account)} may not list received faxes: ask whoever administers the account.")


def _wrong_address(answer: Answer, account: Account, window: Window) -> ServiceError:
    base_url = excerpt(account.base_url, 120)
    if member(parse_or_none(answer.body), "Code") is not None:
        return WrongAddress(
            f"{answer.place} has no such list ({answer.message}). Check the filters, and base_url ({base_url})."
        )
    said = f" ({answer.message})" if answer.message else ""
    return WrongAddress(f"There is no fax service at {base_url}{said}: check base_url.")


def lacks_route(answer: Answer) -> bool:
    """Return whether a 404 comes from the service's framework, because nothing is at the address (ASP.NET Web API)."""
    message = member(parse_or_none(answer.body), "Message")
    return isinstance(message, str) and message.startswith(_NO_ROUTE)


_MEANINGS: Mapping[int, Callable[[Answer, Account, Window], ServiceError]] = {
    400: _refused,
    401: lambda answer, account, _: sign_in_refused(answer, account),
    403: _forbidden,
    404: _wrong_address,
}
_WANTED = {CUSTOMER: "customer {}", TO: "number {}", FROM: "sender {}"}


def login_of(account: Account) -> str:
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
