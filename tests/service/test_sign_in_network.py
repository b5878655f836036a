"""Signing in through a real proxy and over TLS, on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from odyssey_server import (
    CERTIFICATE,
    CLIENT_SECRET,
    NAMED_CERTIFICATE,
    PASSWORD,
    WINDOW,
    WatchedDemo,
    answer,
    answering,
    asking,
    behind_a_proxy,
    client_of,
    known_to_proxies,
    watched_demo,
)

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import ConfigurationError, ServiceError, Unreachable, Untrusted
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
        onward_reader, onward = await asyncio.open_connection(known_to_proxies(url.host), url.port)
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
    authority.write_text(CERTIFICATE + NAMED_CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


async def failure(base_url: str, oauth2: OAuth2 | None = None) -> ServiceError:
    async with asking(base_url, oauth2=oauth2, allow_http=True) as service:
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
    address = behind_a_proxy(demo.address)
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        async with asking(address, oauth2=client_of(address), allow_http=True) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    token, listing = proxy.asked
    assert token == f"POST {address}/connect/token"
    assert listing.startswith(f"GET {address}/api/V1/InboundFax?")
    assert demo.asked == ["token", "list"]


async def test_the_sign_in_of_the_proxy_goes_to_the_proxy_alone(
    demo: WatchedDemo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address.replace("//", "//user:hunter2@"))
        async with asking(behind_a_proxy(demo.address), allow_http=True) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    # base64 of user:hunter2
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy\r\n" in proxy.requests[0]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("sign_in", ["", "us#er:hunt#er@2@"])
async def test_over_tls_the_proxy_sees_where_it_goes_and_no_credentials(
    sign_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        answering(GIVEN, certificate=NAMED_CERTIFICATE) as tokens,
        answering(LISTING, certificate=NAMED_CERTIFICATE) as lists,
    ):
        async with forward_proxy() as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f" {proxy.address.replace('//', f'//{sign_in}')} ")
            oauth2 = client_of(behind_a_proxy(tokens.address))
            async with asking(behind_a_proxy(lists.address), oauth2=oauth2) as service:
                assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert proxy.asked == [f"CONNECT {behind_a_proxy(each.address)[8:]}" for each in (tokens, lists)]
    assert "\nauthorization" not in "".join(proxy.requests).lower()
    assert "Authorization: Bearer t0ken" in lists.requests[0]
    # base64 of us#er:hunt#er@2
    signed_in = ["Proxy-Authorization: Basic dXMjZXI6aHVudCNlckAy\r\n" in each for each in proxy.requests]
    assert signed_in == [bool(sign_in)] * 2
    assert not any("Proxy-Authorization" in each for each in (*tokens.requests, *lists.requests))


THIS_MACHINE = ("127.0.0.1", "127.0.0.2", "[::1]", "localhost", "LOCALHOST", "127.1")
VARIABLES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("host", THIS_MACHINE)
async def test_no_proxy_ever_gets_what_is_sent_to_this_machine(
    host: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = host if host == "127.0.0.2" else "::1" if host == "[::1]" else "127.0.0.1"
    with (
        answering(GIVEN, host=listening) as tokens,
        answering(LISTING, host=listening) as lists,
        answering(answer(500)) as proxy,
    ):
        monkeypatch.setenv(variable, proxy.address)
        place, token_place = (f"http://{host}:{each.address.rpartition(':')[2]}" for each in (lists, tokens))
        for oauth2, allow_http in ((None, False), (None, True), (client_of(token_place), False)):
            async with asking(place, oauth2=oauth2, allow_http=allow_http) as service:
                assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert proxy.requests == []
    assert (len(tokens.requests), len(lists.requests)) == (1, 3)


@pytest.mark.parametrize("allow_http", [False, True])
@pytest.mark.parametrize("name", ["localhost.", "fax.localhost"])
async def test_a_name_of_this_machine_that_may_be_unknown_is_not_asked_for_through_a_proxy_either(
    name: str, allow_http: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(LISTING) as lists, answering(answer(500)) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.address)
        async with asking(lists.address.replace("127.0.0.1", name), allow_http=allow_http) as service:
            with suppress(Unreachable):
                await service.list_faxes(WINDOW, 1)
    assert proxy.requests == []


@pytest.mark.usefixtures("trusted")
async def test_a_secure_service_on_this_machine_is_not_reached_through_a_proxy_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(LISTING, tls=True) as lists, answering(answer(500)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        async with asking(lists.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert proxy.requests == []


def other_address() -> str:
    """An address of this machine that others reach, too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        host: str = probe.getsockname()[0]
    return host


