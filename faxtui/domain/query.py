"""What a listing can be narrowed by: each filter declared once.

The sidebar, the command line, the remembered filters and the request all read this table.


Periods people choose by name.

A sort as people write it: ``received``, ``pages:asc``.

What the operator asks for.

The fixed stretch of time that a query pages through.

New faxes arrive at the top and the service's default start slides, so page 2 a minute later would repeat or skip
rows. A window pins both ends: it is opened with a start, and the answer to its opening request fixes its end.


The command line that lists what a screen shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo

from faxtui.domain.fax import SORTABLE, field_sorted_by
from faxtui.domain.page import Listing
from faxtui.domain.sort import Sort, SortDirection, SortField
from faxtui.domain.text import visible, without_invisible
from faxtui.domain.when import EXAMPLES, Bound, check_moment, resolve
from faxtui.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list call.

    ``name`` is its option and its key in files, ``parameter`` the query parameter (documented), ``check`` turns
    what was typed into what is kept or raises InvalidValue, ``said`` tells of it in a line of filters.
    """

    name: str
    parameter: str
    label: str
    placeholder: str
    help: str
    metavar: str
    check: Callable[[str], str]
    said: str


def _number(text: str) -> str:
    """A phone number or sender's name: how the service compares is not documented, so it goes as typed."""
    value = text.strip()
    if not value.isprintable():
        raise InvalidValue("A number can't hold control characters: type it again.")
    if len(value) > 64:
        raise InvalidValue("A number has at most 64 characters: shorten it.")
    return value


def _customer(text: str) -> str:
    value = text.strip()
    if not re.fullmatch("[0-9]{1,9}", value):
        raise InvalidValue(f"A customer is a whole number such as 60300, not “{value}”.")
    return str(int(value))


FROM = Filter("from", "filterFrom", "From number", "any sender", "the sender's number", "NUMBER", _number, "from {}")
TO = Filter(
    "to",
    "filterTo",
    "To number",
    "any number",
    "the inbound number that received it",
    "NUMBER",
    _number,
    "to {}",
)
CUSTOMER = Filter(
    "customer",
    "customerNumber",
    "Customer",
    "any customer",
    "a customer's number",
    "N",
    _customer,
    "customer {}",
)
SINCE = Filter(
    "since", "filterStartDate", "Since", "7d", f"received after: {EXAMPLES}", "WHEN", check_moment, "since {}"
)
UNTIL = Filter(
    "until",
    "filterEndDate",
    "Until",
    "now",
    "received before, written the same way",
    "WHEN",
    check_moment,
    "until {}",
)

FILTERS: tuple[Filter, ...] = (FROM, TO, CUSTOMER, SINCE, UNTIL)
PERIOD: tuple[Filter, ...] = (SINCE, UNTIL)
_BY_NAME = {each.name: each for each in FILTERS}


def filter_named(name: str) -> Filter:
    """Raises InvalidValue where there is none of that name."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise InvalidValue(f"There is no filter “{name}”: there are {', '.join(_BY_NAME)}.", name) from None


class Filters:
    """An immutable, hashable set of filters and their values; changing one returns a new one."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        """Takes values by filter name; empty ones are no filter. Raises InvalidValue, naming the filter."""
        self._values: tuple[tuple[str, str], ...] = ()
        given = values or {}
        for name in given:
            filter_named(name)
        self._values = tuple(
            (each.name, checked) for each in FILTERS if (checked := _checked(each, given.get(each.name, "")))
        )

    def get(self, wanted: Filter) -> str | None:
        return dict(self._values).get(wanted.name)

    def with_value(self, changed: Filter, value: str) -> Filters:
        return Filters({**dict(self._values), changed.name: value})

    def as_text(self) -> dict[str, str]:
        """By filter name, as files and options write them."""
        return dict(self._values)

    def __iter__(self) -> Iterator[tuple[Filter, str]]:
        return ((_BY_NAME[name], value) for name, value in self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filters) and self._values == other._values

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return f"Filters({dict(self._values)!r})"


def _checked(each: Filter, text: str) -> str:
    text = without_invisible(text)
    if not text.strip():
        return ""
    try:
        return each.check(text)
    except InvalidValue as error:
        raise InvalidValue(str(error), each.name) from error


@dataclass(frozen=True, slots=True)
class Period:
    """A named period: ``since`` and ``until`` as one would type them, empty where open."""

    label: str
    since: str
    until: str = ""


DEFAULT_SINCE = "7d"
PERIODS: tuple[Period, ...] = (
    Period("Today", "today"),
    Period("Yesterday", "yesterday", "yesterday"),
    Period("Last 24 hours", "24h"),
    Period("Last 7 days", DEFAULT_SINCE),
    Period("Last 30 days", "30d"),
    Period("Last 90 days", "90d"),
)


def period_of(filters: Filters) -> Period | None:
    """The named period that these filters choose; None where start and end are the operator's own."""
    since, until = filters.get(SINCE) or DEFAULT_SINCE, filters.get(UNTIL) or ""
    return next((each for each in PERIODS if (each.since, each.until) == (since.lower(), until.lower())), None)


def period_in_words(filters: Filters) -> str:
    """``Last 7 days``, ``since 2026-11-01 · until 2026-11-07``."""
    named = period_of(filters)
    if named:
        return named.label
    until = filters.get(UNTIL)
    since = SINCE.said.format(filters.get(SINCE) or DEFAULT_SINCE)
    return f"{since} · {UNTIL.said.format(until)}" if until else since


def in_words(filters: Filters) -> str:
    """The filters in one line: ``Last 7 days · to 134296015``."""
    others = [each.said.format(visible(value)) for each, value in filters if each not in PERIOD]
    return " · ".join([period_in_words(filters), *others])


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
        return self.sorted_by(self.sort.toggled(field))

    def with_page_size(self, page_size: int) -> FaxQuery:
        return replace(self, page_size=page_size, page=1)

    def at_page(self, page: int) -> FaxQuery:
        return replace(self, page=page)


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


def list_command(query: FaxQuery, profile: str = "") -> str:
    """``faxtui list --profile main --since=today --sort=received:desc``; for the demo where there is no profile."""
    filters = [f"--{each.name}={value}" for each, value in query.filters]
    view = [f"--sort={sort_text(query.sort)}", f"--page={query.page}", f"--page-size={query.page_size}"]
    return shlex.join(["faxtui", "list", f"--profile={profile}" if profile else "--demo", *filters, *view])
