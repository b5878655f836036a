"""The part of a page that is on the screen, how large it is, and how its dots become characters.

Sizes are in pixels of the page. A cell of the screen counts as twice as tall as wide. If possible a dot takes a whole
number of pixels, and the same ones after every move: letters stay even, and look the same everywhere. Ink is drawn,
paper left blank, so it reads on dark and light terminals without colours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

from faxtui.preview.protocol import Box, PageInfo, Raster

_STEPS = (32, 24, 16, 12, 8, 6, 4, 2)
"""Pixels across a cell, in steps of zoom."""
_MIN_STEP = 1.15
_MAX_FIT_LOSS, _MAX_SHAPE_CHANGE = 1.06, 0.15
_MARGIN = 1
"""Cells of paper beside the ink."""


class Fit(Enum):
    """A zoom that follows the page and the screen. The width is that of the ink, without blank margins."""

    PAGE = "whole page"
    WIDTH = "fit width"


Zoom = Fit | int
"""A fit, or pixels across a cell."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A page on a screen of so many columns and rows, from ``left`` and ``top`` on."""

    page: PageInfo
    drawing: Drawing
    columns: int
    rows: int
    zoom: Zoom = Fit.WIDTH
    left: float = 0
    top: float = 0

    def at_start(self) -> Viewport:
        """Return the upper left corner."""
        return replace(self, left=-math.inf, top=-math.inf)._clamped()

    def at_end(self) -> Viewport:
        """Return the lower left corner."""
        return replace(self, left=-math.inf, top=math.inf)._clamped()

    def moved(self, across: float, down: float) -> Viewport:
        """Return it moved by so many screens."""
        return replace(self, left=self.left + across * self._width, top=self.top + down * self._height)._clamped()

    def zoomed(self, *, closer: bool) -> Viewport:
        """Return it one step closer or farther, if there is one."""
        pixels = self.pixels
        if closer:
            wanted = next((each for each in self._zooms() if self._pixels(each) < pixels), self.zoom)
        else:
            wanted = next((each for each in reversed(self._zooms()) if self._pixels(each) > pixels), self.zoom)
        return self.at_zoom(wanted)

    def at_zoom(self, zoom: Zoom) -> Viewport:
        """Return it with the same middle; if it began at an edge or showed everything, it begins there again."""
        bounds, wanted = self._bounds, replace(self, zoom=zoom)
        left = self.left + (self._width - wanted._width) / 2
        top = self.top + (self._height - wanted._height) / 2
        across, down = self._dot
        if self.left <= bounds.left + across:
            left = -math.inf
        if self.top <= bounds.top + down:
            top = -math.inf
        return replace(wanted, left=left, top=top)._clamped()

    def resized(self, columns: int, rows: int, drawing: Drawing) -> Viewport:
        """Return the same on a screen of another size, or with another drawing."""
        return replace(self, columns=columns, rows=rows, drawing=drawing)._clamped()

    def on_page(self, page: PageInfo) -> Viewport:
        """Return the start of another page, as large as this one."""
        return replace(self, page=page).at_start()

    @property
    def pixels(self) -> float:
        """Pixels across a cell."""
        return self._pixels(self.zoom)

    @property
    def magnification(self) -> float:
        """How much larger it is than with its width fitted to the screen."""
        return self._pixels(Fit.WIDTH) / self.pixels

    @property
    def share_read(self) -> float:
        """The share of the page's height above the end of what is shown, from 0 to 1."""
        bounds = self._bounds
        return min(1.0, (self.top + self._height - bounds.top) / max(bounds.bottom - bounds.top, 1))

    @property
    def is_at_end(self) -> bool:
        return self.moved(0, 1).top <= self.top

    @property
    def box(self) -> Box:
        """The part of the page that is shown; blank paper beyond its edges belongs to it."""
        return Box(self.left, self.top, self.left + self._width, self.top + self._height)

    @property
    def dots(self) -> tuple[int, int]:
        """The number of dots across and down."""
        return self.columns * self.drawing.across, self.rows * self.drawing.down

    @property
    def ink_threshold(self) -> float:
        across, down = self._dot
        return ink_threshold(math.sqrt(across * down))

    def _zooms(self) -> tuple[Zoom, ...]:
        """From the farthest to the closest."""
        fit = self._pixels(Fit.WIDTH)
        fits: tuple[Zoom, ...] = (Fit.PAGE, Fit.WIDTH)
        return *fits, *(each for each in _STEPS if each * _MIN_STEP <= fit)

    def _pixels(self, zoom: Zoom) -> float:
        page = self.page
        if not isinstance(zoom, Fit):
            return zoom
        whole = max(page.width / self.columns, page.height * page.shape / (self.drawing.aspect * self.rows))
        if zoom is Fit.PAGE:
            return whole
        exact = (page.ink.right - page.ink.left) / max(self.columns - 2 * _MARGIN, 1)
        even = math.ceil(exact / self.drawing.across) * self.drawing.across
        return min(whole, even if even <= exact * _MAX_FIT_LOSS else max(exact, 1))

    @property
    def _dot(self) -> tuple[float, float]:
        """The pixels that a dot takes, across and down."""
        across = self.pixels / self.drawing.across
        down = self.drawing.aspect * self.pixels / self.drawing.down / self.page.shape
        if self.drawing.is_pixels:
            return across, down
        even = max(round(down), 1)
        return across, even if abs(even - down) <= _MAX_SHAPE_CHANGE * down and self.zoom is not Fit.PAGE else down

    @property
    def _width(self) -> float:
        return self.columns * self.drawing.across * self._dot[0]

    @property
    def _height(self) -> float:
        return self.rows * self.drawing.down * self._dot[1]

    @property
    def _bounds(self) -> Box:
        """The part of the page that can be moved about in."""
        page, margin = self.page, _MARGIN * self.pixels
        if self.zoom is Fit.PAGE:
            return Box(0, 0, page.width, page.height)
        ink = page.ink
        return Box(ink.left - margin, ink.top - margin, ink.right + margin, ink.bottom + margin)

    def _clamped(self) -> Viewport:
        bounds, (across, down) = self._bounds, self._dot
        room = self._width - (bounds.right - bounds.left)
        left = bounds.left - room / 2 if room >= 0 else min(max(self.left, bounds.left), bounds.right - self._width)
        top = max(min(self.top, bounds.bottom - self._height), bounds.top)
        return replace(self, left=round(left / across) * across, top=round(top / down) * down)


