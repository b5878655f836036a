"""Pictures in pixels: what is encoded is what a decoder of others sees, and what it takes."""

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from faxtui.terminal.graphics import Graphics, kitty_picture, kitty_upload, png, sixel

needs_libsixel = pytest.mark.skipif(shutil.which("sixel2png") is None, reason="sixel2png is not installed")
sizes = st.tuples(st.integers(1, 40), st.integers(1, 26))


def ramp(width: int, height: int) -> bytes:
    """Every shade, and no line like the one above it."""
    return bytes((x * 7 + y * 31) % 256 for y in range(height) for x in range(width))


def decoded(data: str, folder: Path) -> Image.Image:
    (folder / "picture.six").write_text(data, "ascii")
    command = ["sixel2png", "-i", str(folder / "picture.six"), "-o", str(folder / "picture.png")]
    subprocess.run(command, check=True)
    return Image.open(folder / "picture.png").convert("L")


@needs_libsixel
@pytest.mark.parametrize("size", [(1, 1), (7, 6), (40, 23), (300, 61)])
def test_libsixel_sees_every_pixel_of_ink_and_paper(size: tuple[int, int], tmp_path: Path) -> None:
    ink = ramp(*size)
    shown = decoded(sixel(*size, ink, least_ink=0.5), tmp_path)
    assert shown.size == size
    assert shown.tobytes() == bytes(0 if value >= 128 else 255 for value in ink)


@needs_libsixel
@pytest.mark.parametrize("size", [(1, 1), (40, 23), (300, 61)])
def test_libsixel_sees_four_greys(size: tuple[int, int], tmp_path: Path) -> None:
    ink = ramp(*size)
    shown = decoded(sixel(*size, ink, levels=4), tmp_path)
    wanted = [255 - round(value * 3 / 255) * 85 for value in ink]
    # Sixel's colours are percentages.
    assert all(abs(one - other) <= 1 for one, other in zip(shown.tobytes(), wanted, strict=True))


@given(sizes, st.floats(0.01, 0.99), st.randoms(use_true_random=False))
def test_a_png_is_the_same_picture(size: tuple[int, int], least_ink: float, random: object) -> None:
    ink = ramp(*size)
    shown = Image.open(io.BytesIO(png(*size, ink, least_ink=least_ink)))
    limit = max(1, round(least_ink * 255))
    assert shown.size == size
    assert shown.convert("L").tobytes() == bytes(0 if value >= limit else 255 for value in ink)


def test_a_blank_page_takes_a_run_for_each_band() -> None:
    assert len(sixel(800, 440, bytes(800 * 440))) < 800
    assert len(sixel(800, 440, bytes(800 * 440), levels=4)) < 900


def test_sixels_are_printable_and_end_as_a_string_does() -> None:
    data = sixel(300, 61, ramp(300, 61), levels=4)
    assert re.fullmatch(r"\x1bP0;1;0q[ -~]*\x1b\\", data)


def test_a_large_png_is_sent_in_chunks_that_are_marked() -> None:
    sent = kitty_upload(3, bytes(range(256)) * 40)
    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert [keys.rpartition("m=")[2] for keys, _ in chunks] == ["1"] * (len(chunks) - 1) + ["0"]
    assert chunks[0][0].startswith("a=t,f=100,i=3,q=2,")
    assert all(len(text) <= 4096 for _, text in chunks)


def test_moving_over_an_uploaded_page_takes_few_bytes() -> None:
    picture = kitty_picture(3, kitty_upload(3, b"page"), (10, 200, 640, 480), 80, 22)
    assert len(picture.paint) < 70
    assert (picture.columns, picture.lines) == (80, 22)


def test_pictures_need_a_protocol_and_the_size_of_a_cell() -> None:
    assert not Graphics(sixel=True).has_pictures
    assert not Graphics(cell=(10, 20)).has_pictures
    assert Graphics(kitty=True, cell=(10, 20)).has_pictures
    assert Graphics(sixel=True).with_cell((8, 16)).has_pictures
    assert Graphics(sixel=True, cell=(8, 16)).with_cell((0, 0)).cell == (8, 16)


def test_a_picture_is_no_larger_than_the_terminal_accepts() -> None:
    assert Graphics(sixel=True, cell=(10, 20), largest=(1000, 300)).room(200, 22) == (100, 15)
    assert Graphics(sixel=True, cell=(10, 20)).room(200, 50) == (200, 50)
    assert Graphics(kitty=True, cell=(10, 20), largest=(1000, 300)).room(200, 50) == (200, 50)
