"""The text of a page: words with their boxes, laid out as lines in which columns stay columns.

The words come from the document's own text layer or from recognition. Recognised words are never to be trusted as
numbers unless two readings agree: those that are in doubt are marked, in the text itself.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from faxtui.domain.text import visible, width
from faxtui.preview.protocol import Box

_SURE = 90
"""Confidence, in percent, from which two readings that agree are believed."""
_PREFIXED_UNIT = re.compile(r"[µμupy](?:mol|g|l|L|m|s|M|kat|UI|U|V|A)(?:[^A-Za-z]|$)|mol/")
"""A unit with a prefix that recognition confuses or drops: µmol and pmol differ by a factor of a million."""
_LIKE_A_DIGIT = re.compile(r"[|!/\\(){}\[\]lIJOo&]{1,2}[.,]?")
"""What a 1 or a 0 that stands alone is read as."""
_LETTER_AND_DIGIT = re.compile(r"[^\W\d_]\d")
"""One of them may be the other: “43” is read as “A3”; “10 à 45” as “10a45”."""
_GAP = 2
"""Columns between two cells."""
_PAGE_COLUMNS = 72
"""Columns that indentation counts with: the width of the text on a page."""


class TextSource(Enum):
    """Where the text of a page comes from."""

    LAYER = "layer"
    RECOGNISED = "recognised"


class Span(NamedTuple):
    """A part of a string: from ``start`` up to, but without, ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box; ``confidence`` is in percent. ``block`` and ``line`` number the reading order."""

    text: str
    box: Box
    confidence: float = 100
    block: int = 0
    line: int = 0
    to_check: bool = False

    @property
    def is_number(self) -> bool:
        """Return True if a digit is in it: dates, amounts and telephone numbers count too."""
        return any(character.isdigit() for character in self.text)

    @property
    def needs_agreement(self) -> bool:
        """Return True if it is too important for one reading: a number, or what no reading is enough for."""
        return self.is_number or self.is_never_sure

    @property
    def is_never_sure(self) -> bool:
        """Return True for a unit with a prefix, what may be a digit that stands alone, and letters before digits."""
        text = self.text
        if _LIKE_A_DIGIT.fullmatch(text):
            return text != "!" or self.confidence < _SURE
        return bool(_PREFIXED_UNIT.match(text.lstrip("([0123456789.,")) or _LETTER_AND_DIGIT.search(text))


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line as it is shown. ``to_check`` are the marked words in it, brackets included.

    ``top`` is where on the page it is, in pixels of the turned page.
    """

    text: str
    to_check: tuple[Span, ...] = ()
    top: float = 0
    bottom: float = 0


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page, counted from 0.

    ``turned`` is by how many degrees the page was turned clockwise before it was read (0, 90, 180, 270); boxes are in
    pixels of the page turned in this way. Until ``is_final``, all numbers are marked: they are read a second time.
    """

    page: int
    words: tuple[Word, ...] = ()
    source: TextSource = TextSource.LAYER
    turned: int = 0
    is_final: bool = True

    @property
    def to_check(self) -> int:
        """How many words are marked."""
        return sum(word.to_check for word in self.words)

    @property
    def confidence(self) -> float:
        """The mean confidence of its words, in percent; 0 if there are none."""
        return statistics.fmean(word.confidence for word in self.words) if self.words else 0

    @property
    def reading_order(self) -> str:
        """The text block by block, without columns and marks: for screen readers."""
        lines: list[str] = []
        block = self.words[0].block if self.words else 0
        for line in _lines(self.words):
            if line[0].block != block:
                block = line[0].block
                lines.append("")
            lines.append(" ".join(word.text for word in line))
        return "\n".join(lines)

    def lay_out(self, columns: int = 0) -> tuple[TextLine, ...]:
        """Return its lines: columns of a table stay columns, margins and gaps are squeezed.

        Sentences longer than ``columns`` are wrapped, rows of a table are not. Marked words stand in brackets.
        """
        return tuple(_Layout(self.words, columns).lines())


def merge_readings(first: Sequence[Word], second: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words of the first reading, those marked that the second one does not confirm.

    Of a marked word, the text of the surer reading is kept.
    """
    return tuple(_checked(word, [other for other in second if _overlaps(word.box, other.box)]) for word in first)


def mark_unchecked(words: Iterable[Word]) -> tuple[Word, ...]:
    """Mark every word that one reading is not enough for."""
    return tuple(replace(word, to_check=word.needs_agreement) for word in words)


