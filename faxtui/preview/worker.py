"""The pages of a PDF or TIFF as ink on paper. Only for the process that may be lost: nothing else imports this.

The process that takes a document apart: ``python -m faxtui.preview``, started by `DocumentReader`."""

from __future__ import annotations

import contextlib
import io
import math
import os
import resource
import sys
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from PIL import Image

from faxtui.domain.document import DocumentType
from faxtui.errors import UnreadableDocument
from faxtui.preview import protocol
from faxtui.preview.protocol import Box, Kind, PageInfo, Raster, Request

SCAN_WIDTH = 1728
"""Pixels in the line of a fax: the shorter side of a PDF's page is drawn with as many."""
_MOST_DRAWN, _MOST_SCANNED = 24_000_000, 50_000_000
"""Pixels of a page: one that is drawn is drawn smaller then, one that was scanned is refused."""
_PAPER_FROM, _PAPER_VARIES = 128, 12
_IS_INK = 80
_SAVE_IT = "Save the file, and look at it with another program."


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page; ``ink`` is 255 where it is black. ``shape`` is how much taller than wide a pixel is."""

    ink: Image.Image
    shape: float = 1.0

    @property
    def sheet(self) -> PageInfo:
        width, height = self.ink.size
        box = self.ink.point([0] * _IS_INK + [255] * (256 - _IS_INK)).getbbox()
        return PageInfo(width, height, self.shape, Box(*(box or (0, 0, width, height))), box is None)

    def raster(self, request: Request) -> Raster:
        """A part of it, each dot the average of its pixels; what lies beyond the page is blank."""
        left, top, right, bottom = request.box
        x, y = math.floor(left), math.floor(top)
        part = self.ink.crop((x, y, max(math.ceil(right), x + 1), max(math.ceil(bottom), y + 1)))
        within = (left - x, top - y, right - x, bottom - y)
        dots = part.resize((request.width, request.height), Image.Resampling.BOX, within)
        return Raster(request.width, request.height, dots.tobytes())


class Renderer(Protocol):
    """An open document."""

    count: int

    def paper(self, page: int) -> RenderedPage:
        """A page, counted from 0. Raises UnreadableDocument, or whatever the library raises for what is damaged."""


def open_renderer(document: bytes) -> Renderer:
    """Open a PDF or TIFF. Raises UnreadableDocument, or whatever the library raises for what is damaged."""
    match DocumentType.of(document):
        case DocumentType.PDF:
            return _Pdf(document)
        case DocumentType.TIFF:
            return _Tiff(document)
    raise UnreadableDocument(f"This fax is neither a PDF nor a TIFF. {_SAVE_IT}")


class _Pdf:
    def __init__(self, document: bytes) -> None:
        import pypdfium2
        from pypdfium2.raw import FPDF_ERR_PASSWORD

        try:
            self._pdf = pypdfium2.PdfDocument(document)
        except pypdfium2.PdfiumError as error:
            if error.err_code == FPDF_ERR_PASSWORD:
                raise UnreadableDocument(f"This fax is protected by a password. {_SAVE_IT}") from error
            raise
        self.count: int = len(self._pdf)

    def paper(self, page: int) -> RenderedPage:
        sheet = self._pdf[page]
        width, height = sheet.get_size()
        scale = min(SCAN_WIDTH / min(width, height), math.sqrt(_MOST_DRAWN / (width * height)))
        drawn: Image.Image = sheet.render(scale=scale, grayscale=True).to_pil()
        return RenderedPage(_ink(drawn))


class _Tiff:
    def __init__(self, document: bytes) -> None:
        # Looked at here, before anything is decoded; Pillow would warn of the large and refuse the very large.
        Image.MAX_IMAGE_PIXELS = None
        self._tiff = Image.open(io.BytesIO(document), formats=("TIFF",))
        self.count: int = getattr(self._tiff, "n_frames", 1)

    def paper(self, page: int) -> RenderedPage:
        self._tiff.seek(page)
        width, height = self._tiff.size
        if width * height > _MOST_SCANNED:
            raise UnreadableDocument(
                f"Page {page + 1} has {width:,} × {height:,} pixels, "
                f"more than the {_MOST_SCANNED // 1_000_000} million that faxtui shows. {_SAVE_IT}"
            )
        across, down = (float(each) for each in self._tiff.info.get("dpi", (1, 1)))
        shape = across / down if across > 0 and down > 0 else 1.0
        return RenderedPage(_ink(self._tiff), shape if 1 / 4 <= shape <= 4 else 1.0)


def _ink(image: Image.Image) -> Image.Image:
    """Whatever shade the paper has, it is no ink."""
    grey = image.convert("L")
    counts = grey.histogram()
    paper = max(range(255, _PAPER_FROM - 1, -1), key=counts.__getitem__)
    blank = paper - _PAPER_VARIES if paper < 255 else 255
    return grey.point([0 if value >= blank else (paper - value) * 255 // paper for value in range(256)])


_MOST_MEMORY = 1 << 30
_MOST_SECONDS = 60
"""Of a processor, for one document: a limit for what nobody waits for any more, its reader being gone."""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until no more requests come. What is damaged ends it with whatever the library raises."""

    def answer(kind: Kind, content: bytes) -> None:
        answers.write(protocol.pack_answer(kind, content))
        answers.flush()

    document = requests.read(protocol.unpack_length(requests.read(protocol.LENGTH_SIZE)))
    try:
        papers = open_renderer(document)
        answer(Kind.COUNT, protocol.pack_count(papers.count))
        paper: RenderedPage | None = None
        shown = -1
        while data := requests.read(protocol.REQUEST_SIZE):
            request = Request.unpack(data)
            if paper is None or request.page != shown:
                paper, shown = papers.paper(request.page), request.page
            if request.width:
                answer(Kind.INK, paper.raster(request).ink)
            else:
                answer(Kind.SHEET, protocol.pack_sheet(paper.sheet))
    except UnreadableDocument as error:
        answer(Kind.TROUBLE, str(error).encode())


def _limit(what: int, most: int) -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, most))


def main() -> None:
    _limit(resource.RLIMIT_AS, _MOST_MEMORY)
    _limit(resource.RLIMIT_CPU, _MOST_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    # The libraries may print; answers go where only answers go.
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with answers, contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
