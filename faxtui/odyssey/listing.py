"""Lists of faxes between wire and domain: the parameters of a request, and the page in its response.

What the service documents is read liberally: keys in any case, numbers written as text and text as numbers. A value
that can't be read is unknown and kept as it was sent; the row stays. Only a body that is no listing is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from faxtui.domain import query
from faxtui.domain.fax import BAUD, CUSTOMER, DURATION, FILE, FOLDER, FROM, MESSAGE, PAGES, RECEIVED, TO, Fax, Field
from faxtui.domain.page import FaxPage
from faxtui.domain.query import SortDirection, Window
from faxtui.errors import UnexpectedResponse
from faxtui.odyssey.json_text import (
    MOST_VALUES,
    Json,
    TooManyValues,
    compact,
    is_blank,
    is_encodable,
    key_of,
    parse,
)
from faxtui.translation import _, number

T = TypeVar("T")

LIST_NAMES = ("Resources", "Ressources")
"""What the list of faxes is called: in the documented sample, and in the documented table."""

MOST_ROWS = 2_000
"""Rows that a page may have, whatever was requested: twice what faxtui ever requests (our decision)."""
LONGEST_TEXT = 8_000
"""Characters of a field that is read: a longer one is no number, name or date (our decision)."""
MOST_UNREAD = 100
"""Members of a resource that are kept one by one although nothing reads them (our decision)."""
LONGEST_UNREAD, LONGEST_UNREAD_IN_ALL = 6_000, 8_000
"""Characters of each of them, and of all, that are kept: the details screen draws them. The resource as a whole is
always kept (our decision)."""

SERVICE_NAMES: Mapping[Field, str] = {
    MESSAGE: "MessageId",
    RECEIVED: "ReceivedDate",
    TO: "To",
    FROM: "From",
    FOLDER: "Folder",
    FILE: "FileName",
    DURATION: "CallTime",
    PAGES: "Pages",
    BAUD: "BaudRate",
    CUSTOMER: "CustomerNumber",
}
"""Members of a resource (documented)."""
_NUMBERS = range(-(2**63), 2**63)
_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,19})(?:\.0*)?\s*")
_TIME_OF_DAY_FROM = 11
_SHORTEST_MOMENT = len("2017-07-24T07:49")
_TICKS = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/", re.IGNORECASE)
_DAY_FIRST = re.compile(
    r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})[T ]+(?:à )?([0-9]{1,2})[:h]([0-9]{2})(?::([0-9]{2}))?"
)


PARAMETERS: Mapping[query.Filter, str] = {
    query.CUSTOMER: "customerNumber",
    query.FROM: "filterFrom",
    query.TO: "filterTo",
    query.SINCE: "filterStartDate",
    query.UNTIL: "filterEndDate",
}
_FILTER_NAMES = {parameter.lower(): each.name for each, parameter in PARAMETERS.items()}
_SORT_FIELDS = {RECEIVED: 0, MESSAGE: 1, FROM: 2, TO: 3, FOLDER: 4, FILE: 5, DURATION: 6, PAGES: 7, BAUD: 8}
_DIRECTIONS = {SortDirection.ASCENDING: 1, SortDirection.DESCENDING: 2}


def parameters_of(window: Window, page: int) -> tuple[tuple[str, str], ...]:
    """Return the query parameters that request one page (documented)."""
    values = {PARAMETERS[each]: value for each, value in window.filters if each not in query.PERIOD}
    values |= {
        "pageIndex": str(page),
        "pageSize": str(window.page_size),
        PARAMETERS[query.SINCE]: as_service_time(window.start),
        "sortField": str(_SORT_FIELDS[window.sort.field]),
        "sortDirection": str(_DIRECTIONS[window.sort.direction]),
    }
    if window.end is not None:
        values[PARAMETERS[query.UNTIL]] = as_service_time(window.end)
    return tuple(values.items())


def filter_of(parameter: str) -> str:
    """Return the name of the filter that is sent as ``parameter``, in any case; ``parameter`` itself if it is none."""
    return _FILTER_NAMES.get(parameter.lower(), parameter)


def as_service_time(moment: datetime) -> str:
    """``2017-07-08T12:54:40.460Z``: UTC with three decimals (documented)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def read_page(body: bytes, *, page: int, page_size: int, zone: tzinfo) -> FaxPage:
    """Return the page that ``body`` lists. Wall-clock times in it are those of ``zone``.

    ``page`` and ``page_size`` are the requested ones: they count if the response does not have its own. A blank body
    and ``null`` are an empty page (our decision).
    Raises UnexpectedResponse, with the JSON path, if this is no list of faxes.
    """
    if is_blank(body):
        return _empty(page, page_size)
    try:
        return _page(_parsed(body), page, page_size, zone)
    except RecursionError:
        raise UnexpectedResponse(_("It is nested too deeply to be a list of faxes."), "$") from None


