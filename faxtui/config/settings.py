"""What values a setting takes: each reader turns what a file holds into the value, or raises InvalidValue.

Views as a configuration file writes them: ``[views.NAME]``, its filters and its sort.

Every setting, declared once: its name, type, default, how it is read and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from faxtui.domain.fax import FIELDS, Field, field_named
from faxtui.domain.filename import DEFAULT_TEMPLATE, fields_in
from faxtui.domain.query import CUSTOMER, DEFAULT_PAGE_SIZE, FILTERS, MAXIMUM_PAGE_SIZE, PERIOD, Filters, parse_sort
from faxtui.domain.sort import Sort
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue

if TYPE_CHECKING:
    from datetime import tzinfo


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


R = TypeVar("R", bound="_Record")
DEFAULT_BASE_URL = "https://api.odyssey-services.fr"
DEFAULT_TOKEN_URL = "https://oauth.odyssey-services.fr/connect/token"
THEMES = ("auto", "dark", "light", "ansi")
BASIC, OAUTH2 = "basic", "oauth2"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a section's table knows of one setting besides its value.

    ``safest`` is what holds where the value that was given can't be read; None for the default. What
    ``needs_restart`` is not applied to the running program, and the settings screen says so.
    """

    name: str
    read: Reader[object]
    help: str
    safest: object = None
    needs_restart: bool = False


def _setting(default: T, read: Reader[T], help: str, safest: T | None = None, *, needs_restart: bool = False) -> T:
    metadata = {"read": read, "help": help, "safest": safest, "needs_restart": needs_restart}
    declared: T = field(default=default, metadata=metadata)
    return declared


@dataclass(frozen=True, slots=True)
class _Record:
    def replaced(self: R, name: str, value: object) -> R:
        """The same record with another value of the field of that name."""
        return replace(self, **{name: value})


@dataclass(frozen=True, slots=True)
class Section(_Record):
    """A table of the configuration: each of its fields is a setting."""

    @classmethod
    def settings(cls) -> Iterator[Setting]:
        for each in fields(cls):
            yield Setting(each.name, **each.metadata)


@dataclass(frozen=True, slots=True)
class Profile(Section):
    """An account, and how to deal with it."""

    base_url: str = _setting(DEFAULT_BASE_URL, text, "the service's address")
    login: str = _setting("", text, "such as 60300.console")
    auth: str = _setting(BASIC, OneOf((BASIC, OAUTH2)), "how to sign in: basic or oauth2")
    token_url: str = _setting(DEFAULT_TOKEN_URL, text, "where oauth2 tokens come from")
    client_id: str = _setting("", text, "for oauth2, from the service's support")
    client_secret_command: tuple[str, ...] = _setting((), command, "prints the client's secret")
    password_command: tuple[str, ...] = _setting((), command, "prints the password")
    password_file: Path | None = _setting(None, path, "a file that only you can read, holding the password")
    keyring: bool = _setting(False, flag, "the password is in the system's keyring (extra: keyring)")
    service_timezone: str = _setting("Europe/Paris", time_zone, "the zone of the service's own dates")
    read_only: bool = _setting(False, flag, "nothing can be deleted", safest=True)
    allow_http: bool = _setting(False, flag, "plain http to other machines, where the way is safe")
    prefetch: bool = _setting(True, flag, "fetch the pages beside the one shown before they are asked for")


@dataclass(frozen=True, slots=True)
class Ui(Section):
    """What the screen looks like."""

    theme: str = _setting("auto", OneOf(THEMES), "colours; auto fits the terminal")
    page_size: int = _setting(DEFAULT_PAGE_SIZE, whole_number(1, MAXIMUM_PAGE_SIZE), "faxes on a page")
    timezone: str = _setting(LOCAL, time_zone_or_local, "the zone in which dates are shown: local, or as Europe/Paris")
    date_format: str = _setting("", date_format, "strftime format; empty for the short form")
    mouse: bool = _setting(True, flag, "clicks and the wheel")
    thin: str = _setting("auto", Switch(), "reduce terminal traffic", needs_restart=True)
    columns: tuple[str, ...] = _setting((), columns, "the columns shown; empty for those that fit")
    remember_filters: bool = _setting(True, flag, "start with the filters of the last time")
    escape_delay: int | str = _setting(
        AUTO,
        number_or_auto(1, 5000),
        "milliseconds to wait after Esc; auto: 100, over ssh 500",
    )

    @property
    def zone(self) -> tzinfo | None:
        """None is this machine's own."""
        return None if self.timezone == LOCAL else zone_named(self.timezone)

    @property
    def shown_fields(self) -> tuple[Field, ...]:
        return tuple(field_named(name) for name in self.columns)


@dataclass(frozen=True, slots=True)
class Download(Section):
    """Where documents are saved, and what their files are called."""

    folder: Path = _setting(Path("~/Downloads/faxes"), folder, "where faxes are saved")
    name: str = _setting(DEFAULT_TEMPLATE, file_name, "what their files are called, from fields of the fax")

    @property
    def place(self) -> Path:
        """The folder in full. Raises ConfigurationError where the home folder is not known."""
        try:
            return self.folder.expanduser()
        except RuntimeError as error:
            raise ConfigurationError("The home folder is not known: write [download] folder in full.") from error


@dataclass(frozen=True, slots=True)
class Delete(Section):
    """How faxes are deleted."""

    grace: int = _setting(10, whole_number(1, 3600), "seconds in which U undoes a delete")


SECTIONS: Mapping[str, type[Section]] = {"ui": Ui, "download": Download, "delete": Delete}
"""The tables of the configuration that hold for every profile, by their names: fields of `Settings`."""


@dataclass(frozen=True, slots=True)
class View:
    """Filters and sort that were given a name."""

    name: str
    filters: Filters
    sort: Sort


@dataclass(frozen=True, slots=True)
class Settings(_Record):
    """The whole configuration as it is in force.

    ``problems`` tells in sentences what could not be taken; ``origins`` pairs each setting that was given somewhere
    (``ui.page_size``) with the file it comes from.
    """

    profile_name: str = "main"
    profile: Profile = Profile()
    ui: Ui = Ui()
    download: Download = Download()
    delete: Delete = Delete()
    keys: tuple[tuple[str, str], ...] = ()
    views: tuple[View, ...] = ()
    profile_names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    origins: tuple[tuple[str, Path], ...] = ()

    def section(self, name: str) -> Section:
        """The table ``[name]``, one of `SECTIONS`."""
        found: Section = getattr(self, name)
        return found

    def changed(self, section: str, name: str, value: object) -> Settings:
        """The same settings with another value of one of them."""
        return self.replaced(section, self.section(section).replaced(name, value))

    def with_sections_of(self, other: Settings) -> Settings:
        """The same profile and views, with what `other` says in the tables that hold for every profile."""
        settings = self
        for name in SECTIONS:
            settings = settings.replaced(name, other.section(name))
        return settings

    def view_named(self, name: str) -> View:
        """Raises InvalidValue where there is none of that name."""
        found = next((each for each in self.views if each.name == name), None)
        if found is None:
            there_are = ", ".join(each.name for each in self.views)
            hint = (
                f"there are {there_are}" if there_are else "there are none: write [views.NAME] into the configuration"
            )
            raise InvalidValue(f"There is no view “{visible(name)}”: {hint}.", "view")
        return found
