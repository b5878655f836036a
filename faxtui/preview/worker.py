"""The process that decodes a document: ``python -m faxtui.preview.worker``, started by `DocumentReader`.

What a stranger sent may hang the libraries, crash them or make them ask for gigabytes. Nothing else imports this.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import math
import os
import re
import resource
import struct
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from PIL import Image, ImageChops, ImageFilter, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from faxtui.domain.document import DocumentType
from faxtui.errors import UnreadableDocument
from faxtui.preview import protocol
from faxtui.preview.protocol import Box, LayerWord, PageInfo, Request, RequestKind, ResponseKind, TextLayer
from faxtui.translation import N_, _

if TYPE_CHECKING:
    import pypdfium2

SCAN_WIDTH = 1728
"""Pixels in the line of a fax: the shorter side of a PDF's page is rendered with as many."""
_MAX_RENDERED, _MAX_SCANNED = 24_000_000, 50_000_000
"""Pixels of a page: one that is rendered is rendered smaller then, one that was scanned is refused."""
_PAPER_FROM, _PAPER_VARIES = 128, 12
_IS_INK = 80
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
"""Pillow turns to the left."""
_CATALOG = re.compile(rb"(\d{1,9})\s+0\s+obj\b(?:(?!endobj).){0,1000}?/Type\s*/Catalog\b", re.DOTALL)
_SQUASHED, _BLUR, _DARKER = 1.5, 0.7, 1.6
"""Shape from which pixels are made square before they are softened; how far, in pixels; the exponent of shades."""
_END = 4096
"""Bytes at the end of a PDF that have its end mark, unless it was cut."""
_MAX_UNKNOWN = 0.05
"""Share of characters without a meaning from which a text layer is of no use: its fonts name none."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page; ``ink`` is 255 where it is black. ``shape`` is how much taller than wide a pixel is, ``dpi`` across."""

    ink: Image.Image
    shape: float = 1.0
    dpi: float = 204

    @property
    def info(self) -> PageInfo:
        width, height = self.ink.size
        box = self.ink.point([0] * _IS_INK + [255] * (256 - _IS_INK)).getbbox()
        return PageInfo(width, height, self.shape, Box(*(box or (0, 0, width, height))), box is None)

    def turned(self, turn: int) -> RenderedPage:
        """Return it turned clockwise by so many degrees."""
        if turn not in _TURNS:
            return self
        shape, dpi = (self.shape, self.dpi) if turn == 180 else (1 / self.shape, self.dpi / self.shape)
        return RenderedPage(self.ink.transpose(_TURNS[turn]), shape, dpi)

    def raster(self, request: Request) -> bytes:
        """Return a part of it, each dot the average of its pixels; what lies beyond the page is blank."""
        left, top, right, bottom = request.box
        across, down = (right - left) / request.width, (bottom - top) / request.height
        # Only the dots that the page covers: beyond a narrow page may lie many times its size.
        first, above = (max(math.floor(-start / dot), 0) for start, dot in ((left, across), (top, down)))
        last = min(math.ceil((self.ink.width - left) / across), request.width)
        below = min(math.ceil((self.ink.height - top) / down), request.height)
        dots = Image.new("L", (request.width, request.height))
        if first < last and above < below:
            box = (left + first * across, top + above * down, left + last * across, top + below * down)
            x, y = math.floor(box[0]), math.floor(box[1])
            part = self.ink.crop((x, y, max(math.ceil(box[2]), x + 1), max(math.ceil(box[3]), y + 1)))
            within = (box[0] - x, box[1] - y, box[2] - x, box[3] - y)
            dots.paste(part.resize((last - first, below - above), Image.Resampling.BOX, within), (first, above))
        return dots.tobytes()

    def scan(self, dpi: int) -> bytes:
        """Return it without speckles and with square pixels, about ``dpi`` an inch, as a PGM with black letters."""
        width, height = self.ink.size
        scale = min(dpi / self.dpi, math.sqrt(_MAX_RENDERED / (width * height * self.shape)))
        size = max(round(width * scale), 1), max(round(height * self.shape * scale), 1)
        image = ImageOps.invert(_despeckled(self.ink))
        square = (image.width, max(round(image.height * self.shape), 1)) if self.shape > _SQUASHED else image.size
        # Softened, the steps of the scan aren't read as strokes.
        image = image.resize(square, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(_BLUR))
        image = image.resize(size, Image.Resampling.BICUBIC)
        if scale > 1:
            # Larger and darker: other letters are hard to read then than in the first reading.
            image = image.point([round(255 * (shade / 255) ** _DARKER) for shade in range(256)])
        return b"P5 %d %d 255\n" % size + image.tobytes()


