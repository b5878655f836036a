"""Dots as characters: ink is written, paper left blank, so it reads on dark and light terminals without colours."""

from __future__ import annotations

from dataclasses import dataclass

from faxtui.preview.protocol import Raster

_FINE, _FINE_INK, _LEAST_INK = 4.0, 0.36, 0.12
_FADING = 0.6


@dataclass(frozen=True, slots=True)
class Drawing:
    """A way to draw: a cell shows ``across`` times ``down`` dots.

    ``signs`` has a character for each set of dots; the dot in column x and row y counts 2 to the power x + across · y.
    """

    name: str
    across: int
    down: int
    signs: str

    def draw(self, raster: Raster, least_ink: float) -> tuple[str, ...]:
        """Lines of characters; a dot is written where at least that share of it, from 0 to 1, is ink.

        A raster that fills no whole number of cells is filled up with paper.
        """
        columns, rows = -(-raster.width // self.across), -(-raster.height // self.down)
        limit = max(1, round(least_ink * 255))
        weights = [bytes(limit) + bytes([1 << bit]) * (256 - limit) for bit in range(self.across * self.down)]
        width, padded = columns * self.across, self._padded(raster, columns, rows)
        lines = []
        for row in range(rows):
            planes = []
            for bit, weight in enumerate(weights):
                start = (row * self.down + bit // self.across) * width
                line = padded[start + bit % self.across : start + width : self.across]
                planes.append(line.translate(weight))
            lines.append("".join(self.signs[sum(dots)] for dots in zip(*planes, strict=True)))
        return tuple(lines)

    def _padded(self, raster: Raster, columns: int, rows: int) -> bytes:
        width, height = columns * self.across, rows * self.down
        lines = (raster.ink[y * raster.width : (y + 1) * raster.width] for y in range(raster.height))
        return b"".join(line.ljust(width, b"\0") for line in lines) + bytes(width * (height - raster.height))


def least_ink(pixels: float) -> float:
    """The share of ink from which a dot that many pixels wide is written, found by looking at letters.

    Strokes of a letter are three or four pixels wide. In dots not much larger, a third keeps them whole and the
    insides of letters open; the larger a dot, the less of it a stroke can fill.
    """
    return _FINE_INK if pixels <= _FINE else max(_LEAST_INK, _FINE_INK * (_FINE / pixels) ** _FADING)


def _braille() -> str:
    """Unicode numbers the dots of the older six-dot cell first, column by column, then the row below them."""
    places = (0, 3, 1, 4, 2, 5, 6, 7)
    signs = [0x2800 + sum(1 << place for bit, place in enumerate(places) if dots >> bit & 1) for dots in range(256)]
    return " " + "".join(map(chr, signs[1:]))


BRAILLE = Drawing("dots", 2, 4, _braille())
QUADRANTS = Drawing("quarter blocks", 2, 2, " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
HALF_BLOCKS = Drawing("half blocks", 1, 2, " ▀▄█")
ASCII = Drawing("ASCII", 1, 2, ' "o#')
