"""What values a setting takes: each reader turns what a file holds into the value, or raises InvalidValue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from faxtui.domain.fields import field_named
from faxtui.errors import InvalidValue

T = TypeVar("T")
Reader = Callable[[object], T]
LOCAL = "local"


def text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise InvalidValue("it takes a text in quotes")


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidValue("it takes true or false")


def whole_number(lowest: int, highest: int) -> Reader[int]:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        raise InvalidValue(f"it takes a whole number from {lowest:,} to {highest:,}")

    return read


def one_of(*choices: str) -> Reader[str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise InvalidValue(f"it takes one of {', '.join(choices)}")

    return read


def time_zone(value: object) -> str:
    return zone_named(text(value)).key


def time_zone_or_local(value: object) -> str:
    return LOCAL if value == LOCAL else time_zone(value)


def zone_named(name: str) -> ZoneInfo:
    """Raises InvalidValue where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise InvalidValue(f"“{name}” is not a time zone: write it like Europe/Paris") from error


def columns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidValue("it takes a list of columns in brackets")
    return tuple(dict.fromkeys(field_named(text(name)).name for name in value))


def path(value: object) -> Path | None:
    """A file, ``~`` being the home folder; empty for none."""
    given = text(value)
    try:
        return Path(given).expanduser() if given else None
    except RuntimeError as error:
        raise InvalidValue("its home folder is not known: write the path in full") from error
