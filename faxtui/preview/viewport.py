"""What part of a page is on the screen, and how large.

Sizes are in pixels of the page. A cell of the screen counts as twice as tall as wide. Wherever possible a dot takes a
whole number of pixels, and the same ones wherever one moves to: letters stay even, and look the same everywhere.


Dots as characters: ink is written, paper left blank, so it reads on dark and light terminals without colours.

A document while it is read: which page, what part of it, and how that is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from faxtui.preview.client import DocumentReader
from faxtui.preview.protocol import Box, PageInfo, Raster

_STEPS = (32, 24, 16, 12, 8, 6, 4, 2)
"""Pixels across a cell, in steps of zoom."""
_WORTH_A_STEP = 1.15
_FIT_MAY_LOSE, _SHAPE_MAY_CHANGE = 1.06, 0.15
_MARGIN = 1
"""Cells of paper that are left beside the ink."""


class Fit(Enum):
    """A zoom that follows the page and the screen. The width is that of the ink: blank margins tell nothing."""

    PAGE = "whole page"
    WIDTH = "fit width"


Zoom = Fit | int
"""A fit, or pixels across a cell."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """A page as a screen of so many columns and rows shows it. ``left`` and ``top`` are where that begins."""

    sheet: PageInfo
    drawing: Drawing
    columns: int
    rows: int
    zoom: Zoom = Fit.WIDTH
    left: float = 0
    top: float = 0

    def at_start(self) -> Viewport:
        """The upper left corner."""
        return replace(self, left=-math.inf, top=-math.inf)._within()

    def at_end(self) -> Viewport:
        """The lower left corner."""
        return replace(self, left=-math.inf, top=math.inf)._within()

    def moved(self, across: float, down: float) -> Viewport:
        """Moved by so many screens."""
        return replace(
            self, left=self.left + across * self._seen_width, top=self.top + down * self._seen_height
        )._within()

    def zoomed(self, *, closer: bool) -> Viewport:
        """One step closer or farther, if there is one."""
        pixels = self.pixels
        if closer:
            wanted = next((each for each in self._zooms() if self._pixels(each) < pixels), self.zoom)
        else:
            wanted = next((each for each in reversed(self._zooms()) if self._pixels(each) > pixels), self.zoom)
        return self.at_zoom(wanted)

    def at_zoom(self, zoom: Zoom) -> Viewport:
        """What was in the middle stays there; what was at the beginning, or seen in whole, is seen from its start."""
        bounds, wanted = self._bounds, replace(self, zoom=zoom)
        left = self.left + (self._seen_width - wanted._seen_width) / 2
        top = self.top + (self._seen_height - wanted._seen_height) / 2
        across, down = self._dot
        if self.left <= bounds.left + across:
            left = -math.inf
        if self.top <= bounds.top + down:
            top = -math.inf
        return replace(wanted, left=left, top=top)._within()

    def seen_on(self, columns: int, rows: int, drawing: Drawing) -> Viewport:
        """The same, on a screen of another size, or drawn in another way."""
        return replace(self, columns=columns, rows=rows, drawing=drawing)._within()

    def on_page(self, sheet: PageInfo) -> Viewport:
        """The start of another page, as large as this one."""
        return replace(self, sheet=sheet).at_start()

    @property
    def pixels(self) -> float:
        """Pixels across a cell."""
        return self._pixels(self.zoom)

    @property
    def magnification(self) -> float:
        """How much larger than with its width fitted to the screen."""
        return self._pixels(Fit.WIDTH) / self.pixels

    @property
    def share_passed(self) -> float:
        """How much of the page's height lies above the end of what is seen, from 0 to 1."""
        bounds = self._bounds
        return min(1.0, (self.top + self._seen_height - bounds.top) / max(bounds.bottom - bounds.top, 1))

    @property
    def is_at_foot(self) -> bool:
        return self.moved(0, 1).top <= self.top

    @property
    def box(self) -> Box:
        """The part of the page that is seen; blank paper beyond its edges belongs to it."""
        return Box(self.left, self.top, self.left + self._seen_width, self.top + self._seen_height)

    @property
    def dots(self) -> tuple[int, int]:
        """How many dots there are, across and down."""
        return self.columns * self.drawing.across, self.rows * self.drawing.down

    @property
    def least_ink(self) -> float:
        across, down = self._dot
        return least_ink(math.sqrt(across * down))

    def _zooms(self) -> tuple[Zoom, ...]:
        """From the farthest to the closest."""
        fit = self._pixels(Fit.WIDTH)
        fits: tuple[Zoom, ...] = (Fit.PAGE, Fit.WIDTH)
        return *fits, *(each for each in _STEPS if each * _WORTH_A_STEP <= fit)

    def _pixels(self, zoom: Zoom) -> float:
        sheet = self.sheet
        if not isinstance(zoom, Fit):
            return zoom
        whole = max(sheet.width / self.columns, sheet.height * sheet.shape / (2 * self.rows))
        if zoom is Fit.PAGE:
            return whole
        exact = (sheet.ink.right - sheet.ink.left) / max(self.columns - 2 * _MARGIN, 1)
        even = math.ceil(exact / self.drawing.across) * self.drawing.across
        return min(whole, even if even <= exact * _FIT_MAY_LOSE else max(exact, 1))

    @property
    def _dot(self) -> tuple[float, float]:
        """The pixels that a dot takes, across and down."""
        across = self.pixels / self.drawing.across
        down = 2 * self.pixels / self.drawing.down / self.sheet.shape
        even = max(round(down), 1)
        return across, even if abs(even - down) <= _SHAPE_MAY_CHANGE * down and self.zoom is not Fit.PAGE else down

    @property
    def _seen_width(self) -> float:
        return self.columns * self.drawing.across * self._dot[0]

    @property
    def _seen_height(self) -> float:
        return self.rows * self.drawing.down * self._dot[1]

    @property
    def _bounds(self) -> Box:
        """What one can move about in."""
        sheet, margin = self.sheet, _MARGIN * self.pixels
        if self.zoom is Fit.PAGE:
            return Box(0, 0, sheet.width, sheet.height)
        ink = sheet.ink
        return Box(ink.left - margin, ink.top - margin, ink.right + margin, ink.bottom + margin)

    def _within(self) -> Viewport:
        bounds, (across, down) = self._bounds, self._dot
        room = self._seen_width - (bounds.right - bounds.left)
        left = (
            bounds.left - room / 2 if room >= 0 else min(max(self.left, bounds.left), bounds.right - self._seen_width)
        )
        top = max(min(self.top, bounds.bottom - self._seen_height), bounds.top)
        return replace(self, left=round(left / across) * across, top=round(top / down) * down)


