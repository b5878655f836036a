"""HTTP within limits: the route to an address, and the client that sends requests to it."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from collections.abc import AsyncIterator, Callable, Container, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple, Protocol

import httpx

from faxtui import __version__
from faxtui.errors import Untrusted
from faxtui.network import DEFAULT_PORTS, WebAddress, check_plain_http, is_loopback, route_to, trusting_nobody
from faxtui.odyssey import errors
from faxtui.odyssey.address import excerpt, place
from faxtui.odyssey.response import ACCEPTED, Decoder, Expected, Response, coding_of, is_accepted, read_failure
from faxtui.translation import _

_KEEP_ALIVE = 45.0
"""Seconds that an idle connection is kept: longer than an operator looks at a page (our decision)."""
_LIMIT = "faxtui.limit"
"""The extension of a request that holds the limit of its whole response."""


class Limits(NamedTuple):
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


class ConnectionObserver(Protocol):
    """Observer of a new connection. What it raises closes the connection, before anything is sent to the service."""

    def connected(self, address: str) -> None:
        """Note that ``address``, of the first host on the route, accepted the connection."""
        ...

    def secured(self, tls: ssl.SSLObject) -> None:
        """Note that TLS is established, through a proxy's tunnel if there is one."""
        ...


class Line:
    """The route to one address, directly or through a proxy, with its checks.

    Plain http stays on this machine unless ``allow_http``. ``load_trust`` loads the trusted certificates, and is
    called only if part of the route uses TLS. Raises ConfigurationError for plain http to another machine,
    UnusableProxy and Untrusted.
    """

    def __init__(
        self,
        url: httpx.URL,
        load_trust: Callable[[], ssl.SSLContext],
        *,
        allow_http: bool,
        observer: ConnectionObserver | None = None,
    ) -> None:
        self._observer = observer
        host = url.raw_host.decode("ascii")
        self._stays_here = url.scheme == "http" and not allow_http
        port = url.port or DEFAULT_PORTS[url.scheme]
        check_plain_http(place(url), WebAddress(url.scheme, host, port), allow_http=allow_http)
        self.proxy = route_to(url.scheme, host, url.port, os.environ).proxy
        is_secure = url.scheme == "https" or (self.proxy is not None and self.proxy.scheme == "https")
        self._tls = load_trust() if is_secure else trusting_nobody()

    def transport(self) -> httpx.AsyncHTTPTransport:
        limits = httpx.Limits(keepalive_expiry=_KEEP_ALIVE)
        return httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits, proxy=self._httpx_proxy())

    @property
    def extensions(self) -> dict[str, object]:
        """The ``extensions`` of each request to httpx."""
        return {"trace": self._trace} if self._stays_here or self._observer is not None else {}

    async def _trace(self, event: str, info: Mapping[str, object]) -> None:
        """Follow httpcore's events of a new connection; close one that leads elsewhere, before anything is sent."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        import httpcore

        stream = info["return_value"]
        assert isinstance(stream, httpcore.AsyncNetworkStream)
        try:
            if event.endswith("connect_tcp.complete"):
                self._check_address(stream.get_extra_info("server_addr"))
            elif self._observer is not None:
                self._observer.secured(stream.get_extra_info("ssl_object"))
        except BaseException:
            await stream.aclose()
            raise

    def _check_address(self, found: tuple[object, ...] | None) -> None:
        """Check where a name led: it may lead anywhere. ``found`` is None for a connection that is lost already."""
        if found is None:
            raise httpx.ConnectError("The connection was broken as soon as it was made.")
        address = str(found[0])
        if self._stays_here and not is_loopback(address):
            raise Untrusted(
                _(
                    "The address of the service is plain http and resolves to {address}, which is not this machine. "
                    "Nothing was sent. Check /etc/hosts, or use https."
                ).format(address=excerpt(address))
            )
        if self._observer is not None:
            self._observer.connected(address)

    def _httpx_proxy(self) -> httpx.Proxy | None:
        proxy = self.proxy
        if proxy is None:
            return None
        headers = {"Proxy-Authorization": proxy.sign_in} if proxy.sign_in else None
        tls = self._tls if proxy.scheme == "https" else None
        return httpx.Proxy(f"{proxy.scheme}://{proxy}", headers=headers, ssl_context=tls)


def _no_cookies() -> CookieJar:
    """Return a jar that stays empty: the service needs no cookies, and a proxy's could fill every request."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