def _checked(word: Word, at_its_place: Sequence[Word]) -> Word:
    if not word.needs_agreement and not any(other.needs_agreement for other in at_its_place):
        return word
    text = "".join(other.text for other in sorted(at_its_place, key=lambda other: other.box.left))
    confidence = min((other.confidence for other in at_its_place), default=0)
    is_sure = text == word.text and min(confidence, word.confidence) >= _SURE and not word.is_never_sure
    if len(at_its_place) == 1 and confidence > word.confidence and _common(at_its_place[0].box, word.box, max) > 0.7:
        word = replace(word, text=text, confidence=confidence)
    return replace(word, to_check=not is_sure)


def _overlaps(box: Box, other: Box) -> bool:
    """Return True if the boxes share half of the smaller one in both directions."""
    return _common(box, other, min) > 0.5


def _common(box: Box, other: Box, of: Callable[[float, float], float]) -> float:
    """The share of the smaller or the larger box that both have in common, across or down, whichever is less."""
    across = min(box.right, other.right) - max(box.left, other.left)
    down = min(box.bottom, other.bottom) - max(box.top, other.top)
    wide = of(box.right - box.left, other.right - other.left)
    tall = of(box.bottom - box.top, other.bottom - other.top)
    return min(across / wide if wide else 0, down / tall if tall else 0)


