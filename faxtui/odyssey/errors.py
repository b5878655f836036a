"""Errors of the service as sentences: of connections, of incomplete responses, and one table of status codes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import responses
from typing import NamedTuple, TypeVar

import httpx

from faxtui.domain.account import Account, OAuth2
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
    Untrusted,
    WrongAddress,
)
from faxtui.network import Proxy
from faxtui.odyssey.address import excerpt, named, place
from faxtui.odyssey.json_text import Json, member, parse_or_none
from faxtui.odyssey.listing import filter_of
from faxtui.odyssey.response import Expected, Response
from faxtui.translation import N_, _, ngettext, number

E = TypeVar("E", bound=ServiceError)


def why_not_reached(
    error: httpx.HTTPError | OSError | UnicodeError, url: httpx.URL, setting: str, connect: float, proxy: Proxy | None
) -> ServiceError:
    """Return the error for a request to ``url`` (from ``setting``) that httpx could not complete.

    ``connect`` is the limit of a connection in seconds.
    """
    where = place(url)
    match error:
        case httpx.ConnectTimeout():
            return Unreachable(
                _with_proxy_hint(
                    _("Could not connect to {host} within {time}. Check the network.").format(
                        host=_first_stop(url, proxy), time=_seconds(connect)
                    ),
                    proxy,
                )
            )
        case httpx.TimeoutException():
            return NoResponse(_("{host} did not respond in time. Try again in a moment.").format(host=where))
        case httpx.ProxyError() if str(error).startswith("407"):
            return Unreachable(
                _(
                    "The proxy {proxy} requires a sign-in or rejected it ({reason}). Set it in {variable}, like "
                    "http://USER:PASSWORD@{proxy}."
                ).format(proxy=proxy, reason=excerpt(str(error)), variable=_variable(proxy))
            )
        case httpx.ProxyError():
            return Unreachable(
                _(
                    "The proxy {proxy} could not connect to {host} ({reason}). Check {variable}, or contact the "
                    "administrator of the proxy."
                ).format(proxy=proxy, host=where, reason=excerpt(str(error)), variable=_variable(proxy))
            )
        case UnicodeError():
            return Unreachable(
                _with_proxy_hint(
                    _("Cannot find {host}, its proxy or the host it redirects to: check {setting}.").format(
                        host=where, setting=setting
                    ),
                    proxy,
                )
            )
        case httpx.ConnectError():
            return _no_connection(error, url, setting, proxy)
        case httpx.RemoteProtocolError() if not str(error).startswith("Server disconnected"):
            sentence = _("{host} sent invalid HTTP ({reason}). Check host and port in {setting}.").format(
                host=where, reason=excerpt(str(error)), setting=setting
            )
            return UnexpectedResponse(_with_proxy_hint(sentence, proxy))
        case httpx.DecodingError():
            return UnexpectedResponse(
                _(
                    "The response from {host} could not be decoded. Retry; if it persists, check any proxy in between."
                ).format(host=where)
            )
    sentence = _("{host} closed the connection before it responded. Try again in a moment.").format(host=where)
    return NoResponse(_with_proxy_hint(sentence, proxy))


def connection_lost(url: httpx.URL) -> NoResponse:
    """Return the error for a connection that was lost within a response."""
    return NoResponse(
        _("The connection to {host} was lost during its response. Try again in a moment.").format(host=place(url))
    )


def closed(url: httpx.URL) -> NoResponse:
    """Return the error for a request that was not sent because this program closed the connection."""
    error = NoResponse(_("The connection to {host} was closed. Retry.").format(host=place(url)))
    error.was_sent = False
    return error


def fell_silent(url: httpx.URL, seconds: float) -> NoResponse:
    """Return the error for a response that stopped for too long."""
    return NoResponse(
        _("{host} stopped sending in the middle of its response for {time}. Try again in a moment.").format(
            host=place(url), time=_seconds(seconds)
        )
    )


def damaged(url: httpx.URL, coding: str) -> NoResponse:
    """Return the error for a body that was truncated within its content coding, or altered in transit."""
    return NoResponse(
        _(
            "The response from {host} is incomplete or damaged (Content-Encoding “{coding}”). Try again in a moment; "
            "if it persists, check any proxy in between."
        ).format(host=place(url), coding=excerpt(coding))
    )


def too_slow(url: httpx.URL, received: int, seconds: float) -> NoResponse:
    """Return the error for a document of which only ``received`` bytes came in the last seconds."""
    return NoResponse(
        ngettext(
            "{host} sent only {count} byte in the last {time}. Try again in a moment.",
            "{host} sent only {count} bytes in the last {time}. Try again in a moment.",
            received,
        ).format(host=place(url), count=number(received), time=_seconds(seconds))
    )


def took_too_long(url: httpx.URL, expected: Expected, seconds: float) -> NoResponse:
    """Return the error for a response that exceeded the limit for the whole of it."""
    sentence = _("{host} did not complete its response within {time}. Try again in a moment.").format(
        host=place(url), time=_seconds(seconds)
    )
    return NoResponse(expected.with_remedy(sentence))


def _no_connection(error: BaseException, url: httpx.URL, setting: str, proxy: Proxy | None) -> Unreachable:
    where, stop = place(url), _first_stop(url, proxy)
    named_in = setting if proxy is None else proxy.variable
    for cause in causes(error):
        match cause:
            case socket.gaierror():
                host = excerpt(url.host) if proxy is None else proxy.host
                return Unreachable(
                    _("Cannot find {host}: check the address in {setting}, the network and DNS.").format(
                        host=host, setting=named_in
                    )
                )
            case ssl.SSLCertVerificationError():
                return Untrusted(
                    _with_proxy_hint(
                        _(
                            "The certificate of {host} can't be trusted ({reason}). Check {setting} and this machine's "
                            "date. If your network inspects TLS, add its authority to this system's certificates, or "
                            "set SSL_CERT_FILE to its PEM file."
                        ).format(host=where, reason=excerpt(cause.verify_message.rstrip(".")), setting=setting),
                        proxy,
                    )
                )
            case ssl.SSLError():
                return Unreachable(
                    _with_proxy_hint(
                        _("The TLS handshake with {host} failed ({reason}). Check host and port in {setting}.").format(
                            host=where, reason=excerpt(cause.reason or "TLS"), setting=setting
                        ),
                        proxy,
                    )
                )
            case ConnectionRefusedError():
                return Unreachable(
                    _("Connection refused by {host}. Check host and port in {setting}, or wait until it is up.").format(
                        host=stop, setting=named_in
                    )
                )
            case OSError(strerror=str() as reason):
                return Unreachable(
                    _("Could not connect to {host} ({reason}). Check {setting} and the network.").format(
                        host=stop, reason=excerpt(reason), setting=named_in
                    )
                )
    return Unreachable(
        _("Could not connect to {host}. Check {setting} and the network.").format(host=stop, setting=named_in)
    )


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and its causes, outermost first."""
    yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__ or error.__context__,)
    for each in inner:
        if each is not None:
            yield from causes(each)


