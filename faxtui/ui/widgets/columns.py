"""Which columns a table of some width shows, and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faxtui.domain.fields import (
    BAUD,
    CUSTOMER,
    DURATION,
    FIELDS,
    FILE,
    FOLDER,
    FROM,
    MESSAGE,
    PAGES,
    RECEIVED,
    TO,
    Field,
)

GAP = 2
NARROW_FILE = 10
ROOMY_FILE = 27
"""The width of a file name in full."""
LEFT_TO_RIGHT = (RECEIVED, FROM, TO, PAGES, DURATION, BAUD, FOLDER, MESSAGE, CUSTOMER, FILE)
_IF_ROOM = (BAUD, FOLDER, MESSAGE, CUSTOMER)


@dataclass(frozen=True, slots=True)
class Column:
    """A field in a table, ``width`` cells wide without the gap after it; the last one has none."""

    field: Field
    width: int
    gap: int = GAP


def fit(room: int, chosen: Sequence[Field] = ()) -> tuple[Column, ...]:
    """The columns for ``room`` cells: of the operator's own, where there are some, those that fit, else of all.

    The least important ones give way. The file name takes what is left over.
    """
    columns = _as_many_as_fit(chosen, room) if chosen else _most_important(room)
    if not columns[-1].field.is_right_aligned:
        columns[-1] = replace(columns[-1], gap=0)
    spare = room - sum(each.width + each.gap for each in columns)
    return tuple(_stretched(each, spare) if each.field is FILE else each for each in columns)


def _as_many_as_fit(chosen: Sequence[Field], room: int) -> list[Column]:
    shown = list(chosen)
    while len(shown) > 1 and _least_room(shown) > room:
        shown.remove(max(shown, key=FIELDS.index))
    return [Column(each, _width(each)) for each in shown]


def _least_room(fields: Sequence[Field]) -> int:
    """A column of numbers keeps its gap even at the end: the mark of a sort stands there."""
    after_last = GAP if fields[-1].is_right_aligned else 0
    return sum((NARROW_FILE if each is FILE else _width(each)) + GAP for each in fields) - GAP + after_last


def _width(field: Field) -> int:
    """A heading that says that there is no sort needs room to say it."""
    return max(field.width, len(field.heading) + 2) if field.sort is None else field.width


def _most_important(room: int) -> list[Column]:
    shown: list[Field] = [RECEIVED]
    for field in (FROM, TO, PAGES, DURATION, FILE):
        if _least_room([*shown, field]) > room:
            break
        shown.append(field)
    for field in _IF_ROOM:
        needed = sum(_width(each) + GAP for each in [*shown, field] if each is not FILE) + ROOMY_FILE + GAP
        if FILE not in shown or needed > room:
            break
        shown.append(field)
    return [Column(each, _width(each)) for each in LEFT_TO_RIGHT if each in shown]


def _stretched(column: Column, spare: int) -> Column:
    return replace(column, width=max(column.width + spare, NARROW_FILE))
