"""Documents, opened in a process of their own: good ones, and what strangers may send."""

import asyncio
import io
import os
import struct
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from documents_to_read import (
    a_page,
    claiming,
    endless_pdf,
    is_written,
    letter,
    letter_pdf,
    letter_tiff,
    pdf,
    protected_pdf,
    sending_line,
    tiff,
    with_bad_lines,
)
from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from faxtui.demo.documents import write_pages, write_pdf
from faxtui.domain.document import DocumentType
from faxtui.errors import PreviewNotInstalled, UnreadableDocument
from faxtui.preview.client import DocumentReader, check_requirements, install_command
from faxtui.preview.protocol import Box
from faxtui.preview.viewport import BRAILLE, Fit, Viewport

SAVE_IT = "Save the file, and open it with another program."
DAMAGED = f"can't be shown: it is damaged or needs too much memory. {SAVE_IT}"


def big_endian_big_tiff() -> bytes:
    tags = ((256, 16), (257, 16), (258, 1), (259, 4), (262, 0), (273, 400), (277, 1), (278, 16), (279, 9))
    entries = b"".join(struct.pack(">HHQQ", tag, 16, 1, value) for tag, value in tags)
    return b"MM\0+" + struct.pack(">HHQQ", 8, 0, 16, len(tags)) + entries + bytes(400)


@asynccontextmanager
async def opened(document: bytes, timeout: float = 20) -> AsyncIterator[DocumentReader]:
    reader = DocumentReader(document, timeout=timeout)
    try:
        await reader.open()
        yield reader
    finally:
        await reader.aclose()


async def refusal(document: bytes, page: int = 0, timeout: float = 20) -> str:
    with pytest.raises(UnreadableDocument) as refused:
        async with opened(document, timeout) as reader:
            await reader.page_info(page)
    return str(refused.value)


@pytest.mark.parametrize(
    "document",
    [
        b"HTTP/1.0 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + pdf(b"0 0 9 9 re f"),
        b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + pdf(b"0 0 9 9 re f"),
        tiff(a_page(), compression="raw", big_tiff=True),
        tiff(a_page(), compression="raw", description="made from\n%PDF-1.4"),
    ],
    ids=["HTTP", "PJL", "BigTIFF", "TIFF that mentions a PDF"],
)
async def test_what_a_download_accepts_can_be_read(document: bytes) -> None:
    assert DocumentType.of(document) is not None
    async with opened(document) as reader:
        assert reader.pages == 1
        assert not (await reader.page_info(0)).is_blank


@pytest.mark.parametrize("document", [letter_pdf(), letter_tiff()], ids=["PDF", "TIFF"])
async def test_every_page_of_a_document_is_there(document: bytes) -> None:
    async with opened(document) as reader:
        assert reader.pages == 2
        first, second = await reader.page_info(0), await reader.page_info(1)
        assert first.width == second.width == 1728
        rasters = [await reader.raster(page, Box(0, 0, 1728, 2200), 173, 220) for page in (0, 1)]
        assert rasters[0] != rasters[1]
        assert 1.3 < first.height * first.shape / first.width < 1.5


@pytest.mark.parametrize("page", [0, 1])
async def test_words_can_be_read_three_times_as_large_as_the_width(page: int) -> None:
    async with opened(letter_tiff()) as reader:
        viewport = Viewport(await reader.page_info(page), BRAILLE, 80, 22).at_start().at_zoom(6)
        raster = await reader.raster(page, viewport.box, *viewport.dots)
        dots = dots_of(BRAILLE.draw(raster, viewport.ink_threshold))
        assert is_written(sending_line(), dots)
        assert not is_written("Ordonnance", dots)


def dots_of(lines: tuple[str, ...]) -> list[str]:
    """Braille, back as rows of dots."""
    rows = []
    for line in lines:
        codes = [BRAILLE.characters.index(sign) for sign in line]
        rows += ["".join(str(code >> bit & 1) for code in codes for bit in (2 * y, 2 * y + 1)) for y in range(4)]
    return rows


