"""What the two processes say to each other.

The document comes first: eight bytes of length, then its bytes. After that, each request gets one answer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

_LENGTH = struct.Struct("<Q")
_REQUEST = struct.Struct("<III4d")
_HEADER = struct.Struct("<cI")
_SHEET = struct.Struct("<IId4I")
_COUNT = struct.Struct("<I")

REQUEST_SIZE, HEADER_SIZE, LENGTH_SIZE = _REQUEST.size, _HEADER.size, _LENGTH.size


class Box(NamedTuple):
    """A part of a page, in pixels from its top left corner; it may reach beyond the page."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageInfo:
    """A page: its size in pixels, and what part of it has ink (all of it where there is none).

    ``shape`` is how much taller than wide a pixel is: 2 at a fax's standard resolution.
    """

    width: int
    height: int
    shape: float
    ink: Box
    is_blank: bool


@dataclass(frozen=True, slots=True)
class Raster:
    """A part of a page: for each of its dots, row by row, how much of it is ink, from 0 to 255."""

    width: int
    height: int
    ink: bytes


class Request(NamedTuple):
    """A part of a page (counted from 0) as so many dots; none, to ask for what there is of the page."""

    page: int
    width: int = 0
    height: int = 0
    box: Box = Box(0, 0, 0, 0)

    def pack(self) -> bytes:
        return _REQUEST.pack(self.page, self.width, self.height, *self.box)

    @classmethod
    def unpack(cls, data: bytes) -> Request:
        page, width, height, *box = _REQUEST.unpack(data)
        return cls(page, width, height, Box(*box))


class Kind(Enum):
    """What an answer is."""

    COUNT = b"n"
    SHEET = b"s"
    INK = b"i"
    TROUBLE = b"!"


def pack_length(document: bytes) -> bytes:
    return _LENGTH.pack(len(document))


def unpack_length(data: bytes) -> int:
    (length,) = _LENGTH.unpack(data)
    return int(length)


def pack_answer(kind: Kind, content: bytes) -> bytes:
    return _HEADER.pack(kind.value, len(content)) + content


def unpack_header(data: bytes) -> tuple[Kind, int]:
    kind, length = _HEADER.unpack(data)
    return Kind(kind), int(length)


def pack_count(pages: int) -> bytes:
    return _COUNT.pack(pages)


def unpack_count(data: bytes) -> int:
    (pages,) = _COUNT.unpack(data)
    return int(pages)


def pack_sheet(sheet: PageInfo) -> bytes:
    ink = (0, 0, 0, 0) if sheet.is_blank else tuple(map(int, sheet.ink))
    return _SHEET.pack(sheet.width, sheet.height, sheet.shape, *ink)


def unpack_sheet(data: bytes) -> PageInfo:
    width, height, shape, *ink = _SHEET.unpack(data)
    is_blank = not any(ink)
    return PageInfo(width, height, shape, Box(0, 0, width, height) if is_blank else Box(*ink), is_blank)
