"""The directories of a TIFF, one a page: which there are, and whether their pictures are all in the file.

Pillow stops at the first directory that it can't read, and shows the page before for one without a picture.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

COMPRESSION, ORIENTATION, PHOTOMETRIC, RESOLUTION_UNIT = 259, 274, 262, 296
X_RESOLUTION, Y_RESOLUTION, COLOR_MAP = 282, 283, 320
_STRIPS, _TILES = (273, 279), (324, 325)
_JPEG = 513
_READ = {COMPRESSION, _JPEG, *_STRIPS, *_TILES}
_BY_LINES = (1, 2, 3, 4)
"""Compressions that are decoded line by line: what came of a page can be shown."""
_FORMATS = {3: "H", 4: "L", 16: "Q"}
"""Types of numbers: short, long, and that of BigTIFF."""
_MAX_PAGES = 100_000


class Directory(NamedTuple):
    """The directory of a page: where its picture starts and ends in the file; both are 0 if it names none."""

    compression: int
    start: int
    end: int

    def is_readable(self, size: int) -> bool:
        """Return True if a file of so many bytes has its picture, or a part of it that can be decoded."""
        return not self.end or self.end <= size or (self.start < size and self.compression in _BY_LINES)


class Directories(NamedTuple):
    """All directories that can be read; if ``is_cut``, there were more."""

    pages: tuple[Directory, ...]
    is_cut: bool

    def readable(self, size: int) -> int:
        """Return the number of pages up to the last one that is in a file of so many bytes."""
        return max((number for number, page in enumerate(self.pages, 1) if page.is_readable(size)), default=0)


def read_directories(document: bytes) -> Directories:
    """Return the directories of a TIFF or BigTIFF, as far as they can be read."""
    order = "<" if document.startswith(b"II") else ">"
    is_big = b"+" in document[2:4]
    number, count, entry = ("Q", "Q", "HHQ8s") if is_big else ("L", "H", "HHL4s")
    pages: list[Directory] = []
    seen: set[int] = set()
    try:
        (offset,) = struct.unpack_from(order + number, document, 8 if is_big else 4)
        while offset and offset not in seen and len(pages) < _MAX_PAGES:
            seen.add(offset)
            (entries,) = struct.unpack_from(order + count, document, offset)
            offset += struct.calcsize(order + count)
            size = struct.calcsize(order + entry)
            # The next offset too, before anything is believed.
            (following,) = struct.unpack_from(order + number, document, offset + entries * size)
            tags = {}
            for each in range(entries):
                tag, kind, length, value = struct.unpack_from(order + entry, document, offset + each * size)
                if tag in _READ and kind in _FORMATS:
                    tags[tag] = _numbers(document, order, number, _FORMATS[kind], length, value)
            pages.append(_directory(tags))
            offset = following
    except struct.error:
        return Directories(tuple(pages), is_cut=True)
    return Directories(tuple(pages), is_cut=False)


def _numbers(document: bytes, order: str, number: str, kind: str, length: int, value: bytes) -> tuple[int, ...]:
    """The numbers of an entry, which stand in it if they fit, and elsewhere otherwise."""
    size = struct.calcsize(order + kind) * length
    if size > len(document):
        return ()
    if size <= len(value):
        return struct.unpack_from(f"{order}{length}{kind}", value)
    (offset,) = struct.unpack(order + number, value)
    if offset + size > len(document):
        return ()
    return struct.unpack_from(f"{order}{length}{kind}", document, offset)


def _directory(tags: Mapping[int, tuple[int, ...]]) -> Directory:
    start, length = next((each for each in (_STRIPS, _TILES) if each[0] in tags), (_JPEG, 0))
    starts = tags.get(start, ())
    ends = [first + size for first, size in zip(starts, tags.get(length, ()), strict=False)] or starts
    return Directory((*tags.get(COMPRESSION, ()), 1)[0], min(starts, default=0), max(ends, default=0))
