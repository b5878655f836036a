"""HTTP requests and responses within limits, and the errors that can occur before a response is complete."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Container, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from faxtui import __version__
from faxtui.errors import ConfigurationError, NoResponse, ServiceError, UnexpectedResponse, Unreachable, Untrusted
from faxtui.network import Proxy, is_loopback, route_to, trusting_nobody
from faxtui.odyssey.address import excerpt, first_words, place
from faxtui.odyssey.content_coding import ACCEPTED, Decoder, coding_of, is_accepted
from faxtui.odyssey.json_text import is_blank, is_json, member, parse_or_none
from faxtui.translation import _, ngettext

DEFAULT_WAIT = 5.0
"""Seconds to wait if the service does not say how long (our decision)."""

_LONGEST_WAIT = 86_400.0
_BEGINNING = 65_536
_MESSAGE = 200
_CODE = 20
"""Characters of the service's message and code that are shown."""
_CHALLENGE = re.compile(r"(?:^|,)\s*(?:basic|bearer)\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Expected:
    """The content that a request expects, for the limits and the errors of its response.

    ``wanted`` names it in a sentence, ``setting`` is the setting that holds the address, ``most`` the bytes that the
    body may have, ``remedy`` a sentence on what else helps if it is too long. Nothing of a secret body is shown.
    """

    wanted: str
    setting: str
    most: int
    remedy: str = ""
    is_secret: bool = False

    def with_remedy(self, sentence: str) -> str:
        """Return ``sentence``, followed by the remedy if there is one."""
        return f"{sentence} {_(self.remedy)}" if self.remedy else sentence


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and body of the response of ``url``; of a failure, only the beginning of the body."""

    purpose: Expected
    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def place(self) -> str:
        return place(self.url)

    @property
    def served_at(self) -> datetime | None:
        """The service's clock in UTC (``Date``); None if it is missing or out of range.

        Also None for a response from a cache (``Age``), whose date is as old as the response.
        """
        if _first(self.headers, "age").strip().lstrip("0"):
            return None
        return _http_date(_first(self.headers, "date"))

    @property
    def encoding(self) -> str:
        """Content coding of the body, empty for none."""
        return coding_of(self.headers)

    @property
    def asks_to_wait(self) -> bool:
        return "retry-after" in self.headers

    @property
    def retry_after(self) -> float:
        """Seconds to wait before the next request: a day at most (our decision), 0 for a date in the past.

        `DEFAULT_WAIT` if the header is neither seconds nor a date. The limit keeps numbers of 300 digits off screens.
        """
        text = _first(self.headers, "retry-after").strip()
        if _SECONDS.fullmatch(text):
            wait = float(text)
        elif (until := _http_date(text)) is not None:
            sent = _http_date(_first(self.headers, "date")) or datetime.now(UTC)
            wait = (until - sent).total_seconds()
        else:
            return DEFAULT_WAIT
        return min(max(wait, 0.0), _LONGEST_WAIT)

    @property
    def sends_on_to(self) -> str:
        """Host that a redirect points to, empty if there is none."""
        location = self.headers.get("location")
        if location is None:
            return ""
        try:
            return place(self.url.join(location))
        except (httpx.InvalidURL, UnicodeError):
            return ""

    @property
    def is_html(self) -> bool:
        return "html" in self._content_type or self.body.lstrip()[:1] == b"<"

    @property
    def is_own_error(self) -> bool:
        """True if the service itself reports this failure: JSON with ``Code`` or ``Message``, spelled so (public).

        A gateway in front of the service uses the same statuses for reasons of its own.
        """
        said = parse_or_none(self.body)
        if not isinstance(said, dict):
            return False
        code, message = said.get("Code"), said.get("Message")
        return type(code) is int or any(isinstance(each, str) and bool(each.strip()) for each in (code, message))

    @property
    def is_foreign(self) -> bool:
        """True if this failure has a body that the service would not write: neither empty nor JSON.

        It is a page of a proxy, a gateway or a network's sign-in, whatever its status (our decision).
        """
        if not is_accepted(coding_of(self.headers)):
            return True
        return not is_blank(self.body) and not is_json(self.body)

    @property
    def refuses_sign_in(self) -> bool:
        """True if the service rejects the credentials: 401 with a challenge for them, or without a foreign page."""
        challenges = ", ".join(self.headers.get_list("www-authenticate"))
        return self.status == httpx.codes.UNAUTHORIZED and (
            not self.is_foreign or _CHALLENGE.search(challenges) is not None
        )

    @property
    def message(self) -> str:
        """The service's ``Message`` (documented), with its ``Code`` if it has one; empty if it has neither."""
        said = parse_or_none(self.body)
        message, code = member(said, "Message"), member(said, "Code")
        words = excerpt(message, _MESSAGE) if isinstance(message, str) else ""
        if not isinstance(code, int | str) or isinstance(code, bool) or not str(code).strip():
            return words
        return f"{words}, code {excerpt(str(code), _CODE)}" if words else f"code {excerpt(str(code), _CODE)}"

    @property
    def described(self) -> str:
        """The response in a few words: ``text/html, beginning “Welcome”``."""
        content_type = excerpt(self._content_type) or _("no content type")
        if self.purpose.is_secret:
            return content_type
        words = first_words(self.body)
        if not words:
            return _("{content_type}, without text").format(content_type=content_type)
        return _("{content_type}, beginning “{words}”").format(content_type=content_type, words=words)

    @property
    def _content_type(self) -> str:
        return _first(self.headers, "content-type").partition(";")[0].strip().lower()


async def receive(response: httpx.Response, purpose: Expected) -> Response:
    """Read ``response``: the whole decoded body of a success, the beginning of a failure's.

    Raises UnexpectedResponse if the body is longer than ``purpose`` allows or has an unsupported coding, and httpx's
    own errors if the connection is lost. A failure is known by its status, even if its body can't be read.
    """
    read = _whole(response, purpose) if response.status_code == httpx.codes.OK else _beginning(response)
    return Response(purpose, response.url, response.status_code, response.headers, await read)


def packed_unasked(url: httpx.URL, encoding: str, purpose: Expected) -> UnexpectedResponse:
    """Return the error for a content coding that was not requested."""
    return UnexpectedResponse(
        _("{host} sent an unsupported Content-Encoding (“{coding}”). Check {setting} and any proxy in between.").format(
            host=place(url), coding=excerpt(encoding), setting=purpose.setting
        )
    )


def too_long(url: httpx.URL, most: int, purpose: Expected) -> UnexpectedResponse:
    """Return the error for a body of more than ``most`` bytes."""
    sentence = _("{host} sent more than {most} bytes, too many for {wanted}. Check {setting}.").format(
        host=place(url), most=f"{most:,}", wanted=_(purpose.wanted), setting=purpose.setting
    )
    return UnexpectedResponse(purpose.with_remedy(sentence))


async def _whole(response: httpx.Response, purpose: Expected) -> bytes:
    coding = coding_of(response.headers)
    if not is_accepted(coding):
        raise packed_unasked(response.url, coding, purpose)
    decoder = Decoder(coding)
    body = bytearray()
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        for piece in decoder.decode(chunk):
            body += piece
            if len(body) > purpose.most:
                raise too_long(response.url, purpose.most, purpose)
        # A coding can pack nothing into any number of bytes.
        if received > purpose.most:
            raise too_long(response.url, purpose.most, purpose)
    decoder.finish()
    return bytes(body)


async def _beginning(response: httpx.Response) -> bytes:
    coding = coding_of(response.headers)
    if not is_accepted(coding):
        return b""
    decoder = Decoder(coding)
    body = bytearray()
    received = 0
    with suppress(httpx.RequestError):
        async for chunk in response.aiter_raw():
            received += len(chunk)
            for piece in decoder.decode(chunk):
                body += piece
                if len(body) > _BEGINNING:
                    return bytes(body[:_BEGINNING])
            if received > _BEGINNING:
                break
    return bytes(body)


def _first(headers: httpx.Headers, name: str) -> str:
    return next(iter(headers.get_list(name)), "")


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if not 1970 <= moment.year < 9999:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_KEEP_ALIVE = 45.0
"""Seconds that an idle connection is kept: longer than an operator looks at a page (our decision)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the seconds of each step and of a whole response, and on the bytes of bodies (all our decisions).

    ``whole`` ends a response that arrives a byte now and then. It does not apply to a document once its body begins:
    a large one may take as long as it needs, if no step takes too long and every ``slow_after`` seconds of waiting
    bring at least ``slowest`` bytes a second. ``body`` is for a decoded listing, ten times a full page; ``document``
    for a file as it is; ``document_json`` for one in JSON, which is in memory three times for a moment.
    """

    connect: float = 5.0
    read: float = 20.0
    write: float = 20.0
    pool: float = 5.0
    whole: float = 60.0
    slow_after: float = 60.0
    slowest: float = 256.0
    body: int = 4 * 1024 * 1024
    document: int = 512 * 1024 * 1024
    document_json: int = 64 * 1024 * 1024


class Line:
    """The route to one address, directly or through a proxy, with its checks.

    Plain http stays on this machine unless ``allow_http``. ``load_trust`` loads the trusted certificates, and is
    called only if part of the route uses TLS. Raises ConfigurationError for plain http to another machine,
    UnusableProxy and Untrusted.
    """

    def __init__(self, url: httpx.URL, load_trust: Callable[[], ssl.SSLContext], *, allow_http: bool) -> None:
        host = url.raw_host.decode("ascii")
        self._stays_here = url.scheme == "http" and not allow_http
        if self._stays_here and not is_loopback(host):
            raise ConfigurationError(
                _(
                    "{host} uses plain http, which anyone on the network can read. Use https, or set allow_http = true "
                    "in the profile if the network is safe."
                ).format(host=place(url))
            )
        self.proxy = route_to(url.scheme, host, url.port, os.environ).proxy
        is_secure = url.scheme == "https" or (self.proxy is not None and self.proxy.scheme == "https")
        self._tls = load_trust() if is_secure else trusting_nobody()

    def client(self, limits: Limits) -> httpx.AsyncClient:
        return _client(limits, verify=self._tls, proxy=self._httpx_proxy())

    @property
    def extensions(self) -> dict[str, object]:
        """The ``extensions`` of each request to httpx."""
        return {"trace": _refuse_other_machines} if self._stays_here else {}

    def _httpx_proxy(self) -> httpx.Proxy | None:
        proxy = self.proxy
        if proxy is None:
            return None
        headers = {"Proxy-Authorization": proxy.sign_in} if proxy.sign_in else None
        tls = self._tls if proxy.scheme == "https" else None
        return httpx.Proxy(f"{proxy.scheme}://{proxy}", headers=headers, ssl_context=tls)


def client_of(transport: httpx.AsyncBaseTransport, limits: Limits) -> httpx.AsyncClient:
    """Return a client for a transport in this process, without a route."""
    return _client(limits, transport=transport)


def _client(
    limits: Limits,
    *,
    verify: ssl.SSLContext | bool = True,
    proxy: httpx.Proxy | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Return a client that follows no redirect (credentials go to no other host) and ignores the environment."""
    return httpx.AsyncClient(
        headers={
            "User-Agent": f"faxtui/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": ACCEPTED,
        },
        timeout=httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
        limits=httpx.Limits(keepalive_expiry=_KEEP_ALIVE),
        follow_redirects=False,
        cookies=_no_cookies(),
        trust_env=False,
        verify=verify,
        proxy=proxy,
        transport=transport,
    )


def _no_cookies() -> CookieJar:
    """Return a jar that stays empty: the service needs no cookies, and a proxy's could fill every request."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


async def _refuse_other_machines(event: str, info: Mapping[str, object]) -> None:
    """Close a connection that does not end on this machine, before anything is sent: a name may lead anywhere."""
    if event != "connection.connect_tcp.complete":
        return
    import httpcore

    stream = info["return_value"]
    assert isinstance(stream, httpcore.AsyncNetworkStream)
    found = stream.get_extra_info("server_addr")
    if found is None:
        await stream.aclose()
        raise httpcore.ConnectError("The connection was broken as soon as it was made.")
    address = str(found[0])
    if not is_loopback(address):
        await stream.aclose()
        raise Untrusted(
            _(
                "The address of the service is plain http and resolves to {address}, which is not this machine. "
                "Nothing was sent. Check /etc/hosts, or use https."
            ).format(address=excerpt(address))
        )


def why_not_reached(
    error: httpx.HTTPError | OSError | UnicodeError, url: httpx.URL, setting: str, limits: Limits, proxy: Proxy | None
) -> ServiceError:
    """Return the error for a request to ``url`` (from ``setting``) that httpx could not complete."""
    where = place(url)
    match error:
        case httpx.ConnectTimeout():
            return Unreachable(
                _with_proxy_hint(
                    _("Could not connect to {host} within {time}. Check the network.").format(
                        host=_first_stop(url, proxy), time=_seconds(limits.connect)
                    ),
                    proxy,
                )
            )
        case httpx.TimeoutException():
            return NoResponse(_("{host} did not respond in time. Try again in a moment.").format(host=where))
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
            return UnexpectedResponse(
                _("{host} sent invalid HTTP ({reason}). Check host and port in {setting}.").format(
                    host=where, reason=excerpt(str(error)), setting=setting
                )
            )
        case httpx.DecodingError():
            return UnexpectedResponse(
                _(
                    "The response from {host} could not be decoded. Retry; if it persists, check any proxy in between."
                ).format(host=where)
            )
    return NoResponse(_("{host} closed the connection before it responded. Try again in a moment.").format(host=where))


def cut_off(url: httpx.URL) -> NoResponse:
    """Return the error for a connection that was lost within a response."""
    return NoResponse(
        _("The connection to {host} was lost during its response. Try again in a moment.").format(host=place(url))
    )


def fell_silent(url: httpx.URL, limits: Limits) -> NoResponse:
    """Return the error for a response that stopped for too long."""
    return NoResponse(
        _("{host} stopped sending in the middle of its response for {time}. Try again in a moment.").format(
            host=place(url), time=_seconds(limits.read)
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


def too_slow(url: httpx.URL, received: int, limits: Limits) -> NoResponse:
    """Return the error for a document of which only ``received`` bytes came in the last ``slow_after`` seconds."""
    return NoResponse(
        ngettext(
            "{host} sent only {count} byte in the last {time}. Try again in a moment.",
            "{host} sent only {count} bytes in the last {time}. Try again in a moment.",
            received,
        ).format(host=place(url), count=f"{received:,}", time=_seconds(limits.slow_after))
    )


def took_too_long(url: httpx.URL, purpose: Expected, limits: Limits) -> NoResponse:
    """Return the error for a response that exceeded the limit for the whole of it."""
    sentence = _("{host} did not complete its response within {time}. Try again in a moment.").format(
        host=place(url), time=_seconds(limits.whole)
    )
    return NoResponse(purpose.with_remedy(sentence))


def _no_connection(error: BaseException, url: httpx.URL, setting: str, proxy: Proxy | None) -> Unreachable:
    where, stop = place(url), _first_stop(url, proxy)
    named_in = setting if proxy is None else proxy.variable
    for cause in _causes(error):
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
                        ).format(host=where, reason=excerpt(cause.verify_message), setting=setting),
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
    return Unreachable(
        _("Could not connect to {host}. Check {setting} and the network.").format(host=stop, setting=named_in)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and its causes, outermost first."""
    yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__ or error.__context__,)
    for each in inner:
        if each is not None:
            yield from _causes(each)


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
    return ngettext("{count} second", "{count} seconds", round(seconds)).format(count=f"{round(seconds):,}")


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """A response whose headers are there: the body of a success is still to come, that of a failure is read."""

    answer: Response
    _response: httpx.Response
    _limits: Limits
    _clock: Callable[[], float]

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def refuses_sign_in(self) -> bool:
        return self.answer.refuses_sign_in

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body of a success as it is sent, once. Raises NoResponse if it is cut off, or comes too slowly.

        Only the seconds of waiting for the service count, not those that its chunks take elsewhere.
        """
        waited, received = 0.0, 0
        began = self._clock()
        try:
            async for chunk in self._response.aiter_raw():
                waited += self._clock() - began
                received += len(chunk)
                if waited >= self._limits.slow_after:
                    if received < waited * self._limits.slowest:
                        raise too_slow(self.answer.url, received, self._limits)
                    waited, received = 0.0, 0
                yield chunk
                began = self._clock()
        except httpx.TimeoutException as error:
            raise fell_silent(self.answer.url, self._limits) from error
        except (httpx.HTTPError, OSError) as error:
            raise cut_off(self.answer.url) from error

    async def aclose(self) -> None:
        await self._response.aclose()


class Transport:
    """One client of one host, which sends each request once and within the limits.

    ``line`` is the route to it, or an in-process transport.
    """

    def __init__(
        self, limits: Limits, line: Line | httpx.AsyncBaseTransport, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._proxy = line.proxy if isinstance(line, Line) else None
        self._extensions = line.extensions if isinstance(line, Line) else {}
        self._client = line.client(limits) if isinstance(line, Line) else client_of(line, limits)

    async def ask(
        self,
        method: str,
        url: httpx.URL,
        purpose: Expected,
        authorization: str,
        *,
        parameters: tuple[tuple[str, str], ...] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the response, whatever its status. Raises ServiceError if there is none, or if it is too long."""
        headers = {"Authorization": authorization}
        with self._in_words(url, purpose):
            async with (
                asyncio.timeout(self._limits.whole),
                self._client.stream(
                    method, url, params=parameters, data=form, headers=headers, extensions=self._extensions
                ) as response,
            ):
                return await _receive(response, purpose)

    async def open(
        self,
        url: httpx.URL,
        purpose: Expected,
        authorization: str,
        *,
        headers: Mapping[str, str],
        successes: Container[int] = (httpx.codes.OK,),
    ) -> StreamedResponse:
        """Return the response to a GET once it begins, whatever its status; the caller closes it.

        It is requested without a content coding, so that its length can be known and checked. Of those with one of the
        statuses ``successes`` the body is still to come. Raises ServiceError if there is no response.
        """
        headers = {"Authorization": authorization, "Accept-Encoding": "identity", **headers}
        request = self._client.build_request("GET", url, headers=headers, extensions=self._extensions)
        with self._in_words(url, purpose):
            async with asyncio.timeout(self._limits.whole):
                response = await self._client.send(request, stream=True)
                if response.status_code not in successes:
                    async with aclosing(response):
                        return StreamedResponse(await receive(response, purpose), response, self._limits, self._clock)
                begun = Response(purpose, url, response.status_code, response.headers)
                return StreamedResponse(begun, response, self._limits, self._clock)

    async def aclose(self) -> None:
        """Close every connection. No request can be sent afterwards."""
        await self._client.aclose()

    @contextmanager
    def _in_words(self, url: httpx.URL, purpose: Expected) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise took_too_long(url, purpose, self._limits) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise why_not_reached(error, url, purpose.setting, self._limits, self._proxy) from error


async def _receive(response: httpx.Response, purpose: Expected) -> Response:
    try:
        return await receive(response, purpose)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise cut_off(response.url) from error
