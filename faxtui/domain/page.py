"""A page of received faxes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from faxtui.domain.fax import Fax
from faxtui.translation import _


@dataclass(frozen=True, slots=True)
class FaxPage:
    """One page, as the service sent it; the numbers need not agree with each other.

    ``total`` and ``page_count`` count all faxes and pages, None if unknown. Only ``has_previous`` and ``has_next``
    decide which pages can be shown.
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
        """The number of the last page, None unless it is further on."""
        if self.has_next and self.page_count is not None and self.page_count > self.number:
            return self.page_count
        return None

    @property
    def disagreement(self) -> str | None:
        """A sentence part on how totals and flags contradict each other; None if they agree."""
        if self.page_count is not None and self.has_next and self.page_count <= self.number:
            return _("the service offers a further page, but counts none")
        if not self.faxes:
            return None
        if len(self.faxes) > self.size:
            return _("the service sent more rows than fit on its pages")
        if self.page_count is not None and not self.has_next and self.page_count > self.number:
            return _("the service counts further pages, but offers none")
        if self.total is not None and self.last_row > self.total:
            return _("the service sent more rows than it counts")
        if self.total is not None and not self.has_next and self.total > self.last_row:
            return _("the service counts more faxes than it lists")
        return None


class Listing(NamedTuple):
    """A page, and the service's clock when it was sent (None if unknown)."""

    page: FaxPage
    served_at: datetime | None = None
