"""What a status other than 200 means whatever was asked for (documented, see the table of errors), in words.

What a status other than 200 means of a listing (documented, see the table of errors), in words.

What can go wrong with the document of one fax, in words that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import responses

import httpx

from faxtui.domain.account import Account
from faxtui.domain.fax import FaxKey
from faxtui.domain.query import CUSTOMER, FROM, TO, Window
from faxtui.domain.text import duration
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    NoAnswer,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    Unconfirmed,
    UnexpectedAnswer,
    Unreachable,
    WrongAddress,
)
from faxtui.odyssey.address import excerpt, named
from faxtui.odyssey.json_text import Json, member, parse_or_none
from faxtui.odyssey.transport import Response


def status_error(answer: Response) -> ServiceError:
    """The error that ``answer`` is, where its status means the same for every request."""
    status = answer.status
    if status == 407:
        return Unreachable(
            f"The proxy between here and {answer.place} asks for a sign-in of its own (407): put it into the proxy's "
            "address, in HTTPS_PROXY or HTTP_PROXY."
        )
    if status == 408:
        return NoAnswer(f"{answer.place} gave up waiting for the request (408): ask again in a moment.")
    if status == 429 or (status == 503 and answer.asks_to_wait):
        return _busy(answer)
    if status == 511:
        return Unreachable(
            f"The network between here and {answer.place} asks for a sign-in of its own (511): open a web browser to "
            "sign in there, and ask again."
        )
    if 500 <= status < 600:
        return service_failed(answer)
    if 300 <= status < 400 and answer.sends_on_to:
        return WrongAddress(
            f"{answer.place} sends requests on to {answer.sends_on_to} ({status_words(answer)}), where your sign-in "
            "does not go: sign in to this network if it asks you to, or put the right address into "
            f"{answer.purpose.setting}."
        )
    return something_else(answer)


def service_failed(answer: Response) -> ServiceFailed:
    return ServiceFailed(
        f"{answer.place} says that it failed ({status_words(answer)}): ask again in a moment; if it lasts, tell the "
        "service's support."
    )


def something_else(answer: Response, reason: str = "", path: str = "") -> UnexpectedAnswer:
    """An answer that is not what was asked for. ``reason`` is a sentence, ``path`` the place in its JSON."""
    said = f" {reason}" if reason else ""
    cause = "A proxy or a network's sign-in page may stand in between: " if answer.is_html else ""
    advice = f"{cause}check {answer.purpose.setting} and this machine's network."
    return UnexpectedAnswer(
        f"{answer.place} answered {status_words(answer)} with something else than {answer.purpose.wanted} "
        f"({answer.described}).{said} {advice[0].upper()}{advice[1:]}",
        path,
    )


def status_words(answer: Response) -> str:
    """``502 Bad Gateway``; the number alone where nobody knows it."""
    return f"{answer.status} {responses.get(answer.status, '')}".rstrip()


def _busy(answer: Response) -> Busy:
    wait = answer.retry_after
    return Busy(
        f"{answer.place} is busy ({status_words(answer)}) and asks to be left alone for "
        f"{duration(wait)}: wait that long and ask again.",
        wait,
    )


_REASON = 200
"""Characters of what the service says about one parameter."""
_MOST_REASONS = 12
_NO_ROUTE = "No HTTP resource was found"


def listing_error(answer: Response, account: Account, window: Window) -> ServiceError:
    """Return the error that ``answer`` is, to a request for a page of ``window``.

    400, 401 and 403 with a page that the service would not write are somebody else's: nobody is asked for a password
    or told to change a filter because of them (our decision).
    """
    is_believed = answer.refuses_sign_in if answer.status == 401 else not answer.is_foreign or answer.status == 404
    known = _MEANINGS.get(answer.status) if is_believed else None
    return status_error(answer) if known is None else known(answer, account, window)


def _refused(answer: Response, account: Account, window: Window) -> ServiceError:
    said = parse_or_none(answer.body)
    reasons = _reasons(said)
    if reasons:
        words = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in reasons)
        return Refused(f"{answer.place} won't take what was asked for. {words}. Change that and ask again.", reasons)
    return Refused(
        f"{answer.place} won't take the request ({message_words(answer)}). Change filters or sort, and ask again."
    )


def message_words(answer: Response) -> str:
    """Return what a refusal says in its ``Message``, or a description of what came instead."""
    return answer.message or answer.described


def sign_in_refused(answer: Response, account: Account) -> SignInRefused:
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


def _forbidden(answer: Response, account: Account, window: Window) -> ServiceError:
    asked = {each: excerpt(value) for each, value in window.filters}
    wanted = [words.format(asked[each]) for each, words in _WANTED.items() if each in asked]
    if wanted:
        return Forbidden(
            f"The login {login_of(account)} may not list the faxes of {' and '.join(wanted)}: choose another, or ask "
            "whoever administers the account."
        )
    return Forbidden(f"The login {login_of(account)} may not list received faxes: ask whoever administers the account.")


def _wrong_address(answer: Response, account: Account, window: Window) -> ServiceError:
    base_url = excerpt(account.base_url, 120)
    if member(parse_or_none(answer.body), "Code") is not None:
        return WrongAddress(
            f"{answer.place} has no such list ({answer.message}). Check the filters, and base_url ({base_url})."
        )
    said = f" ({answer.message})" if answer.message else ""
    return WrongAddress(f"There is no fax service at {base_url}{said}: check base_url.")


def lacks_route(answer: Response) -> bool:
    """Return whether a 404 comes from the service's framework, because nothing is at the address (ASP.NET Web API)."""
    message = member(parse_or_none(answer.body), "Message")
    return isinstance(message, str) and message.startswith(_NO_ROUTE)


