"""Every setting, declared once: its name, type, default, how it is read and what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from faxtui.config import values
from faxtui.config.values import LOCAL, Reader, zone_named
from faxtui.domain.fields import Field, field_named
from faxtui.domain.query import DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE

if TYPE_CHECKING:
    from datetime import tzinfo

T = TypeVar("T")
DEFAULT_BASE_URL = "https://api.odyssey-services.fr"
THEMES = ("auto", "dark", "light", "ansi")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a section's table knows of one setting besides its value."""

    name: str
    read: Reader[object]
    help: str


def _setting(default: T, read: Reader[T], help: str) -> T:
    declared: T = field(default=default, metadata={"read": read, "help": help})
    return declared


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the configuration: each of its fields is a setting."""

    @classmethod
    def settings(cls) -> Iterator[Setting]:
        for each in fields(cls):
            yield Setting(each.name, each.metadata["read"], each.metadata["help"])


@dataclass(frozen=True, slots=True)
class Profile(Section):
    """An account, and how to deal with it."""

    base_url: str = _setting(DEFAULT_BASE_URL, values.text, "the service's address")
    login: str = _setting("", values.text, "such as 60300.console")
    password_file: Path | None = _setting(None, values.path, "a file that only you can read, holding the password")
    service_timezone: str = _setting("Europe/Paris", values.time_zone, "the zone of the service's own dates")
    allow_http: bool = _setting(False, values.flag, "plain http to other machines, where the way is safe")
    prefetch: bool = _setting(True, values.flag, "fetch the pages beside the one shown before they are asked for")


@dataclass(frozen=True, slots=True)
class Ui(Section):
    """What the screen looks like."""

    theme: str = _setting("auto", values.one_of(*THEMES), "colours: auto takes what suits the terminal")
    page_size: int = _setting(DEFAULT_PAGE_SIZE, values.whole_number(1, MAXIMUM_PAGE_SIZE), "faxes on a page")
    timezone: str = _setting(
        LOCAL, values.time_zone_or_local, "the zone in which dates are shown: local, or as Europe/Paris"
    )
    date_format: str = _setting("", values.text, "as strftime writes it; empty for the short one")
    mouse: bool = _setting(True, values.flag, "clicks and the wheel")
    columns: tuple[str, ...] = _setting((), values.columns, "the columns shown; empty for those that fit")
    remember_filters: bool = _setting(True, values.flag, "start with the filters of the last time")

    @property
    def zone(self) -> tzinfo | None:
        """None is this machine's own."""
        return None if self.timezone == LOCAL else zone_named(self.timezone)

    @property
    def shown_fields(self) -> tuple[Field, ...]:
        return tuple(field_named(name) for name in self.columns)


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration as it is in force, and what could not be taken of it, in sentences."""

    profile_name: str = "main"
    profile: Profile = Profile()
    ui: Ui = Ui()
    keys: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
