"""The HTTP client, and what can go wrong before there is an answer, in words."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from faxtui import __version__
from faxtui.domain.text import counted
from faxtui.errors import ConfigurationError, NoAnswer, ServiceError, UnexpectedAnswer, Unreachable, Untrusted
from faxtui.network.loopback import is_loopback
from faxtui.network.proxy import Proxy, route_to
from faxtui.network.trust import trusting_nobody
from faxtui.odyssey.address import place
from faxtui.odyssey.content_coding import ACCEPTED
from faxtui.odyssey.words import excerpt

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