_MEANINGS: Mapping[int, Callable[[Response, Account, Window], ServiceError]] = {
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


_BEFORE_ARRIVAL = (*range(300, 400), 407, 429, 511)
"""Statuses that keep a request from being carried out, whoever sends them."""


@contextmanager
def while_fetching(key: FaxKey) -> Iterator[None]:
    """Say which fax was not fetched before what a ServiceError raised within says."""
    try:
        yield
    except ServiceError as error:
        _begin(error, _not_fetched(key))
        raise


@contextmanager
def while_deleting(key: FaxKey) -> Iterator[None]:
    """Say what is known of the fax where a ServiceError is raised within, while it is asked to be deleted.

    Without a connection nothing was sent. Once there was one, a request without its answer may have been carried out.
    """
    try:
        yield
    except NoAnswer as error:
        raise NoAnswer(
            f"The service was asked to delete the fax {named(key)}, but no answer came: it is not known whether it is "
            "gone. Refresh the list to see, before you ask again."
        ) from error
    except UnexpectedAnswer as error:
        _begin(error, _not_known(key))
        raise
    except ServiceError as error:
        _begin(error, _not_deleted(key))
        raise


def not_fetched(answer: Response, account: Account, key: FaxKey) -> ServiceError:
    """The error that ``answer``, of another status than 200, is to a request for the document of a fax."""
    return _own_meaning(answer, account, key, "fetch") or _begin(status_error(answer), _not_fetched(key))


def not_deleted(answer: Response, account: Account, key: FaxKey) -> ServiceError:
    """Return the error that ``answer`` to a delete is, if it does not confirm it.

    The request was turned down if the service says so, or if a proxy or a redirect kept it from arriving. After
    anything else it may have been carried out: a gateway that gave up on the service sends 404 or 503 as well (our
    decision).
    """
    if httpx.codes.is_success(answer.status) and (answer.message or not answer.is_html):
        return _unconfirmed(answer, key)
    known = _own_meaning(answer, account, key, "delete")
    if known is not None:
        return known
    if answer.status == httpx.codes.SERVICE_UNAVAILABLE and answer.is_foreign:
        return _begin(service_failed(answer), _not_known(key))
    error = status_error(answer)
    is_turned_down = answer.status in _BEFORE_ARRIVAL or isinstance(error, Busy) or _is_refusal(answer)
    return _begin(error, _not_deleted(key) if is_turned_down else _not_known(key))


def _is_refusal(answer: Response) -> bool:
    if answer.status in (404, 410):
        return answer.is_own_error
    return httpx.codes.is_client_error(answer.status) and not answer.is_foreign


def _unconfirmed(answer: Response, key: FaxKey) -> Unconfirmed:
    said = f"“{answer.message}”" if answer.message else answer.described
    return Unconfirmed(
        f"{_not_known(key)} {answer.place} answered {status_words(answer)} ({said}) instead of an empty response."
    )


def no_document(answer: Response, reason: str, path: str = "") -> UnexpectedAnswer:
    """An answer that holds no document. ``reason`` is a sentence, ``path`` the place in its JSON."""
    if answer.is_html:
        return something_else(answer, reason, path)
    return UnexpectedAnswer(
        f"{answer.place} answered with something else than {answer.purpose.wanted} ({answer.described}). {reason} "
        "Ask again; if it lasts, tell the service's support.",
        path,
    )


def _own_meaning(answer: Response, account: Account, key: FaxKey, verb: str) -> ServiceError | None:
    """Return what a status means for a document, if the service itself sent it (documented, public; 410 our decision).

    Gone needs the service's own words, because the fax is then taken for deleted.
    """
    match answer.status:
        case 400 if not answer.is_foreign:
            return Refused(
                f"{answer.place} won't take the request to {verb} the fax {named(key)} ({message_words(answer)}): "
                "tell the service's support."
            )
        case 401 if answer.refuses_sign_in:
            return sign_in_refused(answer, account)
        case 403 if not answer.is_foreign:
            return Forbidden(
                f"The login {login_of(account)} may not {verb} the fax {named(key)}: ask whoever administers the "
                "account."
            )
        case 404 | 410 if lacks_route(answer):
            return WrongAddress(
                f"{answer.place} has nothing at the address of the fax {named(key)} ({answer.message}): check "
                f"{answer.purpose.setting}."
            )
        case 404 | 410 if answer.is_own_error:
            return Gone(
                f"The fax {named(key)} is no longer at the service: someone else took or deleted it. Refresh the list."
            )
    return None


def _begin(error: ServiceError, sentence: str) -> ServiceError:
    error.args = (f"{sentence} {error}",)
    return error


def _not_fetched(key: FaxKey) -> str:
    return f"The fax {named(key)} was not fetched."


def _not_deleted(key: FaxKey) -> str:
    return f"The fax {named(key)} was not deleted."


def _not_known(key: FaxKey) -> str:
    return f"It is not known whether the fax {named(key)} was deleted: refresh the list to see."
