"""CSV as RFC 4180 has it: commas, CRLF, quotes doubled, a header of names that stay the same."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime, tzinfo

from faxtui.domain.fax import Fax
from faxtui.domain.fields import FIELDS, Value
from faxtui.domain.text import in_ascii, visible

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
