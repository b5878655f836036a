"""Whether the content of a file proves that it came whole."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from documents_to_read import a_page, letter_pdf, letter_scan, pdf, protected_pdf, tiff
from hypothesis import given
from hypothesis import strategies as st

from faxtui.operations.wholeness import is_provably_whole

UPDATE = b"4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n"
HTTP = b"HTTP/1.0 200 OK\r\nContent-Type: application/pdf\r\n\r\n"
PJL = b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n"


def is_whole(content: bytes) -> bool:
    return is_provably_whole(io.BytesIO(content))


def ended(body: bytes, startxref: int, after: bytes = b"\n") -> bytes:
    return body + b"startxref\n%d\n%%%%EOF" % startxref + after


def with_stream(before: bytes = b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", entries: bytes = b"") -> bytes:
    """A PDF whose cross-reference is a stream."""
    data = zlib.compress(bytes(40))
    dictionary = b"<< %s/Type /XRef /Size 3 /W [1 2 1] /Root 1 0 R /Length %d /Filter /FlateDecode >>"
    stream = b"2 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (dictionary % (entries, len(data)), data)
    return ended(before + stream, len(before))


def updated(document: bytes) -> bytes:
    """The document with an incremental update behind it."""
    table = len(document) + len(UPDATE)
    update = b"xref\n4 1\n%010d 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\n"
    return ended(document + UPDATE + update % (len(document), document.rfind(b"xref\n0")), table)


def linearized() -> bytes:
    """The end of its first part says 0, that of the last part where the first table is (ISO 32000, annex F)."""
    head = b"%PDF-1.4\n1 0 obj\n<< /Linearized 1 >>\nendobj\n"
    first = ended(head + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 9 >>\n", 0)
    return ended(first + UPDATE * 40 + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 9 >>\n", len(head))


PDFS = {
    "demo": letter_pdf(),
    "table": pdf(b"0 0 9 9 re f"),
    "protected": protected_pdf(),
    "stream": with_stream(),
    "stream with a long dictionary": with_stream(entries=b"/Index [%s] " % (b"0 1 " * 500)),
    "update": updated(pdf(b"0 0 9 9 re f")),
    "linearized": linearized(),
    "HTTP before": HTTP + pdf(b"0 0 9 9 re f"),
    "PJL around": PJL + pdf(b"0 0 9 9 re f") + b"\x1b%-12345X@PJL EOJ\r\n",
    "zero bytes behind": pdf(b"0 0 9 9 re f") + bytes(1000),
    "offsets from the file's start": ended(HTTP + b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \n", len(HTTP) + 9),
    "no line end behind": pdf(b"0 0 9 9 re f").rstrip(),
}
TIFFS = {
    "demo": letter_scan(),
    "one page": tiff(a_page()),
    "three pages": tiff(a_page(), a_page(200, 90), a_page()),
    "many strips": tiff(a_page(), compression="raw"),
    "BigTIFF": tiff(a_page(), a_page(200, 90), compression="raw", big_tiff=True),
    "JPEG": tiff(a_page().convert("L"), compression="jpeg"),
}


def big_endian(*pieces: tuple[int, int], tags: tuple[int, int] = (273, 279), following: int = 0) -> bytes:
    """A TIFF of one directory at 8 whose image is in these pieces, each an offset and a size."""
    entries = 2
    values = 8 + 2 + 12 * entries + 4
    count = len(pieces)
    offsets = struct.pack(f">{count}I", *(offset for offset, _ in pieces))
    sizes = struct.pack(f">{count}I", *(size for _, size in pieces))
    head = struct.pack(">2sHIH", b"MM", 42, 8, entries)
    for tag, value in zip(tags, (offsets, sizes), strict=True):
        head += struct.pack(">HHI4s", tag, 4, count, value if count == 1 else struct.pack(">I", values))
        values += len(value) if count > 1 else 0
    return head + struct.pack(">I", following) + (offsets + sizes if count > 1 else b"")


@pytest.mark.parametrize("document", PDFS.values(), ids=PDFS)
def test_a_pdf_whose_end_points_to_its_cross_reference_is_whole(document: bytes) -> None:
    assert is_whole(document)


@pytest.mark.parametrize("document", TIFFS.values(), ids=TIFFS)
def test_a_tiff_with_every_strip_is_whole(document: bytes) -> None:
    assert is_whole(document)


@pytest.mark.parametrize("tags", [(273, 279), (324, 325), (513, 514)], ids=["strips", "tiles", "JPEG"])
def test_image_data_may_be_anywhere_in_the_file_but_has_to_be_in_it(tags: tuple[int, int]) -> None:
    document = big_endian((100, 50), (200, 56), (150, 50), tags=tags) + bytes(256)
    assert is_whole(document[:256])
    assert not is_whole(document[:255])


@pytest.mark.parametrize("document", [document.rstrip(b"\0") for document in (*PDFS.values(), *TIFFS.values())])
@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.5, 0.9])
def test_a_beginning_of_a_file_proves_nothing(document: bytes, part: float) -> None:
    assert not is_whole(document[: int(len(document) * part)])


def test_no_beginning_of_an_updated_pdf_counts_but_the_document_before_the_update() -> None:
    before = pdf(b"0 0 9 9 re f")
    document = updated(before)
    whole = [size for size in range(len(document)) if is_whole(document[:size])]
    assert whole == [len(before) - 1, len(before), len(document) - 1]


@pytest.mark.parametrize(
    ("document", "padding"),
    [(letter_scan(), 1), (tiff(a_page(), a_page(200, 90)), 8)],
    ids=["demo", "libtiff, with eight bytes at the end that nothing refers to"],
)
def test_a_tiff_lacks_something_whatever_number_of_bytes_is_missing(document: bytes, padding: int) -> None:
    end = len(document) - padding
    sizes = {end // 50 * each for each in range(50)} | set(range(end - 40, end))
    assert not any(is_whole(document[:size]) for size in sizes)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.replace(b"startxref", b"startxxxx"),
        lambda document: document.replace(b"%%EOF", b"%%EOX"),
        lambda document: document + b" " * 1025,
        lambda document: document.replace(b"xref\n0 ", b"yref\n0 "),
        lambda document: ended(document, 0),
        lambda document: ended(document, 9),
        lambda document: ended(document, 10**18),
        lambda document: ended(document, len(document) + 5),
        lambda document: ended(document, len(document) + 20),
        lambda document: document + b"4 0 obj\n<< /Len",
        lambda document: document + b"\nxre",
        lambda document: document.replace(b"\n", b"\r\n"),
    ],
    ids=[
        "no startxref",
        "no end mark",
        "end mark too far from the end",
        "no table",
        "offset 0",
        "offset of an object",
        "offset behind the end",
        "offset of startxref itself",
        "offset of the end mark",
        "update that breaks off",
        "table that breaks off",
        "line ends converted",
    ],
)
def test_a_pdf_that_does_not_fit_together_is_not_known_to_be_whole(spoil: Callable[[bytes], bytes]) -> None:
    assert not is_whole(spoil(pdf(b"0 0 9 9 re f")))


@given(
    st.sampled_from([*PDFS.values(), *(each for each in TIFFS.values() if len(each) < 50_000)]),
    st.lists(st.tuples(st.integers(0, 49_999), st.binary(max_size=9)), max_size=9),
)
def test_whatever_a_file_holds_it_can_be_judged(document: bytes, changes: list[tuple[int, bytes]]) -> None:
    spoilt = bytearray(document)
    for place, change in changes:
        spoilt[place % len(document) : place % len(document) + len(change)] = change
    assert is_whole(bytes(spoilt)) in (True, False)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"II*\0",
        b"II*\0\x08\0\0\0",
        b"II+\0\x08\0\0\0\x10\0\0\0",
        b"II*\0\0\0\0\0",
        big_endian((100, 50), following=8) + bytes(256),
        big_endian((100, 50), following=5000) + bytes(256),
        big_endian((0, 50)) + bytes(256),
        big_endian((100, 0)) + bytes(256),
        big_endian((100, 2**32 - 1)) + bytes(256),
        big_endian((100, 50), tags=(273, 280)) + bytes(256),
        big_endian((100, 50), tags=(256, 257)) + bytes(256),
        struct.pack("<2sHQQQ", b"II", 43, 8, 16, 2**63) + bytes(99),
        struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 273, 4, 2**32 - 1, 8, 0) + bytes(99),
        b"<html></html>",
        b"text %%EOF",
    ],
)
def test_what_is_no_sound_document_is_not_known_to_be_whole(document: bytes) -> None:
    assert not is_whole(document)