def _first_stop(url: httpx.URL, proxy: Proxy | None) -> str:
    return place(url) if proxy is None else _("the proxy {proxy}").format(proxy=proxy)


def _with_proxy_hint(sentence: str, proxy: Proxy | None) -> str:
    if proxy is None:
        return sentence
    hint = _("{variable} routes this through the proxy {proxy}: check that too.")
    return f"{sentence} {hint.format(variable=proxy.variable, proxy=proxy)}"


def _variable(proxy: Proxy | None) -> str:
    return "HTTPS_PROXY" if proxy is None else proxy.variable


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return _("{count} seconds").format(count=f"{seconds:g}")
    return ngettext("{count} second", "{count} seconds", round(seconds)).format(count=number(round(seconds)))


def unsupported_coding(url: httpx.URL, encoding: str, expected: Expected) -> UnexpectedResponse:
    """Return the error for a content coding that was not requested."""
    return UnexpectedResponse(
        _("{host} sent an unsupported Content-Encoding (“{coding}”). Check {setting} and any proxy in between.").format(
            host=place(url), coding=excerpt(encoding), setting=expected.setting
        )
    )


def too_long(url: httpx.URL, most: int, expected: Expected) -> UnexpectedResponse:
    """Return the error for a body of more than ``most`` bytes."""
    sentence = _("{host} sent more than {most} bytes, too many for {wanted}. Check {setting}.").format(
        host=place(url), most=number(most), wanted=_(expected.wanted), setting=expected.setting
    )
    return UnexpectedResponse(expected.with_remedy(sentence))


