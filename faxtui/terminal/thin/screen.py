"""A screen as a terminal keeps it: rows of cells."""

from __future__ import annotations

from faxtui.terminal.thin.cells import BLANK, Cell, Style, cell, cells_in
from faxtui.terminal.thin.widths import clusters, is_sure

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