def as_text(value: Json) -> str | None:
    """Return a text, or a number written out. None for anything else, if too long, or if no encoding can write it."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT and is_encodable(value) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return compact(value)
    return None


def as_whole_number(value: Json) -> int | None:
    """Return an integer of at most 64 bits, also if it is written as text or with a fraction of zero; else None."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return None
        match = _WHOLE_NUMBER.fullmatch(value)
        value = int(match[1]) if match else None
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value in _NUMBERS else None


def as_moment(text: str | None, zone: tzinfo) -> datetime | None:
    """Read a date with a time; without an offset, it is the first one on the wall clock of ``zone`` (our decision).

    Accepts ISO 8601 (``2017-07-24T07:49:08``, documented), ``/Date(1500882548000)/`` (milliseconds UTC, of older .NET)
    and ``24/07/2017 07:49:08`` (day first; both our decision). Returns None for a date without a time, and for the ends
    of the calendar, which mean no moment: .NET writes ``0001-01-01`` for a date that was never set.
    """
    if text is None:
        return None
    try:
        moment = _read_moment(text.strip(), zone)
    except (ValueError, OverflowError):
        return None
    if moment is None or not 1 < moment.year < 9999:
        return None
    # `combine` and not `replace`, which takes six times as long.
    return moment if moment.tzinfo else datetime.combine(moment, moment.time(), zone)


def _read_moment(text: str, zone: tzinfo) -> datetime | None:
    if len(text) >= _SHORTEST_MOMENT and text[_TIME_OF_DAY_FROM - 1] in "Tt " and text[4] == "-":
        return datetime.fromisoformat(text)
    if match := _TICKS.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]) / 1000, zone)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute, second = (int(each or 0) for each in match.groups())
        return datetime(year, month, day, hour, minute, second)
    return None


class _Resource:
    """A resource of the list, and the members of it that have been read."""

    __slots__ = ("_members", "_read")

    def __init__(self, members: Mapping[str, Json]) -> None:
        self._members = members
        self._read: set[str] = set()

    def text(self, field: Field) -> str | None:
        return self._take(field, as_text)

    def number(self, field: Field) -> int | None:
        return self._take(field, as_whole_number)

    def rest(self) -> tuple[tuple[str, str], ...]:
        """Return what has not been read, as name and JSON text, within limits."""
        if len(self._read) == len(self._members):
            return ()
        unread = [key for key in self._members if key not in self._read]
        kept: list[tuple[str, str]] = []
        room = LONGEST_UNREAD_IN_ALL
        for key in unread[:MOST_UNREAD]:
            name, value = _cut(_name(key)), _cut(compact(self._members[key]))
            room -= len(name) + len(value)
            if room < 0 and kept:
                break
            kept.append((name, value))
        if len(unread) > len(kept):
            kept.append(("…", _("{count} more").format(count=number(len(unread) - len(kept)))))
        return tuple(kept)

    def _take(self, field: Field, read: Callable[[Json], T | None]) -> T | None:
        key = key_of(self._members, SERVICE_NAMES[field])
        if key is None:
            return None
        sent = self._members[key]
        value = read(sent)
        if value is not None or sent is None:
            self._read.add(key)
        return value


