"""Spans of cells in which two screens differ, and the orders in which to paint them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from faxtui.terminal.capabilities import Terminfo
from faxtui.terminal.driver.screen import Row, Screen, Style, is_narrow, matches_blank

_ERASING = 3
"""Changed blanks at the end of a line from which erasing it takes fewer bytes than painting them."""


class Span(NamedTuple):
    """Cells of a line, from ``start`` to before ``end``, to paint in one style.

    ``blank``: all are spaces, so any style that looks the same on a space will do. ``erases``: erase to the end of the
    line; it is blank from ``earliest`` on, so erasing may begin anywhere between that and ``start``.
    """

    line: int
    start: int
    end: int
    style: Style
    blank: bool = False
    erases: bool = False
    earliest: int = 0


def diff_spans(old: Screen, new: Screen, terminfo: Terminfo) -> list[Span]:
    """Return the spans to paint, in reading order."""
    found: list[Span] = []
    for line, (was, row) in enumerate(zip(old.rows, new.rows, strict=True)):
        if was != row:
            found += _line_spans(line, was, row, terminfo)
    return found


def _line_spans(line: int, was: Row, row: Row, terminfo: Terminfo) -> Iterator[Span]:
    changed = _changed(was, row)
    tail = _blank_tail(row, terminfo)
    at_the_end = [column for column in changed if column >= tail]
    if len(at_the_end) > _ERASING:
        yield from _split(line, row, [column for column in changed if column < tail])
        yield Span(line, at_the_end[0], len(row), row[-1].style, blank=True, erases=True, earliest=tail)
    else:
        yield from _split(line, row, changed)


def _changed(was: Row, row: Row) -> list[int]:
    """Return the columns to paint.

    Terminals disagree about the width of some characters. One painted wider than expected hides its right neighbour,
    so that neighbour is painted again.
    """
    changed = [column for column, (old, new) in enumerate(zip(was, row, strict=True)) if old is not new and old != new]
    if all(is_narrow(was[column].text + row[column].text) for column in changed):
        return changed
    beside = {
        column + 1
        for column in changed
        if column + 1 < len(row) and not (is_narrow(was[column].text) and is_narrow(row[column].text))
    }
    return sorted({*changed, *(column for column in beside if row[column].text)})


def _blank_tail(row: Row, terminfo: Terminfo) -> int:
    """Return the column from which the line can be erased, or its length if it cannot."""
    last = row[-1]
    if last.text != " " or not last.style.erases or (last.style.bg and not terminfo.bce):
        return len(row)
    tail = len(row)
    while tail and row[tail - 1] == last:
        tail -= 1
    return tail


def _split(line: int, row: Row, changed: list[int]) -> Iterator[Span]:
    """Group neighbouring columns that can be painted in one style."""
    start = end = -1
    style: Style | None = None
    blank = True
    for column in changed:
        text, look = row[column]
        if not text:
            continue
        is_blank = text == " "
        if style is not None and column == end:
            if blank and (matches_blank(look, style) if not is_blank else look == style):
                style, blank, end = look, is_blank, _after(row, column)
                continue
            if not blank and (matches_blank(style, look) if is_blank else look == style):
                end = _after(row, column)
                continue
        if style is not None:
            yield Span(line, start, end, style, blank)
        start, end, style, blank = column, _after(row, column), look, is_blank
    if style is not None:
        yield Span(line, start, end, style, blank)


def _after(row: Row, column: int) -> int:
    """Return the column after the character, which may be wide."""
    column += 1
    while column < len(row) and not row[column].text:
        column += 1
    return column


_FEW = 40
"""Spans up to which comparing each with every other takes no noticeable time."""

Cost = Callable[[Span | None, Span], int]
"""Bytes to move and switch styles from the end of one span (None: of the last frame) to the start of another."""


def orderings(spans: Sequence[Span], cost: Cost) -> Iterator[Sequence[Span]]:
    """Yield orders that may be short: reading order, by style, nearest first.

    Which one wins depends on whether moving the cursor or changing the style costs more.
    """
    yield spans
    if len(spans) < 2:
        return
    by_style = _grouped(spans)
    if len(by_style) <= sum(one.style != other.style for one, other in pairwise(spans)):
        yield [span for group in by_style for span in group]
    if len(spans) <= _FEW:
        yield list(_nearest_first(spans, cost))


def _grouped(spans: Sequence[Span]) -> list[list[Span]]:
    """Group by style, in the order of each style's first span; blanks join any group that can paint them."""
    groups: dict[Style, list[Span]] = {span.style: [] for span in spans if not span.blank}
    for span in spans:
        key = span.style
        if span.blank:
            key = next((style for style in groups if matches_blank(style, span.style)), span.style)
        groups.setdefault(key, []).append(span)
    return list(groups.values())


def _nearest_first(spans: Sequence[Span], cost: Cost) -> Iterator[Span]:
    """Yield the cheapest span to reach next, among the cursor's line, its neighbours and the first line left."""
    left: dict[int, list[Span]] = {}
    for span in spans:
        left.setdefault(span.line, []).append(span)
    last: Span | None = None
    while left:
        line = next(iter(left)) if last is None else last.line
        near = {next(iter(left)), line - 1, line, line + 1} & left.keys()
        last = min((span for each in sorted(near) for span in left[each]), key=partial(cost, last))
        left[last.line].remove(last)
        if not left[last.line]:
            del left[last.line]
        yield last
