"""A document while it is read: which page, what part of it, and how that is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from faxtui.preview.drawing import Drawing
from faxtui.preview.lens import Lens
from faxtui.preview.reader import DocumentReader


@dataclass(frozen=True, slots=True)
class Place:
    """What is wanted of a document: a page, counted from 0, and what part of it. None is its start."""

    number: int
    lens: Lens | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A place as lines of characters, one for each row of the screen."""

    place: Place
    lines: tuple[str, ...]


class Book:
    """Everything but `draw` is done at once. A page is as large as the one before it was."""

    def __init__(self, reader: DocumentReader, drawing: Drawing, columns: int, rows: int) -> None:
        self._reader = reader
        self._screen = columns, rows, drawing
        self._number = 0
        self._lens: Lens | None = None
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

    def look(self, change: Callable[[Lens], Lens]) -> None:
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
                fresh = Lens(sheet, drawing, columns, rows)
                self._lens = fresh.at_start() if self._lens is None else self._lens.on_page(sheet)
                self._lens_of = place.number
        lens = place.lens
        raster = await self._reader.raster(place.number, lens.box, *lens.dots)
        return Picture(place, lens.drawing.draw(raster, lens.least_ink))
