"""The answer to the list call, read into values.

What the service documents is read liberally: keys in any case, numbers written as text and text as numbers. A value
that can't be read is unknown and kept as it was sent; the row stays. Only a body that is no listing is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TypeVar

from faxtui.domain.fax import Fax
from faxtui.domain.fields import (
    BAUD,
    CUSTOMER,
    DURATION,
    FILE,
    FOLDER,
    FROM,
    MESSAGE,
    PAGES,
    RECEIVED,
    TO,
    Field,
)
from faxtui.domain.page import FaxPage
from faxtui.errors import UnexpectedAnswer
from faxtui.odyssey.jsontext import Json, compact, is_encodable, key_of, parse

T = TypeVar("T")

LIST_NAMES = ("Resources", "Ressources")
"""What the list of faxes is called: in the documented sample, and in the documented table."""

_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,19})(?:\.0*)?\s*")
_TIME_OF_DAY_FROM = 11
_SHORTEST_MOMENT = len("2017-07-24T07:49")


def read_page(body: bytes, *, page: int, page_size: int, zone: tzinfo) -> FaxPage:
    """The page that ``body`` lists. Wall-clock times in it are those of ``zone``.

    ``page`` and ``page_size`` are what was asked for: they stand where the answer does not tell its own.
    Raises UnexpectedAnswer, naming the place, where this is no list of faxes.
    """
    try:
        return _page(_parsed(body), page, page_size, zone)
    except RecursionError:
        raise UnexpectedAnswer("It is nested too deeply to be a list of faxes.", "$") from None


def as_text(value: Json) -> str | None:
    """A text, or a number written out. None for anything else, and for what no encoding could write again."""
    if isinstance(value, str):
        return value if is_encodable(value) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return compact(value)
    return None


def as_whole_number(value: Json) -> int | None:
    """A whole number of at most 64 bits, also where it is written as text or with a fraction of nothing."""
    if isinstance(value, str):
        match = _WHOLE_NUMBER.fullmatch(value)
        value = int(match[1]) if match else None
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -(2**63) <= value < 2**63 else None


def as_moment(text: str | None, zone: tzinfo) -> datetime | None:
    """``2017-07-24T07:49:08``: without an offset, the wall clock of ``zone`` (our decision), the first time it shows.

    None for a date without a time, and for the ends of the calendar, which stand for no moment: ``0001-01-01`` is
    what .NET writes for a date never set.
    """
    if text is None or len(text) < _SHORTEST_MOMENT or text[_TIME_OF_DAY_FROM - 1] not in "Tt ":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1 < moment.year < 9999:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


class _Resource:
    """One resource of the list, and which of its members have been read."""

    __slots__ = ("_members", "_read")

    def __init__(self, members: Mapping[str, Json]) -> None:
        self._members = members
        self._read: set[str] = set()

    def text(self, field: Field) -> str | None:
        return self._take(field, as_text)

    def number(self, field: Field) -> int | None:
        return self._take(field, as_whole_number)

    def rest(self) -> tuple[tuple[str, str], ...]:
        """Whatever has not been read, as name and JSON text."""
        if len(self._read) == len(self._members):
            return ()
        return tuple((_name(key), compact(value)) for key, value in self._members.items() if key not in self._read)

    def _take(self, field: Field, read: Callable[[Json], T | None]) -> T | None:
        key = key_of(self._members, field.service_name)
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
    except ValueError:
        raise UnexpectedAnswer("It is not JSON.", "$") from None


def _page(answer: Json, page: int, page_size: int, zone: tzinfo) -> FaxPage:
    if not isinstance(answer, dict):
        raise UnexpectedAnswer("It is JSON, but not an object ($).", "$")
    return FaxPage(
        number=_count(answer, "PageIndex", 1) or page,
        size=_count(answer, "PageSize", 1) or page_size,
        faxes=_faxes(answer, zone),
        has_previous=_flag(answer, "HasPreviousPage"),
        has_next=_flag(answer, "HasNextPage"),
        total=_count(answer, "TotalCount", 0),
        page_count=_count(answer, "TotalPageCount", 0),
    )


def _faxes(answer: Mapping[str, Json], zone: tzinfo) -> tuple[Fax, ...]:
    """The rows of the list. ``null`` is a list of none: some .NET services write an empty one so (our decision)."""
    keys = [key for name in LIST_NAMES if (key := key_of(answer, name)) is not None]
    for key in keys:
        resources = answer[key]
        if isinstance(resources, list):
            return tuple(
                _fax(each, zone) if isinstance(each, dict) else _no_resource(each, f"$.{_name(key)}[{index}]")
                for index, each in enumerate(resources)
            )
    if any(answer[key] is None for key in keys):
        return ()
    path = f"$.{_name(keys[0])}" if keys else f"$.{LIST_NAMES[0]}"
    raise UnexpectedAnswer(f"It is JSON, but holds no list at {path}.", path)


def _no_resource(value: Json, path: str) -> Fax:
    """The row of something that is no resource, so that no row goes missing."""
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


def _count(answer: Mapping[str, Json], name: str, least: int) -> int | None:
    key = key_of(answer, name)
    number = None if key is None else as_whole_number(answer[key])
    return None if number is None or number < least else number


def _flag(answer: Mapping[str, Json], name: str) -> bool:
    key = key_of(answer, name)
    value = None if key is None else answer[key]
    return isinstance(value, int | str) and str(value).strip().lower() in {"true", "1"}


def _name(key: str) -> str:
    return key if is_encodable(key) else key.encode("utf-8", "backslashreplace").decode()