@pytest.mark.parametrize("with_token", [True, False])
@pytest.mark.parametrize("name", ["localhost", "fax.localhost", "LOCALHOST."])
async def test_plain_http_to_a_name_of_this_machine_that_leads_elsewhere_sends_nothing(
    name: str, with_token: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    with answering(LISTING, host=other_address()) as elsewhere, watched_demo() as demo:

        def lead_elsewhere(host: str | bytes | None, port: int, *rest: int, **options: int) -> object:
            is_meant = port == int(elsewhere.address.rpartition(":")[2])
            return look_up(other_address() if is_meant else host, port, *rest, **options)

        monkeypatch.setattr(socket, "getaddrinfo", lead_elsewhere)
        address = f"http://{name}:{elsewhere.address.rpartition(':')[2]}"
        oauth2 = client_of(address) if with_token else None
        async with asking(demo.address if with_token else address, oauth2=oauth2) as service:
            with pytest.raises(Untrusted, match=r"resolves to .+, which is not this machine\. Nothing was sent\."):
                await service.list_faxes(WINDOW, 1)
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "base_url", ["http://fax.example", "http://10.1.2.3", "http://0.0.0.0", "http://localhost.example"]
)
def test_plain_http_to_another_machine_is_refused_unless_the_account_allows_it(base_url: str) -> None:
    for account in (
        Account(base_url, "60300.console", PASSWORD),
        Account("https://fax.example", "60300.console", PASSWORD, oauth2=client_of(base_url)),
    ):
        with pytest.raises(ConfigurationError, match="uses plain http, which anyone on the network can read"):
            OdysseyService(account)


@pytest.mark.parametrize(
    "no_proxy", ["fax.example", "example.com, .example", "*", "fd00::/8 fax.example", "[::1],example"]
)
async def test_a_host_in_no_proxy_is_not_asked_for_through_the_proxy(
    no_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        error = await failure("https://fax.example")
    assert "Cannot find fax.example:" in str(error)
    assert "proxy" not in str(error)
    assert proxy.requests == []


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
    assert f"The proxy for {host} requires a sign-in (407)" in str(error)


@pytest.mark.parametrize("status", [403, 407, 502])
async def test_a_proxy_that_makes_no_tunnel_is_told_from_the_service(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(answer(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address.replace("//", "//user:hunter2@"))
        error = await failure("https://api.invalid", client_of("https://oauth.invalid"))
    assert isinstance(error, Unreachable)
    what = "requires a sign-in or rejected it" if status == 407 else "could not connect to oauth.invalid"
    assert f"{what} ({status} " in str(error)
    assert len(proxy.requests) == 1


async def test_no_secret_is_sent_where_the_certificate_cannot_be_trusted() -> None:
    with answering(GIVEN, tls=True) as tokens, answering(LISTING, tls=True) as lists:
        for oauth2, server in ((client_of(tokens.address), tokens), (None, lists)):
            error = await failure(lists.address, oauth2)
            assert isinstance(error, Untrusted)
            assert not error.passing
            assert f"The certificate of {server.address.removeprefix('https://')} can't be trusted" in str(error)
            assert "set SSL_CERT_FILE" in str(error)
    assert tokens.requests == lists.requests == []


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("with_token", [True, False])
async def test_a_certificate_that_ssl_cert_file_names_is_trusted_for_both(with_token: bool) -> None:
    with answering(GIVEN, tls=True) as tokens, answering(LISTING, tls=True) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address) if with_token else None) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes
    assert (len(tokens.requests), len(lists.requests)) == (int(with_token), 1)
