"""The errors that responses of the service stand for: any response, a listing, the document of one fax.

The meaning of each status is documented (see the table of errors), unless a docstring says otherwise.
"""

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
    NoResponse,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    Unconfirmed,
    UnexpectedResponse,
    Unreachable,
    WrongAddress,
)
from faxtui.odyssey.address import excerpt, named
from faxtui.odyssey.json_text import Json, member, parse_or_none
from faxtui.odyssey.listing import filter_of
from faxtui.odyssey.transport import Response
from faxtui.translation import N_, _


def status_error(answer: Response) -> ServiceError:
    """Return the error for a status that means the same for every request."""
    status = answer.status
    if status == 407:
        return Unreachable(
            _(
                "The proxy for {host} requires a sign-in (407). Add the login and password to the proxy's address in "
                "HTTPS_PROXY or HTTP_PROXY."
            ).format(host=answer.place)
        )
    if status == 408:
        return NoResponse(
            _("{host} timed out waiting for the request (408). Try again in a moment.").format(host=answer.place)
        )
    if status == 429 or (status == 503 and answer.asks_to_wait):
        return _busy(answer)
    if status == 511:
        return Unreachable(
            _(
                "The network requires a sign-in before {host} can be reached (511). Sign in with a web browser, then "
                "retry."
            ).format(host=answer.place)
        )
    if 500 <= status < 600:
        return service_failed(answer)
    if 300 <= status < 400 and answer.sends_on_to:
        return WrongAddress(
            _(
                "{host} redirects to {target} ({status}). Your sign-in is not sent there. Sign in to this network if "
                "it requires that, or correct {setting}."
            ).format(
                host=answer.place,
                target=answer.sends_on_to,
                status=status_words(answer),
                setting=answer.purpose.setting,
            )
        )
    return something_else(answer)


def service_failed(answer: Response) -> ServiceFailed:
    """Return the error for a failure of the service, or of a gateway in front of it."""
    return ServiceFailed(
        _("{host} returned an error ({status}). Try again in a moment; if it persists, contact support.").format(
            host=answer.place, status=status_words(answer)
        )
    )


def something_else(answer: Response, reason: str = "", path: str = "") -> UnexpectedResponse:
    """Return the error for a response of the wrong kind. ``reason`` is a sentence, ``path`` the place in its JSON."""
    found = _("{host} returned {status}, but not {wanted} ({described}).").format(
        host=answer.place,
        status=status_words(answer),
        wanted=_(answer.purpose.wanted),
        described=answer.described,
    )
    advice = (
        _("A proxy or the sign-in page of a network may have responded instead. Check {setting} and the network.")
        if answer.is_html
        else _("Check {setting} and the network.")
    ).format(setting=answer.purpose.setting)
    return UnexpectedResponse(" ".join(filter(None, (found, reason, advice))), path)


def status_words(answer: Response) -> str:
    """Return ``502 Bad Gateway``; the number alone if it is not a registered status."""
    return f"{answer.status} {responses.get(answer.status, '')}".rstrip()


def _busy(answer: Response) -> Busy:
    wait = answer.retry_after
    return Busy(
        _("{host} is limiting requests ({status}). Retry in {wait}.").format(
            host=answer.place, status=status_words(answer), wait=duration(wait)
        ),
        wait,
    )


_REASON = 200
"""Characters of the service's message about one parameter."""
_MOST_REASONS = 12
_NO_ROUTE = "No HTTP resource was found"


def listing_error(answer: Response, account: Account, window: Window) -> ServiceError:
    """Return the error for a response to a request for a page of ``window``.

    400, 401 and 403 with a page that the service would not write come from a proxy or gateway. They never cause a
    question for a password, or the advice to change a filter (our decision).
    """
    is_believed = answer.refuses_sign_in if answer.status == 401 else not answer.is_foreign or answer.status == 404
    known = _MEANINGS.get(answer.status) if is_believed else None
    return status_error(answer) if known is None else known(answer, account, window)


