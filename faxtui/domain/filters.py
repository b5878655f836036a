"""What a listing can be narrowed by: each filter declared once.

The sidebar, the command line, the remembered filters and the request all read this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from faxtui.domain.text import without_invisible
from faxtui.domain.when import EXAMPLES, check_moment
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
