"""How the service sorts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class SortField(IntEnum):
    """``sortField`` of the list call (documented)."""

    RECEIVED = 0
    MESSAGE = 1
    FROM = 2
    TO = 3
    FOLDER = 4
    FILE = 5
    DURATION = 6
    PAGES = 7
    BAUD = 8


class SortDirection(IntEnum):
    """``sortDirection`` of the list call (documented)."""

    ASCENDING = 1
    DESCENDING = 2

    @property
    def opposite(self) -> SortDirection:
        return SortDirection.DESCENDING if self is SortDirection.ASCENDING else SortDirection.ASCENDING


_LARGEST_FIRST = frozenset({SortField.RECEIVED, SortField.DURATION, SortField.PAGES, SortField.BAUD})


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort field and a direction."""

    field: SortField = SortField.RECEIVED
    direction: SortDirection = SortDirection.DESCENDING

    @classmethod
    def by(cls, field: SortField) -> Sort:
        """A new sort by ``field``: newest, longest and fastest first, text from A to Z."""
        first = SortDirection.DESCENDING if field in _LARGEST_FIRST else SortDirection.ASCENDING
        return cls(field, first)

    def reversed(self) -> Sort:
        """The same field, the other way round."""
        return Sort(self.field, self.direction.opposite)

    def toggled(self, field: SortField) -> Sort:
        """The sort after ``field`` was chosen: a new one by it, or this one turned around if it was by it already."""
        return self.reversed() if field is self.field else Sort.by(field)