def _parsed(body: bytes) -> Json:
    try:
        return parse(body)
    except TooManyValues:
        raise UnexpectedResponse(
            _("It is too much for one page of faxes: more than {most} values.").format(most=number(MOST_VALUES)), "$"
        ) from None
    except ValueError:
        raise UnexpectedResponse(_("It is not JSON."), "$") from None


def _empty(page: int, page_size: int) -> FaxPage:
    return FaxPage(page, page_size, (), has_previous=page > 1, has_next=False)


def _page(body: Json, page: int, page_size: int, zone: tzinfo) -> FaxPage:
    if body is None:
        return _empty(page, page_size)
    if not isinstance(body, dict):
        raise UnexpectedResponse(_("It is JSON, but not an object ($)."), "$")
    return FaxPage(
        number=_count(body, "PageIndex", 1) or page,
        size=_count(body, "PageSize", 1) or page_size,
        faxes=_faxes(body, zone),
        has_previous=_flag(body, "HasPreviousPage"),
        has_next=_flag(body, "HasNextPage"),
        total=_count(body, "TotalCount", 0),
        page_count=_count(body, "TotalPageCount", 0),
    )


def _faxes(body: Mapping[str, Json], zone: tzinfo) -> tuple[Fax, ...]:
    """Return the rows of the list. ``null`` is an empty list, as some .NET services write it (our decision)."""
    keys = [key for name in LIST_NAMES if (key := key_of(body, name)) is not None]
    for key in keys:
        resources = body[key]
        if isinstance(resources, list):
            if len(resources) > MOST_ROWS:
                path = f"$.{_name(key)}"
                raise UnexpectedResponse(
                    _("It is too much for one page of faxes: {count} rows at {path}, more than {most}.").format(
                        count=number(len(resources)), path=path, most=number(MOST_ROWS)
                    ),
                    path,
                )
            return tuple(
                _fax(each, zone) if isinstance(each, dict) else _no_resource(each, f"$.{_name(key)}[{index}]")
                for index, each in enumerate(resources)
            )
    if any(body[key] is None for key in keys):
        return ()
    path = f"$.{_name(keys[0])}" if keys else f"$.{LIST_NAMES[0]}"
    raise UnexpectedResponse(_("It is JSON, but has no list at {path}.").format(path=path), path)


def _no_resource(value: Json, path: str) -> Fax:
    """Return a row for something that is no resource, so that no row is lost."""
    sent = compact(value)
    return Fax(as_sent=((path, sent),), resource=sent)


def _fax(resource: dict[str, Json], zone: tzinfo) -> Fax:
    read = _Resource(resource)
    received_text = read.text(RECEIVED)
    return Fax(
        message_id=read.text(MESSAGE),
        received=as_moment(received_text, zone),
        received_text=received_text,
        sender=read.text(FROM),
        recipient=read.text(TO),
        folder=read.text(FOLDER),
        file_name=read.text(FILE),
        duration=read.number(DURATION),
        pages=read.number(PAGES),
        baud_rate=read.number(BAUD),
        customer=read.number(CUSTOMER),
        resource=compact(resource),
        # Last, when everything else has been read.
        as_sent=read.rest(),
    )


def _count(body: Mapping[str, Json], name: str, least: int) -> int | None:
    key = key_of(body, name)
    number = None if key is None else as_whole_number(body[key])
    return None if number is None or number < least else number


def _flag(body: Mapping[str, Json], name: str) -> bool:
    key = key_of(body, name)
    value = None if key is None else body[key]
    return isinstance(value, int | str) and str(value).strip().lower() in {"true", "1"}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_UNREAD else f"{text[:LONGEST_UNREAD]}…"


def _name(key: str) -> str:
    return key if is_encodable(key) else key.encode("utf-8", "backslashreplace").decode()