class Call(NamedTuple):
    """A request as far as its errors depend on it: a list, the document of a fax, its delete, or a token."""

    account: Account
    about: Window | FaxKey | OAuth2
    is_delete: bool = False


def error_of(response: Response, call: Call) -> ServiceError:
    """Return the error for an unsuccessful response, or for one that does not confirm a delete.

    400, 401 and 403 with a page that the service would not write come from a proxy or gateway: they never cause a
    question for a password, or the advice to change a filter (our decision).
    """
    if call.is_delete and httpx.codes.is_success(response.status) and (response.message or not response.is_html):
        return _unconfirmed(response, call)
    error = _specific_error(response, call)
    if error is not None:
        return error
    if not isinstance(call.about, FaxKey):
        return _general_error(response)
    if not call.is_delete:
        return _prefixed(_general_error(response), _not_fetched(call.about))
    is_gateway = response.status == httpx.codes.SERVICE_UNAVAILABLE and response.is_foreign
    error = _service_failed(response) if is_gateway else _general_error(response)
    return _prefixed(error, _delete_state(response, error, call.about))


def _specific_error(response: Response, call: Call) -> ServiceError | None:
    """Return the error for a status that means something else for each request; None for any other.

    The statuses are documented or public, 405 and 410 are our decision. `Gone` requires the service's own JSON, because
    the fax then counts as deleted.
    """
    is_believed = response.refuses_sign_in if response.status == httpx.codes.UNAUTHORIZED else not response.is_foreign
    match response.status, call.about:
        case ((400 | 401 | 403), OAuth2() as oauth2) if is_believed:
            return _token_refused(response, call.account, oauth2)
        case ((404 | 405), OAuth2() as oauth2):
            return _no_token_service(response, oauth2)
        case 400, Window() if is_believed:
            return _rejected(response)
        case 400, FaxKey() if is_believed:
            return _document_rejected(response, call)
        case 401, _ if is_believed:
            return _sign_in_refused(response, call.account)
        case 403, Window() as window if is_believed:
            return _list_forbidden(call.account, window)
        case 403, FaxKey() if is_believed:
            return _document_forbidden(call)
        case 404, Window():
            return _no_service(response, call.account)
        case ((404 | 410), FaxKey() as key) if _lacks_route(response):
            return _no_document_address(response, key)
        case ((404 | 410), FaxKey() as key) if response.is_own_error:
            return Gone(
                _("The fax {fax} is no longer at the service: it was deleted elsewhere. Refresh the list.").format(
                    fax=named(key)
                )
            )
    return None


