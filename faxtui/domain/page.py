"""A page of received faxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from faxtui.domain.fax import Fax


@dataclass(frozen=True, slots=True)
class FaxPage:
    """One page, as the service told it; the numbers need not agree with each other.

    ``number`` and ``size`` are ``PageIndex`` and ``PageSize``; ``total`` and ``page_count`` are ``TotalCount`` and
    ``TotalPageCount`` where the service gave them. ``has_previous`` and ``has_next`` alone say where one can go.
    """

    number: int
    size: int
    faxes: tuple[Fax, ...]
    has_previous: bool
    has_next: bool
    total: int | None = None
    page_count: int | None = None

    @property
    def first_row(self) -> int:
        """The number of the first row in the whole list, counted from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.faxes) - 1

    @property
    def last_page(self) -> int | None:
        """The number of the last page, where there is one further on to go to."""
        if self.has_next and self.page_count is not None and self.page_count > self.number:
            return self.page_count
        return None

    @property
    def disagreement(self) -> str | None:
        """Where the totals and the flags contradict each other, in words."""
        if self.page_count is not None and self.has_next and self.page_count <= self.number:
            return "the service tells of a further page, but counts none"
        if not self.faxes:
            return None
        if len(self.faxes) > self.size:
            return "the service sent more rows than its pages have"
        if self.page_count is not None and not self.has_next and self.page_count > self.number:
            return "the service counts further pages, but offers none"
        if self.total is not None and self.last_row > self.total:
            return "the service sent more rows than it counts"
        if self.total is not None and not self.has_next and self.total > self.last_row:
            return "the service counts more faxes than it lists"
        return None


@dataclass(frozen=True, slots=True)
class Listing:
    """An answer to the list call: the page, and the service's clock (its ``Date`` header, where it came)."""

    page: FaxPage
    served_at: datetime | None = None
