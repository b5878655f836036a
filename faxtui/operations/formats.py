"""Formats of faxes for scripts, spreadsheets and people, written page by page.

CSV: a header, and every field. JSON: each resource with every member that the service sent, unknown ones too. A table
for people, in plain text.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from itertools import accumulate
from typing import NamedTuple, Protocol

from faxtui.domain.fax import FIELDS, FILE, RECEIVED, Fax, Field, Value, ValueFormat
from faxtui.domain.regional import Region
from faxtui.domain.text import in_ascii, visible
from faxtui.domain.text import width as cell_width
from faxtui.errors import InvalidValue
from faxtui.translation import _


class Format(Enum):
    """Values of ``--format``."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


class Writer(Protocol):
    """A writer of pages as bytes, whose memory does not grow with them."""

    def page(self, faxes: Sequence[Fax]) -> bytes:
        """Return the next rows; before the first ones, the header of a file, even if there are none."""

    def end(self) -> bytes:
        """Return the end of a file."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal that faxes are written to: its width in cells, None if unknown, and whether it shows UTF-8."""

    width: int | None = None
    utf8: bool = True


class CsvStyle(NamedTuple):
    """Style of CSV: what stands between cells, and for whom it is.

    ``excel``: spreadsheets read it right. It begins with a byte order mark, without which Excel does not expect UTF-8;
    local times are written so that they are times there; what looks like a number stays the text that it is (``0478…``
    keeps its zero); and a ``'`` stands before a text that begins like a formula (``= + - @``, also after blanks),
    because Excel would run it. At another separator or line end within a text, too, where Excel may break it.
    ``has_labels``: headings are for people, in the operator's language; otherwise names for programs, always the same.
    """

    separator: str = ","
    excel: bool = False
    has_labels: bool = False


PLAIN_CSV = CsvStyle()


def csv_style(separator: str, region: Region, *, excel: bool = False) -> CsvStyle:
    """Return the style for ``separator``: one character, ``tab``, empty for a comma, or ``auto`` for the region's.

    Raises InvalidValue for any other.
    """
    if separator == "auto":
        return CsvStyle(region.separator, excel, has_labels=True)
    character = {"": ",", "tab": "\t"}.get(separator, separator)
    if len(character) != 1 or character.isalnum() or character in "\"'\r\n .":
        raise InvalidValue(
            _("“{value}” can't separate cells. Use one character such as ; or |, or tab, or auto.").format(
                value=separator
            ),
            "separator",
        )
    return CsvStyle(character, excel)


def writer_of(
    kind: Format, reading: ValueFormat, *, style: CsvStyle = PLAIN_CSV, terminal: Terminal | None = None
) -> Writer:
    """Return a writer; without a ``terminal``, it writes data as they are. ``style`` is for CSV alone."""
    ascii_only = terminal is not None and not terminal.utf8
    match kind:
        case Format.TABLE:
            return TableWriter(reading, width=None if terminal is None else terminal.width, utf8=not ascii_only)
        case Format.CSV:
            return SeparatedValues(reading.zone, style, is_terminal=terminal is not None, ascii_only=ascii_only)
        case Format.JSON:
            return JsonWriter(ascii_only=ascii_only)
        case _:
            return JsonLinesWriter(ascii_only=ascii_only)


RECEIVED_RAW = "received_raw"
"""Column of the date as the service sent it: without an offset, it is on the service's own wall clock."""
BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r"(^|[;\r\n])(?=[\s\"]*[=+\-@＝＋－＠])")
_LIKE_A_NUMBER = re.compile(r"(?=.*[0-9])[-+0-9.,/:() eE%TZ]+")
"""Texts that spreadsheets would turn into numbers, dates or times."""
_EXCEL_MOMENT = "%Y-%m-%d %H:%M:%S"