class Renderer(Protocol):
    """An open document. Its methods raise UnreadableDocument, or what the library raises for damaged ones."""

    count: int
    is_damaged: bool
    """True if there were more pages."""

    def render(self, page: int) -> RenderedPage:
        """Return a page, counted from 0."""

    def text_layer(self, page: int) -> TextLayer:
        """Return the text that a page comes with; no words if it has none."""


def open_renderer(document: bytes) -> Renderer:
    """Open a PDF or TIFF. Raises UnreadableDocument, or what the library raises for damaged ones."""
    match DocumentType.of(document):
        case DocumentType.PDF:
            return _Pdf(document)
        case DocumentType.TIFF:
            return _Tiff(document)
    raise UnreadableDocument(
        _("This fax is neither a PDF nor a TIFF. Save the file, and open it with another program.")
    )


def _open_pdf(document: bytes) -> pypdfium2.PdfDocument:
    import pypdfium2
    from pypdfium2 import raw

    try:
        return pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableDocument(
                _("This fax is protected by a password. Save the file, and open it with another program.")
            ) from error
        if error.err_code == raw.FPDF_ERR_SUCCESS:
            raise UnreadableDocument(_("This fax has no pages: there is nothing to show.")) from error
        if (catalog := _CATALOG.search(document)) is None:
            raise
        # It was cut before its end, which names the catalog.
        end = b"\nendstream\nendobj\ntrailer\n<< /Root %s 0 R >>\nstartxref\n0\n%%%%EOF\n" % catalog[1]
        return pypdfium2.PdfDocument(document + end)


class _Pdf:
    def __init__(self, document: bytes) -> None:
        self._pdf = _open_pdf(document)
        self._pdf.init_forms()
        self.count: int = len(self._pdf)
        self.is_damaged = b"%%EOF" not in document[-_END:]
        if self.is_damaged:
            self.count = next((page for page in range(self.count) if not self._is_there(page)), self.count)

    def _is_there(self, page: int) -> bool:
        import pypdfium2

        try:
            self._pdf[page].close()
        except pypdfium2.PdfiumError:
            return False
        return True

    def render(self, page: int) -> RenderedPage:
        sheet = self._pdf[page]
        image: Image.Image = sheet.render(scale=_scale(sheet), grayscale=True, may_draw_forms=True).to_pil()
        return RenderedPage(_ink(image), dpi=72 * _scale(sheet))

    def text_layer(self, page: int) -> TextLayer:
        sheet = self._pdf[page]
        text = sheet.get_textpage()
        found = list(_layer_words(sheet, text))
        characters = "".join(word for word, *_ in found)
        unknown = sum(each == "\ufffd" or not each.isprintable() for each in characters)
        if unknown > _MAX_UNKNOWN * len(characters):
            return TextLayer(())
        angles = Counter(angle for *_, angle in found)
        turned = -(angles.most_common(1)[0][0] if angles else 0) % 360
        size = tuple(_scale(sheet) * each for each in sheet.get_size())
        words = (LayerWord(word, box.turned(turned, (size[0], size[1])), line) for word, box, line, _ in found)
        return TextLayer(tuple(words), turned)


def _scale(sheet: pypdfium2.PdfPage) -> float:
    """Pixels a point."""
    width, height = sheet.get_size()
    return float(min(SCAN_WIDTH / min(width, height), math.sqrt(_MAX_RENDERED / (width * height))))


