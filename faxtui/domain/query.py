"""What the operator requests: filters, sort and page, and the window that a query pages through.

A query keeps periods as words (``today``). New faxes arrive at the top and the service's default start slides, so page
2 a minute later would repeat or skip rows. A window therefore pins both ends: it is opened with a start, and the
response to its first request fixes its end (our decision).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

from faxtui.domain.fax import RECEIVED, SORTABLE, Field, Kind
from faxtui.domain.page import Listing
from faxtui.domain.text import visible, without_invisible
from faxtui.domain.when import Bound, check_moment, resolve
from faxtui.errors import InvalidValue
from faxtui.translation import N_, _, number


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """A filter of the list.

    ``name`` is its option and its key in files. ``check`` returns the valid value of a typed one or raises
    InvalidValue. ``phrase`` describes a ``{value}`` in a line of filters. Texts are translated when they are shown.
    """

    name: str
    label: str
    placeholder: str
    help: str
    metavar: str
    check: Callable[[str], str]
    phrase: str


def _number(text: str) -> str:
    """Return a phone number or sender's name as typed: how the service compares it is not documented."""
    value = text.strip()
    if not value.isprintable():
        raise InvalidValue(_("A number can't contain control characters. Type it again."))
    if len(value) > 64:
        raise InvalidValue(_("A number has at most 64 characters. Shorten it."))
    return value


def _customer(text: str) -> str:
    value = text.strip()
    if not re.fullmatch("[0-9]{1,9}", value):
        raise InvalidValue(_("A customer is an integer such as 60300, not “{value}”.").format(value=value))
    return str(int(value))


FROM = Filter(
    "from", N_("From number"), N_("any sender"), N_("the sender's number"), "NUMBER", _number, N_("from {value}")
)
TO = Filter(
    "to",
    N_("To number"),
    N_("any number"),
    N_("the inbound number that received it"),
    "NUMBER",
    _number,
    N_("to {value}"),
)
CUSTOMER = Filter(
    "customer",
    N_("Customer"),
    N_("any customer"),
    N_("a customer's number"),
    "N",
    _customer,
    N_("customer {value}"),
)
SINCE = Filter("since", N_("Since"), "7d", N_("received after: {examples}"), "WHEN", check_moment, N_("since {value}"))
UNTIL = Filter(
    "until", N_("Until"), "now", N_("received before, written the same way"), "WHEN", check_moment, N_("until {value}")
)

FILTERS: tuple[Filter, ...] = (FROM, TO, CUSTOMER, SINCE, UNTIL)
PERIOD: tuple[Filter, ...] = (SINCE, UNTIL)
_BY_NAME = {each.name: each for each in FILTERS}


_TYPED_NUMBER = re.compile(r"(?:tel:)?\s*(\+|00)?((?:[0-9][\s.()/-]*)+)", re.IGNORECASE)


_MOST_DIGITS = 15
"""Digits of an international number (E.164)."""


def typed_number(wanted: Filter, text: str) -> str:
    """Return a phone number that a person typed as the service writes it; any other text, or filter, as it is.

    The service writes senders in France like 0478123456, numbers that receive like 134296015, and others like
    +493023125481 (observed). A number that was not typed, such as a row's, must stay as the service sent it.
    """
    match = _TYPED_NUMBER.fullmatch(without_invisible(text).strip().replace("(0)", ""))
    if wanted not in (FROM, TO) or match is None:
        return text
    prefix, digits = match[1], re.sub("[^0-9]", "", match[2])
    if len(digits) > _MOST_DIGITS:
        return text
    national = digits.removeprefix("33") if prefix else digits.removeprefix("0")
    is_french = len(national) == 9 and len(digits) > 9
    if is_french:
        return national if wanted is TO else f"0{national}"
    return f"+{digits}" if prefix else digits


def filter_named(name: str) -> Filter:
    """Return the filter of that name. Raises InvalidValue, with all names, if there is none."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise InvalidValue(
            _("There is no filter “{name}”. The filters are: {names}.").format(name=name, names=", ".join(_BY_NAME)),
            name,
        ) from None


class Filters:
    """An immutable, hashable set of filters and their values; changing one returns a new one."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        """Check ``values`` by filter name; empty ones are no filter. Raises InvalidValue, with the filter's name."""
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
        """Return the values by filter name, as files and options write them."""
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


class Period(NamedTuple):
    """A named period: ``since`` and ``until`` as one would type them, empty if open."""

    label: str
    since: str
    until: str = ""


DEFAULT_SINCE = "7d"
PERIODS: tuple[Period, ...] = (
    Period(N_("Today"), "today"),
    Period(N_("Yesterday"), "yesterday", "yesterday"),
    Period(N_("Last 24 hours"), "24h"),
    Period(N_("Last 3 days"), "3d"),
    Period(N_("Last 7 days"), DEFAULT_SINCE),
    Period(N_("Last 30 days"), "30d"),
    Period(N_("Last 90 days"), "90d"),
    Period(N_("This week"), "this week"),
    Period(N_("Last week"), "last week", "last week"),
    Period(N_("This month"), "this month"),
)


def period_of(filters: Filters) -> Period | None:
    """Return the named period that these filters choose; None if start and end are the operator's own."""
    since, until = filters.get(SINCE) or DEFAULT_SINCE, filters.get(UNTIL) or ""
    return next((each for each in PERIODS if (each.since, each.until) == (since.lower(), until.lower())), None)


def period_in_words(filters: Filters) -> str:
    """``Last 7 days``, ``since 2026-11-01 · until 2026-11-07``."""
    named = period_of(filters)
    if named:
        return _(named.label)
    since, until = filters.get(SINCE) or DEFAULT_SINCE, filters.get(UNTIL)
    return " · ".join(_(each.phrase).format(value=value) for each, value in ((SINCE, since), (UNTIL, until)) if value)


