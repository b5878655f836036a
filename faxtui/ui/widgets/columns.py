"""Which columns a table of some width shows, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faxtui.domain.fields import BAUD, CUSTOMER, DURATION, FILE, FOLDER, FROM, MESSAGE, PAGES, RECEIVED, TO, Field

GAP = 2
ROOMY_FILE = 27
"""The width of a file name in full."""
_LEFT_TO_RIGHT = (RECEIVED, FROM, TO, PAGES, DURATION, BAUD, FOLDER, MESSAGE, CUSTOMER, FILE)
_IF_ROOM = (BAUD, FOLDER, MESSAGE, CUSTOMER)


@dataclass(frozen=True, slots=True)
class Column:
    """A field in a table, ``width`` cells wide without the gap after it; the last one has none."""

    field: Field
    width: int
    gap: int = GAP


def fit(room: int, chosen: Sequence[Field] = ()) -> tuple[Column, ...]:
    """The columns for ``room`` cells: the operator's own where there are some, else the most important that fit.

    The file name takes what is left over.
    """
    columns = [Column(each, each.width) for each in chosen] or _most_important(room)
    columns[-1] = replace(columns[-1], gap=0)
    spare = room - sum(each.width + each.gap for each in columns)
    return tuple(_stretched(each, spare) if each.field is FILE else each for each in columns)


def _most_important(room: int) -> list[Column]:
    shown: list[Field] = []
    for field in (RECEIVED, FROM, TO, PAGES, DURATION, FILE):
        needed = sum(each.width + GAP for each in [*shown, field]) - (GAP if field is FILE else 0)
        if needed > room + (FILE.width - 10 if field is FILE else GAP):
            break
        shown.append(field)
    for field in _IF_ROOM:
        needed = sum(each.width + GAP for each in [*shown, field] if each is not FILE) + ROOMY_FILE + GAP
        if FILE not in shown or needed > room:
            break
        shown.append(field)
    return [Column(each, each.width) for each in _LEFT_TO_RIGHT if each in shown]


def _stretched(column: Column, spare: int) -> Column:
    return replace(column, width=max(column.width + spare, 10))
