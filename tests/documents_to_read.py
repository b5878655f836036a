"""Documents as faxes have them, and others that nobody wants to get."""

import io
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from dot_matrix import ASCENT, draw
from PIL import Image, ImageDraw
from pypdfium2 import PdfDocument

from faxtui.demo.data import ReceivedFax, history
from faxtui.demo.documents import HEIGHT, WIDTH, Page, write_pages, write_pdf, write_tiff


@cache
def letter() -> ReceivedFax:
    """A letter of two pages, as the demo has it."""
    faxes = history(60300, datetime(2026, 11, 23, 9, 42, tzinfo=UTC))
    return next(fax for fax in reversed(faxes) if fax.kind == "letter" and fax.pages == 2)


@cache
def letter_tiff() -> bytes:
    """The letter, written with a dot-matrix printer and scanned at fine resolution."""
    return tiff(*map(printed, write_pages(letter())), compression="tiff_deflate")


def printed(page: Page) -> Image.Image:
    image = Image.new("1", (1728, HEIGHT * 196 // 72), "white")
    for text in page.texts:
        scale = max(2, round(text.size * 0.28))
        if not text.text:
            continue
        rows = draw(text.text)
        dots = Image.frombytes(
            "L", (len(rows[0]), len(rows)), "".join(rows).translate({48: 255, 49: 0}).encode("latin-1")
        )
        left, top = round(text.x * 1728 / WIDTH), round(text.y * 196 / 72) - ASCENT * scale
        # Where the dots of a screen fall too, three pixels each: a word on a picture is looked for dot by dot.
        place = left - left % 3, top - top % 3
        image.paste(dots.resize((dots.width * scale, dots.height * scale), Image.Resampling.NEAREST), place)
    return image


@cache
def letter_scan() -> bytes:
    """The letter as the demo has it if it comes as a TIFF."""
    return write_tiff(write_pages(letter()))


@cache
def letter_pdf() -> bytes:
    return write_pdf(write_pages(letter()))


def sending_line() -> str:
    """How the line at the very top of the letter begins."""
    text = max(next(write_pages(letter())).texts, key=lambda text: -text.y).text
    return text[:16]


def is_written(word: str, dots: list[str], tolerance: float = 0.08) -> bool:
    """Whether a word is to be seen in rows of dots (``1`` where there is ink), one dot for each of its font's."""
    shape = draw(word)
    while set(shape[-1]) == {"0"}:
        shape.pop()
    wanted = [(y, x) for y, row in enumerate(shape) for x in range(len(row))]
    allowed = tolerance * sum(row.count("1") for row in shape)
    for top in range(len(dots) - len(shape) + 1):
        for left in range(len(dots[0]) - len(shape[0]) + 1):
            wrong = 0
            for y, x in wanted:
                wrong += dots[top + y][left + x] != shape[y][x]
                if wrong > allowed:
                    break
            else:
                return True
    return False


def tiff(
    *pages: Image.Image,
    dpi: tuple[int, int] = (204, 196),
    compression: str = "group4",
    big_tiff: bool = False,
    description: str = "",
) -> bytes:
    file = io.BytesIO()
    first, *rest = pages
    first.save(
        file,
        "TIFF",
        save_all=True,
        append_images=rest,
        dpi=dpi,
        compression=compression,
        big_tiff=big_tiff,
        description=description,
    )
    return file.getvalue()


def a_page(width: int = 1728, height: int = 2292) -> Image.Image:
    """White, with a black square of 400 pixels 200 from its left and its top."""
    page = Image.new("1", (width, height), 1)
    ImageDraw.Draw(page).rectangle((200, 200, 599, 599), fill=0)
    return page


def claiming(width: int, height: int) -> bytes:
    """A TIFF of some hundred bytes that says it has so many pixels."""
    tags = ((256, width), (257, height), (258, 1), (259, 4), (262, 0), (273, 200), (277, 1), (278, height), (279, 99))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(300)


def with_bad_lines(document: bytes) -> bytes:
    """What a bad line makes of a TIFF: here and there another byte, but none in its directory at the end."""
    spoilt = bytearray(document)
    for place in range(400, len(spoilt) - 600, 37):
        spoilt[place] ^= 0x5A
    return bytes(spoilt)


def pdf(
    content: bytes, box: bytes = b"0 0 595 842", more: Mapping[int, bytes] | None = None, extra: bytes = b""
) -> bytes:
    """A PDF of one page, whose resources are object 5."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources 5 0 R >>" % box,
        4: _stream(b"", content),
        5: b"<< >>",
        **(more or {}),
    }
    body = b"%PDF-1.4\n"
    offsets = []
    for number in sorted(objects):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            extra,
            len(body),
        )
    )


def protected_pdf() -> bytes:
    return pdf(
        b"0 0 9 9 re f",
        more={6: b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32)},
        extra=b"/Encrypt 6 0 R /ID [<00> <00>]",
    )


def endless_pdf(depth: int = 12) -> bytes:
    """A page with a form of ten forms of ten forms … Drawing it would take years."""
    forms = {
        number: _stream(
            b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /F %d 0 R >> >>"
            % (number + 1),
            b"/F Do " * 10,
        )
        for number in range(6, 6 + depth)
    }
    last = {6 + depth: _stream(b"/Type /XObject /Subtype /Form /BBox [0 0 600 800]", b"0 0 10 10 re f")}
    return pdf(b"/F Do", more={5: b"<< /XObject << /F 6 0 R >> >>", **forms, **last})


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def scanned(page: Page, *, is_standard: bool = False, turn: int = 0, speckles: int = 0) -> bytes:
    """The first quarter of a page as it is scanned, lying clockwise by ``turn``; one of so many pixels is flipped."""
    drawing = PdfDocument(write_pdf([page]))[0].render(scale=1728 / WIDTH, grayscale=True).to_pil()
    image = drawing.resize((1728, 1146 if is_standard else 2292), Image.Resampling.BOX).point([0] * 128 + [255] * 128)
    if speckles:
        dots = bytearray(image.tobytes())
        for place in range(0, len(dots), speckles):
            dots[place] ^= 255
        image = Image.frombytes("L", image.size, bytes(dots))
    image = image.crop((0, 0, 1728, image.height // 4))
    return tiff(image.rotate(-turn, expand=True).convert("1"), dpi=(204, 98 if is_standard else 196))