def others_in_words(filters: Filters) -> list[str]:
    """Describe each filter but the period: ``to 134296015``."""
    return [_(each.phrase).format(value=visible(value)) for each, value in filters if each not in PERIOD]


def in_words(filters: Filters) -> str:
    """``Last 7 days · to 134296015``."""
    return " · ".join([period_in_words(filters), *others_in_words(filters)])


class SortDirection(Enum):
    """The direction of a sort, as people write it."""

    ASCENDING = "asc"
    DESCENDING = "desc"

    @property
    def opposite(self) -> SortDirection:
        return SortDirection.DESCENDING if self is SortDirection.ASCENDING else SortDirection.ASCENDING


@dataclass(frozen=True, slots=True)
class Sort:
    """A sortable field and a direction."""

    field: Field = RECEIVED
    direction: SortDirection = SortDirection.DESCENDING

    @classmethod
    def by(cls, field: Field) -> Sort:
        """Return a new sort: newest, longest and fastest first, text from A to Z."""
        return cls(field, SortDirection.ASCENDING if field.kind is Kind.TEXT else SortDirection.DESCENDING)

    def reversed(self) -> Sort:
        """Return the same field in the other direction."""
        return Sort(self.field, self.direction.opposite)

    def toggled(self, field: Field) -> Sort:
        """Return the sort after ``field`` was chosen: a new one, or this one reversed if it was by that field."""
        return self.reversed() if field is self.field else Sort.by(field)


def parse_sort(text: str) -> Sort:
    """Read ``received`` or ``pages:asc``. Raises InvalidValue, with the names that are valid."""
    name, colon, direction = text.strip().lower().partition(":")
    field = next((each for each in SORTABLE if each.name == name), None)
    if field is None:
        raise InvalidValue(
            _("The service can't sort by “{name}”. It can sort by {names}.").format(
                name=name, names=" ".join(each.name for each in SORTABLE)
            ),
            "sort",
        )
    if not colon:
        return Sort.by(field)
    try:
        return Sort(field, SortDirection(direction))
    except ValueError:
        raise InvalidValue(
            _("“{direction}” is not a direction. Write {field}:asc or {field}:desc.").format(
                direction=direction, field=name
            ),
            "sort",
        ) from None


def sort_text(sort: Sort) -> str:
    """``received:desc``: the inverse of `parse_sort`."""
    return f"{sort.field.name}:{sort.direction.value}"


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
            raise InvalidValue(_("Pages are counted from 1: there is no page {page}.").format(page=self.page), "page")
        if not 1 <= self.page_size <= MAXIMUM_PAGE_SIZE:
            raise InvalidValue(
                _("A page has 1 to {most} faxes, not {count}.").format(
                    most=number(MAXIMUM_PAGE_SIZE), count=number(self.page_size)
                ),
                "page_size",
            )

    def filtered(self, filters: Filters) -> FaxQuery:
        return replace(self, filters=filters, page=1)

    def with_filter(self, changed: Filter, value: str) -> FaxQuery:
        return self.filtered(self.filters.with_value(changed, value))

    def sorted_by(self, sort: Sort) -> FaxQuery:
        return replace(self, sort=sort, page=1)

    def toggle_sort(self, field: Field) -> FaxQuery:
        return self.sorted_by(self.sort.toggled(field))

    def with_page_size(self, page_size: int) -> FaxQuery:
        return replace(self, page_size=page_size, page=1)

    def at_page(self, page: int) -> FaxQuery:
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class Window:
    """Filters, sort, page size, and the instants between which faxes were received; ``end`` is None while opening."""

    filters: Filters
    sort: Sort
    page_size: int
    start: datetime
    end: datetime | None = None

    def closed(self, listing: Listing, service_now: datetime) -> Window:
        """Return this window with its end fixed by the response to its opening request."""
        if self.end is not None:
            return self
        moments = (listing.served_at or service_now, *(fax.received for fax in listing.page.faxes))
        newest = max(each.astimezone(UTC) for each in moments if each is not None)
        return replace(self, end=newest + timedelta(seconds=1))


def open_window(query: FaxQuery, now: datetime, zone: tzinfo | None = None) -> Window:
    """Resolve the query's period at ``now`` (the service's clock) in the operator's ``zone``.

    Raises InvalidValue, with the filter's name, if the end is not after the start or beyond the calendar.
    """
    start = _bound(SINCE, query.filters.get(SINCE) or DEFAULT_SINCE, now, zone)
    until = query.filters.get(UNTIL)
    end = _bound(UNTIL, until, now, zone) if until else None
    if end is not None and end <= start:
        raise InvalidValue(_("The end is not after the start. Change one of them."), UNTIL.name)
    return Window(query.filters, query.sort, query.page_size, start, end)


def _bound(of: Filter, text: str, now: datetime, zone: tzinfo | None) -> datetime:
    try:
        return resolve(text, Bound.START if of is SINCE else Bound.END, now, zone)
    except InvalidValue as error:
        raise InvalidValue(str(error), of.name) from error


def list_command(query: FaxQuery, profile: str = "") -> str:
    """Return the command that lists the query: ``faxtui list --profile main --since=today`` (no profile: the demo)."""
    filters = [f"--{each.name}={value}" for each, value in query.filters]
    view = [f"--sort={sort_text(query.sort)}", f"--page={query.page}", f"--page-size={query.page_size}"]
    return shlex.join(["faxtui", "list", f"--profile={profile}" if profile else "--demo", *filters, *view])
