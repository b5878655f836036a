"""The shortest way for the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from faxtui.terminal.thin.facts import Facts

Place = tuple[int, int]
"""Line and column, from 0."""
TAB = 8
_FAR = 5
"""More backspaces, line feeds and reverse line feeds than this are longer than any address."""


@lru_cache(maxsize=65536)
def shortest_move(line: int | None, column: int | None, to: Place, columns: int, facts: Facts) -> str:
    """From the place to the other; None is a coordinate that is not known.

    The screen has that many ``columns``. A line feed must keep the column: the tty must not put a carriage return
    before it. No way leads past an edge of the screen, or over the last tab stop.
    """
    if line is None:
        return _address(to)
    return min(_vertical(line, to[0], facts) + _horizontal(column, to[1], columns, facts), _address(to), key=len)


def move_length(line: int | None, column: int | None, to: Place, columns: int, facts: Facts) -> int:
    """How many bytes it takes, found faster."""
    address = 4 + len(str(to[0] + 1)) + len(str(to[1] + 1))
    if line is None:
        return address
    return min(len(_vertical(line, to[0], facts)) + len(_horizontal(column, to[1], columns, facts)), address)


@lru_cache(maxsize=4096)
def _vertical(line: int, to: int, facts: Facts) -> str:
    return min(_verticals(line, to, facts), key=len)


@lru_cache(maxsize=65536)
def _horizontal(column: int | None, to: int, columns: int, facts: Facts) -> str:
    return min(_horizontals(column, to, columns, facts), key=len)


def _address(to: Place) -> str:
    line, column = to
    if not column:
        return f"\x1b[{line + 1}H" if line else "\x1b[H"
    return f"\x1b[{line + 1 if line else ''};{column + 1}H"


def _verticals(line: int, to: int, facts: Facts) -> Iterator[str]:
    by = to - line
    if not by:
        yield ""
        return
    if facts.vpa:
        yield f"\x1b[{to + 1}d"
    count = abs(by) if abs(by) > 1 else ""
    if by > 0:
        yield f"\x1b[{count}B"
        if by <= _FAR:
            yield "\n" * by
    else:
        yield f"\x1b[{count}A"
        if -by <= _FAR:
            yield "\x1bM" * -by


def _horizontals(column: int | None, to: int, columns: int, facts: Facts) -> Iterator[str]:
    if column == to:
        yield ""
        return
    if facts.hpa:
        yield f"\x1b[{to + 1}G"
    for way in _rightward(0, to, columns, facts):
        yield "\r" + way
    if column is None:
        return
    if column < to:
        yield from _rightward(column, to, columns, facts)
        return
    by = column - to
    yield f"\x1b[{by if by > 1 else ''}D"
    if by <= _FAR:
        yield "\b" * by


def _rightward(column: int, to: int, columns: int, facts: Facts) -> Iterator[str]:
    by = to - column
    if not by:
        yield ""
        return
    yield f"\x1b[{by if by > 1 else ''}C"
    if not facts.tabs:
        return
    tabs, rest = to // TAB - column // TAB, to % TAB
    if 0 < tabs <= _FAR:
        yield "\t" * tabs + (f"\x1b[{rest if rest > 1 else ''}C" if rest else "")
    if to - rest + TAB < columns:
        yield "\t" * (tabs + 1) + "\b" * (TAB - rest)