def _layer_words(sheet: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage) -> Iterator[tuple[str, Box, int, int]]:
    """Words with their boxes in pixels, their line, and the angle they are written at, clockwise in degrees."""
    from pypdfium2 import raw

    scale, line = _scale(sheet), 0
    width, height = (round(each * scale) for each in sheet.get_size())
    edges = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_int(), ctypes.c_int()
    word, points, angle = "", list[tuple[int, int]](), 0.0
    for index in range(text.count_chars() + 1):
        code = raw.FPDFText_GetUnicode(text, index) if index < text.count_chars() else 32
        character = chr(code) if code < 0x110000 else "\ufffd"
        if not character.isspace() and character != "\0":
            if not word:
                angle = raw.FPDFText_GetCharAngle(text, index)
            word += character
            raw.FPDFText_GetCharBox(text, index, *edges)
            left, right, bottom, top = (each.value for each in edges)
            for across, down in ((left, top), (right, bottom)):
                raw.FPDF_PageToDevice(sheet, 0, 0, width, height, 0, across, down, x, y)
                points.append((x.value, y.value))
        elif word:
            columns, rows = zip(*points, strict=True)
            degrees = round(math.degrees(max(angle, 0)) / 90) * 90 + sheet.get_rotation()
            yield word, Box(min(columns), min(rows), max(columns), max(rows)), line, degrees % 360
            word, points = "", []
        line += character == "\n"


# Pillow stops at the first directory that it can't read, and shows the page before for one without a picture.
_COMPRESSION, _ORIENTATION, _PHOTOMETRIC, _RESOLUTION_UNIT = 259, 274, 262, 296
_X_RESOLUTION, _Y_RESOLUTION, _COLOR_MAP = 282, 283, 320
_STRIPS, _TILES = (273, 279), (324, 325)
_JPEG = 513
_READ = {_COMPRESSION, _JPEG, *_STRIPS, *_TILES}
_BY_LINES = (1, 2, 3, 4)
"""Compressions that are decoded line by line: what came of a page can be shown."""
_FORMATS = {3: "H", 4: "L", 16: "Q"}
"""Types of numbers: short, long, and that of BigTIFF."""
_MAX_PAGES = 100_000


class Directory(NamedTuple):
    """The directory of a page: where its picture starts and ends in the file; both are 0 if it names none."""

    compression: int
    start: int
    end: int

    def is_readable(self, size: int) -> bool:
        """Return True if a file of so many bytes has its picture, or a part of it that can be decoded."""
        return not self.end or self.end <= size or (self.start < size and self.compression in _BY_LINES)


class Directories(NamedTuple):
    """All directories that can be read; if ``is_cut``, there were more."""

    pages: tuple[Directory, ...]
    is_cut: bool

    def readable(self, size: int) -> int:
        """Return the number of pages up to the last one that is in a file of so many bytes."""
        return max((number for number, page in enumerate(self.pages, 1) if page.is_readable(size)), default=0)


def read_directories(document: bytes) -> Directories:
    """Return the directories of a TIFF or BigTIFF, as far as they can be read."""
    order = "<" if document.startswith(b"II") else ">"
    is_big = b"+" in document[2:4]
    number, count, entry = ("Q", "Q", "HHQ8s") if is_big else ("L", "H", "HHL4s")
    pages: list[Directory] = []
    seen: set[int] = set()
    try:
        (offset,) = struct.unpack_from(order + number, document, 8 if is_big else 4)
        while offset and offset not in seen and len(pages) < _MAX_PAGES:
            seen.add(offset)
            (entries,) = struct.unpack_from(order + count, document, offset)
            offset += struct.calcsize(order + count)
            size = struct.calcsize(order + entry)
            # The next offset too, before anything is believed.
            (following,) = struct.unpack_from(order + number, document, offset + entries * size)
            tags = {}
            for each in range(entries):
                tag, kind, length, value = struct.unpack_from(order + entry, document, offset + each * size)
                if tag in _READ and kind in _FORMATS:
                    tags[tag] = _numbers(document, order, number, _FORMATS[kind], length, value)
            pages.append(_directory(tags))
            offset = following
    except struct.error:
        return Directories(tuple(pages), is_cut=True)
    return Directories(tuple(pages), is_cut=False)


def _numbers(document: bytes, order: str, number: str, kind: str, length: int, value: bytes) -> tuple[int, ...]:
    """The numbers of an entry, which stand in it if they fit, and elsewhere otherwise."""
    size = struct.calcsize(order + kind) * length
    if size > len(document):
        return ()
    if size <= len(value):
        return struct.unpack_from(f"{order}{length}{kind}", value)
    (offset,) = struct.unpack(order + number, value)
    if offset + size > len(document):
        return ()
    return struct.unpack_from(f"{order}{length}{kind}", document, offset)


