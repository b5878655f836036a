"""What the operator asks for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from faxtui.domain.filters import Filter, Filters
from faxtui.domain.sort import Sort, SortField
from faxtui.errors import InvalidValue

DEFAULT_PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 1000
"""Our decision: the service's own maximum is not documented."""


@dataclass(frozen=True, slots=True)
class FaxQuery:
    """Filters (periods unresolved), sort and page. A change returns a new query, at page 1 unless it is a page turn."""

    filters: Filters = field(default_factory=Filters)
    sort: Sort = field(default_factory=Sort)
    page: int = 1
    page_size: int = DEFAULT_PAGE_SIZE

    def __post_init__(self) -> None:
        if self.page < 1:
            raise InvalidValue(f"Pages are counted from 1: there is no page {self.page}.", "page")
        if not 1 <= self.page_size <= MAXIMUM_PAGE_SIZE:
            raise InvalidValue(f"A page has 1 to {MAXIMUM_PAGE_SIZE:,} faxes, not {self.page_size:,}.", "page_size")

    def filtered(self, filters: Filters) -> FaxQuery:
        return replace(self, filters=filters, page=1)

    def with_filter(self, changed: Filter, value: str) -> FaxQuery:
        return self.filtered(self.filters.with_value(changed, value))

    def sorted_by(self, sort: Sort) -> FaxQuery:
        return replace(self, sort=sort, page=1)

    def toggle_sort(self, field: SortField) -> FaxQuery:
        return self.sorted_by(self.sort.chosen_again(field))

    def with_page_size(self, page_size: int) -> FaxQuery:
        return replace(self, page_size=page_size, page=1)

    def at_page(self, page: int) -> FaxQuery:
        return replace(self, page=page)