def _general_error(response: Response) -> ServiceError:
    """Return the error for a status that means the same for every request."""
    host, status = response.place, status_words(response)
    match response.status:
        case 407:
            return Unreachable(
                _(
                    "The proxy for {host} requires a sign-in (407). Add the login and password to the proxy's address "
                    "in HTTPS_PROXY or HTTP_PROXY."
                ).format(host=host)
            )
        case 408:
            return NoResponse(
                _("{host} timed out waiting for the request (408). Try again in a moment.").format(host=host)
            )
        case 503 if not response.asks_to_wait:
            return _service_failed(response)
        case 429 | 503:
            wait = response.retry_after
            return Busy(
                _("{host} is limiting requests ({status}). Retry in {wait}.").format(
                    host=host, status=status, wait=duration(wait)
                ),
                wait,
            )
        case 511:
            return Unreachable(
                _(
                    "The network requires a sign-in before {host} can be reached (511). Sign in with a web browser, "
                    "then retry."
                ).format(host=host)
            )
        case code if httpx.codes.is_server_error(code):
            return _service_failed(response)
        case code if httpx.codes.is_redirect(code) and response.sends_on_to:
            return WrongAddress(
                _(
                    "{host} redirects to {target} ({status}). Your sign-in is not sent there. Sign in to this network "
                    "if it requires that, or correct {setting}."
                ).format(host=host, target=response.sends_on_to, status=status, setting=response.expected.setting)
            )
    return something_else(response)


def _service_failed(response: Response) -> ServiceFailed:
    """Return the error for a failure of the service, or of a gateway in front of it."""
    return ServiceFailed(
        _("{host} returned an error ({status}). Try again in a moment; if it persists, contact support.").format(
            host=response.place, status=status_words(response)
        )
    )


def something_else(response: Response, reason: str = "", path: str = "") -> UnexpectedResponse:
    """Return the error for a response of the wrong kind. ``reason`` is a sentence, ``path`` the place in its JSON."""
    found = _("{host} returned {status}, but not {wanted} ({described}).").format(
        host=response.place,
        status=status_words(response),
        wanted=_(response.expected.wanted),
        described=response.described,
    )
    advice = (
        _("A proxy or the sign-in page of a network may have responded instead. Check {setting} and the network.")
        if response.is_html
        else _("Check {setting} and the network.")
    ).format(setting=response.expected.setting)
    return UnexpectedResponse(" ".join(filter(None, (found, reason, advice))), path)


def no_document(response: Response, reason: str, path: str = "") -> UnexpectedResponse:
    """Return the error for a response without a document. ``reason`` is a sentence, ``path`` the place in its JSON."""
    if response.is_html:
        return something_else(response, reason, path)
    return UnexpectedResponse(
        _("{host} did not return {wanted} ({described}). {reason} Retry; if it persists, contact support.").format(
            host=response.place, wanted=_(response.expected.wanted), described=response.described, reason=reason
        ),
        path,
    )


def status_words(response: Response) -> str:
    """Return ``502 Bad Gateway``; the number alone if it is not a registered status."""
    return f"{response.status} {responses.get(response.status, '')}".rstrip()


_REASON = 200
"""Characters of the service's message about one parameter."""
_MOST_REASONS = 12
_DESCRIPTION = 120
_NO_ROUTE = "No HTTP resource was found"
_WANTED = {CUSTOMER: N_("customer {value}"), TO: N_("number {value}"), FROM: N_("sender {value}")}
_BEFORE_ARRIVAL = (*range(300, 400), 407, 429, 511)
"""Statuses that keep a request from being carried out, whoever sends them."""


def _rejected(response: Response) -> Refused:
    reasons = _reasons(parse_or_none(response.body))
    if reasons:
        words = "; ".join(f"{name}: {reason.rstrip('.')}" for name, reason in reasons)
        return Refused(
            _("{host} rejected the request. {reasons}. Change that and retry.").format(
                host=response.place, reasons=words
            ),
            reasons,
        )
    return Refused(
        _("{host} rejected the request ({message}). Change the filters or the sort order, then retry.").format(
            host=response.place, message=_message(response)
        )
    )


def _reasons(body: Json) -> tuple[tuple[str, str], ...]:
    """Return filter (or parameter) and message for each message of ``ModelState`` (documented by its framework)."""
    state = member(body, "ModelState")
    if not isinstance(state, dict):
        return ()
    pairs = [
        (filter_of(excerpt(name)), excerpt(message, _REASON))
        for name, messages in state.items()
        for message in (messages if isinstance(messages, list) else [messages])
        if isinstance(message, str)
    ]
    return tuple(pairs[:_MOST_REASONS])


