"""A received fax, as the service tells of it.

Each field of a fax, declared once.

The table, the sort menu, the details, the list for scripts and the reading of the service's answer all read it here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from typing import NamedTuple

from faxtui.domain.sort import SortField
from faxtui.domain.text import visible
from faxtui.errors import InvalidValue

_NO_ADDRESS = frozenset({"", ".", ".."})


class FaxKey(NamedTuple):
    """What identifies a fax: where its file is. (Our decision: the documented sample's MessageId is ``"0"``.)"""

    folder: str
    file_name: str

    @property
    def has_address(self) -> bool:
        """Whether its file can be asked for: HTTP clients fold empty and dotted segments into another address."""
        return self.folder not in _NO_ADDRESS and self.file_name not in _NO_ADDRESS

    @property
    def is_plain(self) -> bool:
        """Whether no part of it could lead elsewhere, should a server decode the address before it folds dots."""
        return self.has_address and not any(part in _NO_ADDRESS for name in self for part in re.split(r"[/\\]", name))


class FaxIdentity(NamedTuple):
    """Which fax it is: the service uses a name again for another fax, so a name alone identifies only a document.

    ``received`` is what the service wrote. Two of the same value are the same fax if it `is_certain`.
    """

    key: FaxKey
    received: str | None = None
    sender: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    pages: int | None = None

    @property
    def is_certain(self) -> bool:
        """Return whether more is known of it than a name: every row of a list has the date of its arrival."""
        return self.received is not None

    @property
    def name_only(self) -> FaxIdentity:
        return FaxIdentity(self.key)


@dataclass(frozen=True, slots=True)
class Fax:
    """One resource of the list. ``None`` is a value that the service did not give, or that could not be read.

    ``received`` is an instant with a zone (the service's own unless the service sent an offset), never so near an end
    of the calendar that another zone has no word for it, and ``received_text`` what the service wrote; ``duration``
    is in seconds (our decision).
    ``as_sent`` pairs the name and JSON text of whatever is not in the other attributes: keys nobody knows and
    values that could not be read. ``resource`` is the whole resource as JSON text.
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
"""Characters of a value that are shown: nobody reads more, and drawing them would hold up the keys."""


class Kind(Enum):
    """What a field's value is, and so how it is read and written."""

    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Reading:
    """How this operator reads values: on the clock of ``zone`` (None: this machine's), in the year ``this_year``.

    ``moment_format`` is a strftime format; empty, dates of this year go without their year.
    """

    this_year: int
    zone: tzinfo | None = None
    moment_format: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a fax.

    ``name`` is what columns, ``--sort`` and exports call it, ``service_name`` its key in the service's answer
    (documented), ``sort`` the sort field where the service has one, ``heading`` its table heading, ``label`` its
    full name, ``width`` the cells it needs in a table.
    """

    name: str
    service_name: str
    heading: str
    label: str
    width: int
    kind: Kind
    sort: SortField | None
    value: Callable[[Fax], Value]

    @property
    def is_right_aligned(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.DURATION)

    def text(self, fax: Fax, reading: Reading) -> str:
        """The value as a person reads it, safe to print; ``—`` where there is none."""
        value = self.value(fax)
        return UNKNOWN if value is None or value == "" else _IN_WORDS[self.kind](value, reading)


def _plain(value: Value, reading: Reading) -> str:
    text = str(value)
    return visible(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _duration(value: Value, reading: Reading) -> str:
    if not isinstance(value, int):
        return UNKNOWN
    minutes, seconds = divmod(abs(value), 60)
    return f"{'-' if value < 0 else ''}{minutes}:{seconds:02}"


def _moment(value: Value, reading: Reading) -> str:
    if not isinstance(value, datetime):
        return UNKNOWN
    local = value.astimezone(reading.zone)
    if reading.moment_format:
        return visible(local.strftime(reading.moment_format))
    return local.strftime("%m-%d %H:%M:%S" if local.year == reading.this_year else "%y-%m-%d %H:%M")


_IN_WORDS: Mapping[Kind, Callable[[Value, Reading], str]] = {
    Kind.TEXT: _plain,
    Kind.NUMBER: _plain,
    Kind.DURATION: _duration,
    Kind.MOMENT: _moment,
}

RECEIVED = Field(
    "received",
    "ReceivedDate",
    "Received",
    "Received",
    14,
    Kind.MOMENT,
    SortField.RECEIVED,
    lambda fax: fax.received,
)
FROM = Field("from", "From", "From", "From number", 14, Kind.TEXT, SortField.FROM, lambda fax: fax.sender)
TO = Field("to", "To", "To", "To number", 12, Kind.TEXT, SortField.TO, lambda fax: fax.recipient)
PAGES = Field("pages", "Pages", "Pages", "Pages", 5, Kind.NUMBER, SortField.PAGES, lambda fax: fax.pages)
DURATION = Field(
    "duration",
    "CallTime",
    "Duration",
    "Duration",
    8,
    Kind.DURATION,
    SortField.DURATION,
    lambda fax: fax.duration,
)
FILE = Field("file", "FileName", "File", "File name", 16, Kind.TEXT, SortField.FILE, lambda fax: fax.file_name)
BAUD = Field("baud", "BaudRate", "Baud", "Baud rate", 6, Kind.NUMBER, SortField.BAUD, lambda fax: fax.baud_rate)
FOLDER = Field("folder", "Folder", "Folder", "Folder", 12, Kind.TEXT, SortField.FOLDER, lambda fax: fax.folder)
MESSAGE = Field(
    "message",
    "MessageId",
    "Message",
    "Message id",
    12,
    Kind.TEXT,
    SortField.MESSAGE,
    lambda fax: fax.message_id,
)
CUSTOMER = Field("customer", "CustomerNumber", "Customer", "Customer", 8, Kind.NUMBER, None, lambda fax: fax.customer)

FIELDS: tuple[Field, ...] = (RECEIVED, FROM, TO, PAGES, DURATION, FILE, BAUD, FOLDER, MESSAGE, CUSTOMER)
"""In the order of their importance to an operator: where room is short, the last ones go first."""

SORTABLE: tuple[Field, ...] = tuple(
    sorted((each for each in FIELDS if each.sort is not None), key=lambda each: int(each.sort or 0))
)


def field_named(name: str) -> Field:
    """Raises InvalidValue where there is none of that name."""
    for each in FIELDS:
        if each.name == name:
            return each
    raise InvalidValue(f"There is no field “{name}”: there are {', '.join(each.name for each in FIELDS)}.")


def field_sorted_by(sort: SortField) -> Field:
    return next(each for each in SORTABLE if each.sort is sort)
