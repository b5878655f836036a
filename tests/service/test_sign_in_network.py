"""Signing in through a real proxy and over TLS, on loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from odyssey_server import (
    CERTIFICATE,
    CLIENT_SECRET,
    PASSWORD,
    WINDOW,
    WatchedDemo,
    answer,
    answering,
    asking,
    client_of,
    watched_demo,
)

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import ServiceError, Unreachable
from faxtui.odyssey.client import OdysseyService

LISTING = answer(200, '{"Resources": [{}]}')
GIVEN = answer(200, '{"access_token": "t0ken"}')
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy is, and the heads of the requests that it got: of a CONNECT, nothing of what goes through it."""

    address: str
    requests: list[str] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        """Method and target of each request."""
        return [" ".join(head.split()[:2]) for head in self.requests]


@asynccontextmanager
async def forward_proxy() -> AsyncIterator[Proxy]:
    """A proxy that sends requests on to whatever host they name, and makes tunnels."""
    requests: list[str] = []
    open_ends: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        requests.append(head)
        method, target, _ = head.split(maxsplit=2)
        url = httpx.URL(f"https://{target}" if method == "CONNECT" else target)
        onward_reader, onward = await asyncio.open_connection(url.host, url.port)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = url.raw_path.decode()
            sent_on = head.replace(target, path, 1).replace("\r\nConnection: keep-alive", "\r\nConnection: close")
            onward.write(sent_on.encode())
        await asyncio.gather(_pour(reader, onward), _pour(onward_reader, writer))

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.add(asyncio.create_task(serve(reader, writer)))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield Proxy(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests)
        await asyncio.gather(*open_ends)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while received := await source.read(65_536):
            target.write(received)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


async def failure(base_url: str, oauth2: OAuth2 | None = None) -> ServiceError:
    async with asking(base_url, oauth2=oauth2) as service:
        with pytest.raises(ServiceError) as caught:
            await service.list_faxes(WINDOW, 1)
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert not any(secret in message for secret in (PASSWORD, f"“{CLIENT_SECRET}”", "hunter2"))
    return caught.value


async def test_list_and_token_go_through_the_proxy_that_is_set(
    demo: WatchedDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        async with asking(demo.address, oauth2=client_of(demo.address)) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    token, listing = proxy.asked
    assert token == f"POST {demo.address}/connect/token"
    assert listing.startswith(f"GET {demo.address}/api/V1/InboundFax?")
    assert demo.asked == ["token", "list"]


async def test_login_and_password_go_through_the_proxy_that_is_set(
    demo: WatchedDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        async with asking(demo.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert len(proxy.requests) == 1


async def test_the_sign_in_of_the_proxy_goes_to_the_proxy_alone(
    demo: WatchedDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address.replace("//", "//user:hunter2@"))
        async with asking(demo.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    # base64 of user:hunter2
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n" in proxy.requests[0]


@pytest.mark.usefixtures("trusted")
async def test_over_tls_the_proxy_sees_where_it_goes_and_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(GIVEN, tls=True) as tokens, answering(LISTING, tls=True) as lists:
        async with forward_proxy() as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.address)
            async with asking(lists.address, oauth2=client_of(tokens.address)) as service:
                assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert proxy.asked == [f"CONNECT {each.address.removeprefix('https://')}" for each in (tokens, lists)]
    assert "authorization" not in "".join(proxy.requests).lower()
    assert "Authorization: Bearer t0ken" in lists.requests[0]


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "example.com, 127.0.0.1", "*", "::1,127.0.0.1"])
async def test_a_host_in_no_proxy_is_asked_directly(
    demo: WatchedDemo, no_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        async with asking(demo.address, oauth2=client_of(demo.address)) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert proxy.requests == []
    assert demo.asked == ["token", "list"]


@pytest.mark.parametrize("no_proxy", ["127.0.0.1,fd00::/8", "[::1]"])
def test_a_no_proxy_that_cannot_be_used_is_explained(no_proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", no_proxy)
    oauth2 = client_of("https://oauth.example.com")
    with pytest.raises(Unreachable, match=r"\(NO_PROXY\) can't be used: .+ ranges such as fd00::/8 and brackets"):
        OdysseyService(Account("https://api.example.com", "60300.console", PASSWORD, oauth2=oauth2))


@pytest.mark.parametrize("with_token", [True, False])
async def test_a_proxy_that_asks_for_a_sign_in_of_its_own_is_told_from_the_service(
    with_token: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(answer(407)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        oauth2 = client_of("http://oauth.invalid") if with_token else None
        error = await failure("http://api.invalid", oauth2)
    assert isinstance(error, Unreachable)
    host = "oauth.invalid" if with_token else "api.invalid"
    assert f"The proxy between here and {host} asks for a sign-in of its own (407)" in str(error)


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_makes_no_tunnel_is_told_from_the_service(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(answer(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address.replace("//", "//user:hunter2@"))
        error = await failure("https://api.invalid", client_of("https://oauth.invalid"))
    assert isinstance(error, Unreachable)
    assert f"The proxy between here and oauth.invalid won't connect them ({status} " in str(error)
    assert len(proxy.requests) == 1


async def test_no_secret_is_sent_where_the_certificate_cannot_be_trusted() -> None:
    with answering(GIVEN, tls=True) as tokens, answering(LISTING, tls=True) as lists:
        for oauth2, server in ((client_of(tokens.address), tokens), (None, lists)):
            error = await failure(lists.address, oauth2)
            assert isinstance(error, Unreachable)
            assert f"The certificate of {server.address.removeprefix('https://')} can't be trusted" in str(error)
            assert "in SSL_CERT_FILE" in str(error)
    assert tokens.requests == lists.requests == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("with_token", [True, False])
async def test_a_certificate_that_ssl_cert_file_names_is_trusted_for_both(with_token: bool) -> None:
    with answering(GIVEN, tls=True) as tokens, answering(LISTING, tls=True) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address) if with_token else None) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert (len(tokens.requests), len(lists.requests)) == (int(with_token), 1)