class SeparatedValues:
    """Rows of separated values (RFC 4180 but for the separator).

    Moments are on the clock of ``zone``, in ISO 8601 with their offset, durations in seconds. Unknown values are empty
    cells; text is as it was sent. ``is_terminal``: control characters become visible marks, and with ``ascii_only``
    nothing but ASCII is written.
    """

    def __init__(
        self, zone: tzinfo | None, style: CsvStyle, *, is_terminal: bool = False, ascii_only: bool = False
    ) -> None:
        self._zone = zone
        self._style = style
        self._is_terminal = is_terminal
        self._ascii_only = ascii_only
        self._has_header = False

    def page(self, faxes: Sequence[Fax]) -> bytes:
        buffer = io.StringIO(newline="")
        rows = csv.writer(buffer, lineterminator="\r\n", delimiter=self._style.separator)
        if not self._has_header:
            self._has_header = True
            is_for_spreadsheets = self._style.excel or self._style.has_labels
            buffer.write(BYTE_ORDER_MARK if is_for_spreadsheets and not self._is_terminal else "")
            rows.writerow(self._header())
        rows.writerows(self._cells(fax) for fax in faxes)
        # A lone surrogate has no bytes in UTF-8: it is written as an escape.
        return buffer.getvalue().encode("utf-8", "backslashreplace")

    def end(self) -> bytes:
        return b""

    def _header(self) -> list[str]:
        if self._style.has_labels:
            return [*(_(field.label) for field in FIELDS), _("Received (as sent)")]
        return [*(field.name for field in FIELDS), RECEIVED_RAW]

    def _cells(self, fax: Fax) -> list[Value]:
        values = [*(field.value(fax) for field in FIELDS), fax.received_text]
        return [self._cell(each) for each in values]

    def _cell(self, value: Value) -> Value:
        if isinstance(value, datetime):
            local = value.astimezone(self._zone)
            return local.strftime(_EXCEL_MOMENT) if self._style.excel else local.isoformat()
        if not isinstance(value, str):
            return value
        if self._is_terminal:
            value = visible(value)
        if self._style.excel:
            value = f'="{value}"' if _LIKE_A_NUMBER.fullmatch(value) else _FORMULA.sub(r"\1'", value)
        return in_ascii(value) if self._ascii_only else value


_MAY_ACT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
"""Unicode's categories Cc, Cf, Zl, Zp and Cs, and what is default ignorable; not the white space of JSON."""
_BEYOND_ASCII = re.compile("[^\t\n\r\x20-\x7e]")


class JsonWriter:
    """One array, a resource a line; cut short, it is no JSON, so that nobody takes it for the whole.

    Pages end with their line, so that words on the same terminal don't run into it: the comma which that takes is
    only known to be right when another resource comes, so the last one is held back until then.
    """

    def __init__(self, *, ascii_only: bool = False) -> None:
        self._ascii_only = ascii_only
        self._held_back: str | None = None

    def page(self, faxes: Sequence[Fax]) -> bytes:
        if not faxes:
            return b""
        resources = [_escaped(fax.resource, self._ascii_only) for fax in faxes]
        begin = "[\n" if self._held_back is None else f"{self._held_back},\n"
        self._held_back = resources.pop()
        return (begin + "".join(f"{each},\n" for each in resources)).encode()

    def end(self) -> bytes:
        return b"[]\n" if self._held_back is None else f"{self._held_back}\n]\n".encode()


