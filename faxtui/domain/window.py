"""The fixed stretch of time that a query pages through.

New faxes arrive at the top and the service's default start slides, so page 2 a minute later would repeat or skip
rows. A window pins both ends: it is opened with a start, and the answer to its opening request fixes its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from faxtui.domain.filters import PERIOD, SINCE, UNTIL, Filter, Filters
from faxtui.domain.page import Listing
from faxtui.domain.period import DEFAULT_SINCE
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.domain.when import Bound, resolve
from faxtui.errors import InvalidValue

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Filters, sort, page size, and the instants between which faxes came in; ``end`` is None while opening."""

    filters: Filters
    sort: Sort
    page_size: int
    start: datetime
    end: datetime | None = None

    def closed(self, listing: Listing, service_now: datetime) -> Window:
        """This window with its end fixed by its opening answer (our decision, see the module)."""
        if self.end is not None:
            return self
        moments = (listing.served_at or service_now, *(fax.received for fax in listing.page.faxes))
        newest = max(each.astimezone(UTC) for each in moments if each is not None)
        return replace(self, end=newest + timedelta(seconds=1))

    def parameters(self, page: int) -> Parameters:
        """The query parameters of one page, spelled and ordered as the service documents them."""
        values = {each.parameter: value for each, value in self.filters if each not in PERIOD}
        values |= {
            "pageIndex": str(page),
            "pageSize": str(self.page_size),
            SINCE.parameter: as_service_time(self.start),
            "sortField": str(int(self.sort.field)),
            "sortDirection": str(int(self.sort.direction)),
        }
        if self.end is not None:
            values[UNTIL.parameter] = as_service_time(self.end)
        return tuple(values.items())


def open_window(query: FaxQuery, now: datetime, zone: tzinfo | None = None) -> Window:
    """Resolve the query's period at ``now`` (the service's clock) in the operator's ``zone``.

    Raises InvalidValue, naming the filter, where the end is not after the start or no calendar reaches that far.
    """
    start = _bound(SINCE, query.filters.get(SINCE) or DEFAULT_SINCE, now, zone)
    until = query.filters.get(UNTIL)
    end = _bound(UNTIL, until, now, zone) if until else None
    if end is not None and end <= start:
        raise InvalidValue("The end is not after the start: change one of them.", UNTIL.name)
    return Window(query.filters, query.sort, query.page_size, start, end)


def _bound(of: Filter, text: str, now: datetime, zone: tzinfo | None) -> datetime:
    try:
        return resolve(text, Bound.START if of is SINCE else Bound.END, now, zone)
    except InvalidValue as error:
        raise InvalidValue(str(error), of.name) from error


def as_service_time(moment: datetime) -> str:
    """``2017-07-08T12:54:40.460Z``: UTC with three decimals (documented)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
