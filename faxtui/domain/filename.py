"""Names of saved files: a template filled in, made safe for every file system.

A template is written as ``str.format`` reads it, with the names of fields in braces and nothing else there; only
``received`` takes a format, that of strftime.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, tzinfo
from string import Formatter
from typing import NamedTuple

from faxtui.domain.document import DocumentType
from faxtui.domain.fax import CUSTOMER, FILE, FOLDER, FROM, MESSAGE, PAGES, RECEIVED, TO, Fax
from faxtui.domain.text import visible
from faxtui.errors import InvalidValue
from faxtui.translation import _

DEFAULT_TEMPLATE = "{received:%Y%m%d-%H%M}_{from}_{file}"
MOST_BYTES = 200
"""Bytes of a name in UTF-8 with everything that may be added to it; file systems allow 255, encrypted ones less."""
MOST_NUMBER = 9999
"""The largest number that is appended to a name that exists already."""
PART = ".part"
"""Suffix of a file that is not complete."""
UNKNOWN = "unknown"

_FIELDS = {each.name: each for each in (RECEIVED, FROM, TO, FOLDER, FILE, MESSAGE, CUSTOMER, PAGES)}
_MOMENT = "%Y%m%d-%H%M%S"
_DIRECTIVE = re.compile("%[aAbBdGHIjmMpSuUVwWyYzZ%]")
_EXTENSIONS = tuple(extension for each in DocumentType for extension in each.extensions)
_MOST_IN_STEM = MOST_BYTES - max(map(len, _EXTENSIONS)) - len(f" ({MOST_NUMBER})") - len(PART)
_UNSAFE = re.compile('[<>:"/\\\\|?*\u2400-\u243f\ufffd]')
"""Characters that separate or are reserved on some system, and the marks of `visible`."""
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)
"""Devices of Windows, whatever follows their first dot."""


class _Piece(NamedTuple):
    """Literal text, followed by the field of that name (empty: none) in that format."""

    literal: str
    field: str
    format: str


def safe_name(template: str, fax: Fax, zone: tzinfo | None = None) -> str:
    """Return the name of a fax's file, with dates on the clock of ``zone`` (None: this machine's); never empty.

    It ends as the service's own name does, in lower case, if that is the extension of a PDF or TIFF; its
    content decides later (`with_extension`). Raises InvalidValue if the template is not valid.
    """
    stem, extension = _split(fax.file_name or "")
    values = {name: str(each.value(fax) or "") for name, each in _FIELDS.items()} | {
        FILE.name: stem,
        RECEIVED.name: fax.received_text or "",
    }
    filled = "".join(_filled(template, values, fax.received, zone)).strip()
    if extension and filled.lower().endswith(extension):
        filled = filled[: -len(extension)]
    return _safe(filled) + extension


def fields_in(template: str) -> frozenset[str]:
    """Return the names of the fields that a template uses. Raises InvalidValue if it is not valid."""
    return frozenset(each.field for each in _pieces(template) if each.field)


def with_extension(name: str, head: bytes) -> str:
    """Return a name from `safe_name` with the extension of its file's content, which begins with ``head``."""
    content = DocumentType.of(head)
    stem, extension = _split(name)
    return name if content is None or extension in content.extensions else stem + content.extensions[0]


def numbered(name: str, number: int) -> str:
    """Return ``fax (2).pdf``: the name to use if those before that number exist; the first has no number."""
    if number == 1:
        return name
    stem, extension = _split(name)
    return f"{stem} ({number}){extension}"


def _pieces(template: str) -> list[_Piece]:
    shown = visible(template)
    if "/" in shown or "\\" in shown:
        raise InvalidValue(
            _("The file name “{name}” contains / or \\. Remove it: all files are saved in one folder.").format(
                name=shown
            ),
            "name",
        )
    try:
        parsed = list(Formatter().parse(shown))
    except ValueError as error:
        raise InvalidValue(
            _("The file name “{name}” is not valid ({reason}). Write it like {example}.").format(
                name=shown, reason=error, example=DEFAULT_TEMPLATE
            ),
            "name",
        ) from error
    return [_piece(literal, field, format or "", conversion) for literal, field, format, conversion in parsed]


def _piece(literal: str, field: str | None, format: str, conversion: str | None) -> _Piece:
    if field is None:
        return _Piece(literal, "", "")
    if field not in _FIELDS or conversion is not None:
        written = field if conversion is None else f"{field}!{conversion}"
        raise InvalidValue(
            _("A file name can't contain {field}. It can contain {names}.").format(
                field=f"{{{written}}}", names=" ".join(f"{{{name}}}" for name in _FIELDS)
            ),
            "name",
        )
    if format and (field != RECEIVED.name or "{" in format or "%" in _DIRECTIVE.sub("", format)):
        raise InvalidValue(
            _("“{format}” is not a format of {field} in a file name. Only received has one: {example}.").format(
                format=format, field=field, example="{received:%Y%m%d-%H%M}"
            ),
            "name",
        )
    return _Piece(literal, field, format)


def _filled(template: str, values: dict[str, str], received: datetime | None, zone: tzinfo | None) -> Iterator[str]:
    for each in _pieces(template):
        yield each.literal
        if each.field == RECEIVED.name and received is not None:
            yield received.astimezone(zone).strftime(each.format or _MOMENT)
        elif each.field:
            yield values[each.field].strip() or UNKNOWN


def _split(name: str) -> tuple[str, str]:
    """Return stem and extension; no extension if it is not one of a fax."""
    ended = name.rstrip(" .")
    for extension in _EXTENSIONS:
        if ended.lower().endswith(extension):
            return ended[: -len(extension)], extension
    return name, ""


def _safe(text: str) -> str:
    marked = _UNSAFE.sub("_", visible(unicodedata.normalize("NFC", text)))
    stem = marked.lstrip(" .-").encode()[: _MOST_IN_STEM - 1].decode(errors="ignore").rstrip(" .")
    return f"_{stem}" if _RESERVED.match(stem) else stem or UNKNOWN