async def test_each_dot_is_as_dark_as_its_part_of_the_page_and_what_lies_beyond_is_blank() -> None:
    async with opened(tiff(a_page())) as reader:
        assert (await reader.page_info(0)).ink == Box(200, 200, 600, 600)
        raster = await reader.raster(0, Box(150, 200, 350, 300), 4, 2)
        assert list(raster.ink) == [0, 255, 255, 255] * 2
        raster = await reader.raster(0, Box(150, 150, 350, 350), 1, 1)
        assert raster.ink[0] == pytest.approx(255 * 9 / 16, abs=1)
        raster = await reader.raster(0, Box(-100, -100, 300, 300), 4, 4)
        assert list(raster.ink) == [0] * 15 + [255]


async def test_a_fax_in_standard_resolution_has_pixels_twice_as_tall() -> None:
    async with opened(tiff(a_page(height=1146), dpi=(204, 98))) as reader:
        assert (await reader.page_info(0)).shape == pytest.approx(204 / 98)


@pytest.mark.parametrize("turn", [90, 180, 270])
async def test_a_page_can_be_turned(turn: int) -> None:
    async with opened(tiff(a_page(height=1146), dpi=(204, 98))) as reader:
        info = await reader.page_info(0, turn)
        assert info.ink == Box(200, 200, 600, 600).turned(turn, (1728, 1146))
        assert info.shape == pytest.approx(204 / 98 if turn == 180 else 98 / 204)
        raster = await reader.raster(0, info.ink, 2, 2, turn)
        assert list(raster.ink) == [255] * 4


async def test_grey_paper_is_no_ink() -> None:
    page = Image.new("L", (400, 500), 200)
    page.paste(20, (100, 100, 200, 200))
    async with opened(tiff(page, compression="raw")) as reader:
        assert (await reader.page_info(0)).ink == Box(100, 100, 200, 200)


async def test_a_blank_page_is_told_as_one() -> None:
    async with opened(tiff(a_page(), Image.new("1", (1728, 2292), 1))) as reader:
        assert [(await reader.page_info(page)).is_blank for page in (0, 1)] == [False, True]


async def test_bad_lines_do_not_keep_the_rest_from_being_read_and_nothing_is_said_on_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with opened(with_bad_lines(tiff(a_page()))) as reader:
        page_info = await reader.page_info(0)
        assert (page_info.width, page_info.height) == (1728, 2292)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "This fax is an empty file: there is nothing to show."),
        (b"<html>Sign in</html>", f"This fax is neither a PDF nor a TIFF. {SAVE_IT}"),
        (b"%PDF-1.7\n" + b"\x9c\0\xfe" * 999, f"This fax {DAMAGED}"),
        (b"II*\0\x08\0\0\0" + b"\xff" * 999, f"This fax can't be shown: it is damaged. {SAVE_IT}"),
        (letter_tiff()[:5000], f"This fax can't be shown: it is damaged. {SAVE_IT}"),
        (protected_pdf(), f"This fax is protected by a password. {SAVE_IT}"),
        (
            claiming(100_000, 100_000),
            f"Page 1 has 100,000 × 100,000 pixels; faxtui shows at most 50 million. {SAVE_IT}",
        ),
        (claiming(1728, 2000), f"Page 1 {DAMAGED}"),
    ],
    ids=["empty", "neither", "no PDF", "no TIFF", "cut off", "protected", "bomb", "no scan"],
)
async def test_what_can_not_be_shown_is_told_in_a_sentence(document: bytes, sentence: str) -> None:
    assert await refusal(document) == sentence


def cut(document: bytes, share: float) -> bytes:
    return document[: int(len(document) * share)]


