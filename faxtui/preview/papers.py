"""The pages of a PDF or TIFF as ink on paper. Only for the process that may be lost: nothing else imports this."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from faxtui.domain.document import DocumentType
from faxtui.errors import UnreadableDocument
from faxtui.preview.protocol import Box, Raster, Request, Sheet

SCAN_WIDTH = 1728
"""Pixels in the line of a fax: the shorter side of a PDF's page is drawn with as many."""
_MOST_DRAWN, _MOST_SCANNED = 24_000_000, 50_000_000
"""Pixels of a page: one that is drawn is drawn smaller then, one that was scanned is refused."""
_PAPER_FROM, _PAPER_VARIES = 128, 12
_IS_INK = 80
_SAVE_IT = "Save the file, and look at it with another program."


@dataclass(frozen=True, slots=True)
class Paper:
    """A page; ``ink`` is 255 where it is black. ``shape`` is how much taller than wide a pixel is."""

    ink: Image.Image
    shape: float = 1.0

    @property
    def sheet(self) -> Sheet:
        width, height = self.ink.size
        box = self.ink.point([0] * _IS_INK + [255] * (256 - _IS_INK)).getbbox()
        return Sheet(width, height, self.shape, Box(*(box or (0, 0, width, height))), box is None)

    def raster(self, request: Request) -> Raster:
        """A part of it, each dot the average of its pixels; what lies beyond the page is blank."""
        left, top, right, bottom = request.box
        x, y = math.floor(left), math.floor(top)
        part = self.ink.crop((x, y, max(math.ceil(right), x + 1), max(math.ceil(bottom), y + 1)))
        within = (left - x, top - y, right - x, bottom - y)
        dots = part.resize((request.width, request.height), Image.Resampling.BOX, within)
        return Raster(request.width, request.height, dots.tobytes())


class Papers(Protocol):
    """An open document."""

    count: int

    def paper(self, page: int) -> Paper:
        """A page, counted from 0. Raises UnreadableDocument, or whatever the library raises for what is damaged."""


def open_papers(document: bytes) -> Papers:
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

    def paper(self, page: int) -> Paper:
        sheet = self._pdf[page]
        width, height = sheet.get_size()
        scale = min(SCAN_WIDTH / min(width, height), math.sqrt(_MOST_DRAWN / (width * height)))
        drawn: Image.Image = sheet.render(scale=scale, grayscale=True).to_pil()
        return Paper(_ink(drawn))


class _Tiff:
    def __init__(self, document: bytes) -> None:
        # Looked at here, before anything is decoded; Pillow would warn of the large and refuse the very large.
        Image.MAX_IMAGE_PIXELS = None
        self._tiff = Image.open(io.BytesIO(document), formats=("TIFF",))
        self.count: int = getattr(self._tiff, "n_frames", 1)

    def paper(self, page: int) -> Paper:
        self._tiff.seek(page)
        width, height = self._tiff.size
        if width * height > _MOST_SCANNED:
            raise UnreadableDocument(
                f"Page {page + 1} has {width:,} × {height:,} pixels, "
                f"more than the {_MOST_SCANNED // 1_000_000} million that faxtui shows. {_SAVE_IT}"
            )
        across, down = (float(each) for each in self._tiff.info.get("dpi", (1, 1)))
        shape = across / down if across > 0 and down > 0 else 1.0
        return Paper(_ink(self._tiff), shape if 1 / 4 <= shape <= 4 else 1.0)


def _ink(image: Image.Image) -> Image.Image:
    """Whatever shade the paper has, it is no ink."""
    grey = image.convert("L")
    counts = grey.histogram()
    paper = max(range(255, _PAPER_FROM - 1, -1), key=counts.__getitem__)
    blank = paper - _PAPER_VARIES if paper < 255 else 255
    return grey.point([0 if value >= blank else (paper - value) * 255 // paper for value in range(256)])
