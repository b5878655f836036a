"""The HTTP client, and what can go wrong before there is an answer, in words."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from faxtui import __version__
from faxtui.domain.text import counted
from faxtui.errors import NoAnswer, ServiceError, UnexpectedAnswer, Unreachable
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


def open_client(limits: Limits, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """A client that follows no redirect, so that credentials go to no other host.

    Raises Unreachable where this machine's certificates or proxy settings can't be used.
    """
    tls = _tls() if transport is None else True
    try:
        return httpx.AsyncClient(
            headers={
                "User-Agent": f"faxtui/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
            },
            timeout=httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
            limits=httpx.Limits(keepalive_expiry=_KEEP_ALIVE),
            follow_redirects=False,
            verify=tls,
            transport=transport,
        )
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        raise Unreachable(
            f"This machine's proxy settings ({_proxies_set()}) can't be used: write a proxy like "
            "http://proxy.example:3128, and leave ranges such as fd00::/8 and brackets out of NO_PROXY; then start "
            "faxtui again."
        ) from error


def why_not_reached(
    error: httpx.HTTPError | OSError | UnicodeError, url: httpx.URL, setting: str, limits: Limits
) -> ServiceError:
    """What kept a whole answer from coming from ``url``, an address that ``setting`` holds."""
    where = place(url)
    match error:
        case httpx.ConnectTimeout():
            return Unreachable(
                f"No connection to {where} came about within {_seconds(limits.connect)}: "
                f"check this machine's network.{_proxy_hint(url)}"
            )
        case httpx.TimeoutException():
            return NoAnswer(f"{where} is connected, but sends no answer in time: ask again in a moment.")
        case httpx.ProxyError():
            return Unreachable(
                f"The proxy between here and {where} won't connect them ({excerpt(str(error))}): "
                f"check {_proxies_set()}, or ask whoever runs the proxy."
            )
        case UnicodeError():
            return Unreachable(
                f"{where}, its proxy, or the host it sends requests on to has a name that can't be looked up: "
                f"check {setting}.{_proxy_hint(url)}"
            )
        case httpx.ConnectError():
            return Unreachable(f"{_no_connection(error, url, setting)}{_proxy_hint(url)}")
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


def _tls() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise Unreachable(
            f"The certificates in SSL_CERT_FILE ({excerpt(os.environ.get('SSL_CERT_FILE', ''), 120)}) can't be read: "
            "name a file of PEM certificates there, or unset it, and start faxtui again."
        ) from error


def _no_connection(error: BaseException, url: httpx.URL, setting: str) -> str:
    where = place(url)
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                host = excerpt(url.host)
                return f"The name {host} can't be looked up: check {setting}, and this machine's network and DNS."
            case ssl.SSLCertVerificationError():
                return (
                    f"The certificate of {where} can't be trusted ({excerpt(cause.verify_message)}): check {setting} "
                    "and this machine's date; name your network's own authority, if it has one, in SSL_CERT_FILE."
                )
            case ssl.SSLError():
                return (
                    f"No secure connection to {where} came about ({excerpt(cause.reason or 'TLS failed')}): "
                    f"check that host and port in {setting} are those of https."
                )
            case ConnectionRefusedError():
                return f"{where} refuses connections: check host and port in {setting}, or wait until it is up."
    return f"No connection to {where} came about: check {setting} and this machine's network."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it came from, outermost first."""
    yield error
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__ or error.__context__,)
    for each in inner:
        if each is not None:
            yield from _causes(each)


def _proxy_hint(url: httpx.URL) -> str:
    names = _set_among(f"{url.scheme.upper()}_PROXY", "ALL_PROXY")
    return f" {' and '.join(names)} may send it through a proxy: check that too." if names else ""


def _proxies_set() -> str:
    return ", ".join(_set_among("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")) or "those of its desktop"


def _set_among(*variables: str) -> list[str]:
    """Those that are set, in either of the cases that programs read."""
    return [name for name in variables if os.environ.get(name) or os.environ.get(name.lower())]


def _seconds(seconds: float) -> str:
    return counted(round(seconds), "second", "seconds") if seconds >= 1 else f"{seconds:g} seconds"
