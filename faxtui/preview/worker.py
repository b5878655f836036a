"""The process that decodes a document: ``python -m faxtui.preview.worker``, started by `DocumentReader`.

What a stranger sent may hang the libraries, crash them or make them ask for gigabytes. Nothing else imports this.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import math
import os
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from PIL import Image, ImageChops, ImageFilter, ImageOps

from faxtui.domain.document import DocumentType
from faxtui.errors import UnreadableDocument
from faxtui.preview import protocol
from faxtui.preview.protocol import Box, LayerWord, PageInfo, Request, RequestKind, ResponseKind, TextLayer
from faxtui.translation import _

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
        x, y = math.floor(left), math.floor(top)
        part = self.ink.crop((x, y, max(math.ceil(right), x + 1), max(math.ceil(bottom), y + 1)))
        within = (left - x, top - y, right - x, bottom - y)
        return part.resize((request.width, request.height), Image.Resampling.BOX, within).tobytes()

    def scan(self, dpi: int) -> bytes:
        """Return it without speckles and with square pixels, about ``dpi`` an inch, as a PGM with black letters."""
        width, height = self.ink.size
        scale = min(dpi / self.dpi, math.sqrt(_MAX_RENDERED / (width * height * self.shape)))
        size = max(round(width * scale), 1), max(round(height * self.shape * scale), 1)
        image = ImageOps.invert(_despeckled(self.ink))
        if size != image.size:
            image = image.resize(size, Image.Resampling.BICUBIC)
        return b"P5 %d %d 255\n" % size + image.tobytes()


class Renderer(Protocol):
    """An open document. Its methods raise UnreadableDocument, or what the library raises for damaged ones."""

    count: int

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


class _Pdf:
    def __init__(self, document: bytes) -> None:
        import pypdfium2
        from pypdfium2.raw import FPDF_ERR_PASSWORD

        try:
            self._pdf = pypdfium2.PdfDocument(document)
        except pypdfium2.PdfiumError as error:
            if error.err_code == FPDF_ERR_PASSWORD:
                raise UnreadableDocument(
                    _("This fax is protected by a password. Save the file, and open it with another program.")
                ) from error
            raise
        self.count: int = len(self._pdf)

    def render(self, page: int) -> RenderedPage:
        sheet = self._pdf[page]
        image: Image.Image = sheet.render(scale=_scale(sheet), grayscale=True).to_pil()
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


class _Tiff:
    def __init__(self, document: bytes) -> None:
        # Sizes are checked here, before anything is decoded; Pillow would warn of large ones.
        Image.MAX_IMAGE_PIXELS = None
        self._tiff = Image.open(io.BytesIO(document), formats=("TIFF",))
        self.count: int = getattr(self._tiff, "n_frames", 1)

    def render(self, page: int) -> RenderedPage:
        self._tiff.seek(page)
        width, height = self._tiff.size
        if width * height > _MAX_SCANNED:
            raise UnreadableDocument(
                _(
                    "Page {page} has {width:,} × {height:,} pixels; faxtui shows at most {most} million."
                    " Save the file, and open it with another program."
                ).format(page=page + 1, width=width, height=height, most=_MAX_SCANNED // 1_000_000)
            )
        across, down = (float(each) for each in self._tiff.info.get("dpi", (1, 1)))
        shape = across / down if across > 0 and down > 0 else 1.0
        return RenderedPage(_ink(self._tiff), shape if 1 / 4 <= shape <= 4 else 1.0)

    def text_layer(self, page: int) -> TextLayer:
        return TextLayer(())


def _ink(image: Image.Image) -> Image.Image:
    """Whatever shade the paper has, it is no ink."""
    grey = image.convert("L")
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
"""Seconds, for one document: a limit for a process whose reader has gone."""


def serve(requests: BinaryIO, responses: BinaryIO) -> None:
    """Respond until no more requests come. A damaged document ends it with what the library raises."""

    def respond(content: bytes, kind: ResponseKind = ResponseKind.OK) -> None:
        responses.write(protocol.pack_response(kind, content))
        responses.flush()

    document = requests.read(protocol.unpack_length(requests.read(protocol.LENGTH_SIZE)))
    try:
        renderer = open_renderer(document)
        respond(protocol.pack_count(renderer.count))
        rendered: RenderedPage | None = None
        shown = (-1, 0)
        while data := requests.read(protocol.REQUEST_SIZE):
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


def _limit(what: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


def main() -> None:
    _limit(resource.RLIMIT_AS, _MAX_MEMORY)
    _limit(resource.RLIMIT_CPU, _MAX_CPU)
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