def _directory(tags: Mapping[int, tuple[int, ...]]) -> Directory:
    start, length = next((each for each in (_STRIPS, _TILES) if each[0] in tags), (_JPEG, 0))
    starts = tags.get(start, ())
    ends = [first + size for first, size in zip(starts, tags.get(length, ()), strict=False)] or starts
    return Directory((*tags.get(_COMPRESSION, ()), 1)[0], min(starts, default=0), max(ends, default=0))


_NAMED_KINDS = {
    9: N_("a fax compressed with JBIG"),
    10: N_("a colour fax compressed with JBIG"),
    34661: N_("a fax compressed with JBIG"),
    34715: N_("a fax compressed with JBIG2"),
}
"""By compression: kinds of TIFF that exist, and that Pillow can't decode."""
_MAX_MISSING = 16 << 20
"""Bytes of a picture that may be missing."""
_STANDARD_WIDTHS, _STANDARD_SHAPE = (1728, 2048, 2432), 204 / 98
"""Lines of a fax; a page of such a width that is wider than tall is in standard resolution, if it says nothing."""


class _Tiff:
    def __init__(self, document: bytes) -> None:
        # Sizes are checked here, before anything is decoded; Pillow would warn of large ones.
        Image.MAX_IMAGE_PIXELS = None
        self._pages, is_cut = directories = read_directories(document)
        self.count = directories.readable(len(document))
        self.is_damaged = is_cut or self.count < len(self._pages)
        missing = max((page.end for page in self._pages[: self.count]), default=0) - len(document)
        if 0 < missing <= _MAX_MISSING:
            # The library wants all of a picture, or nothing.
            document += bytes(missing)
        self._document = document
        self._tiff: Image.Image | None = None

    def render(self, page: int) -> RenderedPage:
        directory = self._pages[page]
        if not directory.end:
            raise UnreadableDocument(_("Page {page} has no picture.").format(page=page + 1))
        try:
            tiff = self._tiff = self._tiff or Image.open(io.BytesIO(self._document), formats=("TIFF",))
            tiff.seek(page)
        except (OSError, SyntaxError, KeyError) as error:
            kind = _NAMED_KINDS.get(directory.compression)
            if kind is None and self._document.startswith(b"MM\0+"):
                kind = N_("a BigTIFF in big-endian order")
            if kind is None:
                raise
            raise UnreadableDocument(
                _("Page {page} can't be shown: it is {kind}. Save the file, and open it with another program.").format(
                    page=page + 1, kind=_(kind)
                )
            ) from error
        width, height = tiff.size
        if width * height > _MAX_SCANNED:
            raise UnreadableDocument(
                _(
                    "Page {page} has {width:,} × {height:,} pixels; faxtui shows at most {most} million."
                    " Save the file, and open it with another program."
                ).format(page=page + 1, width=width, height=height, most=_MAX_SCANNED // 1_000_000)
            )
        assert isinstance(tiff, TiffImageFile)
        shape, dpi = _resolution(tiff)
        return RenderedPage(_ink(_as_grey(tiff)), shape, dpi)

    def text_layer(self, page: int) -> TextLayer:
        return TextLayer(())


def _resolution(tiff: TiffImageFile) -> tuple[float, float]:
    """How much taller than wide a pixel is, and how many there are an inch across, of the page as it is shown."""
    tags, (width, height) = tiff.tag_v2, tiff.size
    across, down = (float(tags.get(tag, 0)) for tag in (_X_RESOLUTION, _Y_RESOLUTION))
    is_turned = tags.get(_ORIENTATION, 1) in (5, 6, 7, 8)
    if not (0 < across < math.inf and 0 < down < math.inf):
        is_standard = not is_turned and width in _STANDARD_WIDTHS and height < 0.9 * width
        return (_STANDARD_SHAPE if is_standard else 1.0), _usual_dpi(width)
    unit = tags.get(_RESOLUTION_UNIT, 2)
    shape = across / down if 1 / 4 <= across / down <= 4 else 1.0
    dpi = across * (2.54 if unit == 3 else 1)
    if is_turned:
        shape, dpi = 1 / shape, dpi / shape
    return shape, dpi if unit != 1 and 72 <= dpi <= 1200 else _usual_dpi(width)


def _usual_dpi(width: int) -> float:
    return 204 * max(width / SCAN_WIDTH, 1) if width not in _STANDARD_WIDTHS else 204


def _as_grey(tiff: TiffImageFile) -> Image.Image:
    """Return a page in shades of grey on white paper, with the mistakes of its writer put right."""
    if tiff.mode in ("P", "PA") and max(tiff.tag_v2.get(_COLOR_MAP, (256,))) < 256:
        # The colours should have 16 bits; these have 8, and Pillow makes them black.
        colours = tiff.tag_v2[_COLOR_MAP]
        third = len(colours) // 3
        tiff.putpalette(bytes(colours[part * third + each] for each in range(third) for part in range(3)))
    if tiff.mode.startswith(("I", "F")):
        is_inverted = tiff.tag_v2.get(_PHOTOMETRIC) == 0
        deep = tiff.convert("F").point(lambda value: value * (1 / 257) + 0)
        grey = deep.convert("L")
        return ImageOps.invert(grey) if is_inverted else grey
    if "A" in tiff.getbands() or "transparency" in tiff.info:
        picture = tiff.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("L")
    return tiff.convert("L")


def _ink(grey: Image.Image) -> Image.Image:
    """Whatever shade the paper has, it is no ink."""
    counts = grey.histogram()
    paper = max(range(255, _PAPER_FROM - 1, -1), key=counts.__getitem__)
    blank = paper - _PAPER_VARIES if paper < 255 else 255
    return grey.point([0 if value >= blank else (paper - value) * 255 // paper for value in range(256)])


def _despeckled(ink: Image.Image) -> Image.Image:
    """Remove single black pixels, and fill single white ones: scaled up, they would become dots and commas."""
    around = ink.filter(ImageFilter.Kernel((3, 3), (1, 1, 1, 1, 0, 1, 1, 1, 1), 8))
    cleaned = ImageChops.multiply(ink, around.point([0] * 16 + [255] * 240))
    return ImageChops.lighter(cleaned, around.point([0] * 240 + [255] * 16))


_MAX_MEMORY = 1 << 30
_MAX_CPU = 60
"""Seconds, for one request: a limit for a process whose reader has gone."""


def serve(requests: BinaryIO, responses: BinaryIO) -> None:
    """Respond until no more requests come. A damaged document ends it with what the library raises."""

    def respond(content: bytes, kind: ResponseKind = ResponseKind.OK) -> None:
        responses.write(protocol.pack_response(kind, content))
        responses.flush()

    document = requests.read(protocol.unpack_length(requests.read(protocol.LENGTH_SIZE)))
    try:
        renderer = open_renderer(document)
        respond(protocol.pack_count(renderer.count, renderer.is_damaged))
        rendered: RenderedPage | None = None
        shown = (-1, 0)
        while data := requests.read(protocol.REQUEST_SIZE):
            _limit_cpu()
            request = Request.unpack(data)
            if request.kind is RequestKind.TEXT_LAYER:
                respond(protocol.pack_layer(renderer.text_layer(request.page)))
                continue
            if rendered is None or shown != (request.page, request.turn):
                rendered = renderer.render(request.page).turned(request.turn)
                shown = request.page, request.turn
            if request.kind is RequestKind.PAGE_INFO:
                respond(protocol.pack_page_info(rendered.info))
            elif request.kind is RequestKind.SCAN:
                respond(rendered.scan(request.width))
            else:
                respond(rendered.raster(request))
    except UnreadableDocument as error:
        respond(str(error).encode(), ResponseKind.ERROR)


def _limit_cpu() -> None:
    """Give each request its own time: a document of 200 pages takes more than one."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + _MAX_CPU, resource.RLIM_INFINITY)


def _limit(what: int, most: int, hard: int | None = None) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most if hard is None else hard))


def main() -> None:
    _limit(resource.RLIMIT_AS, _MAX_MEMORY)
    _limit_cpu()
    _limit(resource.RLIMIT_CORE, 0)
    # The libraries may print: only responses go where responses are expected.
    responses = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with responses, contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, responses)


if __name__ == "__main__":
    main()
