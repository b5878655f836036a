"""What a table's cells and headings hold: values that are put into words only when they are painted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from faxtui.domain.fax import Fax
from faxtui.domain.fields import Reading
from faxtui.domain.sort import Sort
from faxtui.ui.marks import Marks
from faxtui.ui.widgets.columns import Column


@dataclass(slots=True)
class Painter:
    """How cells are written: shared by all cells of a table."""

    marks: Marks
    reading: Reading


class Cell:
    """One field of one fax."""

    __slots__ = ("_column", "_fax", "_painter")

    def __init__(self, fax: Fax, column: Column, painter: Painter) -> None:
        self._fax = fax
        self._column = column
        self._painter = painter

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        field, marks = self._column.field, self._painter.marks
        text = marks.cut(field.text(self._fax, self._painter.reading), self._column.width)
        yield Segment(aligned(text, self._column))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self._column.width, self._column.width)


def aligned(text: str, column: Column) -> str:
    blank = " " * (column.width - cell_len(text))
    return f"{blank if column.field.is_right_aligned else ''}{text}{'' if column.field.is_right_aligned else blank}"


def heading(column: Column, sort: Sort, marks: Marks) -> Text:
    """A column's heading, with a mark where the list is sorted by it; at numbers the mark stands in the gap."""
    field = column.field
    mark = f" {marks.sort(sort.direction)}" if field.sort is sort.field else ""
    if field.sort is None:
        mark = marks.write(" –")
    text = aligned(field.heading, column) if field.is_right_aligned else field.heading
    return Text((text + mark).ljust(column.width + column.gap)[: column.width + column.gap], no_wrap=True, end="")
