"""The table of faxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widgets import DataTable

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.fields import Field, Reading, field_named
from faxtui.domain.sort import Sort
from faxtui.inbox.handling import Done
from faxtui.ui.actions import TABLE, bindings
from faxtui.ui.marks import Marks
from faxtui.ui.widgets.cells import Cell, Painter, heading
from faxtui.ui.widgets.columns import Column, fit

GUTTER = 4
"""The cursor's bar, the mark, what was done with it, a blank."""
_LETTERS = {
    Done.GOING: "D",
    Done.UNKNOWN: "?",
    Done.DELETED: "x",
    Done.GONE: "g",
    Done.SAVED: "s",
    Done.OPENED: "o",
}
_GOES = (Done.GOING, Done.DELETED, Done.GONE)
_STRUCK = Style(strike=True)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the cursor is: on a fax, in a row of the page, on a line of the screen, both counted from 0."""

    fax: Fax | None = None
    row: int = 0
    line: int = 0


class FaxTable(DataTable[Cell | None], inherit_bindings=False):
    """One page of faxes, a cursor that stays on its fax, and headings that ask for a sort.

    The gutter at the left is painted over the finished lines, so that a mark never costs a table its caches.
    """

    BINDINGS = bindings(TABLE)

    class SortChosen(Message):
        """A heading was clicked."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(self, marks: Marks, columns: Sequence[Field] = ()) -> None:
        super().__init__(cursor_type="row", cell_padding=0, zebra_stripes=False, show_row_labels=False)
        self._marks = marks
        self._chosen = tuple(columns)
        self._painter = Painter(marks, Reading(0))
        self._faxes: tuple[Fax, ...] = ()
        self._sort = Sort()
        self._fitted: tuple[Column, ...] = ()
        self._done: Mapping[FaxKey, Done] = {}
        self._marked: AbstractSet[FaxKey] = frozenset()
        self._fills = 0

    @property
    def faxes(self) -> tuple[Fax, ...]:
        return self._faxes

    @property
    def current(self) -> Fax | None:
        """The fax under the cursor."""
        return self._faxes[self.cursor_row] if 0 <= self.cursor_row < len(self._faxes) else None

    @property
    def spot(self) -> Spot:
        """Where the cursor is now."""
        return Spot(self.current, self.cursor_row, self.cursor_row - round(self.scroll_offset.y))

    def show(self, faxes: tuple[Fax, ...], sort: Sort, reading: Reading, *, at: Spot) -> None:
        """Show these rows, with the cursor on the fax of that spot, or in its row if the fax is not among them."""
        if (faxes, sort, reading) == (self._faxes, self._sort, self._painter.reading):
            if at != self.spot:
                self._put_cursor(at)
            return
        self._painter.reading = reading
        is_new_sort, self._sort = sort != self._sort, sort
        self._faxes = faxes
        self._fill(at, new_columns=is_new_sort or not self._fitted)

    def choose_columns(self, columns: Sequence[Field]) -> None:
        """The operator's own columns; none for those that fit best."""
        self._chosen = tuple(columns)
        self._fill(self.spot, new_columns=True)

    def paint_states(self, done: Mapping[FaxKey, Done], marked: Iterable[FaxKey]) -> None:
        """What stands beside the rows, and which of them are struck through."""
        now = done, frozenset(marked)
        if now != (self._done, self._marked):
            self._done, self._marked = now
            self.refresh()

    @property
    def columns_chosen(self) -> tuple[Field, ...]:
        """The operator's own columns; none for those that fit best."""
        return self._chosen

    @property
    def columns_wanted(self) -> tuple[Field, ...]:
        """The operator's own, where there are some, with or without room for all of them; else those shown."""
        return self._chosen or self.columns_shown

    @property
    def columns_shown(self) -> tuple[Field, ...]:
        return tuple(each.field for each in self._fitted)

    def action_cursor_first(self) -> None:
        self.move_to(0)

    def action_cursor_last(self) -> None:
        self.move_to(len(self._faxes) - 1)

    def move_to_fax(self, fax: Fax) -> None:
        """Put the cursor on that fax, where it is among the rows."""
        self.move_to(self._row_of(fax, self.cursor_row))

    def move_to(self, row: int) -> None:
        if self._faxes:
            self.move_cursor(row=max(0, min(row, len(self._faxes) - 1)))

    def on_resize(self) -> None:
        if self.size.width and fit(self.size.width - GUTTER, self._chosen) != self._fitted:
            self._fill(self.spot, new_columns=True)

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        if event.column_index:
            self.post_message(self.SortChosen(field_named(str(event.column_key.value))))

    def render_line(self, y: int) -> Strip:
        line = super().render_line(y)
        row = y - self.header_height + self.scroll_offset.y
        if y < self.header_height or self.scroll_offset.x or not 0 <= row < len(self._faxes):
            return line
        is_current = row == self.cursor_row
        key = self._faxes[row].key
        done = self._done.get(key)
        bar = self._marks.bar if is_current else " "
        signs = f"{bar}{self._marks.marked if key in self._marked else ' '}{_LETTERS[done] if done else ' '} "
        if signs.isspace():
            return line
        style = next((each.style for each in line if each.style), None) or Style.null()
        gutter = Segment(signs, style)
        rest = line.crop(GUTTER)
        return Strip.join([Strip([gutter], GUTTER), rest.apply_style(_STRUCK) if done in _GOES else rest])

    def _fill(self, spot: Spot, *, new_columns: bool) -> None:
        if not self.size.width:
            return
        fitted = fit(self.size.width - GUTTER, self._chosen)
        with self.app.batch_update():
            self.clear(columns=new_columns or fitted != self._fitted)
            self._fitted = fitted
            if not self.columns:
                self._add_columns()
            for fax in self._faxes:
                self.add_row(None, *(Cell(fax, column, self._painter) for column in fitted))
            self._put_cursor(spot)
            self._scroll_to_line(self.cursor_row, spot.line)
        # And again once the table knows how long it is now.
        self._fills += 1
        self.call_after_refresh(self._settle_scroll, self._fills, self.cursor_row, spot.line)

    def _put_cursor(self, spot: Spot) -> None:
        self.move_to(self._row_of(spot.fax, spot.row))

    def _settle_scroll(self, fill: int, row: int, line: int) -> None:
        """Scroll as the rows were shown; the cursor may have moved since, and stays in sight."""
        if fill == self._fills:
            self._scroll_to_line(row, line)
            if self.cursor_row != row:
                self._scroll_cursor_into_view()

    def _add_columns(self) -> None:
        self.add_column("", width=GUTTER, key="")
        for column in self._fitted:
            label = heading(column, self._sort, self._marks)
            self.add_column(label, width=column.width + column.gap, key=column.field.name)

    def _row_of(self, fax: Fax | None, row: int) -> int:
        """Where that fax is now; ``row`` where it is not there, or where it is that very row among several."""
        if fax is None:
            return row
        same = [each for each, other in enumerate(self._faxes) if _are_the_same(fax, other)]
        return row if row in same or not same else same[0]

    def _scroll_to_line(self, row: int, line: int) -> None:
        """Scroll so that a row is on that line again, as far as the table reaches and can be seen."""
        lowest = self.scrollable_content_region.height - self.header_height - 1
        self.scroll_to(y=row - max(0, min(line, lowest)), animate=False, immediate=True)


def _are_the_same(fax: Fax, other: Fax) -> bool:
    """A fax without an address is only told by everything else there is of it."""
    return fax.key == other.key if fax.key.has_address else fax == other
