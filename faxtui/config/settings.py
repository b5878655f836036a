"""Every setting, declared once: its name, type, default, reader and help; saved views, too.

A reader turns the value in a file into that of the setting, or raises InvalidValue with a sentence on what it expects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from faxtui.domain.account import BASE_URL, TOKEN_URL
from faxtui.domain.fax import FIELDS, Field, field_named
from faxtui.domain.filename import DEFAULT_TEMPLATE, fields_in
from faxtui.domain.query import (
    CUSTOMER,
    DEFAULT_PAGE_SIZE,
    FILTERS,
    MAXIMUM_PAGE_SIZE,
    PERIOD,
    Filters,
    Sort,
    parse_sort,
)
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue
from faxtui.translation import AUTOMATIC, LANGUAGES, N_, _, language_of

if TYPE_CHECKING:
    from datetime import tzinfo


T = TypeVar("T")
ValueReader = Callable[[object], T]
LOCAL = "local"


def text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise InvalidValue(_("Expected a text in quotes."))


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidValue(_("Expected true or false."))


def whole_number(lowest: int, highest: int) -> ValueReader[int]:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        text = _("Expected an integer from {lowest:,} to {highest:,}.")
        raise InvalidValue(text.format(lowest=lowest, highest=highest))

    return read


AUTO: int | str = "auto"


def number_or_auto(lowest: int, highest: int) -> ValueReader[int | str]:
    number = whole_number(lowest, highest)

    def read(value: object) -> int | str:
        if value == AUTO:
            return AUTO
        try:
            # Text is what was typed over "auto".
            return number(typed(value, 0) if isinstance(value, str) else value)
        except InvalidValue as error:
            text = _("Expected auto or an integer from {lowest:,} to {highest:,}.")
            raise InvalidValue(text.format(lowest=lowest, highest=highest)) from error

    return read


class OneOf:
    """Reader of one of a few texts."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def __call__(self, value: object) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        raise InvalidValue(_("Expected one of {choices}.").format(choices=", ".join(self.choices)))


class Switch(OneOf):
    """Reader of true, false, or ``auto``."""

    def __init__(self) -> None:
        super().__init__(("auto", "true", "false"))

    def __call__(self, value: object) -> str:
        return OneOf.__call__(self, shown(value) if isinstance(value, bool) else value)


def time_zone(value: object) -> str:
    return zone_named(text(value)).key


def time_zone_or_local(value: object) -> str:
    return LOCAL if value == LOCAL else time_zone(value)


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone of that name. Raises InvalidValue if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        text = _("There is no time zone “{name}”. Write it like Europe/Paris.")
        raise InvalidValue(text.format(name=name)) from error


def date_format(value: object) -> str:
    given = text(value)
    try:
        shown = datetime(2026, 11, 23, tzinfo=UTC).strftime(given)
    except ValueError as error:
        raise InvalidValue(_("Expected a format of strftime, such as %d.%m. %H:%M.")) from error
    if not (given + shown).isprintable():
        raise InvalidValue(_("A date can't contain control characters."))
    return given


