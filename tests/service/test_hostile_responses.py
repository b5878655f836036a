"""No response ends the program: whatever comes, it is a result or an error in one safe sentence."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from odyssey_server import (
    CLIENT_SECRET,
    KEY,
    PASSWORD,
    WINDOW,
    Ending,
    answer,
    answering,
    asking,
    client_of,
    fetched,
)

from faxtui.errors import FaxtuiError, ServiceError
from faxtui.odyssey.client import OdysseyService
from faxtui.odyssey.transport import Limits

BRIEF = Limits(connect=2, read=2, write=2, pool=2, whole=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
MEMBERS = ("Resources", "Ressources", "PageIndex", "PageSize", "TotalCount", "TotalPageCount", "HasNextPage")
SAID = ("Code", "Message", "ModelState", "error", "error_description", "access_token", "expires_in", "Content")
LISTINGS = st.dictionaries(st.sampled_from((*MEMBERS, "HasPreviousPage", *SAID)), JSON)
TEXTS = (JSON | LISTINGS).map(lambda value: json.dumps(value).encode())
PLAIN = (
    st.binary(max_size=300) | TEXTS | st.sampled_from([b"", b" ", b"%PDF-1.7", b"II*\0", b"<h1>x</h1>", b"\xff\xfe"])
)
BODIES = PLAIN | PLAIN.map(gzip.compress) | PLAIN.map(zlib.compress)
NAMES = st.sampled_from(
    [
        "Content-Type", "Content-Encoding", "Content-Length", "Content-Range", "Transfer-Encoding", "Connection",
        "Date", "Age", "Retry-After", "Location", "WWW-Authenticate", "Set-Cookie", "ETag", "Upgrade", "X-\xe9",
    ]
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "", "0", "1", "-1", "9" * 400, "gzip", "deflate", "br", "gzip, gzip", "identity", "chunked", "close",
        "text/html; charset=utf-16", "application/json", "application/pdf", "Mon, 23 Nov 2026 09:42:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 23 Nov 2026 09:42:00 -9999", "http://[::1", "//", "/elsewhere",
        "http://xn--a/", "ftp://x", "javascript:alert(1)", "http://\u0661/".encode().decode("latin-1"), "Basic",
        'Basic realm="\xe9', "a=b; Domain=.example.com", "bytes 0-1/2", "websocket", "\x80\xff", "x" * 70_000,
    ]
) | st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40)  # fmt: skip
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=6)


def response(status: int, headers: list[tuple[str, str]], body: bytes) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1") + body


async def listed(service: OdysseyService) -> object:
    return await service.list_faxes(WINDOW, 1)


async def deleted(service: OdysseyService) -> object:
    await service.delete_document(KEY)
    return KEY


async def outcome(do: Callable[[OdysseyService], Awaitable[object]], said: bytes, *, with_token: bool) -> None:
    """Ask once; an error is a sentence that is safe to look at."""
    with answering(said) as server:
        oauth2 = client_of(server.address) if with_token else None
        async with asking(server.address, BRIEF, oauth2=oauth2) as service:
            try:
                await do(service)
            except ServiceError as error:
                message = str(error)
                assert message.isprintable()
                assert message.endswith((".", "…"))
                assert len(message) < 5000
                assert PASSWORD not in message
                assert CLIENT_SECRET not in message


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    do=st.sampled_from([listed, deleted, fetched]),
    status=st.integers(100, 999) | st.sampled_from([101, 200, 203, 204, 206, 304, 401, 404, 407, 429, 503, 600]),
    headers=HEADERS,
    body=BODIES,
    with_token=st.booleans(),
)
@example(listed, 101, [("Connection", "Upgrade"), ("Upgrade", "websocket")], b"x", False)
@example(deleted, 101, [], b"", False)
@example(listed, 200, [("Content-Length", "1"), ("Content-Length", "2")], b"{}", False)
@example(listed, 200, [("Content-Length", "9" * 400)], b"{}", False)
@example(fetched, 200, [("Content-Length", "9" * 400)], b"%PDF-1.7", False)
@example(fetched, 200, [("Content-Type", "x" * 70_000)], b"{}", False)
@example(listed, 302, [("Location", "http://\xff/")], b"", False)
@example(listed, 200, [("X", "x" * 200_000)], b"{}", False)
def test_whatever_comes_is_a_result_or_an_error_in_a_safe_sentence(
    do: Callable[[OdysseyService], Awaitable[object]],
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    with_token: bool,
) -> None:
    asyncio.run(outcome(do, response(status, headers, body), with_token=with_token))


@settings(max_examples=30)
@given(do=st.sampled_from([listed, deleted, fetched]), said=st.binary(max_size=400))
@example(listed, b"\x16\x03\x01\x02")
@example(listed, b"HTTP/0.9 200 OK\r\n\r\n")
@example(listed, b"HTTP/1.1 2000 OK\r\n\r\n")
@example(listed, b"HTTP/1.1 099 OK\r\n\r\n")
@example(listed, b"HTTP/1.1 200 OK\r\nX\r\n\r\n")
@example(listed, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
@example(listed, b"HTTP/1.1 100 Continue\r\n\r\n" * 5000)
def test_bytes_that_are_no_http_are_an_error(do: Callable[[OdysseyService], Awaitable[object]], said: bytes) -> None:
    asyncio.run(outcome(do, said, with_token=False))


async def test_interim_responses_without_end_are_given_up_as_a_whole() -> None:
    with answering(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, Ending.HANG) as server:
        async with asking(server.address, Limits(read=0.3, whole=1)) as service:
            with pytest.raises(ServiceError):
                await listed(service)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308, 399])
@pytest.mark.parametrize("do", [listed, deleted, fetched])
async def test_credentials_follow_no_redirect(do: Callable[[OdysseyService], Awaitable[object]], status: int) -> None:
    with answering(answer(200, '{"Resources": []}')) as elsewhere:
        for target in (f"{elsewhere.address}/x", f"//{elsewhere.address.partition('//')[2]}/x"):
            said = f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
            with answering(said) as server:
                async with asking(server.address) as service:
                    with pytest.raises(FaxtuiError):
                        await do(service)
            assert len(server.requests) == 1
    assert elsewhere.requests == []


async def test_a_redirect_of_the_token_address_takes_no_secret_along() -> None:
    with answering(answer(200, '{"access_token": "t0ken"}')) as elsewhere:
        redirect = answer(307, headers={"Location": f"{elsewhere.address}/connect/token"})
        with answering(redirect) as tokens:
            async with asking(tokens.address, oauth2=client_of(tokens.address)) as service:
                with pytest.raises(ServiceError):
                    await listed(service)
    assert (len(tokens.requests), elsewhere.requests) == (1, [])


async def test_cookies_are_not_sent_back() -> None:
    said = answer(200, '{"Resources": []}', {"Set-Cookie": "session=stolen; Path=/"})
    with answering(said) as server:
        async with asking(server.address) as service:
            await listed(service)
            await listed(service)
    assert "cookie" not in server.requests[1].lower()
