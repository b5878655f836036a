"""How faxes are written for scripts, spreadsheets and people, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from faxtui.domain.fax import Fax
from faxtui.domain.fields import Reading


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


def writer_of(kind: Format, reading: Reading, *, excel: bool = False, terminal: Terminal | None = None) -> Writer:
    """Without a ``terminal``, data is written as it is. ``excel`` is about CSV alone."""
    ascii_only = terminal is not None and not terminal.utf8
    match kind:
        case Format.TABLE:
            from faxtui.inbox.export.formats.table import Table

            return Table(reading, width=None if terminal is None else terminal.width, utf8=not ascii_only)
        case Format.CSV:
            from faxtui.inbox.export.formats.comma_separated import CommaSeparated

            return CommaSeparated(reading.zone, excel=excel, is_terminal=terminal is not None, ascii_only=ascii_only)
        case Format.JSON:
            from faxtui.inbox.export.formats.json_text import JsonArray

            return JsonArray(ascii_only=ascii_only)
        case _:
            from faxtui.inbox.export.formats.json_text import JsonLines

            return JsonLines(ascii_only=ascii_only)