def _lines(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words by the lines that they were read as."""
    line: list[Word] = []
    for word in words:
        if line and (word.block, word.line) != (line[0].block, line[0].line):
            yield line
            line = []
        line.append(word)
    if line:
        yield line


@dataclass(slots=True)
class _Cell:
    """Words that stand together in a row."""

    words: list[Word]

    @property
    def left(self) -> float:
        return self.words[0].box.left

    @property
    def right(self) -> float:
        return self.words[-1].box.right

    @property
    def length(self) -> int:
        return sum(_columns(_shown(word)) + 1 for word in self.words) - 1


@dataclass(slots=True)
class _Row:
    """What stands at one height, from left to right; ``middle`` is that height, skew taken out."""

    words: list[Word]
    middle: float
    height: float
    cells: list[_Cell]

    @property
    def top(self) -> float:
        return min(word.box.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.box.bottom for word in self.words)


@dataclass(slots=True)
class _Band:
    """A column of a table: from where to where its cells reach, and how many characters the longest has."""

    left: float
    right: float
    length: int = 0


class _Layout:
    """Lay words out: rows by height, cells by gaps, tables from rows whose cells stand below each other."""

    def __init__(self, words: Sequence[Word], columns: int) -> None:
        self._columns = columns
        self._rows = _rows(words)
        self._left = min((row.cells[0].left for row in self._rows), default=0)
        right = max((row.cells[-1].right for row in self._rows), default=0)
        self._across = max(right - self._left, 1)
        steps = [row.middle - above.middle for above, row in zip(self._rows, self._rows[1:], strict=False)]
        self._leading = statistics.median(steps) if steps else 0

    def lines(self) -> Iterator[TextLine]:
        above: _Row | None = None
        for table in self._tables():
            bands = _bands(table)
            for row in table:
                if above is not None and row.middle - above.middle > 1.7 * self._leading:
                    yield TextLine("", top=above.bottom, bottom=row.top)
                yield from self._row(row, bands)
                above = row

    def _tables(self) -> Iterator[list[_Row]]:
        """Runs of rows whose cells fit the same columns; rows of one cell belong to the run they stand in."""
        table: list[_Row] = []
        for row in self._rows:
            is_far = table and row.middle - table[-1].middle > 4 * max(self._leading, row.height)
            if table and (is_far or not _fits(row, _bands(table))):
                yield table
                table = []
            table.append(row)
        if table:
            yield table

    def _row(self, row: _Row, bands: Sequence[_Band]) -> Iterator[TextLine]:
        starts = self._starts(bands)
        if len(row.cells) == 1:
            cell = row.cells[0]
            number = _band_of(cell, bands)
            indent = self._indent(cell.left) if number is None else starts[number]
            yield from self._sentence(row, cell, indent)
            return
        text, marks = "", list[Span]()
        for cell in row.cells:
            number = _band_of(cell, bands)
            column = self._indent(cell.left) if number is None else starts[number]
            text += " " * max(column - _columns(text), _GAP if text else 0)
            text = _append(text, cell.words, marks)
        yield TextLine(text, tuple(marks), row.top, row.bottom)

    def _sentence(self, row: _Row, cell: _Cell, indent: int) -> Iterator[TextLine]:
        if self._columns and indent + cell.length > self._columns:
            indent = max(0, min(indent, self._columns - cell.length))
        words: list[Word] = []
        length = indent
        for word in cell.words:
            more = _columns(_shown(word)) + (1 if words else 0)
            if self._columns and words and length + more > self._columns:
                yield self._line(row, words, indent)
                words, length, more = [], indent, more - 1
            words.append(word)
            length += more
        yield self._line(row, words, indent)

    @staticmethod
    def _line(row: _Row, words: Sequence[Word], indent: int) -> TextLine:
        marks: list[Span] = []
        text = _append(" " * indent, words, marks)
        return TextLine(text, tuple(marks), row.top, row.bottom)

    def _starts(self, bands: Sequence[_Band]) -> list[int]:
        starts: list[int] = []
        for number, band in enumerate(bands):
            before = bands[number - 1] if number else None
            starts.append(self._indent(band.left) if before is None else starts[-1] + before.length + _GAP)
        return starts

    def _indent(self, left: float) -> int:
        """How far from the left margin, as a share of the text's width; little is none."""
        indent = round((left - self._left) / self._across * _PAGE_COLUMNS)
        return indent if indent > 1 else 0


def _rows(words: Sequence[Word]) -> list[_Row]:
    """Lines that were read apart but stand at one height become one row."""
    lines = [line for line in _lines(words) if line]
    slope = _slope(lines)

    def middle(line: Sequence[Word]) -> float:
        return statistics.fmean(
            (word.box.top + word.box.bottom) / 2 - slope * (word.box.left + word.box.right) / 2 for word in line
        )

    rows: list[_Row] = []
    for line in sorted(lines, key=middle):
        height = statistics.median(word.box.bottom - word.box.top for word in line)
        last = rows[-1] if rows else None
        if (
            last is not None
            and middle(line) - last.middle < 0.45 * min(height, last.height)
            and not any(_shares_width(word, other) for word in line for other in last.words)
        ):
            last.words += line
        else:
            rows.append(_Row(list(line), middle(line), max(height, 1), []))
    for row in rows:
        row.words.sort(key=lambda word: word.box.left)
        row.cells = _cells(row.words)
    return rows


def _slope(lines: Sequence[Sequence[Word]]) -> float:
    """How much a line sinks for each pixel to the right, on a page that was fed askew."""
    slopes = []
    for line in lines:
        first, last = line[0].box, line[-1].box
        if len(line) > 2 and last.left > first.right:
            sunk = (last.top + last.bottom - first.top - first.bottom) / 2
            slopes.append(sunk / ((last.left + last.right - first.left - first.right) / 2))
    slope = statistics.median(slopes) if len(slopes) > 2 else 0
    return slope if abs(slope) < 0.1 else 0


def _shares_width(word: Word, other: Word) -> bool:
    across = min(word.box.right, other.box.right) - max(word.box.left, other.box.left)
    return across > 0.3 * min(word.box.right - word.box.left, other.box.right - other.box.left)


def _cells(words: Sequence[Word]) -> list[_Cell]:
    """Cut a row where the gap is too wide for a space between words."""
    character = statistics.median((word.box.right - word.box.left) / len(word.text) for word in words)
    cells: list[_Cell] = []
    for word in words:
        if cells and word.box.left - cells[-1].right <= 1.8 * character:
            cells[-1].words.append(word)
        else:
            cells.append(_Cell([word]))
    return cells


def _bands(rows: Iterable[_Row]) -> list[_Band]:
    """The columns of a table, from its rows of more than one cell."""
    bands: list[_Band] = []
    for cell in sorted((cell for row in rows if len(row.cells) > 1 for cell in row.cells), key=lambda cell: cell.left):
        if bands and cell.left < bands[-1].right:
            bands[-1].right = max(bands[-1].right, cell.right)
        else:
            bands.append(_Band(cell.left, cell.right))
        bands[-1].length = max(bands[-1].length, cell.length)
    return bands


def _fits(row: _Row, bands: Sequence[_Band]) -> bool:
    """Return True if no cell of the row covers two columns, and no column would hold two of its cells."""
    if len(row.cells) == 1:
        return True
    covered = [[number for number, band in enumerate(bands) if _is_in(cell, band)] for cell in row.cells]
    taken = [number for numbers in covered for number in numbers]
    return all(len(numbers) < 2 for numbers in covered) and len(taken) == len(set(taken))


def _is_in(cell: _Cell, band: _Band) -> bool:
    return cell.left < band.right and cell.right > band.left


def _band_of(cell: _Cell, bands: Sequence[_Band]) -> int | None:
    """The one column that a cell stands in, or the first of those it covers from its start on."""
    covered = [number for number, band in enumerate(bands) if _is_in(cell, band)]
    return covered[0] if covered else None


def _append(text: str, words: Iterable[Word], marks: list[Span]) -> str:
    start = len(text)
    for word in words:
        if len(text) > start:
            text += " "
        shown = _shown(word)
        if word.to_check:
            marks.append(Span(len(text), len(text) + len(shown)))
        text += shown
    return text


def _shown(word: Word) -> str:
    text = visible(word.text)
    return f"[{text}]" if word.to_check else text


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(map(width, text))
