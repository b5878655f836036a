"""A received fax and its fields, each declared once for tables, menus, details and exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import NamedTuple

from faxtui.domain.regional import MONTH_FIRST, ShortDates
from faxtui.domain.text import visible
from faxtui.errors import InvalidValue
from faxtui.translation import N_, _

_NO_ADDRESS = frozenset({"", ".", ".."})


class FaxKey(NamedTuple):
    """Address of a fax's file, which identifies it (our decision: the documented sample's MessageId is ``"0"``)."""

    folder: str
    file_name: str

    @property
    def has_address(self) -> bool:
        """True if its file can be requested: HTTP clients fold empty and dotted segments into another address."""
        return self.folder not in _NO_ADDRESS and self.file_name not in _NO_ADDRESS

    @property
    def shown(self) -> str:
        """``134296015/0-….PDF``, safe to show in a sentence."""
        return visible(f"{self.folder}/{self.file_name}")

    @property
    def is_plain(self) -> bool:
        """True if no part of it leads elsewhere even if a server decodes the address before it folds dots."""
        return self.has_address and not any(part in _NO_ADDRESS for name in self for part in re.split(r"[/\\]", name))


class FaxIdentity(NamedTuple):
    """Identity of a fax: the service reuses names, so a key alone identifies only a document.

    ``received`` is the date as sent. Two equal identities are the same fax if they are certain.
    """

    key: FaxKey
    received: str | None = None
    sender: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    pages: int | None = None

    @property
    def is_certain(self) -> bool:
        """True if more than its name is known: every row of a list has a date."""
        return self.received is not None

    @property
    def name_only(self) -> FaxIdentity:
        return FaxIdentity(self.key)


@dataclass(frozen=True, slots=True)
class Fax:
    """One resource of the list. ``None`` is a value that is missing or could not be read.

    ``received`` is an instant with a zone (the service's own unless an offset was sent), which every other zone can
    express, and ``received_text`` the date as sent. ``duration`` is in seconds (our decision).
    ``as_sent`` pairs name and JSON text of whatever is not in the other attributes: unknown keys and unreadable
    values. ``resource`` is the whole resource as JSON text.
    """

    message_id: str | None = None
    received: datetime | None = None
    received_text: str | None = None
    sender: str | None = None
    recipient: str | None = None
    folder: str | None = None
    file_name: str | None = None
    duration: int | None = None
    pages: int | None = None
    baud_rate: int | None = None
    customer: int | None = None
    as_sent: tuple[tuple[str, str], ...] = ()
    resource: str = "{}"

    @property
    def key(self) -> FaxKey:
        return FaxKey(self.folder or "", self.file_name or "")

    @property
    def identity(self) -> FaxIdentity:
        return FaxIdentity(self.key, self.received_text, self.sender, self.recipient, self.message_id, self.pages)


Value = str | int | datetime | None
UNKNOWN = "—"


LONGEST_SHOWN = 500
"""Characters of a value that are shown: nobody reads more, and drawing more would delay the keys."""


class Kind(Enum):
    """Kind of a field's value, which decides how it is read and written."""

    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    MOMENT = "moment"


class ValueFormat(NamedTuple):
    """Format of values for the operator: on the clock of ``zone`` (None: this machine's), in the year ``this_year``.

    ``moment_format`` is a strftime format. If it is empty, dates are written as in ``dates``, those of this year
    without their year.
    """

    this_year: int
    zone: tzinfo | None = None
    moment_format: str = ""
    dates: ShortDates = MONTH_FIRST

    @property
    def moment_width(self) -> int:
        """Cells that a date may take."""
        if not self.moment_format:
            return RECEIVED.width
        # Every month, and every day of the week, with as many digits as there may be.
        samples = (datetime(2026, 1 + number % 12, 20 + number % 7, 22, 22, 22, tzinfo=UTC) for number in range(84))
        return max(len(each.strftime(self.moment_format)) for each in samples)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field of a fax.

    ``name`` is its name in columns, ``--sort`` and exports, ``heading`` its heading in a table, ``label`` its full
    name (both are translated when they are shown), ``width`` the cells it needs in a table.
    """

    name: str
    heading: str
    label: str
    width: int
    kind: Kind
    value: Callable[[Fax], Value]

    @property
    def is_sortable(self) -> bool:
        return self in SORTABLE

    @property
    def is_right_aligned(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.DURATION)

    def text(self, fax: Fax, format: ValueFormat) -> str:
        """Return the value as a person reads it, safe to print; ``—`` if there is none.

        A date that could not be read is shown as it was sent.
        """
        value = self.value(fax)
        if value is None and self is RECEIVED:
            value = fax.received_text
        return UNKNOWN if value is None or value == "" else _WRITERS[self.kind](value, format)


def _plain(value: Value, format: ValueFormat) -> str:
    text = str(value)
    return visible(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _duration(value: Value, format: ValueFormat) -> str:
    if not isinstance(value, int):
        return UNKNOWN
    minutes, seconds = divmod(abs(value), 60)
    return f"{'-' if value < 0 else ''}{minutes}:{seconds:02}"


def _moment(value: Value, format: ValueFormat) -> str:
    if not isinstance(value, datetime):
        return _plain(value, format)
    local = value.astimezone(format.zone)
    if format.moment_format:
        return visible(local.strftime(format.moment_format))
    return local.strftime(format.dates.this_year if local.year == format.this_year else format.dates.other_year)


_WRITERS: Mapping[Kind, Callable[[Value, ValueFormat], str]] = {
    Kind.TEXT: _plain,
    Kind.NUMBER: _plain,
    Kind.DURATION: _duration,
    Kind.MOMENT: _moment,
}

RECEIVED = Field("received", N_("Received"), N_("Received"), 14, Kind.MOMENT, lambda fax: fax.received)
FROM = Field("from", N_("From"), N_("From number"), 14, Kind.TEXT, lambda fax: fax.sender)
TO = Field("to", N_("To"), N_("To number"), 12, Kind.TEXT, lambda fax: fax.recipient)
PAGES = Field("pages", N_("Pages"), N_("Pages"), 5, Kind.NUMBER, lambda fax: fax.pages)
DURATION = Field("duration", N_("Duration"), N_("Duration"), 8, Kind.DURATION, lambda fax: fax.duration)
FILE = Field("file", N_("File"), N_("File name"), 16, Kind.TEXT, lambda fax: fax.file_name)
BAUD = Field("baud", N_("Baud"), N_("Baud rate"), 6, Kind.NUMBER, lambda fax: fax.baud_rate)
FOLDER = Field("folder", N_("Folder"), N_("Folder"), 12, Kind.TEXT, lambda fax: fax.folder)
MESSAGE = Field("message", N_("Message"), N_("Message id"), 12, Kind.TEXT, lambda fax: fax.message_id)
CUSTOMER = Field("customer", N_("Customer"), N_("Customer"), 8, Kind.NUMBER, lambda fax: fax.customer)

FIELDS: tuple[Field, ...] = (RECEIVED, FROM, TO, PAGES, DURATION, FILE, BAUD, FOLDER, MESSAGE, CUSTOMER)
"""All fields, the most important ones to an operator first: the last ones are dropped if room is short."""
SORTABLE: tuple[Field, ...] = (RECEIVED, MESSAGE, FROM, TO, FOLDER, FILE, DURATION, PAGES, BAUD)
"""Fields that the service can sort by, in its order (documented)."""


def field_named(name: str) -> Field:
    """Return the field of that name. Raises InvalidValue, with all names, if there is none."""
    for each in FIELDS:
        if each.name == name:
            return each
    raise InvalidValue(
        _("There is no field “{name}”. The fields are: {names}.").format(
            name=name, names=", ".join(each.name for each in FIELDS)
        )
    )
