"""Messages between faxtui and the process that decodes a document.

The document comes first: eight bytes of length, then its bytes. After that, each request gets one response.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

_LENGTH = struct.Struct("<Q")
_REQUEST = struct.Struct("<cIHII4d")
_HEADER = struct.Struct("<cI")
_PAGE_INFO = struct.Struct("<IId4I")
_COUNT = struct.Struct("<I?")

REQUEST_SIZE, HEADER_SIZE, LENGTH_SIZE = _REQUEST.size, _HEADER.size, _LENGTH.size


class Box(NamedTuple):
    """A part of a page, in pixels from its top left corner; it may reach beyond the page."""

    left: float
    top: float
    right: float
    bottom: float

    def turned(self, turn: int, size: tuple[float, float]) -> Box:
        """Return it on a page of that size after the page was turned clockwise by ``turn`` degrees."""
        width, height = size
        match turn % 360:
            case 90:
                return Box(height - self.bottom, self.left, height - self.top, self.right)
            case 180:
                return Box(width - self.right, height - self.bottom, width - self.left, height - self.top)
            case 270:
                return Box(self.top, width - self.right, self.bottom, width - self.left)
        return self


@dataclass(frozen=True, slots=True)
class PageInfo:
    """The size of a page in pixels, and its part with ink (all of it if it is blank).

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


class LayerWord(NamedTuple):
    """A word of a document's own text layer; ``line`` counts the lines of the page."""

    text: str
    box: Box
    line: int


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The words of a page's text layer, with boxes on the page turned clockwise by ``turned`` degrees."""

    words: tuple[LayerWord, ...]
    turned: int = 0


class RequestKind(Enum):
    PAGE_INFO = b"p"
    RASTER = b"r"
    TEXT_LAYER = b"t"
    SCAN = b"s"


class Request(NamedTuple):
    """Something of a page (counted from 0) turned clockwise by ``turn`` degrees.

    A raster is ``box`` as ``width`` × ``height`` dots; a scan is the page with ``width`` dots an inch.
    """

    kind: RequestKind
    page: int
    turn: int = 0
    width: int = 0
    height: int = 0
    box: Box = Box(0, 0, 0, 0)

    def pack(self) -> bytes:
        return _REQUEST.pack(self.kind.value, *self[1:5], *self.box)

    @classmethod
    def unpack(cls, data: bytes) -> Request:
        kind, page, turn, width, height, *box = _REQUEST.unpack(data)
        return cls(RequestKind(kind), page, turn, width, height, Box(*box))


class ResponseKind(Enum):
    OK = b"+"
    ERROR = b"!"


def pack_length(document: bytes) -> bytes:
    return _LENGTH.pack(len(document))


def unpack_length(data: bytes) -> int:
    (length,) = _LENGTH.unpack(data)
    return int(length)


def pack_response(kind: ResponseKind, content: bytes) -> bytes:
    return _HEADER.pack(kind.value, len(content)) + content


def unpack_header(data: bytes) -> tuple[ResponseKind, int]:
    kind, length = _HEADER.unpack(data)
    return ResponseKind(kind), int(length)


def pack_count(pages: int, is_damaged: bool) -> bytes:
    return _COUNT.pack(pages, is_damaged)


def unpack_count(data: bytes) -> tuple[int, bool]:
    """Return the number of pages, and whether there were more in a document that was cut."""
    pages, is_damaged = _COUNT.unpack(data)
    return int(pages), bool(is_damaged)


def pack_page_info(page: PageInfo) -> bytes:
    ink = (0, 0, 0, 0) if page.is_blank else tuple(map(int, page.ink))
    return _PAGE_INFO.pack(page.width, page.height, page.shape, *ink)


def unpack_page_info(data: bytes) -> PageInfo:
    width, height, shape, *ink = _PAGE_INFO.unpack(data)
    is_blank = not any(ink)
    return PageInfo(width, height, shape, Box(0, 0, width, height) if is_blank else Box(*ink), is_blank)


def pack_layer(layer: TextLayer) -> bytes:
    return json.dumps([layer.turned, [(word.text, *word.box, word.line) for word in layer.words]]).encode()


def unpack_layer(data: bytes) -> TextLayer:
    """Raises ValueError (TypeError too) if it is something else."""
    turned, words = json.loads(data)
    return TextLayer(
        tuple(LayerWord(str(text), Box(*map(float, box)), int(line)) for text, *box, line in words), int(turned)
    )