def _message(response: Response) -> str:
    """Return the ``Message`` of a rejection, or a description of the response if it has none."""
    return response.message or response.described


def _document_rejected(response: Response, call: Call) -> Refused:
    assert isinstance(call.about, FaxKey)
    return Refused(
        (
            _("{host} rejected the request to delete the fax {fax} ({message}). Contact support.")
            if call.is_delete
            else _("{host} rejected the request for the fax {fax} ({message}). Contact support.")
        ).format(host=response.place, fax=named(call.about), message=_message(response))
    )


def _sign_in_refused(response: Response, account: Account) -> SignInRefused:
    if account.oauth2 is not None:
        return SignInRefused(
            _(
                "{host} refuses the new token of {login}. Check that base_url and token_url belong together, or ask "
                "support whether this login may use the service."
            ).format(host=response.place, login=_quoted(account.login))
        )
    return SignInRefused(
        _(
            "{host} refuses the sign-in of {login}. Check login and password before you retry: repeated failures may "
            "lock the account."
        ).format(host=response.place, login=_quoted(account.login)),
        account.password,
    )


def _token_refused(response: Response, account: Account, oauth2: OAuth2) -> SignInRefused:
    """Return the error for a rejected token request. The service's message is shown only if it repeats no secret."""
    login, client = _quoted(account.login), _quoted(oauth2.client_id)
    body = parse_or_none(response.body)
    code = member(body, "error")
    shown = [code, member(body, "error_description")]
    words = [status_words(response), *(excerpt(each, _DESCRIPTION) for each in shown if isinstance(each, str))]
    secrets = (account.password, oauth2.client_secret)
    reason = ", ".join(each for each in words if not any(secret in each for secret in secrets))
    if code == "invalid_grant":
        return SignInRefused(
            _(
                "{host} refuses the login {login} or its password ({reason}). Check both before you retry: repeated "
                "failures may lock the account."
            ).format(host=response.place, login=login, reason=reason),
            account.password,
        )
    if code == "invalid_client" or (code is None and response.status == httpx.codes.UNAUTHORIZED):
        return SignInRefused(
            _("{host} refuses the client {client} or its secret ({reason}). Check both before you retry.").format(
                host=response.place, client=client, reason=reason
            )
        )
    return SignInRefused(
        _(
            "{host} refuses to sign in {login} with the client {client} ({reason}). Ask support about this client."
        ).format(host=response.place, login=login, client=client, reason=reason)
    )


def _no_token_service(response: Response, oauth2: OAuth2) -> WrongAddress:
    return WrongAddress(
        _("There is no token service at {token_url} ({status}). Check token_url.").format(
            token_url=excerpt(oauth2.token_url, 120), status=status_words(response)
        )
    )


def _list_forbidden(account: Account, window: Window) -> Forbidden:
    values = {each: excerpt(value) for each, value in window.filters}
    wanted = [_(words).format(value=values[each]) for each, words in _WANTED.items() if each in values]
    login = _quoted(account.login)
    if wanted:
        return Forbidden(
            _(
                "The login {login} may not list the faxes of {wanted}. Choose another, or contact your administrator."
            ).format(login=login, wanted=_(" and ").join(wanted))
        )
    return Forbidden(
        _("The login {login} may not list received faxes. Contact your administrator.").format(login=login)
    )


def _document_forbidden(call: Call) -> Forbidden:
    assert isinstance(call.about, FaxKey)
    return Forbidden(
        (
            _("The login {login} may not delete the fax {fax}. Contact your administrator.")
            if call.is_delete
            else _("The login {login} may not download the fax {fax}. Contact your administrator.")
        ).format(login=_quoted(call.account.login), fax=named(call.about))
    )


