"""A table for people, in plain text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from faxtui.domain.fax import Fax
from faxtui.domain.fields import FIELDS, FILE, Field, Reading
from faxtui.domain.text import in_ascii
from faxtui.domain.text import width as cell_width

_GAP = "  "
_ROOMY_FILE = 27
"""The width of a file name in full."""
_NARROW_FILE = 10
_WIDEST = 40
"""Cells at most that a value can widen its column by itself to, where there is no terminal."""


@dataclass(frozen=True, slots=True)
class _Column:
    field: Field
    width: int


class Table:
    """On a terminal of ``width`` cells, the most important columns that fit, cut with ``…``.

    Elsewhere (``width`` None) every column, at least as wide as on a screen and as its first page needs, and nothing
    is cut. Where there is no ``utf8``, what ASCII does not have becomes ``?``.
    """

    def __init__(self, reading: Reading, *, width: int | None = None, utf8: bool = True) -> None:
        self._reading = reading
        self._width = width
        self._utf8 = utf8
        self._columns: tuple[_Column, ...] = ()

    def page(self, faxes: Sequence[Fax]) -> bytes:
        lines = []
        if not self._columns:
            self._columns = _widened(faxes, self._reading) if self._width is None else _fitting(self._width)
            lines.append(self._line(column.field.heading for column in self._columns))
        lines += [self._line(column.field.text(fax, self._reading) for column in self._columns) for fax in faxes]
        text = "".join(f"{line}\n" for line in lines)
        return text.encode() if self._utf8 else text.encode("ascii", "replace")

    def end(self) -> bytes:
        return b""

    def _line(self, texts: Iterable[str]) -> str:
        cells = [self._cell(text, column) for text, column in zip(texts, self._columns, strict=True)]
        return _GAP.join(cells).rstrip()

    def _cell(self, text: str, column: _Column) -> str:
        written = text if self._utf8 else in_ascii(text)
        if self._width is not None:
            written = cut(written, column.width, "…" if self._utf8 else "..")
        blank = " " * (column.width - cells_of(written))
        return blank + written if column.field.is_right_aligned else written + blank


def cells_of(text: str) -> int:
    """The cells of a terminal that ``text`` takes: two for a wide character, none for one that combines."""
    return len(text) if text.isascii() else sum(map(cell_width, text))


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """``text`` in at most ``width`` cells, with ``…`` where something was cut."""
    if cells_of(text) <= width:
        return text
    ends = list(accumulate(map(cell_width, text)))
    kept = text[: bisect_right(ends, width - len(ellipsis))]
    return (kept.rstrip() + ellipsis)[:width]


def _fitting(room: int) -> tuple[_Column, ...]:
    """As many fields as fit, by importance. The file name stands last and takes what is left over."""
    for count in range(len(FIELDS), 0, -1):
        chosen = FIELDS[:count]
        columns = tuple(_Column(field, field.width) for field in chosen if field is not FILE)
        left = room - sum(column.width + len(_GAP) for column in columns)
        if FILE not in chosen:
            if left + len(_GAP) >= 0:
                return columns
        elif left >= (_NARROW_FILE if chosen[-1] is FILE else _ROOMY_FILE):
            return (*columns, _Column(FILE, left))
    return (_Column(FIELDS[0], room),)


def _widened(faxes: Sequence[Fax], reading: Reading) -> tuple[_Column, ...]:
    in_order = (*(field for field in FIELDS if field is not FILE), FILE)
    return tuple(_Column(field, _width_for(field, faxes, reading)) for field in in_order)


def _width_for(field: Field, faxes: Sequence[Fax], reading: Reading) -> int:
    longest = max((cells_of(field.text(fax, reading)) for fax in faxes), default=0)
    return max(field.width, min(longest, _WIDEST))
