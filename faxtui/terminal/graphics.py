"""Pictures in pixels: sixel (DEC STD 070), kitty's graphics protocol, and what a terminal says it can show.

A picture is ink on paper: one byte a pixel, row by row, from 0 (paper) to 255 (ink).
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PLACEHOLDER, FIRST_PLACEHOLDER = "\ue0f0", "\ue0f1"
"""Characters that stand in the cells under a picture, the other one in its upper left cell.

The driver replaces them; no terminal ever gets them, and no text from outside has them.
"""
PLACEHOLDERS = frozenset({PLACEHOLDER, FIRST_PLACEHOLDER})
MOST_IN_TMUX = 600_000
"""Bytes of a picture above which tmux drops it without a word (observed)."""
QUERY = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[?2;1;0S\x1b[c"
"""Ask for kitty's protocol, the size of a cell, the largest sixel picture and the device attributes.

Every terminal answers the last one, so that its response ends the others. Sources: kitty's graphics protocol page,
xterm's ctlseqs (XTWINOPS 16, XTSMGRAPHICS, DA1).
"""
SIXEL_ATTRIBUTE = 4
"""The device attribute of a terminal with sixel graphics (DA1)."""


class Graphics(NamedTuple):
    """What a terminal can show. ``cell``: width and height of a cell in pixels, (0, 0) if unknown.

    ``largest``: width and height of the largest sixel picture in pixels; (0, 0) if the terminal does not say.
    """

    sixel: bool = False
    kitty: bool = False
    cell: tuple[int, int] = (0, 0)
    largest: tuple[int, int] = (0, 0)

    @property
    def has_pictures(self) -> bool:
        """Return whether a picture can be placed on cells."""
        return (self.sixel or self.kitty) and min(self.cell) > 0

    def with_cell(self, cell: tuple[int, int]) -> Graphics:
        return self._replace(cell=cell) if min(cell) > 0 else self

    def room(self, columns: int, lines: int) -> tuple[int, int]:
        """Return how many of these columns and lines a picture can fill."""
        if self.kitty or not all(self.largest):
            return columns, lines
        width, height = self.cell
        return min(columns, self.largest[0] // width), min(lines, self.largest[1] // height)


class Picture(NamedTuple):
    """A picture for a number of cells.

    ``paint`` draws it with the cursor on its upper left cell. ``upload`` comes before that unless the terminal has it
    already under ``name``; ``remove`` takes it off the screen, if text painted over it does not. ``height`` is in
    pixels.
    """

    columns: int
    lines: int
    height: int
    paint: str
    name: str = ""
    upload: str = ""
    remove: str = ""

    @property
    def placeholders(self) -> str:
        """Return the text that holds its place on the screen."""
        text = "\n".join([PLACEHOLDER * self.columns] * self.lines)
        return FIRST_PLACEHOLDER + text[1:]

    def clipped(self, lines: int) -> str:
        """Return what draws no more than so many lines of it, from its top."""
        if lines >= self.lines:
            return self.paint
        height = self.height * lines // self.lines
        if self.remove:
            return _KITTY_SIZE.sub(f"h={height},c={self.columns},r={lines},", self.paint)
        bands = self.paint.removesuffix(_ST).split("-")[: height // _BAND]
        return "-".join(bands) + _ST


# Sixel

_LEVELS = (2, 4)
_DCS, _ST = "\x1bP0;1;0q", "\x1b\\"
_KITTY_SIZE = re.compile(r"h=\d+,c=\d+,r=\d+,")
_BAND = 6
"""Rows of pixels in a sixel character."""
_REPEATED = re.compile(rb"(.)\1{3,}", re.DOTALL)
_TO_SIXEL = bytes(63 + value if value < 64 else 0 for value in range(256))


def sixel(width: int, height: int, ink: bytes, *, levels: int = 2, least_ink: float = 0.5) -> str:
    """Return a picture as sixels, in ink and paper or in four greys (``levels``).

    With two levels a pixel is ink from the share ``least_ink`` of it, from 0 to 1. Each band of six rows is paper in
    one run, with every darker level over it.
    """
    steps = _steps(levels, least_ink)
    palette = "".join(f"#{level};2;{_grey(level, levels)}" for level in range(levels))
    bands = (
        _band(width, ink[start : start + _BAND * width], steps) for start in range(0, width * height, _BAND * width)
    )
    return f'{_DCS}"1;1;{width};{height}{palette}{"-".join(bands)}{_ST}'


def _steps(levels: int, least_ink: float) -> Sequence[bytes]:
    """Return for each level above paper a table that maps the ink of a pixel to 1 if it is of that level."""
    if levels not in _LEVELS:
        raise ValueError(f"{levels} levels of grey: expected one of {_LEVELS}")
    if levels == 2:
        limit = max(1, round(least_ink * 255))
        return (bytes(limit) + b"\1" * (256 - limit),)
    nearest = [round(value * (levels - 1) / 255) for value in range(256)]
    return [bytes(each == level for each in nearest) for level in range(1, levels)]


def _grey(level: int, levels: int) -> str:
    percent = round(100 * (levels - 1 - level) / (levels - 1))
    return f"{percent};{percent};{percent}"


def _band(width: int, ink: bytes, steps: Sequence[bytes]) -> str:
    rows = [ink[start : start + width] for start in range(0, len(ink), width)]
    full = chr(63 + (1 << len(rows)) - 1)
    runs = [f"#0!{width}{full}"]
    for level, step in enumerate(steps, 1):
        # Each byte holds one bit of its column, so whole rows can be shifted and added as one number.
        columns = sum(int.from_bytes(row.translate(step), "little") << bit for bit, row in enumerate(rows))
        sixels = columns.to_bytes(width, "little").translate(_TO_SIXEL).rstrip(b"?")
        if sixels:
            runs.append(f"#{level}{_REPEATED.sub(_repeat, sixels).decode('ascii')}")
    return "$".join(runs)


def _repeat(match: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(match[0]), match[1])


# Kitty

_CHUNK = 4096
"""Characters of base64 in one sequence (kitty's graphics protocol)."""
_PNG = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int, ink: bytes, *, least_ink: float = 0.5) -> bytes:
    """Return a picture as a PNG of one bit a pixel."""
    limit = max(1, round(least_ink * 255))
    is_paper = b"\1" * limit + bytes(256 - limit)
    padded = -(-width // 8) * 8
    rows = []
    for start in range(0, width * height, width):
        row = ink[start : start + width].translate(is_paper).ljust(padded, b"\0")
        packed = sum(int.from_bytes(row[bit::8], "big") << (7 - bit) for bit in range(8))
        rows.append(b"\0" + packed.to_bytes(padded // 8, "big"))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return _PNG + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def kitty_upload(number: int, data: bytes) -> str:
    """Return the sequences that send a PNG under a number, without showing it."""
    return "".join(_kitty_chunks(number, base64.b64encode(data).decode("ascii")))


def _kitty_chunks(number: int, text: str) -> Iterator[str]:
    for start in range(0, len(text), _CHUNK):
        keys = f"a=t,f=100,i={number},q=2," if start == 0 else ""
        more = int(start + _CHUNK < len(text))
        yield f"\x1b_G{keys}m={more};{text[start : start + _CHUNK]}\x1b\\"


def kitty_picture(
    number: int, upload: str, box: tuple[int, int, int, int], columns: int, lines: int, name: str = ""
) -> Picture:
    """Return part of an uploaded PNG (left, top, width, height in its pixels) as a picture for these cells."""
    left, top, width, height = box
    place = f"a=p,i={number},p=1,x={left},y={top},w={width},h={height},c={columns},r={lines},C=1,q=2"
    remove = f"\x1b_Ga=d,d=i,i={number},p=1,q=2\x1b\\"
    return Picture(columns, lines, height, f"\x1b_G{place}\x1b\\", name or str(number), upload, remove)
