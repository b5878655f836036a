"""Files of faxes that do not come, not whole, or are none, and what the operator is told, over a real socket."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from base64 import b64encode
from functools import partial

import pytest
from odyssey_server import KEY, Ending, answer, answering, asking, failure_to, fetched

from faxtui.domain.fax import FaxKey
from faxtui.domain.service import Document
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    NoResponse,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    UnexpectedResponse,
    Unreachable,
    WrongAddress,
)
from faxtui.odyssey.client import DEFAULT_LIMITS
from faxtui.odyssey.transport import Limits

packed = partial(gzip.compress, mtime=0)
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 20
NAMED = "The fax “0-20170711-0714-1126279.PDF” in folder “134296015”"
HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json; charset=utf-8"}
HEAD = b"HTTP/1.1 200 OK\r\n"


async def failure(
    said: bytes, ending: Ending = Ending.CLOSE, limits: Limits = DEFAULT_LIMITS, key: FaxKey = KEY
) -> ServiceError:
    return await failure_to(lambda service: fetched(service, key), said, ending, limits)


async def not_fetched(said: bytes, ending: Ending = Ending.CLOSE, limits: Limits = DEFAULT_LIMITS) -> ServiceError:
    """The error that an answer leads to, which says once which fax it is about."""
    error = await failure(said, ending, limits)
    assert str(error).startswith(f"{NAMED} was not downloaded. ")
    assert str(error).count("was not downloaded") == 1
    return error


def json_of(content: object) -> bytes:
    return answer(200, json.dumps({"FileName": KEY.file_name, "Content": content}), JSON)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, '{"Code":40401,"Message":"File 0-20170711-0714-1126279.PDF does not exist"}'),
        (404, '{"Message":"Gone."}'),
        (404, '{"Code":40401}'),
        (410, '{"Code":"40401","Message":null}'),
    ],
)
async def test_a_fax_that_someone_else_took_is_gone(status: int, body: str) -> None:
    error = await failure(answer(status, body))
    assert isinstance(error, Gone)
    assert not error.passing
    assert str(error).startswith(f"{NAMED} is no longer at the service: it was deleted elsewhere.")


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    "body",
    [
        "<h1>Not Found</h1>",
        "",
        "default backend - 404",
        "{}",
        '{"message":"no Route matched with those values"}',
        '{"error":"Not Found","status":404}',
        '{"Code":null,"Message":""}',
        '{"Code":true,"Message":" "}',
        '[{"Code":40401}]',
        '{"Code":40401,"Message":"Fi',
    ],
)
async def test_a_404_of_somebody_else_takes_no_fax_for_gone(status: int, body: str) -> None:
    error = await failure(answer(status, body))
    assert type(error) is UnexpectedResponse
    assert str(error).startswith(f"{NAMED} was not downloaded.")


async def test_a_404_of_the_service_s_framework_is_a_wrong_address() -> None:
    error = await failure(answer(404, '{"Message":"No HTTP resource was found that matches the request URI."}'))
    assert isinstance(error, WrongAddress)
    assert "Check base_url" in str(error)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_page_of_somebody_else_is_no_refusal(status: int) -> None:
    error = await failure(answer(status, "<h1>Blocked</h1>", {"Content-Type": "text/html"}))
    assert type(error) is UnexpectedResponse
    assert "“Blocked”" in str(error)


async def test_a_fax_that_one_may_not_fetch_is_named_with_the_login() -> None:
    error = await failure(answer(403))
    assert isinstance(error, Forbidden)
    assert f"“60300.console” may not download the fax {NAMED.removeprefix('The fax ')}." in str(error)


async def test_a_refused_sign_in_is_told_as_for_a_list() -> None:
    error = await failure(answer(401))
    assert isinstance(error, SignInRefused)
    assert "refuses the sign-in of “60300.console”. Check login and password" in str(error)


@pytest.mark.parametrize(
    ("body", "told"), [('{"Message": "A dangerous path."}', "(A dangerous path.)"), ('{"error": "No"}', "“{")]
)
async def test_a_refused_request_is_told_with_what_the_service_says(body: str, told: str) -> None:
    error = await failure(answer(400, body))
    assert isinstance(error, Refused)
    assert "rejected the request for the fax “0-2017" in str(error)
    assert told in str(error)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_service_says_how_long_to_wait(status: int) -> None:
    error = await not_fetched(answer(status, headers={"Retry-After": "120"}))
    assert isinstance(error, Busy)
    assert error.retry_after == 120.0


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (500, {}, ServiceFailed),
        (502, HTML, ServiceFailed),
        (503, {}, ServiceFailed),
        (504, {}, ServiceFailed),
        (407, {}, Unreachable),
        (408, {}, NoResponse),
        (302, {"Location": "https://login.example.com/"}, WrongAddress),
        (405, {}, UnexpectedResponse),
        (204, {}, UnexpectedResponse),
        (206, {}, UnexpectedResponse),
    ],
)
async def test_other_answers_are_told_by_their_status_as_for_a_list(
    status: int, headers: dict[str, str], kind: type[ServiceError]
) -> None:
    assert type(await not_fetched(answer(status, PDF if status != 204 else b"", headers))) is kind


async def test_a_page_of_a_proxy_is_told_by_its_words() -> None:
    error = await not_fetched(answer(200, "<html><h1>Welcome</h1> to <b>this</b> network</html>", HTML))
    assert isinstance(error, UnexpectedResponse)
    assert "but not a PDF or TIFF (text/html, beginning “Welcome to this network”)" in str(error)
    assert "proxy" in str(error)
    assert not error.passing


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"PK\x03\x04 a Word document", "application/pdf, beginning “PK␃␄ a Word document”"),
        (b"x" * 100_000, "beginning “xxx"),
        (b"%PDF", "beginning “%PDF”"),
        (b"x%PDF-1.4", "beginning “x%PDF-1.4”"),
        (b" " * 1020 + b"%PDF-", "beginning “%PDF-”"),
        (b" II*\0", "beginning “II*␀”"),
        (b"II*", "beginning “II*”"),
        (b"MM*\0", "beginning “MM*␀”"),
        (b"II\0*", "beginning “II␀*”"),
        (b"  ", "without text"),
        (b"[1]", "beginning “[1]”"),
        (b'"JVBERi0="', 'beginning “"JVBERi0="”'),
        (b"\x1b[2J", "beginning “␛[2J”"),
    ],
)
async def test_what_begins_like_neither_a_pdf_nor_a_tiff_is_told_by_its_words(body: bytes, told: str) -> None:
    error = await not_fetched(answer(200, body, {"Content-Type": "application/pdf"}))
    assert isinstance(error, UnexpectedResponse)
    assert told in str(error)
    assert "It is neither a PDF nor a TIFF." in str(error)


@pytest.mark.parametrize("said", [answer(200), answer(200, headers=JSON), HEAD + b"\r\n"])
async def test_an_empty_file_is_none(said: bytes) -> None:
    error = await not_fetched(said)
    assert isinstance(error, UnexpectedResponse)
    assert "sent an empty file" in str(error)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (answer(200, "{}", JSON), "It is not complete JSON with a file in base64 at $.Content."),
        (answer(200, '{"Content": "JVBERi0', JSON), "It is not complete JSON"),
        (answer(200, b'{"Content": ' + b"[" * 100_000, JSON), "It is not complete JSON"),
        (HEAD + b'\r\n{"Content": "JVBERi0', "It is not complete JSON"),
        (json_of(None), "It is not complete JSON"),
        (json_of([37, 80, 68, 70]), "It is not complete JSON"),
        (json_of(""), "The file at $.Content is empty."),
        (json_of("JVBERi0"), "is incomplete or damaged"),
        (json_of("JVBER=0="), "is incomplete or damaged"),
        (json_of("JVBERi0=JVBERi0="), "is incomplete or damaged"),
        (json_of("JVBERi0-"), "is incomplete or damaged"),
        (json_of("JVBERi0x" * 500_000 + "x"), "is incomplete or damaged"),
        (json_of("JVBERi0x" * 131_071 + "JVBERi0=" + "JVBERi0x"), "is incomplete or damaged"),
        (json_of("JVBERi0x" * 131_071 + "JVBERi0=\n" + "="), "is incomplete or damaged"),
        (json_of("é"), "is incomplete or damaged"),
        (json_of("\ud800"), "is incomplete or damaged"),
        (json_of(b64encode(b"PK\x03\x04").decode()), "The file at $.Content is neither a PDF nor a TIFF."),
    ],
)
async def test_json_without_a_whole_document_is_told_with_the_place(said: bytes, told: str) -> None:
    error = await not_fetched(said)
    assert isinstance(error, UnexpectedResponse)
    assert error.path == "$.Content"
    assert told in str(error)


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
@pytest.mark.parametrize("sent", [b"", PDF[:3], PDF[:1024], PDF, b'{"Content": "JVBERi0'])
async def test_a_document_that_breaks_off_is_no_answer(ending: Ending, sent: bytes) -> None:
    framed = b"%x\r\n%b" % (len(PDF) + 1, sent)
    for said in (
        answer(200, sent, {"Content-Length": str(len(PDF) + 1)}),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + framed,
    ):
        error = await not_fetched(said, ending)
        assert isinstance(error, NoResponse)
        assert "was lost during" in str(error)
        assert error.passing


@pytest.mark.parametrize("said", [b"", HEAD, HEAD + b"Content-Le"])
@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
async def test_a_connection_that_breaks_before_the_answer_is_no_answer(said: bytes, ending: Ending) -> None:
    assert isinstance(await not_fetched(said, ending), NoResponse)


@pytest.mark.parametrize("said", [b"", HEAD])
async def test_a_service_that_does_not_begin_to_answer_is_no_answer(said: bytes) -> None:
    error = await not_fetched(said, Ending.HANG, Limits(read=0.3))
    assert isinstance(error, NoResponse)
    assert "did not respond in time" in str(error)


@pytest.mark.parametrize("sent", [b"", PDF[:3], PDF])
async def test_a_document_that_falls_silent_is_no_answer(sent: bytes) -> None:
    said = answer(200, sent, {"Content-Length": str(len(PDF) + 1)})
    error = await not_fetched(said, Ending.HANG, Limits(read=0.3))
    assert isinstance(error, NoResponse)
    assert "in the middle of its response for 0.3 seconds" in str(error)


async def test_a_head_that_drips_without_end_is_given_up() -> None:
    error = await not_fetched(HEAD + b"X: ", Ending.DRIP, Limits(whole=0.3))
    assert isinstance(error, NoResponse)
    assert "within 0.3 seconds" in str(error)


@pytest.mark.parametrize("length", [len(PDF) - 1, len(PDF) + 1])
async def test_a_length_that_the_chunks_do_not_have_is_no_whole_answer(length: int) -> None:
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PDF), PDF)
    said = HEAD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n%b" % (length, framed)
    error = await not_fetched(said)
    assert isinstance(error, NoResponse)
    assert f"announced {length:,} bytes, but sent {len(PDF):,}" in str(error)


async def test_a_document_that_says_it_is_too_large_is_refused_before_it_comes() -> None:
    with answering(answer(200, PDF)) as server:
        async with asking(server.address, Limits(document=len(PDF) - 1)) as service:
            with pytest.raises(UnexpectedResponse, match="sent more than 5,128 bytes, too many for a PDF or TIFF"):
                async with service.open_document(KEY):
                    pytest.fail("It was opened.")


async def test_a_document_that_turns_out_too_large_is_given_up() -> None:
    framed = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PDF), PDF)
    said = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + framed
    error = await not_fetched(said, limits=Limits(document=len(PDF) - 1))
    assert isinstance(error, UnexpectedResponse)
    assert "sent more than 5,128 bytes" in str(error)


async def test_json_that_is_too_large_to_be_held_is_given_up() -> None:
    said = json_of(b64encode(PDF).decode())
    error = await not_fetched(said, limits=Limits(document_json=6_000))
    assert isinstance(error, UnexpectedResponse)
    assert "sent more than 6,000 bytes" in str(error)


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "rot13", "gzip, gzip", "gzip, br"])
@pytest.mark.parametrize("status", [200, 203])
async def test_a_content_coding_that_can_not_be_decoded_is_refused_by_name(status: int, coding: str) -> None:
    error = await not_fetched(answer(status, packed(PDF), {"Content-Encoding": coding}))
    assert isinstance(error, UnexpectedResponse)
    assert f"“{coding}”" in str(error)


GZIP = packed(PDF)
LETTERS = packed(PDF[:2000]) + packed(PDF[2000:])


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", GZIP[:-1]),
        ("gzip", GZIP[:-8]),
        ("gzip", GZIP[: len(GZIP) // 2]),
        ("gzip", GZIP[:5]),
        ("gzip", LETTERS[:-1]),
        ("gzip", LETTERS[: len(LETTERS) - len(packed(PDF[2000:])) + 4]),
        ("gzip", GZIP[:-8] + bytes(4) + GZIP[-4:]),
        ("gzip", GZIP[:-4] + b"\1\0\0\0"),
        ("gzip", GZIP + b"<html>"),
        ("gzip", PDF),
        ("x-gzip", GZIP[:-1]),
        ("deflate", zlib.compress(PDF)[:-1]),
        ("deflate", zlib.compress(PDF)[:-4] + bytes(4)),
        ("deflate", zlib.compress(PDF)[2:-5]),
    ],
)
@pytest.mark.parametrize("has_length", [True, False])
async def test_a_compressed_document_that_is_cut_off_or_damaged_is_requested_again(
    coding: str, body: bytes, has_length: bool
) -> None:
    head = answer(200, body, {"Content-Encoding": coding}).partition(b"\r\n\r\n")[0]
    if not has_length:
        head = HEAD + b"Content-Encoding: %b" % coding.encode()
    error = await not_fetched(head + b"\r\n\r\n" + body)
    assert isinstance(error, NoResponse)
    assert error.passing
    assert f"is incomplete or damaged (Content-Encoding “{coding}”)" in str(error)


@pytest.mark.parametrize("body", [GZIP, packed(b"%PDF-" + bytes(10_000)), GZIP + packed(bytes(9_000))])
async def test_a_compressed_document_is_limited_by_what_it_expands_to(body: bytes) -> None:
    error = await not_fetched(answer(200, body, {"Content-Encoding": "gzip"}), limits=Limits(document=5_000))
    assert isinstance(error, UnexpectedResponse)
    assert "sent more than 5,000 bytes" in str(error)


async def test_json_is_limited_by_what_it_expands_to() -> None:
    body = packed(json.dumps({"Content": b64encode(PDF).decode()}).encode())
    error = await not_fetched(answer(200, body, {"Content-Encoding": "gzip"}), limits=Limits(document_json=6_000))
    assert isinstance(error, UnexpectedResponse)
    assert "sent more than 6,000 bytes" in str(error)


async def test_a_compressed_document_that_expands_without_measure_is_given_up_in_little_memory() -> None:
    packer = zlib.compressobj(9, wbits=31)
    body = packer.compress(b"%PDF-1.4\n") + b"".join(packer.compress(bytes(1_000_000)) for _ in range(400))
    body += packer.flush()
    said = answer(200, body, {"Content-Encoding": "gzip"})
    with answering(said) as server:
        async with asking(server.address) as service, service.open_document(KEY) as document:
            tracemalloc.start()
            try:
                with pytest.raises(UnexpectedResponse, match="expands more than 200 times"):
                    await read_away(document)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert peak < 4_000_000


async def read_away(document: Document) -> None:
    async for _ in document.chunks():
        pass


class Ticking:
    """A clock that is a second on whenever somebody looks."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def __call__(self) -> float:
        self._seconds += 1.0
        return self._seconds


