"""The table of faxes: its columns, cells and gutter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.strip import Strip
from textual.widgets import DataTable

from faxtui.domain.fax import (
    BAUD,
    CUSTOMER,
    DURATION,
    FIELDS,
    FILE,
    FOLDER,
    FROM,
    LONGEST_SHOWN,
    MESSAGE,
    PAGES,
    RECEIVED,
    TO,
    Fax,
    FaxKey,
    Field,
    ValueFormat,
    field_named,
)
from faxtui.domain.query import Sort
from faxtui.operations.operations import LocalStatus
from faxtui.translation import _
from faxtui.ui.display import Glyphs
from faxtui.ui.keymap import TABLE, bindings


class Painter:
    """How cells are written; shared by all cells of a table."""

    def __init__(self, glyphs: Glyphs, reading: ValueFormat) -> None:
        self.glyphs = glyphs
        self.reading = reading


class Cell:
    """One field of one fax, turned into text only when it is painted."""

    __slots__ = ("_column", "_fax", "_painter")

    def __init__(self, fax: Fax, column: Column, painter: Painter) -> None:
        self._fax = fax
        self._column = column
        self._painter = painter

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        field, glyphs = self._column.field, self._painter.glyphs
        cut = glyphs.cut_start if field is FILE else glyphs.cut
        text = cut(field.text(self._fax, self._painter.reading), self._column.width)
        yield Segment(aligned(text, self._column))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(self._column.width, self._column.width)


def line_style(line: Strip) -> Style:
    """Return the style of a line of the table, such as the cursor's."""
    return next((each.style for each in line if each.style), None) or Style.null()


def aligned(text: str, column: Column) -> str:
    blank = " " * (column.width - cell_len(text))
    return f"{blank if column.field.is_right_aligned else ''}{text}{'' if column.field.is_right_aligned else blank}"


def heading(column: Column, sort: Sort, glyphs: Glyphs) -> Text:
    """Return a column's heading, with a mark if the list is sorted by it, and another if it never can be.

    A number's heading ends where the numbers do: the mark stands in the gap after it.
    """
    field = column.field
    mark = glyphs.sort(sort.direction) if field is sort.field else ""
    if not field.is_sortable:
        text = aligned(glyphs.write(f"{_(field.heading)} –"), column)
    elif field.is_right_aligned:
        text = aligned(_(field.heading), column) + mark
    else:
        text = f"{_(field.heading)} {mark}"
    width = column.width + column.gap
    return Text(text.ljust(width)[:width], no_wrap=True, end="")


GAP = 2
LEFT_TO_RIGHT = (RECEIVED, FROM, TO, PAGES, DURATION, BAUD, FOLDER, MESSAGE, CUSTOMER, FILE)
_IMPORTANT = (FROM, TO, PAGES, DURATION, FILE)
_IF_ROOM = (BAUD, FOLDER, MESSAGE, CUSTOMER)
_GROWING = ((FROM, 32), (TO, 32), (FILE, 64), (FROM, LONGEST_SHOWN), (TO, LONGEST_SHOWN), (FILE, LONGEST_SHOWN))
"""Who gets spare cells, in order, up to which width: one long name must not push out the others."""
_LEAST = {FROM: 14, TO: 12, FILE: 10}
"""Least cells of columns that may be cut."""
_MEASURED = (RECEIVED, FROM, TO, FILE, FOLDER, MESSAGE)
"""Columns as wide as their values; the others have a fixed width."""


class Column(NamedTuple):
    """A field in a table, ``width`` cells wide without the gap after it; the last one has none."""

    field: Field
    width: int
    gap: int = GAP


