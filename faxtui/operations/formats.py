"""How faxes are written for scripts, spreadsheets and people, page by page.

CSV as RFC 4180 has it: commas, CRLF, quotes doubled, a header of names that stay the same.

JSON: each resource with every member that the service sent, in its own words, unknown ones too.

A table for people, in plain text."""

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
from typing import Protocol

from faxtui.domain.fax import FIELDS, FILE, Fax, Field, Value, ValueFormat
from faxtui.domain.text import in_ascii, visible
from faxtui.domain.text import width as cell_width


class Format(Enum):
    """What ``--format`` takes."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


class Writer(Protocol):
    """Turns pages into bytes; what it keeps does not grow with them."""

    def page(self, faxes: Sequence[Fax]) -> bytes:
        """The next rows; before the first ones, whatever a file begins with, even where there are none."""

    def end(self) -> bytes:
        """What a file ends with."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal that faxes are written to: its width in cells, None if unknown, and whether it shows UTF-8."""

    width: int | None = None
    utf8: bool = True


def writer_of(kind: Format, reading: ValueFormat, *, excel: bool = False, terminal: Terminal | None = None) -> Writer:
    """Without a ``terminal``, data is written as it is. ``excel`` is about CSV alone."""
    ascii_only = terminal is not None and not terminal.utf8
    match kind:
        case Format.TABLE:
            return Table(reading, width=None if terminal is None else terminal.width, utf8=not ascii_only)
        case Format.CSV:
            return CommaSeparated(reading.zone, excel=excel, is_terminal=terminal is not None, ascii_only=ascii_only)
        case Format.JSON:
            return JsonArray(ascii_only=ascii_only)
        case _:
            return JsonLines(ascii_only=ascii_only)


RECEIVED_RAW = "received_raw"
"""The column of the moment as the service wrote it: without an offset, it is the service's own wall clock."""
BYTE_ORDER_MARK = "\ufeff"
_FORMULA = re.compile(r"(^|[;\r\n])(?=[\s\"]*[=+\-@＝＋－＠])")


class CommaSeparated:
    """Every field, moments in ISO 8601 with the offset of ``zone`` (None: this machine's), durations in seconds.

    What is unknown is an empty cell; text is as it was sent. ``is_terminal``: what would act on the terminal becomes
    visible marks, and with ``ascii_only`` nothing but ASCII is written.

    ``excel``: begins with a byte order mark, without which Excel takes UTF-8 for something else, and writes a ``'``
    before a text that begins like a formula (``= + - @``, also after blanks), because Excel would run it. In countries
    that separate cells by ``;``, Excel breaks texts at it and at their line ends: what follows is treated the same.
    """

    def __init__(
        self, zone: tzinfo | None, *, excel: bool = False, is_terminal: bool = False, ascii_only: bool = False
    ) -> None:
        self._zone = zone
        self._excel = excel
        self._is_terminal = is_terminal
        self._ascii_only = ascii_only
        self._has_header = False

    def page(self, faxes: Sequence[Fax]) -> bytes:
        buffer = io.StringIO(newline="")
        rows = csv.writer(buffer, lineterminator="\r\n")
        if not self._has_header:
            self._has_header = True
            buffer.write(BYTE_ORDER_MARK if self._excel and not self._is_terminal else "")
            rows.writerow([*(field.name for field in FIELDS), RECEIVED_RAW])
        rows.writerows(self._cells(fax) for fax in faxes)
        # A lone surrogate has no bytes in UTF-8: it is written as an escape.
        return buffer.getvalue().encode("utf-8", "backslashreplace")

    def end(self) -> bytes:
        return b""

    def _cells(self, fax: Fax) -> list[Value]:
        values = [*(field.value(fax) for field in FIELDS), fax.received_text]
        return [self._cell(each) for each in values]

    def _cell(self, value: Value) -> Value:
        if isinstance(value, datetime):
            return value.astimezone(self._zone).isoformat()
        if not isinstance(value, str):
            return value
        if self._excel:
            value = _FORMULA.sub(r"\1'", value)
        if self._is_terminal:
            value = visible(value)
        return in_ascii(value) if self._ascii_only else value


_MAY_ACT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
"""Unicode's categories Cc, Cf, Zl, Zp and Cs, and what is default ignorable; not the white space of JSON."""
_BEYOND_ASCII = re.compile("[^\t\n\r\x20-\x7e]")


class JsonArray:
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


class JsonLines:
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


class Table:
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
            self._columns = _widened(faxes, self._reading) if self._width is None else _fitting(self._width)
            lines.append(self._line(column.field.heading for column in self._columns))
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
    """The cells of a terminal that ``text`` takes: two for a wide character, none for one that combines."""
    return len(text) if text.isascii() else sum(map(cell_width, text))


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """``text`` in at most ``width`` cells, with ``…`` where something was cut."""
    if cells_of(text) <= width:
        return text
    ends = list(accumulate(map(cell_width, text)))
    kept = text[: bisect_right(ends, width - len(ellipsis))]
    return (kept.rstrip() + ellipsis)[:width]


def _fitting(room: int) -> tuple[_Column, ...]:
    """As many fields as fit, by importance. The file name stands last and takes what is left over."""
    for count in range(len(FIELDS), 0, -1):
        chosen = FIELDS[:count]
        columns = tuple(_Column(field, field.width) for field in chosen if field is not FILE)
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
    return max(field.width, min(longest, _WIDEST))