def pages_then_nothing(first: bytes) -> bytes:
    """A TIFF whose second directory has no strips, and whose third is as the first."""
    (start,) = struct.unpack_from("<L", first, 4)
    (entries,) = struct.unpack_from("<H", first, start)
    raw = [first[start + 2 + 12 * each : start + 14 + 12 * each] for each in range(entries)]
    without = [each for each in raw if struct.unpack_from("<H", each)[0] not in (273, 279)]
    document, directories = first, (raw, without, raw)
    starts, place = [], len(first) + len(first) % 2
    for tags in directories:
        starts.append(place)
        place += 6 + 12 * len(tags)
    document = document.ljust(starts[0], b"\0")
    for tags, following in zip(directories, (*starts[1:], 0), strict=True):
        document += struct.pack("<H", len(tags)) + b"".join(tags) + struct.pack("<L", following)
    return document[:4] + struct.pack("<L", starts[0]) + document[8:]


async def test_a_page_without_a_picture_is_not_the_page_before_again() -> None:
    async with opened(pages_then_nothing(tiff(a_page()))) as reader:
        assert reader.pages == 3
        assert (await reader.page_info(0)).ink == Box(200, 200, 600, 600)
        with pytest.raises(UnreadableDocument, match=r"^Page 2 has no picture\.$"):
            await reader.page_info(1)
        assert (await reader.page_info(2)).ink == Box(200, 200, 600, 600)


@pytest.mark.parametrize("share", [0.55, 0.7, 0.95])
async def test_the_pages_of_a_document_that_was_cut_are_shown(share: float) -> None:
    pages = [a_page(height=900 + number) for number in range(5)]
    for document in (tiff(*pages, compression="raw"), tiff(*pages)):
        async with opened(cut(document, share)) as reader:
            assert 2 <= reader.pages < 5 or share == 0.95
            assert reader.damage in ("", f"{reader.pages} pages are readable, the rest is damaged.")
            assert (await reader.page_info(1)).height == 901
            assert (await reader.page_info(reader.pages - 1)).height == 899 + reader.pages


async def test_the_pages_of_a_pdf_that_was_cut_are_shown() -> None:
    fax = replace(letter(), pages=6)
    document = write_pdf(write_pages(fax))
    async with opened(cut(document, 0.6)) as reader:
        assert 1 < reader.pages < 6
        assert reader.damage == f"{reader.pages} pages are readable, the rest is damaged."
        assert not (await reader.page_info(reader.pages - 1)).is_blank


def with_tags(document: bytes, **values: int | None) -> bytes:
    """A TIFF with other numbers in the one directory that it has; None takes the entry's meaning away."""
    numbers = {"orientation": 274, "x_resolution": 282, "y_resolution": 283, "unit": 296, "compression": 259}
    (start,) = struct.unpack_from("<L", document, 4)
    (entries,) = struct.unpack_from("<H", document, start)
    spoilt = bytearray(document)
    for each in range(entries):
        place = start + 2 + 12 * each
        (tag,) = struct.unpack_from("<H", spoilt, place)
        for name, value in values.items():
            if tag == numbers[name]:
                if value is None:
                    struct.pack_into("<H", spoilt, place, 65000)
                else:
                    struct.pack_into("<H", spoilt, place + 8, value)
    return bytes(spoilt)


def oriented(height: int, orientation: int) -> bytes:
    file = io.BytesIO()
    tags = ImageFileDirectory_v2()
    tags[274] = orientation
    a_page(height=height).save(file, "TIFF", compression="group4", dpi=(204, 98), tiffinfo=tags)
    return file.getvalue()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (with_tags(tiff(a_page(height=1146), dpi=(204, 98)), unit=1), 204 / 98),
        (with_tags(tiff(a_page(height=1146)), x_resolution=None, y_resolution=None), 204 / 98),
        (with_tags(tiff(a_page(height=2292)), x_resolution=None, y_resolution=None), 1),
        (with_tags(tiff(a_page(width=1000, height=700)), x_resolution=None, y_resolution=None), 1),
        (oriented(1146, 6), 98 / 204),
        (oriented(1146, 3), 204 / 98),
    ],
    ids=["aspect only", "nothing, wide", "nothing, tall", "nothing, no fax", "turned", "upside down"],
)
async def test_pages_are_not_squashed(document: bytes, expected: float) -> None:
    async with opened(document) as reader:
        assert (await reader.page_info(0)).shape == pytest.approx(expected)


