"""Orders in which to paint: moving the cursor costs less than a change of style, or more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from faxtui.terminal.thin.cells import Style, fits_blank
from faxtui.terminal.thin.runs import Run

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
