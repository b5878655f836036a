"""A TIFF of some pages, as a fax machine scans them: black on white, one bit a pixel, fine resolution."""

import struct
import zlib
from collections.abc import Iterable

from faxtui.demo.font import ASCENT, draw
from faxtui.demo.page import HEIGHT, WIDTH, Page, Rule, Text

PIXELS_WIDE = 1728
"""The line of a fax machine: 215 mm at 204 pixels an inch."""
_X_DPI, _Y_DPI = 204, 196
_PIXELS_HIGH = HEIGHT * _Y_DPI // 72
_DOTS_A_POINT = 0.28

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_STRIP, _X_RESOLUTION, _Y_RESOLUTION = 273, 282, 283
_LENGTH = 279
# Tag, type, value. What is 0 here is filled in page by page.
_TAGS = (
    (254, _LONG, 2),  # one page of many
    (256, _LONG, PIXELS_WIDE),
    (257, _LONG, _PIXELS_HIGH),
    (258, _SHORT, 1),  # bit a pixel
    (259, _SHORT, 8),  # packed by deflate
    (262, _SHORT, 0),  # white is zero
    (_STRIP, _LONG, 0),
    (277, _SHORT, 1),  # sample a pixel
    (278, _LONG, _PIXELS_HIGH),  # rows in the one strip
    (_LENGTH, _LONG, 0),
    (_X_RESOLUTION, _RATIONAL, 0),
    (_Y_RESOLUTION, _RATIONAL, 0),
    (296, _SHORT, 2),  # an inch
)
_DIRECTORY = 2 + 12 * len(_TAGS) + 4
_RESOLUTIONS = struct.pack("<4I", _X_DPI, 1, _Y_DPI, 1)


def write_tiff(pages: Iterable[Page]) -> bytes:
    """Write the pages as one TIFF, one directory a page: the directory, the resolutions, the scan."""
    parts: list[bytes] = []
    start = 8
    for page in pages:
        scan = zlib.compress(_scan(page), 1)
        resolutions = start + _DIRECTORY
        image = resolutions + len(_RESOLUTIONS)
        places = {_STRIP: image, _LENGTH: len(scan), _X_RESOLUTION: resolutions, _Y_RESOLUTION: resolutions + 8}
        entries = [struct.pack("<HHII", tag, kind, 1, places.get(tag, value)) for tag, kind, value in _TAGS]
        # A directory starts at an even offset.
        padding = bytes(len(scan) % 2)
        start = image + len(scan) + len(padding)
        parts.append(struct.pack("<H", len(_TAGS)) + b"".join(entries) + struct.pack("<I", start))
        parts.append(_RESOLUTIONS + scan + padding)
    # The last directory names none after it.
    parts[-2] = parts[-2][:-4] + bytes(4)
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(parts)


def _scan(page: Page) -> bytes:
    rows = [0] * _PIXELS_HIGH
    for rule in page.rules:
        _draw_rule(rows, rule)
    for text in page.texts:
        _draw_text(rows, text)
    return b"".join(row.to_bytes(PIXELS_WIDE // 8, "big") for row in rows)


def _draw_rule(rows: list[int], rule: Rule) -> None:
    top, height = _down(rule.y), max(2, _down(rule.thickness))
    width = _across(rule.width)
    for row in range(top, top + height):
        rows[row] |= _placed((1 << width) - 1, _across(rule.x), width)


def _draw_text(rows: list[int], text: Text) -> None:
    scale = max(2, round(text.size * _DOTS_A_POINT))
    top = _down(text.y) - ASCENT * scale
    for number, dots in enumerate(draw(text.text)):
        bits = int("".join(dot * scale for dot in dots), 2)
        if text.bold:
            bits |= bits >> 2
        for row in range(top + number * scale, top + (number + 1) * scale):
            rows[row] |= _placed(bits, _across(text.x), len(dots) * scale)


def _placed(bits: int, left: int, width: int) -> int:
    """A row with `width` bits put `left` pixels from its left edge; what hangs over on the right is cut off."""
    shift = PIXELS_WIDE - left - width
    return bits << shift if shift >= 0 else bits >> -shift


def _across(points: float) -> int:
    return round(points * PIXELS_WIDE / WIDTH)


def _down(points: float) -> int:
    return round(points * _Y_DPI / 72)
