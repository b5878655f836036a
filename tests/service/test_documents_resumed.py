"""Documents whose connection is lost, seen or not: nothing but a whole file is kept, over a real socket and disk."""

import gzip
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from documents_to_read import letter_pdf, letter_tiff
from odyssey_server import KEY, answer, answering, asking
from scripted_service import AT_ONCE
from stored_documents import Run, files, manifest_of

from faxtui.domain.fax import Fax
from faxtui.errors import NoResponse
from faxtui.operations.download import Batch, DownloadFailed
from faxtui.operations.download_folder import BUFFER, DownloadFolder, Saved
from faxtui.operations.saver import read_document

ETAG = '"v1"'
TAIL = 1024
"""Bytes that came last, and are requested once more to be compared."""
CONTENT = letter_pdf() + bytes(range(256)) * (BUFFER // 100)
OTHER = b"%PDF-1.4\n" + CONTENT[:8:-1]
"""Of the same length."""
CUT = 300_000
HALF = CONTENT[:CUT]
FAX = Fax(folder=KEY.folder, file_name=KEY.file_name)


class Download(NamedTuple):
    """What one download led to, and the ``Range`` and ``If-Range`` of each of its requests."""

    run: Run
    asked: list[tuple[str, str]]


async def download(folder: Path, said: Sequence[bytes]) -> Download:
    """Save one fax from a service that answers so, request by request."""
    run = Run()
    with answering(said) as server:
        async with asking(server.address) as service:
            shelf = DownloadFolder(folder, "{file}", None)
            await Batch(service, shelf, run, retry_policy=AT_ONCE).save([FAX])
    return Download(run, [(header(each, "Range"), header(each, "If-Range")) for each in server.requests])


def header(request: str, name: str) -> str:
    found = re.search(rf"(?mi)^{name}: (.*)\r$", request)
    return found[1] if found else ""


def cut_off(at: int = CUT, etag: str = ETAG) -> bytes:
    return answer(200, CONTENT[:at], {"Content-Length": str(len(CONTENT)), "ETag": etag})


def rest(begin: int = CUT - TAIL, content: bytes = CONTENT, **changed: str) -> bytes:
    """A response of status 206; a header that is changed to nothing is left out."""
    body = content[begin:]
    headers = {
        "Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}",
        "ETag": ETAG,
        "Content-Length": str(len(body)),
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    said = answer(206, body, headers)
    for name in (name for name, value in headers.items() if not value):
        said = said.replace(f"{name}: \r\n".encode(), b"")
    return said


def assert_saved(folder: Path, content: bytes) -> None:
    """The one file there has exactly this content."""
    (name,) = files(folder)
    assert (folder / name).read_bytes() == content
    assert [each["bytes"] for each in manifest_of(folder)] == [len(content)]


@pytest.mark.parametrize("at", [TAIL, TAIL + 1, BUFFER - 1, BUFFER, BUFFER + 1, len(CONTENT) - 1])
async def test_a_document_that_was_cut_off_goes_on_where_it_ended(tmp_path: Path, at: int) -> None:
    done = await download(tmp_path, [cut_off(at=at), rest(at - TAIL)])
    assert done.asked == [("", ""), (f"bytes={at - TAIL}-", ETAG)]
    assert_saved(tmp_path, CONTENT)


async def test_a_document_may_be_cut_off_again_and_again(tmp_path: Path) -> None:
    more = rest().partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + CONTENT[CUT - TAIL : CUT + 50_000]
    busy = answer(429, headers={"Retry-After": "0"})
    done = await download(tmp_path, [cut_off(), more, busy, rest(CUT + 50_000 - TAIL)])
    where = [f"bytes={at - TAIL}-" for at in (CUT, CUT + 50_000, CUT + 50_000)]
    assert [each[0] for each in done.asked] == ["", *where]
    assert_saved(tmp_path, CONTENT)


async def test_another_version_is_fetched_from_its_first_byte(tmp_path: Path) -> None:
    done = await download(tmp_path, [cut_off(), answer(200, OTHER, {"ETag": '"v2"'})])
    assert done.asked == [("", ""), (f"bytes={CUT - TAIL}-", ETAG)]
    assert_saved(tmp_path, OTHER)


@pytest.mark.parametrize(
    "second",
    [
        rest(Content_Range=""),
        rest(Content_Range=f"bytes {CUT}-{len(CONTENT) - 1}/{len(CONTENT)}"),
        rest(Content_Range=f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"),
        rest(Content_Range=f"bytes {CUT - TAIL}-{len(CONTENT) - 2}/{len(CONTENT)}"),
        rest(Content_Range=f"bytes {CUT - TAIL}-{len(CONTENT)}/{len(CONTENT) + 1}"),
        rest(Content_Range=f"bytes {CUT - TAIL}-{len(CONTENT) - 1}/*"),
        rest(Content_Range=f"lines {CUT - TAIL}-{len(CONTENT) - 1}/{len(CONTENT)}"),
        rest(Content_Range="bytes 1-2/3, bytes 4-5/6"),
        rest(ETag=""),
        rest(ETag='"v2"'),
        rest(ETag='W/"v1"'),
        rest(Content_Encoding="gzip"),
        rest(Content_Encoding="br"),
        rest(Content_Length="", Transfer_Encoding="chunked"),
        rest(Content_Length="", Content_Range="", Content_Type="multipart/byteranges; boundary=x"),
        rest(content=OTHER),
        answer(416, headers={"Content-Range": f"bytes */{len(CONTENT)}"}),
        answer(412),
    ],
    ids=range(18),
)
async def test_a_rest_that_does_not_fit_never_makes_a_mixed_file(tmp_path: Path, second: bytes) -> None:
    done = await download(tmp_path, [cut_off(), second, answer(200, OTHER, {"ETag": '"v2"'})])
    assert done.asked == [("", ""), (f"bytes={CUT - TAIL}-", ETAG), ("", "")]
    assert isinstance(done.run.outcomes[KEY.file_name], Saved)
    assert_saved(tmp_path, OTHER)


@pytest.mark.parametrize(
    "first",
    [
        cut_off(etag='W/"v1"'),
        cut_off(etag="v1"),
        cut_off(etag='"v1'),
        cut_off(etag='"v 1"'),
        answer(200, HALF, {"Content-Length": str(len(CONTENT))}),
        cut_off().replace(b"200 OK", b"203 Fine"),
        cut_off(at=TAIL - 1),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: "v1"\r\n\r\nfffff\r\n' + HALF,
        b'HTTP/1.0 200 OK\r\nETag: "v1"\r\n\r\n' + HALF,
    ],
    ids=["weak", "unquoted", "half a quote", "blank", "none", "203", "little", "chunked", "no length"],
)
async def test_what_can_not_be_continued_is_fetched_again_from_its_first_byte(tmp_path: Path, first: bytes) -> None:
    done = await download(tmp_path, [first, answer(200, CONTENT, {"ETag": ETAG})])
    assert done.asked == [("", ""), ("", "")]
    assert_saved(tmp_path, CONTENT)


async def test_a_compressed_document_is_never_continued(tmp_path: Path) -> None:
    packed = gzip.compress(CONTENT, 1)
    first = answer(200, packed[:-9], {"Content-Length": str(len(packed)), "ETag": ETAG, "Content-Encoding": "gzip"})
    done = await download(tmp_path, [first, answer(200, CONTENT)])
    assert done.asked == [("", ""), ("", "")]
    assert_saved(tmp_path, CONTENT)


async def test_a_rest_that_nobody_requested_is_refused(tmp_path: Path) -> None:
    done = await download(tmp_path, [rest(0)])
    assert isinstance(done.run.outcomes[KEY.file_name], DownloadFailed)
    assert files(tmp_path) == set()


async def test_a_document_that_never_comes_whole_leaves_nothing(tmp_path: Path) -> None:
    done = await download(tmp_path, [cut_off()])
    assert isinstance(done.run.outcomes[KEY.file_name], DownloadFailed)
    assert len(done.asked) == 4
    assert files(tmp_path) == set()


def unframed(content: bytes) -> bytes:
    return b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n" + content


@pytest.mark.parametrize("document", [letter_pdf(), letter_tiff()], ids=["PDF", "TIFF"])
async def test_without_a_length_a_document_that_proves_to_be_whole_is_saved(tmp_path: Path, document: bytes) -> None:
    await download(tmp_path, [unframed(document)])
    assert_saved(tmp_path, document)


@pytest.mark.parametrize("document", [letter_pdf(), letter_tiff()], ids=["PDF", "TIFF"])
@pytest.mark.parametrize("part", [lambda size: 2000, lambda size: size // 2, lambda size: size - 12])
async def test_without_a_length_a_part_of_a_document_is_requested_again_and_never_saved(
    tmp_path: Path, document: bytes, part: Callable[[int], int]
) -> None:
    cut = unframed(document[: part(len(document))])
    done = await download(tmp_path, [cut])
    outcome = done.run.outcomes[KEY.file_name]
    assert isinstance(outcome, DownloadFailed)
    assert "may be incomplete: neither the service nor its content tells where it ends" in str(outcome.error)
    assert (len(done.asked), files(tmp_path), manifest_of(tmp_path)) == (4, set(), [])
    await download(tmp_path, [cut, cut, unframed(document)])
    assert_saved(tmp_path, document)


@pytest.mark.parametrize("document", [letter_pdf(), letter_tiff()], ids=["PDF", "TIFF"])
async def test_without_a_length_only_a_whole_document_is_shown(document: bytes) -> None:
    with answering([unframed(document), unframed(document[:-12])]) as server:
        async with asking(server.address) as service:
            assert await read_document(service, KEY, len(document)) == document
            with pytest.raises(NoResponse, match="may be incomplete"):
                await read_document(service, KEY, len(document))