def in_8_bits(document: bytes) -> bytes:
    """A palette of which a writer forgot that its colours have 16 bits."""
    (start,) = struct.unpack_from("<L", document, 4)
    (entries,) = struct.unpack_from("<H", document, start)
    for each in range(entries):
        tag, _kind, length, place = struct.unpack_from("<HHLL", document, start + 2 + 12 * each)
        if tag == 320:
            colours = struct.unpack_from(f"<{length}H", document, place)
            eighth = struct.pack(f"<{length}H", *(colour // 256 for colour in colours))
            return document[:place] + eighth + document[place + 2 * length :]
    raise AssertionError("no palette")


def shades(mode: str, paper: str | tuple[int, ...], ink: str | tuple[int, ...]) -> Image.Image:
    page = Image.new(mode, (400, 500), paper)
    page.paste(ink, (100, 100, 200, 200))
    return page


def in_16_bits(page: Image.Image) -> Image.Image:
    return Image.frombytes("I;16", page.size, b"".join(struct.pack("<H", 230 * each) for each in page.tobytes()))


@pytest.mark.parametrize(
    "document",
    [
        in_8_bits(tiff(shades("L", "white", "black").convert("P"), compression="raw")),
        tiff(shades("L", "white", "black").convert("P"), compression="raw"),
        tiff(in_16_bits(shades("L", "white", "black")), compression="raw"),
        tiff(shades("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)), compression="raw"),
        tiff(shades("LA", (0, 0), (0, 255)), compression="raw"),
        tiff(shades("RGB", (255, 255, 240), (0, 0, 90)), compression="raw"),
        tiff(shades("CMYK", (0, 0, 0, 0), (0, 0, 0, 255)), compression="raw"),
    ],
    ids=["palette of 8 bits", "palette", "16 bits", "RGBA", "LA", "RGB", "CMYK"],
)
async def test_ink_is_ink_in_every_kind_of_picture(document: bytes) -> None:
    async with opened(document) as reader:
        info = await reader.page_info(0)
        assert (info.is_blank, info.ink) == (False, Box(100, 100, 200, 200))
        assert list((await reader.raster(0, Box(0, 0, 400, 400), 4, 4)).ink[:6]) == pytest.approx(
            [0, 0, 0, 0, 0, 255], abs=70
        )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (with_tags(tiff(a_page()), compression=34661), "a fax compressed with JBIG"),
        (with_tags(tiff(a_page()), compression=9), "a fax compressed with JBIG"),
        (with_tags(tiff(a_page()), compression=10), "a colour fax compressed with JBIG"),
        (big_endian_big_tiff(), "a BigTIFF in big-endian order"),
    ],
    ids=["JBIG", "T.85", "T.43", "BigTIFF"],
)
async def test_kinds_that_can_not_be_decoded_are_named(document: bytes, kind: str) -> None:
    assert await refusal(document) == f"Page 1 can't be shown: it is {kind}. {SAVE_IT}"


async def test_a_pdf_without_pages_says_so() -> None:
    empty = pdf(b"", more={2: b"<< /Type /Pages /Count 0 /Kids [] >>"})
    assert await refusal(empty) == "This fax has no pages: there is nothing to show."


async def test_the_fields_of_a_form_are_drawn() -> None:
    look = b"<< /Type /XObject /Subtype /Form /BBox [0 0 100 50] /Length 15 >>\nstream\n0 0 100 50 re f\nendstream"
    widget = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (x) /F 4 /Rect [100 700 200 750] /AP << /N 7 0 R >> >>"
    )
    form = pdf(
        b"",
        more={
            1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [6 0 R] >>",
            6: widget,
            7: look,
        },
    )
    async with opened(form) as reader:
        assert not (await reader.page_info(0)).is_blank


async def test_the_whole_of_a_very_long_page_is_shown() -> None:
    long = Image.new("1", (1728, 28_000), "white")
    ImageDraw.Draw(long).rectangle((200, 14_000, 599, 15_000), fill=0)
    async with opened(tiff(long)) as reader:
        viewport = Viewport(await reader.page_info(0), BRAILLE, 80, 22).at_start().at_zoom(Fit.PAGE)
        raster = await reader.raster(0, viewport.box, *viewport.dots)
        assert any(raster.ink)


@pytest.mark.parametrize("box", [b"0 0 1 14400", b"0 0 14400 14400", b"0 0 0 0", b"0 0 1e30 1e30"])
async def test_a_page_of_absurd_size_is_drawn_as_small_as_need_be(box: bytes) -> None:
    async with opened(pdf(b"0 0 9 9 re f", box)) as reader:
        page_info = await reader.page_info(0)
        assert 0 < page_info.width * page_info.height < 25_000_000


async def test_a_page_that_takes_for_ever_is_given_up() -> None:
    sentence = await refusal(endless_pdf(), timeout=1.5)
    assert sentence == f"Page 1 takes longer than 1.5 seconds to draw. {SAVE_IT}"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its memory")
async def test_a_page_that_takes_all_memory_gets_no_more_than_its_share() -> None:
    assert await refusal(endless_pdf()) == f"Page 1 {DAMAGED}"


async def test_one_bad_page_is_not_held_against_the_others() -> None:
    large = Image.new("1", (10_000, 5_001), 1)
    async with opened(tiff(a_page(), large, a_page(height=1000))) as reader:
        assert (await reader.page_info(0)).height == 2292
        with pytest.raises(UnreadableDocument, match="Page 2 has 10,000 × 5,001 pixels"):
            await reader.page_info(1)
        assert (await reader.page_info(2)).height == 1000
        assert (await reader.page_info(0)).height == 2292


async def test_giving_up_waiting_ends_what_was_waited_for() -> None:
    reader = DocumentReader(endless_pdf())
    await reader.open()
    drawing = asyncio.create_task(reader.page_info(0))
    process = reader._process
    assert process is not None
    drawing.cancel()
    await asyncio.wait([drawing])
    await reader.aclose()
    assert await process.wait() != 0
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


@pytest.mark.parametrize(
    ("absent", "document", "named"),
    [
        (["PIL", "pypdfium2"], letter_tiff(), "Pillow"),
        (["PIL", "pypdfium2"], letter_pdf(), "pypdfium2, Pillow"),
        (["pypdfium2"], letter_pdf(), "pypdfium2"),
        (["PIL", "pypdfium2"], None, "pypdfium2, Pillow"),
        (["PIL"], None, "Pillow"),
    ],
)
def test_without_the_extra_it_is_said_what_is_missing_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, absent: list[str], document: bytes | None, named: str
) -> None:
    for each in absent:
        monkeypatch.setitem(sys.modules, each, None)
    with pytest.raises(PreviewNotInstalled) as error:
        check_requirements(document)
    packages = named.replace(",", "")
    assert str(error.value) == (
        f"Reading a fax on the screen needs what is not installed: {named}. "
        f"Install with: {sys.executable} -m pip install {packages}"
    )


def test_the_command_that_installs_what_is_missing_works_for_this_installation() -> None:
    command = [*install_command(["Pillow", "pypdfium2"]), "--dry-run", "--no-index", "--quiet"]
    subprocess.run(command, check=True, timeout=60)


def test_the_command_that_installs_what_is_missing_is_that_of_the_tool_that_installed_faxtui(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "faxtui").mkdir()
    (tmp_path / "faxtui" / "pipx_metadata.json").touch()
    assert install_command(["Pillow"], tmp_path / "faxtui") == ("pipx", "inject", "faxtui", "Pillow")
    monkeypatch.setitem(sys.modules, "pip", None)
    (tmp_path / "uv-receipt.toml").touch()
    assert install_command(["Pillow"], tmp_path) == ("uv", "pip", "install", "--python", sys.executable, "Pillow")
    monkeypatch.setenv("PATH", "")
    other = tmp_path / "other"
    assert install_command(["Pillow"], other) == (
        *("python3", "-m", "pip", "--python", sys.executable, "install"),
        "Pillow",
    )


def test_a_tiff_needs_nothing_but_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    check_requirements()
    check_requirements(letter_tiff())
