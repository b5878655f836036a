"""Views as a configuration file writes them: ``[views.NAME]``, its filters and its sort."""

from __future__ import annotations

from datetime import date, datetime, time

from faxtui.config.settings import View
from faxtui.domain.filters import CUSTOMER, FILTERS, PERIOD, Filters
from faxtui.domain.sort import Sort
from faxtui.domain.sorting import parse_sort
from faxtui.errors import InvalidValue

_SORT = "sort"
_FILTERS = {each.name: each for each in FILTERS}


class UnknownEntry(InvalidValue):
    """An entry that views do not have; ``known`` are those that they have."""

    known = (*_FILTERS, _SORT)

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no filter “{name}”.", name)


def read_view(name: str, value: object) -> View:
    """A view is taken whole or not at all: with a filter less it would show other faxes than it says.

    Raises InvalidValue.
    """
    if not isinstance(value, dict):
        raise InvalidValue(f"it is a table, written [views.{name}].")
    entries = {str(entry): _as_text(str(entry), given) for entry, given in value.items()}
    sort = entries.pop(_SORT, None)
    return View(name, Filters(entries), Sort() if sort is None else parse_sort(sort))


def _as_text(entry: str, given: object) -> str:
    """What the option of that name would be given.

    TOML's own dates are moments, and its whole numbers customers. They are no phone numbers: a number loses its zeros
    and its plus.
    """
    if entry != _SORT and entry not in _FILTERS:
        raise UnknownEntry(entry)
    if isinstance(given, str):
        return given
    if entry == CUSTOMER.name and isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if entry in [each.name for each in PERIOD] and isinstance(given, date | time):
        return _moment(given)
    raise InvalidValue(f"“{entry}” takes a text in quotes.", entry)


def _moment(given: date | time) -> str:
    if isinstance(given, datetime):
        return given.isoformat(" ")
    if isinstance(given, time) and not given.second and not given.microsecond:
        return given.isoformat("minutes")
    return given.isoformat()