def _refused(answer: Response, account: Account, window: Window) -> ServiceError:
    said = parse_or_none(answer.body)
    reasons = _reasons(said)
    if reasons:
        words = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in reasons)
        return Refused(
            _("{host} rejected the request. {reasons}. Change that and retry.").format(
                host=answer.place, reasons=words
            ),
            reasons,
        )
    return Refused(
        _("{host} rejected the request ({message}). Change the filters or the sort order, then retry.").format(
            host=answer.place, message=message_words(answer)
        )
    )


def message_words(answer: Response) -> str:
    """Return the ``Message`` of a rejection, or a description of the response if it has none."""
    return answer.message or answer.described


def sign_in_refused(answer: Response, account: Account) -> SignInRefused:
    """Return the error for a 401 to any request."""
    if account.oauth2 is not None:
        return SignInRefused(
            _(
                "{host} refuses the new token of {login}. Check that base_url and token_url belong together, or ask "
                "support whether this login may use the service."
            ).format(host=answer.place, login=login_of(account))
        )
    return SignInRefused(
        _(
            "{host} refuses the sign-in of {login}. Check login and password before you retry: repeated failures may "
            "lock the account."
        ).format(host=answer.place, login=login_of(account)),
        account.password,
    )


def _forbidden(answer: Response, account: Account, window: Window) -> ServiceError:
    asked = {each: excerpt(value) for each, value in window.filters}
    wanted = [_(words).format(value=asked[each]) for each, words in _WANTED.items() if each in asked]
    if wanted:
        return Forbidden(
            _(
                "The login {login} may not list the faxes of {wanted}. Choose another, or contact your administrator."
            ).format(login=login_of(account), wanted=_(" and ").join(wanted))
        )
    return Forbidden(
        _("The login {login} may not list received faxes. Contact your administrator.").format(login=login_of(account))
    )


def _wrong_address(answer: Response, account: Account, window: Window) -> ServiceError:
    base_url = excerpt(account.base_url, 120)
    if member(parse_or_none(answer.body), "Code") is not None:
        return WrongAddress(
            _("{host} has no such list ({message}). Check the filters and base_url ({base_url}).").format(
                host=answer.place, message=answer.message, base_url=base_url
            )
        )
    if answer.message:
        return WrongAddress(
            _("There is no fax service at {base_url} ({message}). Check base_url.").format(
                base_url=base_url, message=answer.message
            )
        )
    return WrongAddress(_("There is no fax service at {base_url}. Check base_url.").format(base_url=base_url))


def lacks_route(answer: Response) -> bool:
    """Return True for a 404 of the service's framework: no route has this address (ASP.NET Web API)."""
    message = member(parse_or_none(answer.body), "Message")
    return isinstance(message, str) and message.startswith(_NO_ROUTE)


_MEANINGS: Mapping[int, Callable[[Response, Account, Window], ServiceError]] = {
    400: _refused,
    401: lambda answer, account, window: sign_in_refused(answer, account),
    403: _forbidden,
    404: _wrong_address,
}
_WANTED = {CUSTOMER: N_("customer {value}"), TO: N_("number {value}"), FROM: N_("sender {value}")}


def login_of(account: Account) -> str:
    return f"“{excerpt(account.login)}”"


def _reasons(said: Json) -> tuple[tuple[str, str], ...]:
    """Return filter (or parameter) and message for each message of ``ModelState`` (documented by its framework)."""
    state = member(said, "ModelState")
    if not isinstance(state, dict):
        return ()
    pairs = [
        (filter_of(excerpt(name)), excerpt(message, _REASON))
        for name, messages in state.items()
        for message in (messages if isinstance(messages, list) else [messages])
        if isinstance(message, str)
    ]
    return tuple(pairs[:_MOST_REASONS])


_BEFORE_ARRIVAL = (*range(300, 400), 407, 429, 511)
"""Statuses that keep a request from being carried out, whoever sends them."""


@contextmanager
def while_fetching(key: FaxKey) -> Iterator[None]:
    """Begin the text of a ServiceError that is raised within with the fax that was not downloaded."""
    try:
        yield
    except ServiceError as error:
        _begin(error, _not_fetched(key))
        raise


