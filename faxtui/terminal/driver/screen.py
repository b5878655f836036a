"""Screen in memory: rows of cells, each a character in a style, and the width of characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

SEEN_ON_A_BLANK = frozenset({4, 7, 9, 21, 51, 52, 53})
"""SGR codes that are visible on a space: underline, reverse, strike, double underline, frames, overline."""


@dataclass(frozen=True, slots=True)
class Style:
    """Style of a character in terms of SGR (ECMA-48 8.3.117).

    ``fg``, ``bg``: the parameters that select the colour, empty for the terminal's default; ``codes``: attributes that
    are on; ``other``: unknown parameters, in order; ``link``: the body of OSC 8.
    """

    fg: str = ""
    bg: str = ""
    codes: frozenset[int] = frozenset()
    other: tuple[str, ...] = ()
    link: str = ""

    @property
    def shows_on_blanks(self) -> bool:
        return bool(self.codes & SEEN_ON_A_BLANK) or bool(self.other)

    @property
    def erases(self) -> bool:
        """Whether erasing can produce a space in this style, which has at most a background."""
        return not (self.fg or self.codes or self.other or self.link)


PLAIN = Style()


@lru_cache(maxsize=4096)
def on_blank(style: Style) -> Style:
    """Return the part of the style that is visible on a space: its foreground and weight are not."""
    return style if style.shows_on_blanks else replace(style, fg="", codes=frozenset())


@lru_cache(maxsize=65536)
def matches_blank(pen: Style, blank: Style) -> bool:
    """Return whether a space painted with ``pen`` looks like one in ``blank``."""
    return on_blank(pen) == blank


class Cell(NamedTuple):
    """One column. ``text``: a character with its combining marks; empty in the right half of a wide character."""

    text: str
    style: Style


class _CellsInStyle(dict[str, Cell]):
    """Cells of one style by their text, created on first use."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, text: str) -> Cell:
        blank = on_blank(self._style)
        made = cells_in(blank)[text] if text == " " and blank != self._style else Cell(text, self._style)
        self[text] = made
        return made


@lru_cache(maxsize=1024)
def cells_in(style: Style) -> Mapping[str, Cell]:
    """Return the cells of a style. Equal cells are mostly the same object, which makes comparing screens fast."""
    return _CellsInStyle(style)


def cell(text: str, style: Style) -> Cell:
    return cells_in(style)[text]


BLANK = cell(" ", PLAIN)


_ONE_EVERYWHERE = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2FF),
    (0x370, 0x377),
    (0x37A, 0x37F),
    (0x384, 0x38A),
    (0x38C, 0x38C),
    (0x38E, 0x3A1),
    (0x3A3, 0x482),
    (0x48A, 0x52F),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x203B),
    (0x203D, 0x2048),
    (0x20A0, 0x20BF),
    (0x2190, 0x2193),
    (0x21D0, 0x21D5),
    (0x2200, 0x22FF),
    (0x2500, 0x25A9),
    (0x25AC, 0x25B5),
    (0x25B7, 0x25BF),
    (0x25C1, 0x25FA),
    (0x2800, 0x28FF),
)
"""Ranges of code points that are one cell wide on every terminal: European letters, signs, arrows, boxes; no emoji.

Terminals configured for East Asia may paint some signs wide, Textual's own boxes among them.
"""
_NARROW = frozenset(chr(code) for first, last in _ONE_EVERYWHERE for code in range(first, last + 1))
_JOINER = "\u200d"

is_narrow = _NARROW.issuperset
"""Return whether every terminal paints each character of a text in one cell."""


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield the characters of a text with their combining marks, and their width in cells as Textual counts it."""
    cluster = ""
    for character in text:
        if cluster and (cluster.endswith(_JOINER) or get_character_cell_size(character) == 0):
            cluster += character
            continue
        if cluster:
            yield cluster, cell_len(cluster)
        cluster = character
    if cluster:
        yield cluster, cell_len(cluster)


Row = list[Cell]


class Screen:
    """Rows of cells. Text never wraps: past the last column it is painted in the last column, as with DECAWM off."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns = columns
        self.lines = lines
        self.rows: list[Row] = [[BLANK] * columns for _ in range(lines)]

    def copy(self) -> Screen:
        copied = Screen(self.columns, 0)
        copied.lines = self.lines
        copied.rows = [row[:] for row in self.rows]
        return copied

    def without_rules(self) -> Screen:
        """Return a copy with lines blanked out where one character beyond ASCII fills half or more."""
        plain = self.copy()
        for line, row in enumerate(plain.rows):
            text, style = row[self.columns // 2]
            if not text.isascii() and row.count(Cell(text, style)) >= self.columns // 2:
                plain.rows[line] = [cell(" ", style) if each == (text, style) else each for each in row]
        return plain

    def resized(self, columns: int, lines: int) -> Screen:
        """Return a copy cut or padded with blanks at the right and at the bottom."""
        sized = Screen(columns, lines)
        for row, old in zip(sized.rows, self.rows, strict=False):
            kept = min(columns, self.columns)
            row[:kept] = old[:kept]
            if kept < self.columns and not old[kept].text:
                row[kept - 1] = cell(" ", old[kept - 1].style)
        return sized

    def put(self, line: int, column: int, text: str, style: Style) -> int:
        """Paint the text and return the column after it."""
        row = self.rows[line]
        if is_narrow(text) and column + len(text) <= self.columns:
            end = column + len(text)
            self._cut(row, column, end)
            row[column:end] = map(cells_in(style).__getitem__, text)
            return end
        for cluster, width in clusters(text):
            column = self._put_cluster(row, column, cluster, width, style)
        return column

    def _put_cluster(self, row: Row, column: int, cluster: str, width: int, style: Style) -> int:
        if not width:
            self._combine(row, column - 1, cluster)
            return column
        if width > self.columns:
            return column
        column = min(column, self.columns - width)
        self._cut(row, column, column + width)
        row[column] = cell(cluster, style)
        for right in range(column + 1, column + width):
            row[right] = cell("", style)
        return column + width

    @staticmethod
    def _combine(row: Row, column: int, mark: str) -> None:
        while column > 0 and not row[column].text:
            column -= 1
        if column >= 0:
            row[column] = cell(row[column].text + mark, row[column].style)

    @staticmethod
    def _cut(row: Row, start: int, end: int) -> None:
        """Blank the remaining half of each wide character that painting from ``start`` to ``end`` splits."""
        if not row[start].text:
            head = start
            while head > 0 and not row[head].text:
                row[head] = cell(" ", row[head].style)
                head -= 1
            row[head] = cell(" ", row[head].style)
        while end < len(row) and not row[end].text:
            row[end] = cell(" ", row[end].style)
            end += 1

    def erase(self, line: int, start: int, end: int, background: str) -> None:
        if start < end:
            row = self.rows[line]
            self._cut(row, start, end)
            row[start:end] = [cell(" ", Style(bg=background))] * (end - start)

    def scroll(self) -> None:
        """Move all lines up by one; the last line becomes blank."""
        self.rows = [*self.rows[1:], [BLANK] * self.columns]