def fit(room: int, chosen: Sequence[Field], sort: Field, contents: Mapping[Field, int]) -> tuple[Column, ...]:
    """Return the columns for ``room`` cells: those of the operator's choice that fit, or else of all.

    The least important ones give way, never the one that is sorted by. ``contents``: cells of the longest values.
    """
    shown = _chosen(chosen, sort, room, contents) if chosen else _most_important(sort, room, contents)
    widths = {each: _least_width(each, contents) for each in shown}
    spare = room - _least_room(shown, contents)
    for field, most in _GROWING:
        if field in widths:
            more = max(min(min(_width(field, contents), most) - widths[field], spare), 0)
            widths[field] += more
            spare -= more
    columns = [Column(each, widths[each]) for each in shown]
    if not shown[-1].is_right_aligned:
        columns[-1] = columns[-1]._replace(gap=0)
    return tuple(columns)


def _chosen(chosen: Sequence[Field], sort: Field, room: int, contents: Mapping[Field, int]) -> list[Field]:
    shown = [*chosen, *([] if sort in chosen else [sort])]
    while len(shown) > 1 and _least_room(shown, contents) > room:
        shown.remove(max((each for each in shown if each is not sort), key=FIELDS.index))
    return shown


def _most_important(sort: Field, room: int, contents: Mapping[Field, int]) -> list[Field]:
    shown = list(dict.fromkeys((RECEIVED, sort)))
    if _least_room(shown, contents) > room:
        shown = [sort]
    for each in _IMPORTANT:
        if each not in shown:
            if _least_room([*shown, each], contents) > room:
                break
            shown.append(each)
    for each in _IF_ROOM:
        if each not in shown:
            # These come once nothing is cut any more.
            full = sum(min(_width(field, contents), 64) + GAP for field in [*shown, each])
            if FILE not in shown or full > room:
                break
            shown.append(each)
    return [each for each in LEFT_TO_RIGHT if each in shown]


def _least_room(fields: Sequence[Field], contents: Mapping[Field, int]) -> int:
    """Return the least cells for these columns. One of numbers keeps its gap at the end, for the mark of a sort."""
    after_last = GAP if fields[-1].is_right_aligned else 0
    return sum(_least_width(each, contents) + GAP for each in fields) - GAP + after_last


def _width(field: Field, contents: Mapping[Field, int]) -> int:
    """Return the cells that a column needs to be shown in full. Its heading needs room for a mark."""
    heading = cell_len(_(field.heading)) + (0 if field.is_right_aligned and field.is_sortable else 2)
    return max(heading, contents.get(field, field.width))


def _least_width(field: Field, contents: Mapping[Field, int]) -> int:
    width = _width(field, contents)
    return min(width, _LEAST.get(field, width))


GUTTER = 4
"""Cells of the cursor's bar, the mark, the state and a blank."""
_THUMB = 1
"""Cells of the scroll bar at the right, which shows which part of the rows is on the screen."""
_LETTERS = {
    LocalStatus.GOING: "D",
    LocalStatus.UNKNOWN: "?",
    LocalStatus.DELETED: "x",
    LocalStatus.GONE: "g",
    LocalStatus.SAVED: "s",
    LocalStatus.OPENED: "o",
}
_NEW = "N"
_GOES = (LocalStatus.GOING, LocalStatus.DELETED, LocalStatus.GONE)
_STRUCK = Style(strike=True)


class Spot(NamedTuple):
    """Position of the cursor: a fax, a row of the page, a line of the screen; rows and lines count from 0."""

    fax: Fax | None = None
    row: int = 0
    line: int = 0


