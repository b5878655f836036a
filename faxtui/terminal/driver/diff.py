"""What has to be painted: the runs of cells in which two screens differ.

Orders in which to paint: moving the cursor costs less than a change of style, or more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from faxtui.terminal.driver.screen import Row, Screen, Style, fits_blank, is_sure
from faxtui.terminal.driver.terminfo import Terminfo

_ERASING = 3
"""More changed blanks than this at the end of a line take more bytes than erasing it does."""


@dataclass(frozen=True, slots=True)
class Run:
    """Cells of a line, from ``start`` to before ``end``, to paint in one style.

    ``blank``: all are spaces, so that any style with their looks will do. ``erases``: the end of the line, blank
    from ``earliest`` on, to be erased from there or anywhere up to ``start``.
    """

    line: int
    start: int
    end: int
    style: Style
    blank: bool = False
    erases: bool = False
    earliest: int = 0


def runs(old: Screen, new: Screen, facts: Terminfo) -> list[Run]:
    """In reading order."""
    found: list[Run] = []
    for line, (was, row) in enumerate(zip(old.rows, new.rows, strict=True)):
        if was != row:
            found += _runs_of_line(line, was, row, facts)
    return found


def _runs_of_line(line: int, was: Row, row: Row, facts: Terminfo) -> Iterator[Run]:
    changed = _changed(was, row)
    tail = _blank_tail(row, facts)
    at_the_end = [column for column in changed if column >= tail]
    if len(at_the_end) > _ERASING:
        yield from _split(line, row, [column for column in changed if column < tail])
        yield Run(line, at_the_end[0], len(row), row[-1].style, blank=True, erases=True, earliest=tail)
    else:
        yield from _split(line, row, changed)


def _changed(was: Row, row: Row) -> list[int]:
    """The columns to paint. What may be wider on the terminal than here may have hidden what stands beside it."""
    changed = [column for column, (old, new) in enumerate(zip(was, row, strict=True)) if old is not new and old != new]
    if all(is_sure(was[column].text + row[column].text) for column in changed):
        return changed
    beside = {
        column + 1
        for column in changed
        if column + 1 < len(row) and not (is_sure(was[column].text) and is_sure(row[column].text))
    }
    return sorted({*changed, *(column for column in beside if row[column].text)})


def _blank_tail(row: Row, facts: Terminfo) -> int:
    """The column from which on the line can be erased."""
    last = row[-1]
    if last.text != " " or not last.style.erases or (last.style.bg and not facts.bce):
        return len(row)
    tail = len(row)
    while tail and row[tail - 1] == last:
        tail -= 1
    return tail


def _split(line: int, row: Row, changed: list[int]) -> Iterator[Run]:
    """Neighbours that one style can paint."""
    start = end = -1
    style: Style | None = None
    blank = True
    for column in changed:
        text, look = row[column]
        if not text:
            continue
        is_blank = text == " "
        if style is not None and column == end:
            if blank and (fits_blank(look, style) if not is_blank else look == style):
                style, blank, end = look, is_blank, _after(row, column)
                continue
            if not blank and (fits_blank(style, look) if is_blank else look == style):
                end = _after(row, column)
                continue
        if style is not None:
            yield Run(line, start, end, style, blank)
        start, end, style, blank = column, _after(row, column), look, is_blank
    if style is not None:
        yield Run(line, start, end, style, blank)


def _after(row: Row, column: int) -> int:
    column += 1
    while column < len(row) and not row[column].text:
        column += 1
    return column


FEW = 40
"""So many runs can be compared with each other without being felt."""

Cost = Callable[[Run | None, Run], int]
"""Bytes from where a run (None: the last frame) left the terminal to the start of another."""


def orders(all_runs: Sequence[Run], cost: Cost) -> Iterator[Sequence[Run]]:
    """The orders worth a try; the first one is the reading order."""
    yield all_runs
    if len(all_runs) < 2:
        return
    by_style = _grouped(all_runs)
    if len(by_style) <= sum(one.style != other.style for one, other in pairwise(all_runs)):
        yield [run for group in by_style for run in group]
    if len(all_runs) <= FEW:
        yield list(_nearest_first(all_runs, cost))


def _grouped(some: Sequence[Run]) -> list[list[Run]]:
    """By style, in the order of their first run; blanks go where they fit."""
    groups: dict[Style, list[Run]] = {run.style: [] for run in some if not run.blank}
    for run in some:
        home = run.style
        if run.blank:
            home = next((style for style in groups if fits_blank(style, run.style)), run.style)
        groups.setdefault(home, []).append(run)
    return list(groups.values())


def _nearest_first(all_runs: Sequence[Run], cost: Cost) -> Iterator[Run]:
    """Always what takes the fewest bytes from where the cursor is, among the lines around it and the first one left."""
    left: dict[int, list[Run]] = {}
    for run in all_runs:
        left.setdefault(run.line, []).append(run)
    last: Run | None = None
    while left:
        line = next(iter(left)) if last is None else last.line
        near = {next(iter(left)), line - 1, line, line + 1} & left.keys()
        last = min((run for each in sorted(near) for run in left[each]), key=partial(cost, last))
        left[last.line].remove(last)
        if not left[last.line]:
            del left[last.line]
        yield last