class JsonLinesWriter:
    """A resource a line and nothing else."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        self._ascii_only = ascii_only

    def page(self, faxes: Sequence[Fax]) -> bytes:
        return "".join(f"{_escaped(fax.resource, self._ascii_only)}\n" for fax in faxes).encode()

    def end(self) -> bytes:
        return b""


def _escaped(resource: str, ascii_only: bool) -> str:
    """The same JSON, with ``\\u`` escapes for control, bidirectional and other invisible characters.

    They are data to a program and act on a terminal. A lone surrogate has no bytes in UTF-8 anyway.
    """
    if resource.isprintable() and resource.isascii():
        return resource
    return (_BEYOND_ASCII if ascii_only else _MAY_ACT).sub(_escape, resource)


def _escape(character: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _units(ord(character[0])))


def _units(code: int) -> tuple[int, ...]:
    """The code units of UTF-16."""
    return (code,) if code < 0x10000 else (0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF))


_GAP = "  "
_ROOMY_FILE = 27
"""The width of a file name in full."""
_NARROW_FILE = 10
_WIDEST = 40
"""Cells at most that a value can widen its column by itself to, where there is no terminal."""


@dataclass(frozen=True, slots=True)
class _Column:
    field: Field
    width: int


class TableWriter:
    """On a terminal of ``width`` cells, the most important columns that fit, cut with ``…``.

    Elsewhere (``width`` None) every column, at least as wide as on a screen and as its first page needs, and nothing
    is cut. Where there is no ``utf8``, what ASCII does not have becomes ``?``.
    """

    def __init__(self, reading: ValueFormat, *, width: int | None = None, utf8: bool = True) -> None:
        self._reading = reading
        self._width = width
        self._utf8 = utf8
        self._columns: tuple[_Column, ...] = ()

    def page(self, faxes: Sequence[Fax]) -> bytes:
        lines = []
        if not self._columns:
            self._columns = (
                _widened(faxes, self._reading) if self._width is None else _fitting(self._width, self._reading)
            )
            lines.append(self._line(_(column.field.heading) for column in self._columns))
        lines += [self._line(column.field.text(fax, self._reading) for column in self._columns) for fax in faxes]
        text = "".join(f"{line}\n" for line in lines)
        return text.encode() if self._utf8 else text.encode("ascii", "replace")

    def end(self) -> bytes:
        return b""

    def _line(self, texts: Iterable[str]) -> str:
        cells = [self._cell(text, column) for text, column in zip(texts, self._columns, strict=True)]
        return _GAP.join(cells).rstrip()

    def _cell(self, text: str, column: _Column) -> str:
        written = text if self._utf8 else in_ascii(text)
        if self._width is not None:
            written = cut(written, column.width, "…" if self._utf8 else "..")
        blank = " " * (column.width - cells_of(written))
        return blank + written if column.field.is_right_aligned else written + blank


def cells_of(text: str) -> int:
    """Return the cells of ``text`` on a terminal: two for a wide character, none for one that combines."""
    return len(text) if text.isascii() else sum(map(cell_width, text))


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """Return ``text`` in at most ``width`` cells, with ``…`` if it was cut."""
    if cells_of(text) <= width:
        return text
    ends = list(accumulate(map(cell_width, text)))
    kept = text[: bisect_right(ends, width - len(ellipsis))]
    return (kept.rstrip() + ellipsis)[:width]


def _fitting(room: int, reading: ValueFormat) -> tuple[_Column, ...]:
    """Return as many columns as fit, by importance. The file name stands last and takes what is left over."""
    for count in range(len(FIELDS), 0, -1):
        chosen = FIELDS[:count]
        columns = tuple(_Column(field, _least_width(field, reading)) for field in chosen if field is not FILE)
        left = room - sum(column.width + len(_GAP) for column in columns)
        if FILE not in chosen:
            if left + len(_GAP) >= 0:
                return columns
        elif left >= (_NARROW_FILE if chosen[-1] is FILE else _ROOMY_FILE):
            return (*columns, _Column(FILE, left))
    return (_Column(FIELDS[0], room),)


def _widened(faxes: Sequence[Fax], reading: ValueFormat) -> tuple[_Column, ...]:
    in_order = (*(field for field in FIELDS if field is not FILE), FILE)
    return tuple(_Column(field, _width_for(field, faxes, reading)) for field in in_order)


def _width_for(field: Field, faxes: Sequence[Fax], reading: ValueFormat) -> int:
    longest = max((cells_of(field.text(fax, reading)) for fax in faxes), default=0)
    return max(_least_width(field, reading), min(longest, _WIDEST))


def _least_width(field: Field, reading: ValueFormat) -> int:
    return reading.moment_width if field is RECEIVED else field.width
