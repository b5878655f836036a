"""What part of a page is on the screen, and how large.

Sizes are in pixels of the page. A cell of the screen counts as twice as tall as wide. Wherever possible a dot takes a
whole number of pixels, and the same ones wherever one moves to: letters stay even, and look the same everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

from faxtui.preview.drawing import Drawing, least_ink
from faxtui.preview.protocol import Box, Sheet

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
class Lens:
    """A page as a screen of so many columns and rows shows it. ``left`` and ``top`` are where that begins."""

    sheet: Sheet
    drawing: Drawing
    columns: int
    rows: int
    zoom: Zoom = Fit.WIDTH
    left: float = 0
    top: float = 0

    def at_start(self) -> Lens:
        """The upper left corner."""
        return replace(self, left=-math.inf, top=-math.inf)._within()

    def at_end(self) -> Lens:
        """The lower left corner."""
        return replace(self, left=-math.inf, top=math.inf)._within()

    def moved(self, across: float, down: float) -> Lens:
        """Moved by so many screens."""
        return replace(
            self, left=self.left + across * self._seen_width, top=self.top + down * self._seen_height
        )._within()

    def zoomed(self, *, closer: bool) -> Lens:
        """One step closer or farther, if there is one."""
        pixels = self.pixels
        if closer:
            wanted = next((each for each in self._zooms() if self._pixels(each) < pixels), self.zoom)
        else:
            wanted = next((each for each in reversed(self._zooms()) if self._pixels(each) > pixels), self.zoom)
        return self.at_zoom(wanted)

    def at_zoom(self, zoom: Zoom) -> Lens:
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

    def seen_on(self, columns: int, rows: int, drawing: Drawing) -> Lens:
        """The same, on a screen of another size, or drawn in another way."""
        return replace(self, columns=columns, rows=rows, drawing=drawing)._within()

    def on_page(self, sheet: Sheet) -> Lens:
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

    def _within(self) -> Lens:
        bounds, (across, down) = self._bounds, self._dot
        room = self._seen_width - (bounds.right - bounds.left)
        left = (
            bounds.left - room / 2 if room >= 0 else min(max(self.left, bounds.left), bounds.right - self._seen_width)
        )
        top = max(min(self.top, bounds.bottom - self._seen_height), bounds.top)
        return replace(self, left=round(left / across) * across, top=round(top / down) * down)