def _no_service(response: Response, account: Account) -> WrongAddress:
    base_url = excerpt(account.base_url, 120)
    if member(parse_or_none(response.body), "Code") is not None:
        return WrongAddress(
            _("{host} has no such list ({message}). Check the filters and base_url ({base_url}).").format(
                host=response.place, message=response.message, base_url=base_url
            )
        )
    if response.message:
        return WrongAddress(
            _("There is no fax service at {base_url} ({message}). Check base_url.").format(
                base_url=base_url, message=response.message
            )
        )
    return WrongAddress(_("There is no fax service at {base_url}. Check base_url.").format(base_url=base_url))


def _no_document_address(response: Response, key: FaxKey) -> WrongAddress:
    return WrongAddress(
        _("{host} has nothing at the address of the fax {fax} ({message}). Check {setting}.").format(
            host=response.place, fax=named(key), message=response.message, setting=response.expected.setting
        )
    )


def _lacks_route(response: Response) -> bool:
    """Return True for a 404 of the service's framework: no route has this address (ASP.NET Web API)."""
    message = member(parse_or_none(response.body), "Message")
    return isinstance(message, str) and message.startswith(_NO_ROUTE)


def _unconfirmed(response: Response, call: Call) -> Unconfirmed:
    assert isinstance(call.about, FaxKey)
    body = f"“{response.message}”" if response.message else response.described
    reason = _("{host} returned {status} ({body}) instead of an empty response.").format(
        host=response.place, status=status_words(response), body=body
    )
    return Unconfirmed(" ".join((_not_known(call.about), reason)))


def _delete_state(response: Response, error: ServiceError, key: FaxKey) -> str:
    """Return a sentence on whether a delete that was not confirmed was carried out.

    The request was rejected if the service says so, or if a proxy or a redirect kept it from arriving. Anything else
    leaves it open: a gateway that gave up on the service sends 404 or 503 as well (our decision).
    """
    if response.status in _BEFORE_ARRIVAL or isinstance(error, Busy):
        return _not_deleted(key)
    is_refusal = httpx.codes.is_client_error(response.status) and not response.is_foreign
    if response.status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        is_refusal = response.is_own_error
    return _not_deleted(key) if is_refusal else _not_known(key)


@contextmanager
def while_fetching(key: FaxKey) -> Iterator[None]:
    """Begin the text of a ServiceError that is raised within with the fax that was not downloaded."""
    try:
        yield
    except ServiceError as error:
        if error.was_sent:
            raise _prefixed(error, _not_fetched(key)) from error
        raise


@contextmanager
def while_deleting(key: FaxKey) -> Iterator[None]:
    """Begin the text of a ServiceError that is raised within with what is known about the fax.

    Without a connection nothing was sent. After that, a request without a response may have been carried out.
    """
    try:
        yield
    except ServiceError as error:
        if not error.was_sent:
            raise
        if isinstance(error, NoResponse):
            raise NoResponse(
                _(
                    "The request to delete the fax {fax} was sent, but no response came: it may or may not be deleted. "
                    "Refresh the list before you retry."
                ).format(fax=named(key))
            ) from error
        is_open = isinstance(error, UnexpectedResponse)
        raise _prefixed(error, _not_known(key) if is_open else _not_deleted(key)) from error


def _prefixed(error: E, sentence: str) -> E:
    """Return a copy of ``error`` whose text begins with ``sentence``."""
    copy = type(error).__new__(type(error), f"{sentence} {error}")
    copy.__dict__.update(error.__dict__)
    return copy


def _not_fetched(key: FaxKey) -> str:
    return _("The fax {fax} was not downloaded.").format(fax=named(key))


def _not_deleted(key: FaxKey) -> str:
    return _("The fax {fax} was not deleted.").format(fax=named(key))


def _not_known(key: FaxKey) -> str:
    return _("The fax {fax} may or may not be deleted. Refresh the list to see.").format(fax=named(key))


def _quoted(name: str) -> str:
    return f"“{excerpt(name)}”"
