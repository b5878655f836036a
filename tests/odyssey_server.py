"""Servers over a real socket: one that answers any bytes and ends as badly as it is told to, and a watched demo."""

import asyncio
import re
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from http.client import responses
from pathlib import Path

import pytest
from demo_server import serving

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send
from faxtui.domain.account import Account, OAuth2
from faxtui.domain.fax import FaxKey
from faxtui.domain.query import FaxQuery, Window, open_window
from faxtui.domain.service import DocumentService
from faxtui.errors import ServiceError
from faxtui.odyssey.client import DEFAULT_LIMITS, OdysseyService
from faxtui.odyssey.transport import Limits

WINDOW = open_window(FaxQuery(), datetime(2026, 11, 23, 9, 42, tzinfo=UTC))
KEY = FaxKey("134296015", "0-20170711-0714-1126279.PDF")
LOGIN = "60300.console"
PASSWORD = "pass:wörd"
CLIENT_SECRET = "secret"
"""The demo's, of its client `faxtui`."""
_END_OF_HEAD = "\r\n\r\n"
TICK = 0.01
"""Seconds between two bytes of a server that drips."""

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBXTCCAQKgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPUR+5QDJrowPpR/
QPrfctJb+4Yr3p9gla0Kc2OJ97EIilq9bL8ys4euDwZkdJ775dSES3uYbQdrYD37
m+1pRZijQzBBMA8GA1UdEQQIMAaHBH8AAAEwDwYDVR0TAQH/BAUwAwEB/zAdBgNV
HQ4EFgQUAfgTXfG7n66A32uexYZnJppb8hQwCgYIKoZIzj0EAwIDSQAwRgIhALZ2
EZMTfWpcIpy9X0rABAuIfI/q+1Pq09ET3wyyNevoAiEAkrLa11GqLWJ+m6w831c8
2/9oqF1oaXD16dCCo9tw1WQ=
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSd39F1j20TLZIOxD
TSOSLyBQ/tR6H6+e2Y6f8SgFKV6hRANCAAT1EfuUAya6MD6Uf0D633LSW/uGK96f
YJWtCnNjifexCIpavWy/MrOHrg8GZHSe++XUhEt7mG0Ha2A9+5vtaUWY
-----END PRIVATE KEY-----
"""
"""A certificate that nobody trusts, for 127.0.0.1 until 2120, and its key: made for these tests and nothing else."""

NAMED_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBBDAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtmYXguZXhh
bXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLZmF4LmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARQAInjX5Gi
sWqwNhOAtXoOkTFtm8WtJdqZr615MCys8GwxXlkZJexTf1gl5CQv/DdElPIkeu89
nV9fjzQd9fDko0owSDAWBgNVHREEDzANggtmYXguZXhhbXBsZTAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBRAHD4GNrMnfeLUaqK9Zzxtj6hsZTAKBggqhkjOPQQD
AgNIADBFAiB/lFpQypzRwiVn6ZcTlV6MKweF3yO8d74kNAwTspJ/sgIhAKb1cTUE
OgazclVhdksILwBQe7w/cTd7St/+0B82auJw
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7nkIsWonxExRPDZF
vPDa4878kf6lvtL+7W+pSOSrElmhRANCAARQAInjX5GisWqwNhOAtXoOkTFtm8Wt
JdqZr615MCys8GwxXlkZJexTf1gl5CQv/DdElPIkeu89nV9fjzQd9fDk
-----END PRIVATE KEY-----
"""
"""The same for fax.example, a name that no network knows. Like many inspecting authorities it lacks a key usage."""


class Ending(Enum):
    """What becomes of the connection once the bytes are sent."""

    CLOSE = "close"
    RESET = "reset"
    HANG = "hang"
    DRIP = "drip"


@dataclass(frozen=True, slots=True)
class RawServer:
    """Where the server is, the heads and the bodies of the requests that it got, and whether it got one."""

    address: str
    requests: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)


