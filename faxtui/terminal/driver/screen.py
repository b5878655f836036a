"""What a place on the screen shows: a character and how it looks.

How wide characters are, and whether all terminals agree on it.

A screen as a terminal keeps it: rows of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

SEEN_ON_A_BLANK = frozenset({4, 7, 9, 21, 51, 52, 53})
"""The SGR codes that show on a space too: underline, reverse, strike, double underline, frames, overline."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a character looks, in the terms of SGR (ECMA-48 8.3.117).

    ``fg`` and ``bg`` are the parameters that choose the colour, empty for the terminal's own; ``codes`` the
    attributes that are on; ``other`` the parameters nobody here knows, in order; ``link`` the body of OSC 8.
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
        """Whether erasing leaves just this: at most a background."""
        return not (self.fg or self.codes or self.other or self.link)


PLAIN = Style()


@lru_cache(maxsize=4096)
def on_blank(style: Style) -> Style:
    """What of it can be seen on a space: its colour and weight can't."""
    return style if style.shows_on_blanks else replace(style, fg="", codes=frozenset())


@lru_cache(maxsize=65536)
def fits_blank(pen: Style, blank: Style) -> bool:
    """Whether a space painted with ``pen`` looks like one in ``blank``."""
    return on_blank(pen) == blank


class Cell(NamedTuple):
    """``text`` is one character with what is combined with it; empty for the right half of a wide one."""

    text: str
    style: Style


class _CellsInStyle(dict[str, Cell]):
    """The cells of one style by their text, made when they are first asked for."""

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
    """The cell of any text in that style. Equal cells are mostly the same object: comparing screens is fast."""
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
"""Code points, first to last, of one cell everywhere: letters of Europe, signs, arrows, boxes; no emoji among them.

Terminals set up for East Asia may paint some of the signs wide; Textual's own boxes are among these.
"""
_SURE = frozenset(chr(code) for first, last in _ONE_EVERYWHERE for code in range(first, last + 1))
_JOINER = "\u200d"

is_sure = _SURE.issuperset
"""Whether every terminal paints each character of a text in one cell."""


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """The characters of a text, each with all that is combined with it, and its width in cells as Textual counts."""
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
    """Painting never wraps: what comes after the last column is painted in it, as with DECAWM off."""

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
        """The same, with blanks where one character beyond ASCII fills half a line or more."""
        plain = self.copy()
        for line, row in enumerate(plain.rows):
            text, style = row[self.columns // 2]
            if not text.isascii() and row.count(Cell(text, style)) >= self.columns // 2:
                plain.rows[line] = [cell(" ", style) if each == (text, style) else each for each in row]
        return plain

    def resized(self, columns: int, lines: int) -> Screen:
        """The same, cut or padded with blanks at the right and at the bottom."""
        sized = Screen(columns, lines)
        for row, old in zip(sized.rows, self.rows, strict=False):
            kept = min(columns, self.columns)
            row[:kept] = old[:kept]
            if kept < self.columns and not old[kept].text:
                row[kept - 1] = cell(" ", old[kept - 1].style)
        return sized

    def put(self, line: int, column: int, text: str, style: Style) -> int:
        """Paint the text from there on; returns the column after it."""
        row = self.rows[line]
        if is_sure(text) and column + len(text) <= self.columns:
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
        """Of a wide character whose one half is painted over, the other half becomes blank."""
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
        """Everything moves a line up; the last one is blank then."""
        self.rows = [*self.rows[1:], [BLANK] * self.columns]
