"""The table of faxes."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widgets import DataTable

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.fields import Field, Reading, field_named
from faxtui.domain.sort import Sort
from faxtui.ui.actions import TABLE, bindings
from faxtui.ui.marks import Marks
from faxtui.ui.widgets.cells import Cell, Painter, heading
from faxtui.ui.widgets.columns import Column, fit

GUTTER = 3
"""The cursor's bar, the mark, a blank."""


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
        self._states: dict[FaxKey, str] = {}

    @property
    def faxes(self) -> tuple[Fax, ...]:
        return self._faxes

    @property
    def current(self) -> Fax | None:
        """The fax under the cursor."""
        return self._faxes[self.cursor_row] if 0 <= self.cursor_row < len(self._faxes) else None

    def show(self, faxes: tuple[Fax, ...], sort: Sort, reading: Reading, *, is_same_page: bool = False) -> None:
        """Show these rows. The cursor stays on its fax where that is among them.

        Else it stays in its row on the same page, and goes to the first on another one.
        """
        if (faxes, sort, reading) == (self._faxes, self._sort, self._painter.reading):
            return
        kept, row = self.current, self.cursor_row if is_same_page else 0
        self._painter.reading = reading
        is_new_sort, self._sort = sort != self._sort, sort
        self._faxes = faxes
        self._fill(kept, row, new_columns=is_new_sort or not self._fitted)

    def choose_columns(self, columns: Sequence[Field]) -> None:
        """The operator's own columns; none for those that fit best."""
        self._chosen = tuple(columns)
        self._fill(self.current, self.cursor_row, new_columns=True)

    def paint_states(self, states: dict[FaxKey, str], marked: AbstractSet[FaxKey]) -> None:
        """What stands beside the rows: one character by fax."""
        painted = {**states, **dict.fromkeys(marked, self._marks.marked)}
        if painted != self._states:
            self._states = painted
            self.refresh()

    @property
    def columns_shown(self) -> tuple[Field, ...]:
        return tuple(each.field for each in self._fitted)

    def action_cursor_first(self) -> None:
        self.move_to(0)

    def action_cursor_last(self) -> None:
        self.move_to(len(self._faxes) - 1)

    def move_to(self, row: int) -> None:
        if self._faxes:
            self.move_cursor(row=max(0, min(row, len(self._faxes) - 1)))

    def on_resize(self) -> None:
        if self.size.width and fit(self.size.width - GUTTER, self._chosen) != self._fitted:
            self._fill(self.current, self.cursor_row, new_columns=True)

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
        state = self._states.get(self._faxes[row].key, " ")
        if not is_current and state == " ":
            return line
        style = next((each.style for each in line if each.style), None) or Style.null()
        gutter = Segment(f"{self._marks.bar if is_current else ' '}{state} ", style)
        return Strip.join([Strip([gutter], GUTTER), line.crop(GUTTER)])

    def _fill(self, kept: Fax | None, row: int, *, new_columns: bool) -> None:
        if not self.size.width:
            return
        fitted = fit(self.size.width - GUTTER, self._chosen)
        with self.app.batch_update():
            self.clear(columns=new_columns or fitted != self._fitted)
            self._fitted = fitted
            if not self.columns:
                self.add_column("", width=GUTTER, key="")
                for column in fitted:
                    label = heading(column, self._sort, self._marks)
                    self.add_column(label, width=column.width + column.gap, key=column.field.name)
            for fax in self._faxes:
                self.add_row(None, *(Cell(fax, column, self._painter) for column in fitted))
            self.move_to(next((each for each, fax in enumerate(self._faxes) if kept and fax.key == kept.key), row))
