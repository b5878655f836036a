"""What a file is by its first bytes: the one rule of download, file name and reader."""

import pytest

from faxtui.domain.document import DocumentType

PDF = b"%PDF-1.7\n"
TIFF = b"II*\0\x08\0\0\0"


@pytest.mark.parametrize(
    "head",
    [
        PDF,
        b"%PDF-",
        b"\xef\xbb\xbf \r\n" + PDF,
        b" " * 1019 + b"%PDF-",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + PDF,
        b"Content-Type: application/pdf\n\n" + PDF,
        b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n" + PDF,
        b'\x1b%-12345X@PJL COMMENT "<fax>"\n' + PDF,
        b"\x1b%-12345X" + PDF,
        b"\0\x08letter.pdf" + bytes(116) + PDF,
        PDF + b"II*\0",
    ],
)
def test_a_pdf_may_follow_blanks_the_lines_of_a_protocol_or_binary_data(head: bytes) -> None:
    assert DocumentType.of(head) is DocumentType.PDF


@pytest.mark.parametrize("magic", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
@pytest.mark.parametrize("rest", [b"", b"\x08\0\0\0", bytes(99) + b"\n" + PDF, b" made from %PDF-1.4"])
def test_a_tiff_of_either_size_and_order_is_one_whatever_it_mentions(magic: bytes, rest: bytes) -> None:
    assert DocumentType.of(magic + rest) is DocumentType.TIFF


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"%PDF",
        b"%pdf-1.4",
        b" " * 1020 + b"%PDF-",
        b" " * 2000 + PDF,
        b" " + TIFF,
        b"II*",
        b"MM*\0",
        b"II\0*",
        b"<html>" + PDF,
        b"<html>\n" + PDF,
        b"\xef\xbb\xbf\r\n<?xml version='1.0'?>\n" + PDF,
        b'{"Message":\n' + PDF,
        b'["\n' + PDF,
        b"No file: expected %PDF-1.4",
        b"Bad gateway\nthe file does not begin with %PDF-1.4",
        b"x" + PDF,
    ],
)
def test_anything_else_is_neither_even_if_its_text_mentions_a_pdf(head: bytes) -> None:
    assert DocumentType.of(head) is None