@dataclass(frozen=True, slots=True)
class StreamedResponse:
    """A response whose headers are there: the body of a success is still to come, that of a failure is read."""

    head: Response
    _response: httpx.Response
    _limits: Limits
    _clock: Callable[[], float]

    @property
    def status(self) -> int:
        return self.head.status

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body of a success as it is sent, once. Raises NoResponse if it is truncated, or comes too slowly.

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
                        raise errors.too_slow(self.head.url, received, self._limits.slow_after)
                    waited, received = 0.0, 0
                yield chunk
                began = self._clock()
        except httpx.TimeoutException as error:
            raise errors.fell_silent(self.head.url, self._limits.read) from error
        except (httpx.HTTPError, OSError) as error:
            raise errors.connection_lost(self.head.url) from error

    async def aclose(self) -> None:
        await self._response.aclose()


class Transport:
    """HTTP client of one address, within limits. Only ``auth`` repeats a request, with a new token.

    It follows no redirect (credentials go to no other host) and ignores the environment. ``line`` is the route to the
    address, or an in-process transport.
    """

    def __init__(
        self,
        limits: Limits,
        line: Line | httpx.AsyncBaseTransport,
        auth: httpx.Auth | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._proxy = line.proxy if isinstance(line, Line) else None
        self._extensions = line.extensions if isinstance(line, Line) else {}
        self._client = httpx.AsyncClient(
            headers={
                "User-Agent": f"faxtui/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
            },
            auth=auth,
            timeout=httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
            follow_redirects=False,
            cookies=_no_cookies(),
            trust_env=False,
            transport=line.transport() if isinstance(line, Line) else line,
            event_hooks={"request": [self._start_limit]},
        )

    async def send(
        self,
        method: str,
        url: httpx.URL,
        expected: Expected,
        *,
        parameters: tuple[tuple[str, str], ...] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the response, whatever its status. Raises ServiceError if there is none, or if it is too long."""
        with self._service_errors(url, expected):
            async with (
                asyncio.timeout(None) as limit,
                self._client.stream(
                    method, url, params=parameters, data=form, extensions={**self._extensions, _LIMIT: limit}
                ) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    return await read_failure(response, expected)
                return await _read_whole(response, expected)

    async def open(
        self,
        url: httpx.URL,
        expected: Expected,
        *,
        headers: Mapping[str, str],
        successes: Container[int] = (httpx.codes.OK,),
    ) -> StreamedResponse:
        """Return the response to a GET once it begins, whatever its status; the caller closes it.

        It is requested without a content coding, so that its length can be known and checked. Of those with one of the
        statuses ``successes`` the body is still to come. Raises ServiceError if there is no response.
        """
        with self._service_errors(url, expected):
            async with asyncio.timeout(None) as limit:
                request = self._client.build_request(
                    "GET",
                    url,
                    headers={"Accept-Encoding": "identity", **headers},
                    extensions={**self._extensions, _LIMIT: limit},
                )
                response = await self._client.send(request, stream=True)
                head = Response(expected, url, response.status_code, response.headers)
                if response.status_code not in successes:
                    async with aclosing(response):
                        head = await read_failure(response, expected)
                return StreamedResponse(head, response, self._limits, self._clock)

    async def aclose(self) -> None:
        """Close every connection. No request can be sent afterwards."""
        await self._client.aclose()

    async def _start_limit(self, request: httpx.Request) -> None:
        """Begin the time of a whole response when its request is sent: a token may have been obtained before."""
        limit: asyncio.Timeout = request.extensions[_LIMIT]
        limit.reschedule(asyncio.get_running_loop().time() + self._limits.whole)

    @contextmanager
    def _service_errors(self, url: httpx.URL, expected: Expected) -> Iterator[None]:
        if self._client.is_closed:
            raise errors.closed(url)
        try:
            yield
        except TimeoutError as error:
            raise errors.took_too_long(url, expected, self._limits.whole) from error
        except (httpx.HTTPError, OSError, UnicodeError) as error:
            connect = self._limits.connect
            raise errors.why_not_reached(error, url, expected.setting, connect, self._proxy) from error


async def _read_whole(response: httpx.Response, expected: Expected) -> Response:
    """Read and decode the body of a success.

    Raises UnexpectedResponse if it is longer than ``expected`` allows or has an unsupported coding, NoResponse if the
    connection is lost.
    """
    coding = coding_of(response.headers)
    if not is_accepted(coding):
        raise errors.unsupported_coding(response.url, coding, expected)
    decoder = Decoder(coding)
    body = bytearray()
    received = 0
    try:
        async for chunk in response.aiter_raw():
            received += len(chunk)
            for piece in decoder.decode(chunk):
                body += piece
                if len(body) > expected.most:
                    raise errors.too_long(response.url, expected.most, expected)
            # A coding can pack nothing into any number of bytes.
            if received > expected.most:
                raise errors.too_long(response.url, expected.most, expected)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise errors.connection_lost(response.url) from error
    decoder.finish()
    return Response(expected, response.url, response.status_code, response.headers, bytes(body))
