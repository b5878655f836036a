"""A sort as people write it: ``received``, ``pages:asc``."""

from __future__ import annotations

from faxtui.domain.fields import SORTABLE, field_sorted_by
from faxtui.domain.sort import Sort, SortDirection
from faxtui.errors import InvalidValue

_DIRECTIONS = {"asc": SortDirection.ASCENDING, "desc": SortDirection.DESCENDING}
_SHORT = {direction: short for short, direction in _DIRECTIONS.items()}


def parse_sort(text: str) -> Sort:
    """Raises InvalidValue, with the names there are."""
    name, colon, direction = text.strip().lower().partition(":")
    found = next((each for each in SORTABLE if each.name == name), None)
    if found is None or found.sort is None:
        names = " ".join(each.name for each in SORTABLE)
        raise InvalidValue(f"The service can't sort by “{name}”: it sorts by {names}.", "sort")
    if not colon:
        return Sort.by(found.sort)
    if direction not in _DIRECTIONS:
        raise InvalidValue(f"“{direction}” is no direction: write {name}:asc or {name}:desc.", "sort")
    return Sort(found.sort, _DIRECTIONS[direction])


def sort_text(sort: Sort) -> str:
    """``received:desc``; the opposite of parse_sort."""
    return f"{field_sorted_by(sort.field).name}:{_SHORT[sort.direction]}"
