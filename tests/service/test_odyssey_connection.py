"""Connections that do not come about, break or never end, over a real socket."""

import asyncio
import gzip
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

import httpcore
import httpx
import pytest
from demo_server import demo_server, serving
from odyssey_server import CERTIFICATE, PASSWORD, Ending, answer, answering, asking

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send
from faxtui.domain.query import FaxQuery, open_window
from faxtui.errors import NoResponse, ServiceError, UnexpectedResponse, Unreachable, Untrusted
from faxtui.network import trusting_nobody
from faxtui.odyssey.client import DEFAULT_LIMITS
from faxtui.odyssey.transport import Limits, Line

WINDOW = open_window(FaxQuery(), datetime(2026, 11, 23, 9, 42, tzinfo=UTC))
LISTING = b'{"Resources": []}'
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def failure(base_url: str, limits: Limits = DEFAULT_LIMITS) -> ServiceError:
    async with asking(base_url, limits) as service:
        with pytest.raises(ServiceError) as caught:
            await service.list_faxes(WINDOW, 1)
    assert str(caught.value).endswith(".")
    assert str(caught.value).isprintable()
    assert PASSWORD not in str(caught.value)
    return caught.value


async def failure_of(said: bytes, ending: Ending = Ending.CLOSE, limits: Limits = DEFAULT_LIMITS) -> ServiceError:
    with answering(said, ending) as server:
        return await failure(server.address, limits)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


async def test_a_refused_connection_names_host_and_port() -> None:
    port = free_port()
    error = await failure(f"http://127.0.0.1:{port}")
    assert isinstance(error, Unreachable)
    assert str(error).startswith(f"Connection refused by 127.0.0.1:{port}.")


async def test_a_connection_whose_peer_is_gone_at_once_is_an_ordinary_failure() -> None:
    """Reset before it could be looked at: whose it was can't be told any more, so nothing is sent."""
    gone = httpcore.AsyncMockStream([])
    line = Line(httpx.URL("http://127.0.0.1:1"), trusting_nobody, allow_http=False)
    with pytest.raises(httpx.ConnectError):
        await line._trace("connection.connect_tcp.complete", {"return_value": gone})


async def test_a_name_that_is_not_known_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = await failure("https://fax.invalid")
    assert isinstance(error, Unreachable)
    assert "Cannot find fax.invalid:" in str(error)


async def test_a_network_that_is_down_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: object, **kwargs: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", down)
    error = await failure("https://fax.invalid")
    assert isinstance(error, Unreachable)
    assert str(error).startswith("Could not connect to fax.invalid")


async def test_a_name_that_cannot_be_a_name_is_told_like_an_unknown_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsayable(*args: object, **kwargs: object) -> None:
        "\udc80".encode()

    monkeypatch.setattr(socket, "getaddrinfo", unsayable)
    assert "Cannot find" in str(await failure("https://fax.invalid"))


async def test_a_connection_that_does_not_come_about_in_time_is_no_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # It accepts nobody, so the handshake of TLS never gets an answer.
        error = await failure(f"https://127.0.0.1:{listener.getsockname()[1]}", Limits(connect=0.05))
    assert isinstance(error, Unreachable)
    assert "within 0.05 seconds" in str(error)


async def test_a_certificate_that_nobody_trusts_is_told_with_the_reason() -> None:
    with answering(answer(200, LISTING), tls=True) as server:
        error = await failure(server.address)
    assert isinstance(error, Untrusted)
    assert not error.passing
    assert "certificate" in str(error)
    assert "SSL_CERT_FILE" in str(error)
    assert server.requests == []


async def test_a_certificate_in_ssl_cert_file_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = tmp_path / "authority.pem"
    trusted.write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with answering(answer(200, LISTING), tls=True) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes == ()


async def test_https_to_a_port_of_http_is_told() -> None:
    with demo_server() as address:
        error = await failure(address.replace("http:", "https:"))
    assert isinstance(error, Unreachable)
    assert "The TLS handshake" in str(error)


