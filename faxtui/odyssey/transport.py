"""An answer of HTTP, as far as it is read.

The HTTP client, and what can go wrong before there is an answer, in words.

One request and its answer, whole or as it comes."""

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
from faxtui.domain.text import counted
from faxtui.errors import ConfigurationError, NoAnswer, ServiceError, UnexpectedAnswer, Unreachable, Untrusted
from faxtui.network import Proxy, is_loopback, route_to, trusting_nobody
from faxtui.odyssey.address import excerpt, first_words, place
from faxtui.odyssey.content_coding import ACCEPTED, Decoder, coding_of, is_accepted
from faxtui.odyssey.json_text import is_blank, is_json, member, parse_or_none

DEFAULT_WAIT = 5.0
"""Seconds to wait where a service asks to wait and does not say how long (our decision)."""

_LONGEST_WAIT = 86_400.0
_BEGINNING = 65_536
_MESSAGE = 200
_CODE = 20
"""Characters of what the service says."""
_CHALLENGE = re.compile(r"(?:^|,)\s*(?:basic|bearer)\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a request is for, as sentences about its answer need it.

    ``wanted`` is what is asked for, ``setting`` the setting that holds the address, ``most`` the bytes that an answer
    may have, ``way_out`` what else to do about one that is too long. Where ``is_secret``, no word of it is shown.
    """

    wanted: str
    setting: str
    most: int
    way_out: str = ""
    is_secret: bool = False

    @property
    def or_way_out(self) -> str:
        return f", or {self.way_out}" if self.way_out else ""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and body of what ``url`` answered; of a failure, only the beginning of its body."""

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
        """The service's clock in UTC, if it sent it and it can be a clock.

        None for a response that a cache has kept for a while (``Age``), whose date is as old as itself.
        """
        if _first(self.headers, "age").strip().lstrip("0"):
            return None
        return _http_date(_first(self.headers, "date"))

    @property
    def encoding(self) -> str:
        """How its body is packed; empty where it is not."""
        return coding_of(self.headers)

    @property
    def asks_to_wait(self) -> bool:
        return "retry-after" in self.headers

    @property
    def retry_after(self) -> float:
        """Seconds until the service wants the next request: a day at most (our decision), 0 for a date in the past.

        Nobody waits longer than that, and no screen shows a number of 300 digits. What is neither seconds nor a date
        is `DEFAULT_WAIT`.
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
        """The host that a redirect points to; empty where it points nowhere."""
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
        """Whether the service itself reports this failure: JSON with ``Code`` or ``Message``, spelled so (public).

        A gateway in front of the service uses the same statuses for reasons of its own.
        """
        said = parse_or_none(self.body)
        if not isinstance(said, dict):
            return False
        code, message = said.get("Code"), said.get("Message")
        return type(code) is int or any(isinstance(each, str) and bool(each.strip()) for each in (code, message))

    @property
    def is_foreign(self) -> bool:
        """Whether this failure has a body that the service would not write: neither empty nor JSON.

        It is a page of a proxy, a gateway or a network's sign-in, whatever its status (our decision).
        """
        if not is_accepted(coding_of(self.headers)):
            return True
        return not is_blank(self.body) and not is_json(self.body)

    @property
    def refuses_sign_in(self) -> bool:
        """Whether the service refuses the credentials: 401 with a challenge that they answer, or no foreign page."""
        challenges = ", ".join(self.headers.get_list("www-authenticate"))
        return self.status == httpx.codes.UNAUTHORIZED and (
            not self.is_foreign or _CHALLENGE.search(challenges) is not None
        )

    @property
    def message(self) -> str:
        """What the service says in ``Message`` (documented), with its ``Code`` if it has one; else empty."""
        said = parse_or_none(self.body)
        message, code = member(said, "Message"), member(said, "Code")
        words = excerpt(message, _MESSAGE) if isinstance(message, str) else ""
        if not isinstance(code, int | str) or isinstance(code, bool) or not str(code).strip():
            return words
        return f"{words}, code {excerpt(str(code), _CODE)}" if words else f"code {excerpt(str(code), _CODE)}"

    @property
    def described(self) -> str:
        """What came, in words: ``text/html, beginning “Welcome”``."""
        content_type = excerpt(self._content_type) or "no content type"
        if self.purpose.is_secret:
            return content_type
        words = first_words(self.body)
        return f"{content_type}, beginning “{words}”" if words else f"{content_type}, and no words in it"

    @property
    def _content_type(self) -> str:
        return _first(self.headers, "content-type").partition(";")[0].strip().lower()


async def receive(response: httpx.Response, purpose: Expected) -> Response:
    """Read ``response``: its body whole if it is a success, unpacked and no longer than its purpose allows.

    Raises UnexpectedAnswer where there is more than that, or where it is packed in a way nobody asked for, and
    httpx's own errors where it breaks off. A failure is told by its status, whatever becomes of its body.
    """
    read = _whole(response, purpose) if response.status_code == httpx.codes.OK else _beginning(response)
    return Response(purpose, response.url, response.status_code, response.headers, await read)


def packed_unasked(url: httpx.URL, encoding: str, purpose: Expected) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{place(url)} packed its answer as “{excerpt(encoding)}”, which faxtui did not ask for: "
        f"check {purpose.setting}, and any proxy in between."
    )


def too_long(url: httpx.URL, most: int, purpose: Expected) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{place(url)} sent more than {most:,} bytes, too many for {purpose.wanted}: "
        f"check {purpose.setting}{purpose.or_way_out}."
    )


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
"""Seconds that an idle connection is kept: longer than an operator looks at a page, or a watch waits (our decision)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to wait for each step and for one answer as a whole, and the bytes that bodies may have.

    The limit on the whole is our decision: a service that sends a byte now and then would otherwise never end. It
    does not count for a document, once that has begun: a large one may come for as long as no step takes too long,
    and in every ``slow_after`` seconds of waiting for it at least ``slowest`` bytes come a second (our decisions).
    ``body`` is for a decoded listing, ten times a full page; ``document`` is for a file as it is, ``document_json`` for
    one in JSON, which is held in memory whole, and for a moment three times over (our decisions).
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
    """The way to one address: directly or through a proxy, and what is checked on it.

    Plain http stays on this machine unless ``allow_http``. ``load_trust`` gives the trusted certificates; it is called
    only if something on the way is secure. Raises ConfigurationError for plain http to another machine, UnusableProxy
    and Untrusted.
    """

    def __init__(self, url: httpx.URL, load_trust: Callable[[], ssl.SSLContext], *, allow_http: bool) -> None:
        host = url.raw_host.decode("ascii")
        self._stays_here = url.scheme == "http" and not allow_http
        if self._stays_here and not is_loopback(host):
            raise ConfigurationError(
                f"{place(url)} is plain http, which anybody on the way can read. Write https, or allow_http = true in "
                "the profile if the way is safe."
            )
        self.proxy = route_to(url.scheme, host, url.port, os.environ).proxy
        is_secure = url.scheme == "https" or (self.proxy is not None and self.proxy.scheme == "https")
        self._tls = load_trust() if is_secure else trusting_nobody()

    def client(self, limits: Limits) -> httpx.AsyncClient:
        return _client(limits, verify=self._tls, proxy=self._httpx_proxy())

    @property
    def extensions(self) -> dict[str, object]:
        """What httpx is told with each request."""
        return {"trace": _refuse_other_machines} if self._stays_here else {}

    def _httpx_proxy(self) -> httpx.Proxy | None:
        proxy = self.proxy
        if proxy is None:
            return None
        headers = {"Proxy-Authorization": proxy.sign_in} if proxy.sign_in else None
        tls = self._tls if proxy.scheme == "https" else None
        return httpx.Proxy(f"{proxy.scheme}://{proxy}", headers=headers, ssl_context=tls)


def client_of(transport: httpx.AsyncBaseTransport, limits: Limits) -> httpx.AsyncClient:
    """A client of something in this process, to which there is no way."""
    return _client(limits, transport=transport)


def _client(
    limits: Limits,
    *,
    verify: ssl.SSLContext | bool = True,
    proxy: httpx.Proxy | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Follows no redirect, so that credentials go to no other host, and reads nothing from the environment."""
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
            f"The address of the service is plain http and leads to {excerpt(address)}, which is not this machine. "
            "Nothing was sent. Check /etc/hosts, or write https."
        )


def why_not_reached(
    error: httpx.HTTPError | OSError | UnicodeError, url: httpx.URL, setting: str, limits: Limits, proxy: Proxy | None
) -> ServiceError:
    """What kept a whole answer from coming from ``url``, an address that ``setting`` holds."""
    where = place(url)
    match error:
        case httpx.ConnectTimeout():
            return Unreachable(
                f"No connection to {_first_stop(url, proxy)} came about within {_seconds(limits.connect)}: "
                f"check this machine's network.{_proxy_hint(proxy)}"
            )
        case httpx.TimeoutException():
            return NoAnswer(f"{where} is connected, but sends no answer in time: ask again in a moment.")
        case httpx.ProxyError():
            return Unreachable(
                f"The proxy {proxy} between here and {where} won't connect them ({excerpt(str(error))}): "
                f"check {_variable(proxy)}, or ask whoever runs the proxy."
            )
        case UnicodeError():
            return Unreachable(
                f"{where}, its proxy, or the host it sends requests on to has a name that can't be looked up: "
                f"check {setting}.{_proxy_hint(proxy)}"
            )
        case httpx.ConnectError():
            return _no_connection(error, url, setting, proxy)
        case httpx.RemoteProtocolError() if not str(error).startswith("Server disconnected"):
            return UnexpectedAnswer(
                f"{where} does not speak HTTP as it should ({excerpt(str(error))}): check host and port in {setting}."
            )
        case httpx.DecodingError():
            return UnexpectedAnswer(
                f"The answer of {where} can't be unpacked: ask again; if it lasts, check any proxy in between."
            )
    return NoAnswer(f"{where} broke the connection before it answered: ask again in a moment.")


def cut_off(url: httpx.URL) -> NoAnswer:
    return NoAnswer(f"The answer of {place(url)} broke off half-way: ask again in a moment.")


def fell_silent(url: httpx.URL, limits: Limits) -> NoAnswer:
    return NoAnswer(
        f"{place(url)} sent nothing more for {_seconds(limits.read)}, half-way through its answer: "
        "ask again in a moment."
    )


def damaged(url: httpx.URL, coding: str) -> NoAnswer:
    """Of a body that was cut off inside its content coding, or changed on its way."""
    return NoAnswer(
        f"The response from {place(url)} is incomplete or damaged (Content-Encoding “{excerpt(coding)}”). "
        "Try again in a moment; if it persists, check any proxy in between."
    )


def too_slow(url: httpx.URL, received: int, limits: Limits) -> NoAnswer:
    """``received`` are the bytes of the last ``slow_after`` seconds."""
    return NoAnswer(
        f"{place(url)} sent only {counted(received, 'byte', 'bytes')} in the last {_seconds(limits.slow_after)}. "
        "Try again in a moment."
    )


def took_too_long(url: httpx.URL, way_out: str, limits: Limits) -> NoAnswer:
    """``way_out`` is what else than asking again may help: `Purpose.or_way_out`."""
    return NoAnswer(
        f"{place(url)} did not come to the end of its answer within {_seconds(limits.whole)}: "
        f"ask again in a moment{way_out}."
    )


def _no_connection(error: BaseException, url: httpx.URL, setting: str, proxy: Proxy | None) -> Unreachable:
    where, stop, hint = place(url), _first_stop(url, proxy), _proxy_hint(proxy)
    stop_first = f"{stop[0].upper()}{stop[1:]}"
    named_in = setting if proxy is None else proxy.variable
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                host = excerpt(url.host) if proxy is None else proxy.host
                return Unreachable(
                    f"The name {host} can't be looked up: check {named_in}, and this machine's network and DNS."
                )
            case ssl.SSLCertVerificationError():
                return Untrusted(
                    f"The certificate of {where} can't be trusted ({excerpt(cause.verify_message)}). Check {setting} "
                    "and this machine's date. If your network inspects secure connections, add its authority to this "
                    f"system's certificates, or name its PEM file in SSL_CERT_FILE.{hint}"
                )
            case ssl.SSLError():
                return Unreachable(
                    f"No secure connection to {where} came about ({excerpt(cause.reason or 'TLS failed')}): "
                    f"check that host and port in {setting} are those of https.{hint}"
                )
            case ConnectionRefusedError():
                return Unreachable(
                    f"{stop_first} refuses connections: check host and port in {named_in}, or wait until it is up."
                )
    return Unreachable(f"No connection to {stop} came about: check {named_in} and this machine's network.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it came from, outermost first."""
    yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__ or error.__context__,)
    for each in inner:
        if each is not None:
            yield from _causes(each)


def _first_stop(url: httpx.URL, proxy: Proxy | None) -> str:
    return place(url) if proxy is None else f"the proxy {proxy}"


def _proxy_hint(proxy: Proxy | None) -> str:
    return "" if proxy is None else f" {proxy.variable} sends this through the proxy {proxy}: check that too."


def _variable(proxy: Proxy | None) -> str:
    return "HTTPS_PROXY" if proxy is None else proxy.variable


def _seconds(seconds: float) -> str:
    return counted(round(seconds), "second", "seconds") if seconds >= 1 else f"{seconds:g} seconds"


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """An answer that has begun: of a success the body is still to come, of a failure its beginning is there."""

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
        """Yield the body of a success as it is sent, once. Raises NoAnswer if it is cut off, or comes too slowly.

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
    """Asks one host over one client, within the limits, once for each call.

    ``line`` is the way there, or what stands for a host in this process.
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
        """The answer, whatever its status. Raises ServiceError where there is none, or too much of it."""
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
        """Close every connection. Nothing can be asked afterwards."""
        await self._client.aclose()

    @contextmanager
    def _in_words(self, url: httpx.URL, purpose: Expected) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise took_too_long(url, purpose.or_way_out, self._limits) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            raise why_not_reached(error, url, purpose.setting, self._limits, self._proxy) from error


async def _receive(response: httpx.Response, purpose: Expected) -> Response:
    try:
        return await receive(response, purpose)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise cut_off(response.url) from error