class Gate:
    """A door that tells when somebody stands before it, and opens once for all."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    async def reached(self) -> None:
        await asyncio.to_thread(self._reached.wait)

    async def passed(self) -> None:
        self._reached.set()
        await asyncio.to_thread(self._open.wait)

    def open(self) -> None:
        self._open.set()


@dataclass(slots=True)
class WatchedDemo:
    """A demo with its accounts and its clock, and each "token", "list" and "document" and "delete" it was asked for."""

    address: str = ""
    accounts: dict[str, str] = field(default_factory=lambda: {LOGIN: PASSWORD})
    asked: list[str] = field(default_factory=list)
    gates: dict[tuple[str, int], Gate] = field(default_factory=dict)
    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, 42, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def running(self) -> float:
        """Seconds since it began."""
        return self.seconds

    def hold(self, kind: str, number: int) -> Gate:
        """The gate at which the request of that kind and number, from 1, will be kept waiting."""
        return self.gates.setdefault((kind, number), Gate())


@contextmanager
def watched_demo() -> Iterator[WatchedDemo]:
    demo = WatchedDemo()
    service = DemoService(accounts=demo.accounts, clock=demo.now)

    async def watching(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kind = _kind(str(scope["method"]), str(scope["path"]))
            demo.asked.append(kind)
            gate = demo.gates.get((kind, demo.asked.count(kind)))
            if gate is not None:
                await gate.passed()
        await service(scope, receive, send)

    with serving(watching) as demo.address:
        try:
            yield demo
        finally:
            for gate in demo.gates.values():
                gate.open()


def _kind(method: str, path: str) -> str:
    if path == "/connect/token":
        return "token"
    if "/HostedInboundFiles/" not in path:
        return "list"
    return "delete" if method == "DELETE" else "document"


def answer(status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """An answer of HTTP, the last one of its connection; its length is right unless the headers say otherwise."""
    content = body.encode() if isinstance(body, str) else body
    lines = {"Content-Length": str(len(content)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} {responses[status]}\r\n{head}\r\n".encode() + content


@contextmanager
def answering(
    said: bytes | Sequence[bytes],
    ending: Ending = Ending.CLOSE,
    *,
    tls: bool = False,
    certificate: str = "",
    host: str = "127.0.0.1",
) -> Iterator[RawServer]:
    """Answer every connection with these bytes; of several, each connection with the next, and then with the last.

    A ``certificate`` makes it secure.
    """
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        place = f"{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        server = RawServer(f"{'https' if tls or certificate else 'http'}://{place}")
        stop = threading.Event()
        context = _tls(certificate or CERTIFICATE) if tls or certificate else None
        all_said = [said] if isinstance(said, bytes) else said
        thread = threading.Thread(target=_serve, args=(listener, server, all_said, ending, stop, context), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            stop.set()
            # Whoever waits for a connection gets one.
            with suppress(OSError):
                socket.create_connection(listener.getsockname()[:2]).close()
            thread.join()


def behind_a_proxy(address: str) -> str:
    """The same server by a name that only proxies know: this machine is never reached through one."""
    return address.replace("127.0.0.1", "fax.example")


def known_to_proxies(host: str) -> str:
    return "127.0.0.1" if host == "fax.example" else host


@asynccontextmanager
async def asking(
    base_url: str,
    limits: Limits = DEFAULT_LIMITS,
    login: str = LOGIN,
    *,
    password: str = PASSWORD,
    oauth2: OAuth2 | None = None,
    allow_http: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[OdysseyService]:
    """The service at an address, as faxtui asks it."""
    account = Account(base_url, login, password, oauth2=oauth2, allow_http=allow_http)
    service = OdysseyService(account, limits=limits, clock=clock)
    try:
        yield service
    finally:
        await service.aclose()


def client_of(address: str, client_id: str = "faxtui", client_secret: str = CLIENT_SECRET) -> OAuth2:
    """The demo's client, at the address for tokens that a server has."""
    return OAuth2(token_url=f"{address}/connect/token", client_id=client_id, client_secret=client_secret)


async def fetched(service: DocumentService, key: FaxKey = KEY) -> bytes:
    """The whole file of a fax."""
    async with service.open_document(key) as document:
        content = b"".join([chunk async for chunk in document.chunks()])
    assert document.length in (None, len(content))
    return content


async def failure(said: bytes, window: Window = WINDOW, ending: Ending = Ending.CLOSE, path: str = "") -> ServiceError:
    """The error that an answer to a request for a list leads to."""
    return await failure_to(lambda service: service.list_faxes(window, 1), said, ending, path=path)


async def failure_to(
    do: Callable[[OdysseyService], Awaitable[object]],
    said: bytes,
    ending: Ending = Ending.CLOSE,
    limits: Limits = DEFAULT_LIMITS,
    path: str = "",
) -> ServiceError:
    """The error that an answer leads to: always a whole sentence, safe to look at, and without the password."""
    with answering(said, ending) as server:
        async with asking(server.address + path, limits) as service:
            with pytest.raises(ServiceError) as caught:
                await do(service)
    assert len(server.requests) == 1
    message = str(caught.value)
    assert message.isprintable()
    assert message.endswith(".")
    assert len(message) < 600
    assert PASSWORD not in message
    return caught.value


async def failure_of(
    status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None, window: Window = WINDOW
) -> ServiceError:
    """The error that an answer of this status, body and headers leads to."""
    return await failure(answer(status, body, headers), window)


def _serve(
    listener: socket.socket,
    server: RawServer,
    said: Sequence[bytes],
    ending: Ending,
    stop: threading.Event,
    tls: ssl.SSLContext | None,
) -> None:
    while not stop.is_set():
        accepted, _ = listener.accept()
        with suppress(OSError):
            connection = tls.wrap_socket(accepted, server_side=True) if tls else accepted
            with connection:
                _answer(connection, server, said[min(len(server.requests), len(said) - 1)])
                _end(connection, ending, stop)
        accepted.close()


def _answer(connection: socket.socket, server: RawServer, said: bytes) -> None:
    got = b""
    # A connection that is closed with something unread resets, and what was answered may be lost.
    while not _is_whole(got):
        received = connection.recv(65_536)
        if not received:
            return
        got += received
    head, _, body = got.decode().partition(_END_OF_HEAD)
    server.requests.append(head + _END_OF_HEAD)
    server.bodies.append(body)
    server.asked.set()
    connection.sendall(said)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(_END_OF_HEAD.encode())
    length = re.search(rb"(?i)\r\nContent-Length: ([0-9]+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def _end(connection: socket.socket, ending: Ending, stop: threading.Event) -> None:
    if ending is Ending.RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if ending is Ending.HANG:
        stop.wait()
    while ending is Ending.DRIP and not stop.wait(TICK):
        connection.sendall(b" ")


def _tls(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_text(certificate)
        context.load_cert_chain(path)
    return context