async def test_something_that_does_not_speak_http_is_told_safely() -> None:
    error = await failure_of(b"220 fax ESMTP\x1b[2J\r\n\r\n")
    assert isinstance(error, UnexpectedResponse)
    assert "sent invalid HTTP" in str(error)


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
async def test_a_connection_that_breaks_before_the_answer_is_no_answer(said: bytes, ending: Ending) -> None:
    error = await failure_of(said, ending)
    assert isinstance(error, NoResponse)
    assert error.passing


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
@pytest.mark.parametrize(
    "said",
    [
        answer(200, LISTING, {"Content-Length": "1000"}),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n" + LISTING + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n" + LISTING + b"\r\nzz\r\n",
    ],
)
async def test_an_answer_that_is_cut_off_is_no_answer(said: bytes, ending: Ending) -> None:
    error = await failure_of(said, ending)
    assert isinstance(error, NoResponse)
    assert "was lost during" in str(error)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", answer(200, LISTING, {"Content-Length": "1000"})])
async def test_a_service_that_falls_silent_is_no_answer(said: bytes) -> None:
    error = await failure_of(said, Ending.HANG, Limits(read=0.05))
    assert isinstance(error, NoResponse)
    assert "in time" in str(error)


async def test_an_answer_that_drips_without_end_is_given_up_as_a_whole() -> None:
    said = answer(200, LISTING, {"Content-Length": "1000000"})
    error = await failure_of(said, Ending.DRIP, Limits(whole=0.2))
    assert isinstance(error, NoResponse)
    assert "within 0.2 seconds" in str(error)


async def test_a_listing_that_is_too_large_is_refused() -> None:
    error = await failure_of(answer(200, LISTING + b" " * 5000), limits=Limits(body=5000))
    assert isinstance(error, UnexpectedResponse)
    assert "5,000 bytes" in str(error)


async def test_a_small_answer_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b" " * (33 * 1024 * 1024))
    assert len(bomb) < 40_000
    error = await failure_of(answer(200, bomb, {"Content-Encoding": "gzip"}))
    assert isinstance(error, UnexpectedResponse)
    assert "4,194,304 bytes" in str(error)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "rot13"])
async def test_an_answer_packed_in_a_way_nobody_asked_for_is_not_unpacked(encoding: str) -> None:
    error = await failure_of(answer(200, LISTING, {"Content-Encoding": encoding}))
    assert isinstance(error, UnexpectedResponse)
    assert f"“{encoding}”" in str(error)


async def test_an_answer_that_is_not_packed_as_it_says_is_told() -> None:
    error = await failure_of(answer(200, LISTING, {"Content-Encoding": "gzip"}))
    assert isinstance(error, UnexpectedResponse)
    assert "could not be decoded" in str(error)


async def test_a_listing_that_is_given_up_leaves_the_service_usable() -> None:
    demo = DemoService(accounts={"60300.console": PASSWORD})
    asked = threading.Event()

    async def hanging_once(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not asked.is_set():
            asked.set()
            await asyncio.Event().wait()
        await demo(scope, receive, send)

    with serving(hanging_once) as address:
        async with asking(address) as service:
            request = asyncio.create_task(service.list_faxes(WINDOW, 1))
            await asyncio.to_thread(asked.wait)
            request.cancel()
            await asyncio.wait([request])
            assert request.cancelled()
            assert (await service.list_faxes(WINDOW, 1)).page.faxes


async def test_closing_ends_what_is_on_its_way() -> None:
    with answering(b"", Ending.HANG) as server:
        async with asking(server.address) as service:
            request = asyncio.create_task(service.list_faxes(WINDOW, 1))
            await asyncio.to_thread(server.asked.wait)
            await service.aclose()
            with pytest.raises(ServiceError):
                await request


async def test_a_proxy_that_refuses_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(answer(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address.replace("//", "//user:hunter2@"))
        error = await failure("https://api.example.com")
    assert isinstance(error, Unreachable)
    assert "407" in str(error)
    assert "HTTPS_PROXY" in str(error)
    assert "hunter2" not in str(error)
    assert proxy.requests[0].startswith("CONNECT api.example.com:443 ")


async def test_where_a_proxy_is_set_it_is_named_as_what_may_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    error = await failure("https://api.example.com")
    assert isinstance(error, Unreachable)
    assert error.passing
    assert str(error).startswith(
        f"Connection refused by the proxy 127.0.0.1:{port}. Check host and port in https_proxy"
    )