@pytest.mark.parametrize("sent", [PDF, b"", b"II*\0", b'{"Content": "JVBERi0'])
async def test_a_document_that_drips_is_given_up_after_a_minute(sent: bytes) -> None:
    clock = Ticking()
    with answering(answer(200, sent, {"Content-Length": "1000000"}), Ending.DRIP) as server:
        async with asking(server.address, clock=clock) as service:
            with pytest.raises(NoResponse, match="bytes in the last 60 seconds") as caught:
                await fetched(service)
    assert caught.value.passing
    assert 60 <= clock() <= 130


async def test_a_reader_that_takes_its_time_does_not_make_a_document_slow() -> None:
    seconds = 0.0
    content = PDF * 400
    with answering(answer(200, content)) as server:
        async with asking(server.address, clock=lambda: seconds) as service, service.open_document(KEY) as document:
            came = 0
            async for chunk in document.chunks():
                came += len(chunk)
                seconds += 3600
    assert came == len(content)


async def test_something_that_does_not_speak_http_is_told_safely() -> None:
    assert isinstance(await not_fetched(b"220 fax ESMTP\x1b[2J\r\n\r\n"), UnexpectedResponse)


async def test_names_are_told_safely_and_in_short() -> None:
    error = await failure(answer(404), key=FaxKey("\x1b[2J\u202e", "x" * 500))
    assert "“␛[2J�”" in str(error)
    assert f"“{'x' * 59}…”" in str(error)


async def test_an_error_of_whoever_reads_a_document_comes_out_as_it_is() -> None:
    with answering(answer(200, PDF)) as server:
        async with asking(server.address) as service:
            with pytest.raises(NoResponse) as caught:
                async with service.open_document(KEY):
                    raise NoResponse("Another service.")
    assert str(caught.value) == "Another service."


async def test_closing_ends_what_is_on_its_way() -> None:
    with answering(answer(200, PDF, {"Content-Length": "10000"}), Ending.HANG) as server:
        async with asking(server.address) as service, service.open_document(KEY) as document:
            chunks = document.chunks()
            assert await anext(chunks) == PDF
            rest = asyncio.ensure_future(anext(chunks))
            await service.aclose()
            with pytest.raises(ServiceError):
                await rest
