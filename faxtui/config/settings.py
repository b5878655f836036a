"""Every setting, declared once: its name, type, default, how it is read and what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from faxtui.config import values
from faxtui.config.values import LOCAL, OneOf, Reader, Switch, zone_named
from faxtui.domain.fields import Field, field_named
from faxtui.domain.file_name import DEFAULT_TEMPLATE
from faxtui.domain.filters import Filters
from faxtui.domain.query import DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE
from faxtui.domain.sort import Sort
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue

if TYPE_CHECKING:
    from datetime import tzinfo

T = TypeVar("T")
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

    base_url: str = _setting(DEFAULT_BASE_URL, values.text, "the service's address")
    login: str = _setting("", values.text, "such as 60300.console")
    auth: str = _setting(BASIC, OneOf((BASIC, OAUTH2)), "how to sign in: basic or oauth2")
    token_url: str = _setting(DEFAULT_TOKEN_URL, values.text, "where oauth2 tokens come from")
    client_id: str = _setting("", values.text, "for oauth2, from the service's support")
    client_secret_command: tuple[str, ...] = _setting((), values.command, "prints the client's secret")
    password_command: tuple[str, ...] = _setting((), values.command, "prints the password")
    password_file: Path | None = _setting(None, values.path, "a file that only you can read, holding the password")
    keyring: bool = _setting(False, values.flag, "the password is in the system's keyring (extra: keyring)")
    service_timezone: str = _setting("Europe/Paris", values.time_zone, "the zone of the service's own dates")
    read_only: bool = _setting(False, values.flag, "nothing can be deleted", safest=True)
    allow_http: bool = _setting(False, values.flag, "plain http to other machines, where the way is safe")
    prefetch: bool = _setting(True, values.flag, "fetch the pages beside the one shown before they are asked for")


@dataclass(frozen=True, slots=True)
class Ui(Section):
    """What the screen looks like."""

    theme: str = _setting("auto", OneOf(THEMES), "colours; auto fits the terminal")
    page_size: int = _setting(DEFAULT_PAGE_SIZE, values.whole_number(1, MAXIMUM_PAGE_SIZE), "faxes on a page")
    timezone: str = _setting(
        LOCAL, values.time_zone_or_local, "the zone in which dates are shown: local, or as Europe/Paris"
    )
    date_format: str = _setting("", values.date_format, "as strftime writes it; empty for the short one")
    mouse: bool = _setting(True, values.flag, "clicks and the wheel")
    thin: str = _setting("auto", Switch(), "send the terminal only what changed", needs_restart=True)
    columns: tuple[str, ...] = _setting((), values.columns, "the columns shown; empty for those that fit")
    remember_filters: bool = _setting(True, values.flag, "start with the filters of the last time")
    escape_delay: int | str = _setting(
        values.AUTO,
        values.number_or_auto(1, 5000),
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

    folder: Path = _setting(Path("~/Downloads/faxes"), values.folder, "where faxes are saved")
    name: str = _setting(DEFAULT_TEMPLATE, values.file_name, "what their files are called, from fields of the fax")

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

    grace: int = _setting(10, values.whole_number(1, 3600), "seconds in which U undoes a delete")


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
