"""How faxes are written for scripts, spreadsheets and people, page by page."""

from __future__ import annotations

from collections.abc import Sequence
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


def writer_of(
    kind: Format, reading: Reading, *, excel: bool = False, width: int | None = None, utf8: bool = True
) -> Writer:
    """``width`` and ``utf8`` tell of the terminal a table is for (no width: of none); ``excel`` is about CSV alone."""
    match kind:
        case Format.TABLE:
            from faxtui.inbox.export.formats.table import Table

            return Table(reading, width=width, utf8=utf8)
        case Format.CSV:
            from faxtui.inbox.export.formats.comma_separated import CommaSeparated

            return CommaSeparated(reading.zone, excel=excel)
        case Format.JSON:
            from faxtui.inbox.export.formats.json_text import JsonArray

            return JsonArray()
        case _:
            from faxtui.inbox.export.formats.json_text import JsonLines

            return JsonLines()
