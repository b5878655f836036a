"""The files of faxes as they are fetched, over a real socket."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest
from demo_server import demo_server
from odyssey_server import (
    KEY,
    LOGIN,
    PASSWORD,
    WINDOW,
    Ending,
    WatchedDemo,
    answer,
    answering,
    asking,
    client_of,
    fetched,
    watched_demo,
)

from faxtui.demo import DemoService
from faxtui.domain.account import Account
from faxtui.domain.fax import FaxKey
from faxtui.domain.service import DocumentService
from faxtui.errors import WrongAddress
from faxtui.odyssey.client import OdysseyService
from faxtui.odyssey.transport import Limits

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
packed = partial(gzip.compress, mtime=0)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
TIFF = b"II*\0\x08\0\0\0"
LARGE = 20 * 1024 * 1024


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


@asynccontextmanager
async def documents(address: str, limits: Limits | None = None) -> AsyncIterator[DocumentService]:
    """The service at an address, as the inbox knows it."""
    async with asking(address, limits or Limits()) as service:
        yield service


def in_json(content: bytes, name: str = "Content") -> bytes:
    return json.dumps({"FileName": KEY.file_name, name: b64encode(content).decode()}).encode()


def chunked(*chunks: bytes) -> bytes:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed


async def fetched_from(said: bytes, limits: Limits | None = None, ending: Ending = Ending.CLOSE) -> bytes:
    with answering(said, ending) as server:
        async with documents(server.address, limits) as service:
            return await fetched(service)


@pytest.mark.parametrize("ending", [".PDF", ".TIF"])
@pytest.mark.parametrize("answers_json", [False, True])
async def test_a_document_of_the_demo_comes_whole(ending: str, answers_json: bool) -> None:
    with demo_server(accounts={LOGIN: PASSWORD}, clock=lambda: NOW, answers_json=answers_json) as address:
        async with documents(address) as service:
            faxes = (await service.list_faxes(WINDOW, 1)).page.faxes
            key = next(fax.key for fax in faxes if fax.key.file_name.endswith(ending))
            content = await fetched(service, key)
    with demo_server(clock=lambda: NOW) as address:
        async with httpx.AsyncClient(base_url=address, auth=("60300.demo", "demo")) as client:
            sent = await client.get(f"/api/V1/InboundFolders/{key.folder}/HostedInboundFiles/{key.file_name}")
    assert content == sent.content
    assert content.startswith(b"%PDF-" if ending == ".PDF" else b"II*\0")


async def test_four_documents_come_at_the_same_time_over_one_service(demo: WatchedDemo) -> None:
    async with documents(demo.address) as service:
        keys = [fax.key for fax in (await service.list_faxes(WINDOW, 1)).page.faxes[:4]]
        contents = await asyncio.gather(*(fetched(service, key) for key in keys))
        assert contents == [await fetched(service, key) for key in keys]
    assert len(set(contents)) == 4


async def test_a_document_comes_without_a_socket_too() -> None:
    transport = httpx.ASGITransport(DemoService(clock=lambda: NOW))
    service = OdysseyService(Account("http://demo", "60300.demo", "demo"), transport=transport)
    fax, *_ = (await service.list_faxes(WINDOW, 1)).page.faxes
    assert (await fetched(service, fax.key)).startswith((b"%PDF-", b"II*\0"))
    await service.aclose()


@pytest.mark.parametrize(
    "content",
    [
        PDF,
        b"%PDF-",
        b"\xef\xbb\xbf" + PDF,
        b"\r\n \t" + PDF,
        b"\xef\xbb\xbf\n" + PDF,
        b" " * 1019 + b"%PDF-",
        PDF + b"no end of file mark",
        b"HTTP/1.0 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + PDF,
        b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + PDF,
        TIFF,
        b"MM\0*\0\0\0\x08",
        b"II+\0\x08\0\0\0",
        b"MM\0+\0\x08\0\0",
        TIFF + b"converted from\n" + PDF,
    ],
)
async def test_what_begins_like_a_pdf_or_a_tiff_is_taken_as_it_is(content: bytes) -> None:
    assert await fetched_from(answer(200, content)) == content
    assert await fetched_from(answer(200, in_json(content))) == content


@pytest.mark.parametrize("sent_as", ["application/pdf", "image/tiff", "application/octet-stream", "text/html", "x"])
async def test_the_type_that_an_answer_says_it_has_decides_nothing(sent_as: str) -> None:
    for content in (PDF, TIFF):
        assert await fetched_from(answer(200, content, {"Content-Type": sent_as})) == content
        assert await fetched_from(answer(200, in_json(content), {"Content-Type": sent_as})) == content


@pytest.mark.parametrize("name", ["Content", "content", "CONTENT"])
async def test_the_content_in_json_is_found_in_any_case(name: str) -> None:
    assert await fetched_from(answer(200, in_json(PDF, name))) == PDF


@pytest.mark.parametrize("content", [PDF * 9, PDF * 90_000, PDF * 90_000 + b"12", PDF * 90_000 + b"1"])
async def test_json_may_begin_with_a_mark_and_break_its_base64_into_lines(content: bytes) -> None:
    encoded = b64encode(content).decode()
    lines = "\r\n".join(encoded[start : start + 75] for start in range(0, len(encoded), 75))
    body = b"\xef\xbb\xbf\n" + json.dumps({"Content": lines}).encode()
    assert await fetched_from(answer(200, body)) == content


@pytest.mark.parametrize("content", [PDF, PDF * 5000])
async def test_chunks_need_no_length(content: bytes) -> None:
    pieces = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    with answering(chunked(*pieces)) as server:
        async with documents(server.address) as service, service.open_document(KEY) as document:
            assert document.length is None
            assert b"".join([chunk async for chunk in document.chunks()]) == content


async def test_a_beginning_that_comes_byte_by_byte_is_read_as_one() -> None:
    assert await fetched_from(chunked(*(bytes([byte]) for byte in PDF))) == PDF


async def test_the_length_is_known_before_the_bytes_come() -> None:
    for said in (answer(200, PDF), answer(200, in_json(PDF))):
        with answering(said) as server:
            async with documents(server.address) as service, service.open_document(KEY) as document:
                assert document.length == len(PDF)


def unframed(body: bytes, coding: str = "") -> bytes:
    """An answer of HTTP/1.0 that ends with its connection."""
    head = f"Content-Encoding: {coding}\r\n" if coding else ""
    return f"HTTP/1.0 200 OK\r\nConnection: close\r\n{head}\r\n".encode() + body


LONG = PDF + bytes(range(256)) * 900
RAW_DEFLATE = zlib.compress(LONG)[2:-4]


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", packed(LONG)),
        ("GZip", packed(LONG)),
        ("x-gzip", packed(LONG)),
        ("gzip", packed(LONG[:5]) + packed(b"") + packed(LONG[5:])),
        ("gzip", packed(LONG) + bytes(512)),
        ("deflate", zlib.compress(LONG)),
        ("deflate", RAW_DEFLATE),
        ("identity", LONG),
    ],
    ids=["gzip", "GZip", "x-gzip", "members", "padded", "zlib", "deflate", "identity"],
)
async def test_a_document_that_a_proxy_compressed_is_decoded(coding: str, body: bytes) -> None:
    headers = {"Content-Encoding": coding}
    assert await fetched_from(answer(200, body, headers)) == LONG
    assert await fetched_from(answer(203, body, headers)) == LONG
    assert await fetched_from(unframed(body, coding)) == LONG
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:10], body[10:], b""))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: %b\r\n\r\n" % coding.encode()
    assert await fetched_from(head + framed) == LONG


@pytest.mark.parametrize("content", [in_json(LONG), LONG])
async def test_a_document_that_a_proxy_changed_is_taken_as_it_is(content: bytes) -> None:
    assert await fetched_from(answer(203, content)) == LONG


async def test_json_may_be_compressed_too() -> None:
    assert await fetched_from(answer(200, packed(in_json(LONG)), {"Content-Encoding": "gzip"})) == LONG


@pytest.mark.parametrize(
    ("said", "proves_end"),
    [
        (answer(200, LONG), True),
        (chunked(LONG), True),
        (unframed(LONG), False),
        (unframed(in_json(LONG)), True),
        (unframed(packed(LONG), "gzip"), True),
        (unframed(zlib.compress(LONG), "deflate"), False),
        (unframed(RAW_DEFLATE, "deflate"), False),
        (answer(200, RAW_DEFLATE, {"Content-Encoding": "deflate"}), True),
    ],
)
async def test_a_document_says_whether_its_transport_proves_that_it_came_whole(said: bytes, proves_end: bool) -> None:
    with answering(said) as server:
        async with documents(server.address) as service, service.open_document(KEY) as document:
            assert document.proves_end is proves_end
            assert b"".join([chunk async for chunk in document.chunks()]) == LONG


async def test_json_without_a_length_ends_with_its_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    assert await fetched_from(head + in_json(PDF)) == PDF


async def test_a_large_document_passes_through_little_memory() -> None:
    block = bytes(range(256)) * 256
    said = answer(200, PDF + block * (LARGE // len(block)))
    came = 0
    with answering(said) as server:
        async with documents(server.address) as service:
            tracemalloc.start()
            try:
                async with service.open_document(KEY) as document:
                    async for chunk in document.chunks():
                        came += len(chunk)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert came == document.length == LARGE + len(PDF)
    assert peak < LARGE / 5


async def test_a_large_document_in_json_is_given_out_in_pieces() -> None:
    content = PDF + bytes(200_000)
    with answering(answer(200, in_json(content))) as server:
        async with documents(server.address) as service, service.open_document(KEY) as document:
            chunks = [chunk async for chunk in document.chunks()]
    assert b"".join(chunks) == content
    assert max(len(chunk) for chunk in chunks) == 65_536


async def test_a_document_that_keeps_coming_may_take_longer_than_a_listing_as_a_whole() -> None:
    # It drips a byte each hundredth of a second.
    said = answer(200, PDF, {"Content-Length": str(len(PDF) + 80)})
    assert await fetched_from(said, Limits(whole=0.5), Ending.DRIP) == PDF + b" " * 80


@pytest.mark.parametrize(
    ("folder", "file_name", "segments"),
    [
        ("134296015", "0-20170711-0714-1126279.PDF", ("134296015", "0-20170711-0714-1126279.PDF")),
        ("a b", "a/b?c#d%e&f=g+h.PDF", ("a%20b", "a%2Fb%3Fc%23d%25e%26f%3Dg%2Bh.PDF")),
        ("é €", "日本\u202e.PDF", ("%C3%A9%20%E2%82%AC", "%E6%97%A5%E6%9C%AC%E2%80%AE.PDF")),
        ("../..", "..\\..\\x", ("..%2F..", "..%5C..%5Cx")),
        ("%2e%2e", "%2F", ("%252e%252e", "%252F")),
        ("...", "a\0b\r\nHost: x", ("...", "a%00b%0D%0AHost%3A%20x")),
    ],
)
async def test_names_are_sent_as_one_encoded_segment_each(
    folder: str, file_name: str, segments: tuple[str, str]
) -> None:
    key = FaxKey(folder, file_name)
    with answering([answer(200, PDF), answer(200)]) as server:
        async with documents(server.address + "/fax") as service:
            await fetched(service, key)
            await service.delete_document(key)
    path = f"/fax/api/V1/InboundFolders/{segments[0]}/HostedInboundFiles/{segments[1]}"
    assert [request.partition("\r\n")[0] for request in server.requests] == [
        f"GET {path} HTTP/1.1",
        f"DELETE {path} HTTP/1.1",
    ]


@pytest.mark.parametrize("name", ["", ".", ".."])
async def test_for_a_fax_without_an_address_nothing_is_asked(demo: WatchedDemo, name: str) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        for key in (FaxKey(name, KEY.file_name), FaxKey(KEY.folder, name)):
            with pytest.raises(WrongAddress, match="cannot be downloaded or deleted"):
                await fetched(service, key)
            with pytest.raises(WrongAddress, match="cannot be downloaded or deleted"):
                await service.delete_document(key)
    assert demo.asked == []


async def test_a_document_is_asked_for_as_it_is_and_unpacked() -> None:
    with answering(answer(200, PDF)) as server:
        async with documents(server.address) as service:
            await fetched(service)
    headers = server.requests[0].split("\r\n")
    assert "Accept-Encoding: identity" in headers
    (accept,) = (line for line in headers if line.startswith("Accept:"))
    assert accept.startswith("Accept: application/pdf, image/tiff, application/octet-stream, ")
    # Basic 60300.console:pass:wörd
    assert "Authorization: Basic NjAzMDAuY29uc29sZTpwYXNzOnfDtnJk" in headers


async def test_a_token_that_has_ended_is_renewed_and_the_document_asked_for_again(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        fax, *_ = (await service.list_faxes(WINDOW, 1)).page.faxes
        demo.seconds += 3600
        assert await fetched(service, fax.key)
    assert demo.asked == ["token", "list", "document", "token", "document"]


async def test_a_document_that_is_not_read_to_its_end_leaves_the_service_usable() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    with answering(answer(200, PDF + bytes(5_000_000))) as server:
        async with documents(server.address) as service:
            for _ in range(3):
                async with service.open_document(KEY) as document:
                    async for _chunk in document.chunks():
                        break
            async with service.open_document(KEY):
                pass
            assert len(await fetched(service)) == len(PDF) + 5_000_000
    assert complaints == []


async def test_a_document_that_is_given_up_leaves_the_service_usable() -> None:
    with answering(answer(200, PDF, {"Content-Length": "100"}), Ending.HANG) as server:
        async with documents(server.address) as service:
            request = asyncio.create_task(fetched(service))
            await asyncio.to_thread(server.asked.wait)
            request.cancel()
            await asyncio.wait([request])
            assert request.cancelled()