def columns(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidValue(_("Expected a list of columns in brackets."))
    names = [each.name for each in FIELDS]
    for column in value:
        if text(column) not in names:
            message = _("There is no column “{name}”. Choose from {names}.")
            raise InvalidValue(message.format(name=column, names=", ".join(names)))
    return tuple(dict.fromkeys(value))


def languages(value: object) -> tuple[str, ...]:
    """Return names of Tesseract's languages, at least one."""
    if not isinstance(value, list) or not value or not all(re.fullmatch(r"\w+", text(each)) for each in value):
        raise InvalidValue(_('Expected a list of languages such as ["fra", "eng"].'))
    return tuple(dict.fromkeys(value))


def path(value: object) -> Path | None:
    """Return a file, with ``~`` for the home folder, or None if empty."""
    given = text(value)
    if not given.isprintable():
        raise InvalidValue(_("A path can't contain control characters."))
    try:
        return Path(given).expanduser() if given else None
    except RuntimeError as error:
        raise InvalidValue(_("Its home folder is unknown. Write an absolute path.")) from error


def folder(value: object) -> Path | None:
    """Return a folder as it was written, ``~`` and all; empty for none."""
    return None if path(value) is None else Path(text(value))


def file_name(value: object) -> str:
    """Return a template for file names, checked by `faxtui.domain.filename`."""
    template = text(value)
    fields_in(template)
    return template


def command(value: object) -> tuple[str, ...]:
    """Return a program and its arguments, run without a shell; empty for none."""
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise InvalidValue(_('Expected a list such as ["pass", "show", "fax"].'))
    if any("\0" in part for part in value):
        raise InvalidValue(_("A command can't contain a null character."))
    return tuple(str(part) for part in value)


def time_span(value: object) -> str:
    """Return a length of time such as ``30m`` or ``2h``; empty for none."""
    given = text(value).strip()
    if given:
        span_of(given)
    return given


def span_of(text: str) -> timedelta:
    """Return the length of ``30m`` or ``2h``. Raises InvalidValue."""
    match = re.fullmatch("([0-9]{1,4})([mh])", text)
    if match is None or not int(match[1]):
        raise InvalidValue(_("Expected minutes or hours, such as 30m or 2h."))
    return timedelta(**{_SPANS[match[2]]: int(match[1])})


_SPANS = {"m": "minutes", "h": "hours"}


def retention(value: object) -> str:
    """Return how long to keep entries, such as ``12 months``, or ``forever``."""
    given = text(value).strip()
    if given != FOREVER:
        retention_of(given)
    return given


def retention_of(text: str) -> timedelta:
    """Return the length of ``12 months``, ``90 days`` or ``2 years``, in days. Raises InvalidValue."""
    match = re.fullmatch("([0-9]{1,3}) (day|month|year)s?", text)
    if match is None or not int(match[1]):
        raise InvalidValue(_("Expected days, months or years, such as 12 months, or forever."))
    return timedelta(days=math.ceil(int(match[1]) * _DAYS[match[2]]))


FOREVER = "forever"
_DAYS = {"day": 1.0, "month": 30.5, "year": 366.0}


def typed(text: str, current: object) -> object:
    """Return typed text as a file would hold it for a setting whose value is now ``current``."""
    if isinstance(current, bool):
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    if isinstance(current, int):
        cleaned = text.strip()
        return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 10 else text
    if isinstance(current, tuple):
        return text.replace(",", " ").split()
    return text.strip()


def shown(value: object) -> str:
    """Return a setting's value as a person types it; the opposite of ``typed``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


_SORT = "sort"
_FILTERS = {each.name: each for each in FILTERS}


class UnknownEntry(InvalidValue):
    """Unknown entry of a view; ``known`` are the valid ones."""

    known = (*_FILTERS, _SORT)

    def __init__(self, name: str) -> None:
        super().__init__(_("There is no filter “{name}”.").format(name=name), name)


def read_view(name: str, value: object) -> View:
    """Return a view. Raises InvalidValue for any invalid entry: without it, the view would show other faxes."""
    if not isinstance(value, dict):
        raise InvalidValue(_("Expected a table, written [{table}].").format(table=f"views.{name}"))
    entries = {str(entry): _as_text(str(entry), given) for entry, given in value.items()}
    sort = entries.pop(_SORT, None)
    return View(name, Filters(entries), Sort() if sort is None else parse_sort(sort))


def _as_text(entry: str, given: object) -> str:
    """Return the value as the option of that name would get it.

    TOML's own dates are valid in periods, its integers as customers. They are not phone numbers, which would lose
    their zeros and plus sign.
    """
    if entry != _SORT and entry not in _FILTERS:
        raise UnknownEntry(entry)
    if isinstance(given, str):
        return given
    if entry == CUSTOMER.name and isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    if entry in [each.name for each in PERIOD] and isinstance(given, date | time):
        return _moment(given)
    raise InvalidValue(_("{entry} needs a text in quotes.").format(entry=f"“{entry}”"), entry)


def _moment(given: date | time) -> str:
    if isinstance(given, datetime):
        return given.isoformat(" ")
    if isinstance(given, time) and not given.second and not given.microsecond:
        return given.isoformat("minutes")
    return given.isoformat()


R = TypeVar("R", bound="_Record")
READER_VIEWS = ("auto", "text", "picture")
THEMES = ("auto", "dark", "light", "ansi")
BASIC, OAUTH2 = "basic", "oauth2"


class Setting(NamedTuple):
    """Declaration of a setting, without its value.

    ``safest`` is used if a given value can't be read; None for the default. One that ``needs_restart`` is not applied
    to the running program, and the settings screen says so.
    """

    name: str
    read: ValueReader[object]
    help: str
    safest: object = None
    needs_restart: bool = False


def _setting(default: T, read: ValueReader[T], help: str, safest: T | None = None, *, needs_restart: bool = False) -> T:
    metadata = {"read": read, "help": help, "safest": safest, "needs_restart": needs_restart}
    declared: T = field(default=default, metadata=metadata)
    return declared


@dataclass(frozen=True, slots=True)
class _Record:
    def replaced(self: R, name: str, value: object) -> R:
        """Return the same record with another value of the field of that name."""
        return replace(self, **{name: value})


@dataclass(frozen=True, slots=True)
class Section(_Record):
    """Table of the configuration; each of its fields is a setting."""

    @classmethod
    def settings(cls) -> Iterator[Setting]:
        for each in fields(cls):
            yield Setting(each.name, **each.metadata)


@dataclass(frozen=True, slots=True)
class Profile(Section):
    """Account, and how to use it."""

    base_url: str = _setting(BASE_URL, text, N_("address of the service"))
    login: str = _setting("", text, N_("login name, such as 60300.console"))
    auth: str = _setting(BASIC, OneOf((BASIC, OAUTH2)), N_("how to sign in: basic or oauth2"))
    token_url: str = _setting(TOKEN_URL, text, N_("address for oauth2 tokens"))
    client_id: str = _setting("", text, N_("for oauth2, from the service's support"))
    client_secret_command: tuple[str, ...] = _setting((), command, N_("prints the client secret"))
    password_command: tuple[str, ...] = _setting((), command, N_("prints the password"))
    password_file: Path | None = _setting(None, path, N_("file containing the password, readable only by you"))
    keyring: bool = _setting(False, flag, N_("the password is in the system's keyring (extra: keyring)"))
    service_timezone: str = _setting("Europe/Paris", time_zone, N_("time zone of the service's dates"))
    read_only: bool = _setting(False, flag, N_("disable deleting"), safest=True)
    allow_http: bool = _setting(False, flag, N_("plain http to other machines, if the network is safe"))
    prefetch: bool = _setting(True, flag, N_("fetch the next and previous page in advance"))


@dataclass(frozen=True, slots=True)
class Ui(Section):
    """Appearance and behaviour of the screen."""

    theme: str = _setting("auto", OneOf(THEMES), N_("colours; auto fits the terminal"))
    page_size: int = _setting(DEFAULT_PAGE_SIZE, whole_number(1, MAXIMUM_PAGE_SIZE), N_("faxes per page"))
    timezone: str = _setting(LOCAL, time_zone_or_local, N_("time zone of dates on screen: local, or like Europe/Paris"))
    date_format: str = _setting("", date_format, N_("strftime format; empty for the short form"))
    mouse: bool = _setting(True, flag, N_("clicks and the wheel"))
    thin: str = _setting("auto", Switch(), N_("reduce terminal traffic"), needs_restart=True)
    columns: tuple[str, ...] = _setting((), columns, N_("columns shown; empty for those that fit"))
    remember_filters: bool = _setting(True, flag, N_("start with the filters of the last session"))
    escape_delay: int | str = _setting(
        AUTO,
        number_or_auto(1, 5000),
        N_("milliseconds to wait after Esc; auto: 100, over ssh 500"),
    )

    language: str = _setting(
        AUTOMATIC, OneOf((AUTOMATIC, *LANGUAGES)), N_("language of texts; auto follows the locale"), needs_restart=True
    )

    def language_for(self, environ: Mapping[str, str]) -> str:
        """Return the language of texts, in this environment."""
        return language_of(environ) if self.language == AUTOMATIC else self.language

    @property
    def zone(self) -> tzinfo | None:
        """None is this machine's own."""
        return None if self.timezone == LOCAL else zone_named(self.timezone)

    @property
    def shown_fields(self) -> tuple[Field, ...]:
        return tuple(field_named(name) for name in self.columns)


@dataclass(frozen=True, slots=True)
class Reader(Section):
    """Reading of faxes."""

    view: str = _setting(
        "auto", OneOf(READER_VIEWS), N_("text or picture; auto: text if it can be recognised"), needs_restart=True
    )
    languages: tuple[str, ...] = _setting(
        ("fra", "eng"), languages, N_("languages of the faxes, as Tesseract names them"), needs_restart=True
    )


@dataclass(frozen=True, slots=True)
class Download(Section):
    """Folder of saved documents and names of their files."""

    folder: Path | None = _setting(None, folder, N_("where faxes are saved; empty: faxes in your downloads folder"))
    name: str = _setting(DEFAULT_TEMPLATE, file_name, N_("file names, made from fields of the fax"))

    @property
    def place(self) -> Path:
        """The absolute folder. Raises ConfigurationError if the home folder is unknown."""
        from platformdirs import user_downloads_path

        try:
            place = user_downloads_path() / "faxes" if self.folder is None else self.folder.expanduser()
        except RuntimeError:
            place = None
        if place is None or (self.folder is None and not place.is_absolute()):
            raise ConfigurationError(_("The home folder is unknown. Write an absolute path as [download] folder."))
        return place


@dataclass(frozen=True, slots=True)
class Delete(Section):
    """Deleting of faxes."""

    grace: int = _setting(10, whole_number(1, 3600), N_("seconds in which U undoes a delete"))


@dataclass(frozen=True, slots=True)
class Watch(Section):
    """Watching for new faxes."""

    enabled: bool = _setting(True, flag, N_("look for new faxes by itself"))
    interval: int = _setting(30, whole_number(15, 3600), N_("seconds between two polls for new faxes"))
    bell: bool = _setting(False, flag, N_("ring the bell for new faxes"))
    notify: bool = _setting(False, flag, N_("desktop notification of new faxes, if the terminal has them"))
    command: tuple[str, ...] = _setting((), command, N_("run for each new fax, with the fax as JSON on its input"))
    remind: str = _setting("", time_span, N_("remind of faxes not opened for that long, such as 30m"))

    @property
    def remind_after(self) -> timedelta | None:
        """None: no reminders."""
        return span_of(self.remind) if self.remind else None


@dataclass(frozen=True, slots=True)
class JournalSettings(Section):
    """Journal of what was done with faxes."""

    keep: str = _setting(
        "12 months",
        retention,
        N_("how long entries are kept, such as 90 days, or forever"),
        needs_restart=True,
    )

    @property
    def kept(self) -> timedelta | None:
        """None: forever."""
        return None if self.keep == FOREVER else retention_of(self.keep)


SECTIONS: Mapping[str, type[Section]] = {
    "ui": Ui,
    "reader": Reader,
    "download": Download,
    "delete": Delete,
    "watch": Watch,
    "journal": JournalSettings,
}
"""The tables of the configuration that apply to every profile, by their names: fields of `Settings`."""


class View(NamedTuple):
    """Named filters and sort."""

    name: str
    filters: Filters
    sort: Sort


@dataclass(frozen=True, slots=True)
class Settings(_Record):
    """The whole configuration as applied.

    ``problems`` are sentences on what was ignored; ``origins`` pairs each setting of a file (``ui.page_size``) with
    that file.
    """

    profile_name: str = "main"
    profile: Profile = Profile()
    ui: Ui = Ui()
    reader: Reader = Reader()
    download: Download = Download()
    delete: Delete = Delete()
    watch: Watch = Watch()
    journal: JournalSettings = JournalSettings()
    keys: tuple[tuple[str, str], ...] = ()
    views: tuple[View, ...] = ()
    profile_names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    origins: tuple[tuple[str, Path], ...] = ()

    def section(self, name: str) -> Section:
        """Return the table ``[name]``, one of `SECTIONS`."""
        found: Section = getattr(self, name)
        return found

    def changed(self, section: str, name: str, value: object) -> Settings:
        """Return the same settings with another value of one of them."""
        return self.replaced(section, self.section(section).replaced(name, value))

    def with_sections_of(self, other: Settings) -> Settings:
        """Return the same profile and views with the tables of ``other`` that apply to every profile."""
        settings = self
        for name in SECTIONS:
            settings = settings.replaced(name, other.section(name))
        return settings

    def view_named(self, name: str) -> View:
        """Return the view of that name. Raises InvalidValue if there is none."""
        found = next((each for each in self.views if each.name == name), None)
        if found is not None:
            return found
        text = (
            _("There is no view “{name}”. Choose from {names}.")
            if self.views
            else _("There is no view “{name}”: there are none. Write [views.NAME] into the configuration.")
        )
        names = ", ".join(each.name for each in self.views)
        raise InvalidValue(text.format(name=visible(name), names=names), "view")