class FaxTable(DataTable[Cell | None], inherit_bindings=False):
    """One page of faxes, with a cursor that stays on its fax, and headings to sort by.

    The gutter at the left is painted over the finished lines, so that a mark does not invalidate caches of rows.
    """

    BINDINGS = bindings(TABLE)
    COMPONENT_CLASSES = {"fax-table--thumb"}

    class SortChosen(Message):
        """A heading was clicked."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    class TopPassed(Message):
        """The first row was wanted while the cursor was on it."""

    class EdgeReached(Message):
        """The cursor was to move beyond the last row, or before the first."""

        def __init__(self, down: bool) -> None:
            super().__init__()
            self.down = down

    def __init__(self, glyphs: Glyphs, columns: Sequence[Field] = ()) -> None:
        super().__init__(cursor_type="row", cell_padding=0, zebra_stripes=False, show_row_labels=False)
        self._glyphs = glyphs
        self._chosen = tuple(columns)
        self._painter = Painter(glyphs, ValueFormat(0))
        self._faxes: tuple[Fax, ...] = ()
        self._sort = Sort()
        self._contents: dict[Field, int] = {}
        self._fitted: tuple[Column, ...] = ()
        self._done: Mapping[FaxKey, LocalStatus] = {}
        self._marked: AbstractSet[FaxKey] = frozenset()
        self._new: AbstractSet[FaxKey] = frozenset()
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
        """The position of the cursor."""
        return Spot(self.current, self.cursor_row, self.cursor_row - round(self.scroll_offset.y))

    def show(self, faxes: tuple[Fax, ...], sort: Sort, reading: ValueFormat, *, at: Spot) -> None:
        """Show these rows, with the cursor on the fax of ``at``, or in its row if the fax is not among them."""
        if (faxes, sort, reading) == (self._faxes, self._sort, self._painter.reading):
            if at != self.spot:
                self._put_cursor(at)
            return
        self._painter.reading = reading
        is_new_sort, self._sort = sort != self._sort, sort
        self._faxes = faxes
        self._measure()
        self._fill(at, new_columns=is_new_sort or not self._fitted)

    def choose_columns(self, columns: Sequence[Field]) -> None:
        """Show these columns; none: those that fit best."""
        self._chosen = tuple(columns)
        self._fill(self.spot, new_columns=True)

    def paint_states(
        self, done: Mapping[FaxKey, LocalStatus], marked: Iterable[FaxKey], new: Iterable[FaxKey] = ()
    ) -> None:
        """Show what is done with the faxes, which are marked, and which are new."""
        now = done, frozenset(marked), frozenset(new)
        if now != (self._done, self._marked, self._new):
            self._done, self._marked, self._new = now
            self.refresh()

    @property
    def columns_chosen(self) -> tuple[Field, ...]:
        """The columns that the operator chose; none: those that fit best."""
        return self._chosen

    @property
    def columns_wanted(self) -> tuple[Field, ...]:
        """The columns that the operator chose, even if they do not fit; without a choice those shown."""
        return self._chosen or self.columns_shown

    @property
    def columns_shown(self) -> tuple[Field, ...]:
        return tuple(each.field for each in self._fitted)

    def action_cursor_down(self) -> None:
        if not self._is_at_edge(down=True):
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        if not self._is_at_edge(down=False):
            super().action_cursor_up()

    def action_page_down(self) -> None:
        if not self._is_at_edge(down=True):
            super().action_page_down()

    def action_page_up(self) -> None:
        if not self._is_at_edge(down=False):
            super().action_page_up()

    def _is_at_edge(self, *, down: bool) -> bool:
        """Report if the cursor can't move any further, so that somebody says what comes."""
        is_at_edge = self.cursor_row == (len(self._faxes) - 1 if down else 0)
        if is_at_edge:
            self.post_message(self.EdgeReached(down))
        return is_at_edge

    def action_cursor_first(self) -> None:
        if self.cursor_row == 0:
            self.post_message(self.TopPassed())
        self.move_to(0)

    def action_cursor_last(self) -> None:
        self.move_to(len(self._faxes) - 1)

    def move_to_fax(self, fax: Fax) -> None:
        """Put the cursor on that fax if it is among the rows."""
        self.move_to(self._row_of(fax, self.cursor_row))

    def move_to(self, row: int) -> None:
        if self._faxes:
            self.move_cursor(row=max(0, min(row, len(self._faxes) - 1)))

    def on_resize(self) -> None:
        if self.size.width and self._fit() != self._fitted:
            self._fill(self.spot, new_columns=True)
        elif self._faxes:
            # Fewer lines must not hide the cursor.
            self._scroll_cursor_into_view()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        if event.column_index:
            self.post_message(self.SortChosen(field_named(str(event.column_key.value))))

    def render_line(self, y: int) -> Strip:
        line = super().render_line(y)
        row = y - self.header_height + self.scroll_offset.y
        if y < self.header_height or self.scroll_offset.x or not 0 <= row < len(self._faxes):
            return line
        if self._is_thumb(y - self.header_height):
            thumb = Segment(self._glyphs.thumb, self.get_component_rich_style("fax-table--thumb"))
            line = Strip.join([line.crop_extend(0, self.size.width - _THUMB, line_style(line)), Strip([thumb], _THUMB)])
        is_current = row == self.cursor_row
        key = self._faxes[row].key
        done = self._done.get(key)
        bar = self._glyphs.bar if is_current else " "
        letter = _LETTERS[done] if done else _NEW if key in self._new else " "
        signs = f"{bar}{self._glyphs.marked if key in self._marked else ' '}{letter} "
        if signs.isspace():
            return line
        gutter = Segment(signs, line_style(line))
        rest = line.crop(GUTTER)
        return Strip.join([Strip([gutter], GUTTER), rest.apply_style(_STRUCK) if done in _GOES else rest])

    def _is_thumb(self, line: int) -> bool:
        """Return True on the lines of the screen that stand for the rows shown, if not all rows fit."""
        lines, rows = self.size.height - self.header_height, len(self._faxes)
        if rows <= lines or lines < 2:
            return False
        length = max(lines * lines // rows, 1)
        first = round(self.scroll_offset.y * (lines - length) / (rows - lines))
        return first <= line < first + length

    def _measure(self) -> None:
        """Note the widths of the longest values."""
        for field in _MEASURED:
            texts = (self._glyphs.write(field.text(fax, self._painter.reading)) for fax in self._faxes)
            self._contents[field] = max(map(cell_len, texts), default=0)

    def _fit(self) -> tuple[Column, ...]:
        return fit(self.size.width - GUTTER - _THUMB, self._chosen, self._sort.field, self._contents)

    def _fill(self, spot: Spot, *, new_columns: bool) -> None:
        if not self.size.width:
            return
        fitted = self._fit()
        with self.app.batch_update():
            self.clear(columns=new_columns or fitted != self._fitted)
            self._fitted = fitted
            if not self.columns:
                self._add_columns()
            for fax in self._faxes:
                self.add_row(None, *(Cell(fax, column, self._painter) for column in fitted))
            self._put_cursor(spot)
            self._scroll_to_line(self.cursor_row, spot.line)
        # Again once the table knows its new length.
        self._fills += 1
        self.call_after_refresh(self._settle_scroll, self._fills, self.cursor_row, spot.line)

    def _put_cursor(self, spot: Spot) -> None:
        self.move_to(self._row_of(spot.fax, spot.row))

    def _settle_scroll(self, fill: int, row: int, line: int) -> None:
        """Scroll as the rows were shown. The cursor may have moved since: keep it in sight."""
        if fill == self._fills:
            self._scroll_to_line(row, line)
            if self.cursor_row != row:
                self._scroll_cursor_into_view()

    def _add_columns(self) -> None:
        self.add_column("", width=GUTTER, key="")
        for column in self._fitted:
            label = heading(column, self._sort, self._glyphs)
            self.add_column(label, width=column.width + column.gap, key=column.field.name)

    def _row_of(self, fax: Fax | None, row: int) -> int:
        """Return the row of that fax; ``row`` if it is not there, or is that very row among several."""
        if fax is None:
            return row
        same = [each for each, other in enumerate(self._faxes) if _are_the_same(fax, other)]
        return row if row in same or not same else same[0]

    def _scroll_to_line(self, row: int, line: int) -> None:
        """Scroll so that a row is on that line, as far as the table reaches."""
        lowest = self.scrollable_content_region.height - self.header_height - 1
        self.scroll_to(y=row - max(0, min(line, lowest)), animate=False, immediate=True)


def _are_the_same(fax: Fax, other: Fax) -> bool:
    """Compare keys; a fax without an address is identified only by all its values."""
    return fax.key == other.key if fax.key.has_address else fax == other
