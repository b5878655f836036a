"""Proof, from the content of a PDF or TIFF, that none of it is missing.

For documents whose response does not tell where they end (HTTP/1.0, ``Connection: close``): such a response looks the
same if the connection was lost. A damaged file may be refused here that a reader would still show. (Our decisions.)
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import SEEK_END
from typing import BinaryIO, NamedTuple

from faxtui.domain.document import HEAD, DocumentType, pdf_start
from faxtui.domain.fax import FaxKey
from faxtui.errors import NoResponse
from faxtui.translation import _

_END = b"%%EOF"
_AT_END = 1024
"""Bytes at the end of a PDF within which its end mark must be (ISO 32000, annex H)."""
_STARTXREF = re.compile(rb"startxref\s+([0-9]{1,19})\s*\Z")
_TABLE = re.compile(rb"\s*xref\s+[0-9]+\s+[0-9]+\s")
_STREAM = re.compile(rb"\s*[0-9]+\s+[0-9]+\s+obj\b(?:(?!endobj).)*?/Type\s*/XRef\b", re.DOTALL)
_UPDATE = re.compile(rb"\s*[0-9x]")
"""How an incremental update goes on behind an end mark: with an object or a table."""
_DICTIONARY = 4096
"""Bytes that the dictionary of a cross-reference stream may have."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value of each TIFF type."""
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_STRIPS, _TILES, _JPEG, _SUBDIRECTORIES = (273, 279), (324, 325), (513, 514), 330
"""Tags: offsets and byte counts of image data, and offsets of further directories."""
_MOST_DIRECTORIES, _MOST_VALUES = 10_000, 1_000_000


def is_provably_whole(file: BinaryIO) -> bool:
    """Return True if the content proves that it is complete; read only a small part of it. Raises OSError.

    A PDF has its end mark in the last KiB, and before that the offset of a cross-reference table or stream that is
    there. A TIFF has every strip or tile of every directory.
    """
    content = _Content(file, file.seek(0, SEEK_END))
    try:
        match DocumentType.of(content.upto(0, HEAD)):
            case DocumentType.PDF:
                return _is_whole_pdf(content)
            case DocumentType.TIFF:
                return all(_has_image(each, content) for each in _directories(content))
    except _Missing:
        pass
    return False


def require_whole(file: BinaryIO, key: FaxKey) -> None:
    """Raise NoResponse unless the content proves that it is complete. Raises OSError."""
    if not is_provably_whole(file):
        raise NoResponse(
            _(
                "The fax {fax} may be incomplete: neither the service nor its content tells where it ends. "
                "Nothing was saved. Retry; if it persists, check any proxy in between."
            ).format(fax=key.shown)
        )


class _Missing(Exception):
    """Something that the file refers to is not there, or not what it should be."""


class _Content(NamedTuple):
    file: BinaryIO
    size: int

    def upto(self, offset: int, most: int) -> bytes:
        """Return the bytes from ``offset``, as many as there are."""
        self.file.seek(min(offset, self.size))
        return self.file.read(most)

    def exactly(self, offset: int, size: int) -> bytes:
        """Return so many bytes. Raises _Missing."""
        self.require(offset, size)
        return self.upto(offset, size)

    def require(self, offset: int, size: int) -> None:
        """Raises _Missing if the file ends before that."""
        if offset + size > self.size:
            raise _Missing


def _is_whole_pdf(content: _Content) -> bool:
    tail = content.upto(max(content.size - _AT_END, 0), _AT_END)
    end = tail.rfind(_END)
    if end < 0 or _UPDATE.match(tail, end + len(_END)):
        return False
    end += max(content.size - _AT_END, 0)
    before = content.upto(max(end - _AT_END, 0), min(end, _AT_END))
    told = _STARTXREF.search(before)
    if told is None:
        return False
    starts = {0, pdf_start(content.upto(0, HEAD)) or 0}
    return any(_is_cross_reference(content, start + int(told[1]), end) for start in starts)


def _is_cross_reference(content: _Content, offset: int, end: int) -> bool:
    if offset >= end:
        return False
    found = content.upto(offset, min(_DICTIONARY, end - offset))
    return bool(_TABLE.match(found) or _STREAM.match(found))


class _Layout(NamedTuple):
    """Formats of `struct` for the directories of a TIFF: byte order, number of entries, one entry, an offset."""

    order: str
    counter: str
    entry: str
    offset: str

    def number(self, format: str, data: bytes) -> int:
        (value,) = struct.unpack(self.order + format, data)
        return int(value)


_Directory = dict[int, tuple[int, ...]]


def _directories(content: _Content) -> Iterator[_Directory]:
    """Yield every directory, each as the numbers of those tags that matter. Raises _Missing."""
    order = "<" if content.exactly(0, 2) == b"II" else ">"
    if _Layout(order, "", "", "").number("H", content.exactly(2, 2)) == 42:
        layout = _Layout(order, "H", "HHI4s", "I")
        first = layout.number("I", content.exactly(4, 4))
    else:
        layout = _Layout(order, "Q", "HHQ8s", "Q")
        first = layout.number("Q", content.exactly(8, 8))
    seen: set[int] = set()
    waiting = [first]
    while waiting:
        offset = waiting.pop()
        if not offset or offset in seen or len(seen) == _MOST_DIRECTORIES:
            raise _Missing
        seen.add(offset)
        directory, following = _directory(content, layout, offset)
        waiting += [*directory.get(_SUBDIRECTORIES, ()), *([following] if following else [])]
        yield directory


def _directory(content: _Content, layout: _Layout, offset: int) -> tuple[_Directory, int]:
    """Return the directory there, and the offset of the next one (0: none)."""
    counting, pointing = struct.calcsize(layout.order + layout.counter), struct.calcsize(layout.order + layout.offset)
    entry = struct.Struct(layout.order + layout.entry)
    count = layout.number(layout.counter, content.exactly(offset, counting))
    data = content.exactly(offset + counting, count * entry.size + pointing)
    wanted = {*_STRIPS, *_TILES, *_JPEG, _SUBDIRECTORIES}
    directory: _Directory = {}
    for tag, kind, number, value in entry.iter_unpack(data[:-pointing]):
        size = _SIZES.get(kind, 0) * number
        place = layout.number(layout.offset, value)
        if size > pointing:
            content.require(place, size)
        if tag in wanted and kind in _NUMBERS:
            if number > _MOST_VALUES:
                raise _Missing
            packed = content.exactly(place, size) if size > pointing else value[:size]
            directory[tag] = struct.unpack(f"{layout.order}{number}{_NUMBERS[kind]}", packed)
    return directory, layout.number(layout.offset, data[-pointing:])


def _has_image(directory: _Directory, content: _Content) -> bool:
    """Return True if there is image data, and all of it is there."""
    pieces: list[tuple[int, int]] = []
    for offsets, sizes in (_STRIPS, _TILES, _JPEG):
        where, how_long = directory.get(offsets, ()), directory.get(sizes, ())
        if len(where) != len(how_long):
            return False
        pieces += zip(where, how_long, strict=True)
    return bool(pieces) and all(offset and size and offset + size <= content.size for offset, size in pieces)
