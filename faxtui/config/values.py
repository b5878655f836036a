"""What values a setting takes: each reader turns what a file holds into the value, or raises InvalidValue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from faxtui.domain.fields import FIELDS
from faxtui.domain.file_name import fields_in
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


AUTO: int | str = "auto"


def number_or_auto(lowest: int, highest: int) -> Reader[int | str]:
    number = whole_number(lowest, highest)

    def read(value: object) -> int | str:
        if value == AUTO:
            return AUTO
        try:
            # Text is what was typed over "auto".
            return number(typed(value, 0) if isinstance(value, str) else value)
        except InvalidValue as error:
            raise InvalidValue(f"expected auto or an integer from {lowest:,} to {highest:,}") from error

    return read


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of a few texts."""

    choices: tuple[str, ...]

    def __call__(self, value: object) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        raise InvalidValue(f"it takes one of {', '.join(self.choices)}")


@dataclass(frozen=True, slots=True)
class Switch(OneOf):
    """Reads true, false, or ``auto``."""

    choices: tuple[str, ...] = ("auto", "true", "false")

    def __call__(self, value: object) -> str:
        return OneOf.__call__(self, shown(value) if isinstance(value, bool) else value)


def time_zone(value: object) -> str:
    return zone_named(text(value)).key


def time_zone_or_local(value: object) -> str:
    return LOCAL if value == LOCAL else time_zone(value)


def zone_named(name: str) -> ZoneInfo:
    """Raises InvalidValue where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise InvalidValue(f"there is no time zone “{name}”, write it like Europe/Paris") from error


def date_format(value: object) -> str:
    given = text(value)
    try:
        shown = datetime(2026, 11, 23, tzinfo=UTC).strftime(given)
    except ValueError as error:
        raise InvalidValue("it takes what strftime knows, such as %d.%m. %H:%M") from error
    if not (given + shown).isprintable():
        raise InvalidValue("a date can't hold control characters")
    return given


def columns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidValue("it takes a list of columns in brackets")
    names = [each.name for each in FIELDS]
    for column in value:
        if text(column) not in names:
            raise InvalidValue(f"there is no column “{column}”, there are {', '.join(names)}")
    return tuple(dict.fromkeys(value))


def path(value: object) -> Path | None:
    """A file, ``~`` being the home folder; empty for none."""
    given = text(value)
    if not given.isprintable():
        raise InvalidValue("a path can't hold control characters")
    try:
        return Path(given).expanduser() if given else None
    except RuntimeError as error:
        raise InvalidValue("its home folder is not known: write the path in full") from error


def folder(value: object) -> Path:
    """A folder as it was written, ``~`` and all."""
    if path(value) is None:
        raise InvalidValue("it takes a folder, such as ~/Downloads/faxes")
    return Path(text(value))


def file_name(value: object) -> str:
    """A template for file names, as `faxtui.domain.file_name` reads it."""
    template = text(value)
    fields_in(template)
    return template


def command(value: object) -> tuple[str, ...]:
    """A program and its arguments, run without a shell; empty for none."""
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise InvalidValue('it takes a list such as ["pass", "show", "fax"]')
    if any("\0" in part for part in value):
        raise InvalidValue("no program takes a null character")
    return tuple(str(part) for part in value)


def typed(text: str, current: object) -> object:
    """What was typed, as a file would hold it for a setting whose value is now ``current``."""
    if isinstance(current, bool):
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if isinstance(current, int):
        cleaned = text.strip()
        return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 10 else text
    if isinstance(current, tuple):
        return text.replace(",", " ").split()
    return text.strip()


def shown(value: object) -> str:
    """A setting's value as a person types it; the opposite of ``typed``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)
