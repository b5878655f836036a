"""The file of a fax: its type by content, the same rule for downloads, names and preview; and a part of it."""

from __future__ import annotations

import codecs
from enum import Enum
from typing import NamedTuple

HEAD = 1024
"""Bytes at the start of a file that decide its type (ISO 32000, annex H: a PDF may begin with other data)."""
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""Classic TIFF and BigTIFF, in both byte orders."""
_PDF = b"%PDF-"
_MARKUP = b'<{["'
"""First characters of HTML, XML and JSON, whose text may mention a PDF."""
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\f") | {127}


class DocumentType(Enum):
    """``extensions`` are in lower case, the usual one first."""

    PDF = (".pdf",)
    TIFF = (".tif", ".tiff")

    def __init__(self, *extensions: str) -> None:
        self.extensions = extensions

    @classmethod
    def of(cls, content: bytes) -> DocumentType | None:
        """Return the type of a file from its first `HEAD` bytes (or more); None if it is neither.

        Before ``%PDF-`` there may be blanks, or the lines of a protocol (HTTP, PJL) or binary data. Markup, JSON and a
        sentence that mentions ``%PDF-`` are no PDF.
        """
        if content.startswith(_TIFF):
            return cls.TIFF
        head = content[:HEAD]
        start = pdf_start(head)
        return None if start is None or _is_text(head[:start]) else cls.PDF


def pdf_start(content: bytes) -> int | None:
    """Return the offset of the PDF header within the first `HEAD` bytes, from which a PDF's own offsets may count."""
    start = content[:HEAD].find(_PDF)
    return None if start < 0 else start


class ResumePoint(NamedTuple):
    """Part of a document of ``length`` bytes whose connection was lost: ``received`` bytes, the last of them ``tail``.

    ``version`` is the strong ETag of the content that they are part of.
    """

    version: str
    length: int
    received: int
    tail: bytes


def _is_text(before: bytes) -> bool:
    """Return True if these bytes belong to a text that goes on with ``%PDF-``."""
    stripped = before.removeprefix(codecs.BOM_UTF8).lstrip()
    if stripped[:1] and stripped[:1] in _MARKUP:
        return True
    *_, last_line = stripped.replace(b"\r", b"\n").split(b"\n")
    return bool(last_line.strip()) and _CONTROLS.isdisjoint(last_line)
