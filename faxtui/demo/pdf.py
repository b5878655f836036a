"""A PDF of some pages, as small as a valid one can be: standard fonts, one stream a page, a cross-reference table."""

import zlib
from collections.abc import Iterable

from faxtui.demo.page import HEIGHT, WIDTH, Page, Rule, Text

# Every page names the page tree, which comes after them all: it has a number that is known beforehand.
_CATALOG, _TREE, _REGULAR, _BOLD, _FIRST_PAGE = 1, 2, 3, 4, 5


def write_pdf(pages: Iterable[Page]) -> bytes:
    """Write the pages as one PDF."""
    objects: dict[int, bytes] = {
        _CATALOG: b"<< /Type /Catalog /Pages %d 0 R >>" % _TREE,
        _REGULAR: _font(b"Helvetica"),
        _BOLD: _font(b"Helvetica-Bold"),
    }
    numbers: list[int] = []
    for number, page in enumerate(pages):
        leaf = _FIRST_PAGE + 2 * number
        numbers.append(leaf)
        objects[leaf] = b"<< /Type /Page /Parent %d 0 R /Contents %d 0 R >>" % (_TREE, leaf + 1)
        objects[leaf + 1] = _stream(_drawing(page))
    objects[_TREE] = (
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 %d %d]"
        b" /Resources << /Font << /R %d 0 R /B %d 0 R >> >> >>"
    ) % (len(numbers), b" ".join(b"%d 0 R" % number for number in numbers), WIDTH, HEIGHT, _REGULAR, _BOLD)
    return _file(objects)


def _file(objects: dict[int, bytes]) -> bytes:
    # The four bytes above 127 tell transfer programs that this is no text.
    body = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number in sorted(objects):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(body)
    size = len(objects) + 1
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, entries)
    body += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, _CATALOG, start)
    return bytes(body)


def _font(name: bytes) -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _drawing(page: Page) -> bytes:
    return b"\n".join([*map(_rule, page.rules), b"BT", *map(_text, page.texts), b"ET"])


def _rule(rule: Rule) -> bytes:
    return b"%g %g %g %g re f" % (rule.x, HEIGHT - rule.y - rule.thickness, rule.width, rule.thickness)


def _text(text: Text) -> bytes:
    font = b"B" if text.bold else b"R"
    return b"/%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj" % (font, text.size, text.x, HEIGHT - text.y, _escaped(text.text))


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
