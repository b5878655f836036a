"""Dots as characters."""

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdfium2 import PdfDocument

from faxtui.demo.documents import WIDTH, Page, write_pdf
from faxtui.preview.protocol import Raster
from faxtui.preview.viewport import ASCII, BRAILLE, HALF_BLOCKS, QUADRANTS, Drawing, ink_threshold

DRAWINGS = (BRAILLE, QUADRANTS, HALF_BLOCKS, ASCII)
BOX = Image.Resampling.BOX
drawings = st.sampled_from(DRAWINGS)


@st.composite
def rasters(draw: st.DrawFn) -> Raster:
    width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    return Raster(width, height, draw(st.binary(min_size=width * height, max_size=width * height)))


def dots_of(line: str, drawing: Drawing) -> list[set[int]]:
    return [{bit for bit in range(8) if drawing.characters.index(sign) >> bit & 1} for sign in line]


@given(rasters(), drawings, st.floats(0, 1))
def test_a_drawing_has_as_many_columns_and_rows_as_its_dots_need(
    raster: Raster, drawing: Drawing, least: float
) -> None:
    lines = drawing.draw(raster, least)
    assert len(lines) == -(-raster.height // drawing.down)
    assert {len(line) for line in lines} == {-(-raster.width // drawing.across)}


@given(rasters(), drawings)
def test_each_dot_with_enough_ink_is_drawn_and_no_other(raster: Raster, drawing: Drawing) -> None:
    lines = [dots_of(line, drawing) for line in drawing.draw(raster, 0.5)]
    for y in range(len(lines) * drawing.down):
        for x in range(len(lines[0]) * drawing.across):
            bit = x % drawing.across + drawing.across * (y % drawing.down)
            is_drawn = bit in lines[y // drawing.down][x // drawing.across]
            is_inside = x < raster.width and y < raster.height
            assert is_drawn == (is_inside and raster.ink[y * raster.width + x] >= 128)


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.name)
def test_every_set_of_dots_has_a_character_of_one_cell(drawing: Drawing) -> None:
    assert len(set(drawing.characters)) == 2 ** (drawing.across * drawing.down)
    assert drawing.characters[0] == " "
    assert all(unicodedata.east_asian_width(sign) != "W" for sign in drawing.characters)


def test_braille_has_its_dots_where_unicode_names_them() -> None:
    for bit, number in enumerate((1, 4, 2, 5, 3, 6, 7, 8)):
        assert unicodedata.name(BRAILLE.characters[1 << bit]) == f"BRAILLE PATTERN DOTS-{number}"


def test_blocks_have_their_quarters_where_unicode_names_them() -> None:
    for bit, place in enumerate(("UPPER LEFT", "UPPER RIGHT", "LOWER LEFT", "LOWER RIGHT")):
        assert unicodedata.name(QUADRANTS.characters[1 << bit]) == f"QUADRANT {place}"
    assert [unicodedata.name(sign) for sign in HALF_BLOCKS.characters[1:]] == [
        "UPPER HALF BLOCK",
        "LOWER HALF BLOCK",
        "FULL BLOCK",
    ]


def test_where_there_is_no_utf8_only_ascii_is_written() -> None:
    assert ASCII.characters.isascii()


def test_the_larger_a_dot_the_less_ink_it_takes() -> None:
    shares = [ink_threshold(pixels) for pixels in (1, 2, 4, 6, 11, 30, 1000)]
    assert shares == sorted(shares, reverse=True)
    # A stroke three pixels wide is seen in a dot of three pixels even if it lies across two of them …
    assert ink_threshold(3) < 0.5
    # … and a line of text seen from afar, of which hardly a sixth is ink, is a line.
    assert ink_threshold(30) < 1 / 6


@pytest.mark.parametrize("size", [9, 10])
def test_digits_can_be_told_apart_wherever_the_dots_fall(size: int) -> None:
    pages = {digit: digit_of(digit, size) for digit in "0123456789"}
    for x, y in product(range(3), range(3)):
        seen = {digit: page.crop((x, y, x + 36, y + 36)).resize((12, 12), BOX) for digit, page in pages.items()}
        for digit, shade in seen.items():
            lines = BRAILLE.draw(Raster(12, 12, shade.tobytes()), ink_threshold(3))
            rows = [dots_of(line, BRAILLE) for line in lines]
            dots = [
                255 * (dot % 2 + 2 * (row % 4) in rows[row // 4][dot // 2]) for row in range(12) for dot in range(12)
            ]
            differences = {
                other: sum(abs(a - b) for a, b in zip(dots, each.tobytes(), strict=True))
                for other, each in seen.items()
            }
            assert min(differences, key=differences.__getitem__) == digit


def digit_of(digit: str, size: int) -> Image.Image:
    """Ink of a digit of so many points as it is scanned."""
    page = Page()
    page.put(100, 100, digit, size)
    drawing: Image.Image = PdfDocument(write_pdf([page]))[0].render(scale=1728 / WIDTH, grayscale=True).to_pil()
    return drawing.resize((1728, 2292), BOX).point([255] * 128 + [0] * 128).crop((285, 235, 330, 280))