@contextmanager
def while_deleting(key: FaxKey) -> Iterator[None]:
    """Begin the text of a ServiceError that is raised within with what is known about the fax.

    Without a connection nothing was sent. After that, a request without a response may have been carried out.
    """
    try:
        yield
    except NoResponse as error:
        raise NoResponse(
            _(
                "The request to delete the fax {fax} was sent, but no response came: it may or may not be deleted. "
                "Refresh the list before you retry."
            ).format(fax=named(key))
        ) from error
    except UnexpectedResponse as error:
        _begin(error, _not_known(key))
        raise
    except ServiceError as error:
        _begin(error, _not_deleted(key))
        raise


def not_fetched(answer: Response, account: Account, key: FaxKey) -> ServiceError:
    """Return the error for an unsuccessful response to a request for the document of a fax."""
    return _own_meaning(answer, account, key, is_delete=False) or _begin(status_error(answer), _not_fetched(key))


def not_deleted(answer: Response, account: Account, key: FaxKey) -> ServiceError:
    """Return the error for a response that does not confirm a delete.

    The request was rejected if the service says so, or if a proxy or a redirect kept it from arriving. Anything else
    leaves it open: a gateway that gave up on the service sends 404 or 503 as well (our decision).
    """
    if httpx.codes.is_success(answer.status) and (answer.message or not answer.is_html):
        return _unconfirmed(answer, key)
    known = _own_meaning(answer, account, key, is_delete=True)
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
    body = f"“{answer.message}”" if answer.message else answer.described
    reason = _("{host} returned {status} ({body}) instead of an empty response.").format(
        host=answer.place, status=status_words(answer), body=body
    )
    return Unconfirmed(f"{_not_known(key)} {reason}")


def no_document(answer: Response, reason: str, path: str = "") -> UnexpectedResponse:
    """Return the error for a response without a document. ``reason`` is a sentence, ``path`` the place in its JSON."""
    if answer.is_html:
        return something_else(answer, reason, path)
    return UnexpectedResponse(
        _("{host} did not return {wanted} ({described}). {reason} Retry; if it persists, contact support.").format(
            host=answer.place, wanted=_(answer.purpose.wanted), described=answer.described, reason=reason
        ),
        path,
    )


def _own_meaning(answer: Response, account: Account, key: FaxKey, *, is_delete: bool) -> ServiceError | None:
    """Return the error for a status that the service itself sent about a document; None for any other.

    The statuses are documented or public, 410 is our decision. Gone requires the service's own JSON, because the fax
    then counts as deleted.
    """
    host, fax = answer.place, named(key)
    match answer.status:
        case 400 if not answer.is_foreign:
            return Refused(
                (
                    _("{host} rejected the request to delete the fax {fax} ({message}). Contact support.")
                    if is_delete
                    else _("{host} rejected the request for the fax {fax} ({message}). Contact support.")
                ).format(host=host, fax=fax, message=message_words(answer))
            )
        case 401 if answer.refuses_sign_in:
            return sign_in_refused(answer, account)
        case 403 if not answer.is_foreign:
            return Forbidden(
                (
                    _("The login {login} may not delete the fax {fax}. Contact your administrator.")
                    if is_delete
                    else _("The login {login} may not download the fax {fax}. Contact your administrator.")
                ).format(login=login_of(account), fax=fax)
            )
        case 404 | 410 if lacks_route(answer):
            return WrongAddress(
                _("{host} has nothing at the address of the fax {fax} ({message}). Check {setting}.").format(
                    host=host, fax=fax, message=answer.message, setting=answer.purpose.setting
                )
            )
        case 404 | 410 if answer.is_own_error:
            return Gone(
                _("The fax {fax} is no longer at the service: it was deleted elsewhere. Refresh the list.").format(
                    fax=fax
                )
            )
    return None


def _begin(error: ServiceError, sentence: str) -> ServiceError:
    error.args = (f"{sentence} {error}",)
    return error


def _not_fetched(key: FaxKey) -> str:
    return _("The fax {fax} was not downloaded.").format(fax=named(key))


def _not_deleted(key: FaxKey) -> str:
    return _("The fax {fax} was not deleted.").format(fax=named(key))


def _not_known(key: FaxKey) -> str:
    return _("The fax {fax} may or may not be deleted. Refresh the list to see.").format(fax=named(key))