_FINE, _FINE_THRESHOLD, _MIN_THRESHOLD = 4.0, 0.33, 0.12
_FADING = 0.6


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing style: a cell shows ``across`` times ``down`` dots.

    ``characters`` has one for each set of dots; the dot in column x and row y counts 2 to the power x + across · y.
    It is empty if the dots are pixels of a picture. ``aspect``: how much taller than wide a cell is.
    """

    name: str
    across: int
    down: int
    characters: str
    aspect: float = 2.0

    @property
    def is_pixels(self) -> bool:
        return not self.characters

    def draw(self, raster: Raster, ink_threshold: float) -> tuple[str, ...]:
        """Return lines of characters; a dot is drawn if at least that share of it, from 0 to 1, is ink.

        A raster that fills no whole number of cells is filled up with paper.
        """
        columns, rows = -(-raster.width // self.across), -(-raster.height // self.down)
        limit = max(1, round(ink_threshold * 255))
        weights = [bytes(limit) + bytes([1 << bit]) * (256 - limit) for bit in range(self.across * self.down)]
        width, padded = columns * self.across, self._padded(raster, columns, rows)
        lines = []
        for row in range(rows):
            planes = []
            for bit, weight in enumerate(weights):
                start = (row * self.down + bit // self.across) * width
                line = padded[start + bit % self.across : start + width : self.across]
                planes.append(line.translate(weight))
            lines.append("".join(self.characters[sum(dots)] for dots in zip(*planes, strict=True)))
        return tuple(lines)

    def _padded(self, raster: Raster, columns: int, rows: int) -> bytes:
        width, height = columns * self.across, rows * self.down
        lines = (raster.ink[y * raster.width : (y + 1) * raster.width] for y in range(raster.height))
        return b"".join(line.ljust(width, b"\0") for line in lines) + bytes(width * (height - raster.height))


def ink_threshold(pixels: float) -> float:
    """Return the share of ink from which a dot that many pixels wide is drawn, found by looking at letters.

    Strokes of a letter are three or four pixels wide. In dots not much larger, a third keeps them whole and the
    insides of letters open; the larger a dot, the less of it a stroke can fill.
    """
    return _FINE_THRESHOLD if pixels <= _FINE else max(_MIN_THRESHOLD, _FINE_THRESHOLD * (_FINE / pixels) ** _FADING)


def _braille() -> str:
    """Unicode numbers the dots of the older six-dot cell first, column by column, then the row below them."""
    places = (0, 3, 1, 4, 2, 5, 6, 7)
    characters = [
        0x2800 + sum(1 << place for bit, place in enumerate(places) if dots >> bit & 1) for dots in range(256)
    ]
    return " " + "".join(map(chr, characters[1:]))


BRAILLE = Drawing("dots", 2, 4, _braille())
QUADRANTS = Drawing("quarter blocks", 2, 2, " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
HALF_BLOCKS = Drawing("half blocks", 1, 2, " ▀▄█")
ASCII = Drawing("ASCII", 1, 2, ' "o#')