_FINE, _FINE_INK, _LEAST_INK = 4.0, 0.36, 0.12
_FADING = 0.6


@dataclass(frozen=True, slots=True)
class Drawing:
    """A way to draw: a cell shows ``across`` times ``down`` dots.

    ``signs`` has a character for each set of dots; the dot in column x and row y counts 2 to the power x + across · y.
    """

    name: str
    across: int
    down: int
    signs: str

    def draw(self, raster: Raster, least_ink: float) -> tuple[str, ...]:
        """Lines of characters; a dot is written where at least that share of it, from 0 to 1, is ink.

        A raster that fills no whole number of cells is filled up with paper.
        """
        columns, rows = -(-raster.width // self.across), -(-raster.height // self.down)
        limit = max(1, round(least_ink * 255))
        weights = [bytes(limit) + bytes([1 << bit]) * (256 - limit) for bit in range(self.across * self.down)]
        width, padded = columns * self.across, self._padded(raster, columns, rows)
        lines = []
        for row in range(rows):
            planes = []
            for bit, weight in enumerate(weights):
                start = (row * self.down + bit // self.across) * width
                line = padded[start + bit % self.across : start + width : self.across]
                planes.append(line.translate(weight))
            lines.append("".join(self.signs[sum(dots)] for dots in zip(*planes, strict=True)))
        return tuple(lines)

    def _padded(self, raster: Raster, columns: int, rows: int) -> bytes:
        width, height = columns * self.across, rows * self.down
        lines = (raster.ink[y * raster.width : (y + 1) * raster.width] for y in range(raster.height))
        return b"".join(line.ljust(width, b"\0") for line in lines) + bytes(width * (height - raster.height))


def least_ink(pixels: float) -> float:
    """The share of ink from which a dot that many pixels wide is written, found by looking at letters.

    Strokes of a letter are three or four pixels wide. In dots not much larger, a third keeps them whole and the
    insides of letters open; the larger a dot, the less of it a stroke can fill.
    """
    return _FINE_INK if pixels <= _FINE else max(_LEAST_INK, _FINE_INK * (_FINE / pixels) ** _FADING)


def _braille() -> str:
    """Unicode numbers the dots of the older six-dot cell first, column by column, then the row below them."""
    places = (0, 3, 1, 4, 2, 5, 6, 7)
    signs = [0x2800 + sum(1 << place for bit, place in enumerate(places) if dots >> bit & 1) for dots in range(256)]
    return " " + "".join(map(chr, signs[1:]))


BRAILLE = Drawing("dots", 2, 4, _braille())
QUADRANTS = Drawing("quarter blocks", 2, 2, " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
HALF_BLOCKS = Drawing("half blocks", 1, 2, " ▀▄█")
ASCII = Drawing("ASCII", 1, 2, ' "o#')


@dataclass(frozen=True, slots=True)
class Place:
    """What is wanted of a document: a page, counted from 0, and what part of it. None is its start."""

    number: int
    lens: Viewport | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A place as lines of characters, one for each row of the screen."""

    place: Place
    lines: tuple[str, ...]


class DocumentView:
    """Everything but `draw` is done at once. A page is as large as the one before it was."""

    def __init__(self, reader: DocumentReader, drawing: Drawing, columns: int, rows: int) -> None:
        self._reader = reader
        self._screen = columns, rows, drawing
        self._number = 0
        self._lens: Viewport | None = None
        self._lens_of = -1

    @property
    def place(self) -> Place:
        return Place(self._number, self._lens if self._lens_of == self._number else None)

    @property
    def has_next(self) -> bool:
        return self._number < self._reader.pages - 1

    @property
    def has_previous(self) -> bool:
        return self._number > 0

    def turn(self, by: int) -> None:
        self._number = max(0, min(self._number + by, self._reader.pages - 1))

    def look(self, change: Callable[[Viewport], Viewport]) -> None:
        """Look elsewhere; what a page not yet there looks like can't be changed."""
        if self.place.lens is not None:
            self._lens = change(self.place.lens)

    def see_on(self, drawing: Drawing, columns: int, rows: int) -> None:
        self._screen = columns, rows, drawing
        if self._lens is not None:
            self._lens = self._lens.seen_on(*self._screen)

    async def draw(self) -> Picture:
        """What is wanted now, which something else may be by the time that it is drawn. Raises UnreadableDocument."""
        while (place := self.place).lens is None:
            sheet = await self._reader.sheet(place.number)
            if self._number == place.number:
                columns, rows, drawing = self._screen
                fresh = Viewport(sheet, drawing, columns, rows)
                self._lens = fresh.at_start() if self._lens is None else self._lens.on_page(sheet)
                self._lens_of = place.number
        lens = place.lens
        raster = await self._reader.raster(place.number, lens.box, *lens.dots)
        return Picture(place, lens.drawing.draw(raster, lens.least_ink))
