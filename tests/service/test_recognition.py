"""The text of pages, read by the Tesseract of this machine, and what happens without it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from documents_to_read import a_page, letter_pdf, scanned, tiff
from PIL import Image

from faxtui.demo.documents import LEFT, Page
from faxtui.errors import TextUnavailable
from faxtui.preview.client import DocumentReader
from faxtui.preview.recognition import TextReader, find_tesseract, missing_recognition
from faxtui.preview.text import PageText, TextSource

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


@asynccontextmanager
async def text_reader(document: bytes) -> AsyncIterator[TextReader]:
    reader = DocumentReader(document)
    try:
        await reader.open()
        yield TextReader(reader, ["fra"])
    finally:
        await reader.aclose()


def results() -> Page:
    page = Page()
    for name, value, unit in (
        ("Analyse", "Résultat", "Unité"),
        ("Sodium", "141", "mmol/l"),
        ("Créatinine", "87,4", "µmol/l"),
        ("Leucocytes", "6,35", "G/l"),
    ):
        page.row((LEFT, 250, 330), (name, value, unit))
    return page


def lines(text: PageText) -> list[str]:
    return [line.text for line in text.lay_out() if line.text]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A program called tesseract that lists a language, and runs this script when it is to read a page."""

    def write(script: str) -> None:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\ncase $1 in --*) echo 'Languages:'; echo fra; exit;; esac\n{script}\n")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return write


@needs_tesseract
async def test_a_scanned_page_is_read_and_its_numbers_are_marked_until_a_second_reading_agrees() -> None:
    async with text_reader(scanned(results(), is_standard=True, speckles=997)) as reader:
        first = await reader.read(0)
        assert (first.source, first.turned, first.is_final) == (TextSource.RECOGNISED, 0, False)
        assert lines(first)[1].split() == ["Sodium", "[141]", "mmol/l"]
        last = await reader.check(first)
        assert last.is_final
        assert lines(last)[1].split() == ["Sodium", "141", "mmol/l"]
        assert lines(last)[2].split()[2].startswith("["), "a unit with µ is never sure"
        assert await reader.read(0) == reader.known(0) == last
        box = next(word.box for word in last.words if word.text == "141")
        assert 700 < box.left < box.right < 800
        assert 125 < box.top < box.bottom < 160


@needs_tesseract
@pytest.mark.parametrize("turn", [180, 270])
async def test_a_page_fed_the_wrong_way_is_read_turned(turn: int) -> None:
    async with text_reader(scanned(results(), turn=turn)) as reader:
        text = await reader.read(0)
        assert text.turned == 360 - turn
        assert lines(text)[0].split() == ["Analyse", "Résultat", "Unité"]


async def test_the_text_layer_of_a_document_needs_no_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    async with text_reader(letter_pdf()) as reader:
        text = await reader.read(0)
        assert (text.source, text.is_final, text.to_check) == (TextSource.LAYER, True, 0)
        assert any("Compte rendu de consultation" in line for line in lines(text))
        assert await reader.check(text) == text


async def test_without_tesseract_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert await find_tesseract() is None
    async with text_reader(tiff(a_page())) as reader:
        with pytest.raises(TextUnavailable) as error:
            await reader.read(0)
    assert str(error.value) == missing_recognition()
    assert missing_recognition() == (
        "The text of this page needs Tesseract. "
        "Install it with: sudo apt install tesseract-ocr tesseract-ocr-fra tesseract-ocr-osd"
    )


async def test_a_blank_page_has_no_text_and_is_not_sent_to_anyone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    async with text_reader(tiff(Image.new("1", (1728, 2292), "white"))) as reader:
        assert await reader.read(0) == PageText(0)


async def test_recognition_is_held_to_its_limits_and_gets_no_secret(
    stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAXTUI_PASSWORD", "secret")
    limits = "$(ulimit -t) $(ulimit -v) $(ulimit -f) $(ulimit -c) $(nice) $OMP_THREAD_LIMIT $FAXTUI_PASSWORD"
    row = "5\t1\t1\t1\t1\t1\t1\t1\t90\t28\t95\t"
    stand_in(f"read first; cat >/dev/null; for each in {limits}; do printf '\\n{row}%s' $each; done")
    async with text_reader(tiff(a_page())) as reader:
        text = await reader.read(0)
    assert [word.text for word in text.words] == ["60", "2097152", "0", "0", "10", "1"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "it ended with exit code 3"),
        ("yes", "it returned too much text"),
        ("cat >/dev/null; while :; do :; done", "it ended with exit code"),
    ],
    ids=["exit code", "too much", "all of the processor"],
)
async def test_recognition_that_fails_says_why(
    stand_in: Callable[[str], None], script: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faxtui.preview.recognition._MAX_CPU", 1)
    stand_in(script)
    async with text_reader(tiff(a_page())) as reader:
        with pytest.raises(TextUnavailable, match=f"^Tesseract could not read page 1: {reason}"):
            await reader.read(0)


async def test_recognition_ends_when_nobody_waits_for_it(stand_in: Callable[[str], None], tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    stand_in(f"echo $$ >{started}; exec sleep 600")
    async with text_reader(tiff(a_page())) as reader:
        reading = asyncio.create_task(reader.read(0))
        pid = int(await asyncio.to_thread(started.read_text))
        reading.cancel()
        await asyncio.wait([reading])
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_rows_that_are_no_words_and_parts_of_rules_are_left_out(stand_in: Callable[[str], None]) -> None:
    row = "5\t1\t1\t1\t1\t{}\t{}\t300\t90\t{}\t{}\t{}\n"
    table = "".join(
        [
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n",
            row.format(1, 200, 28, 95, "Sodium"),
            row.format(2, 300, 90, 30, "|"),
            row.format(2, 400, 30, 30, "]"),
            row.format(3, 500, 28, "nan", "12"),
            row.format(4, 600, 28, "much", "13"),
            row.format(5, 700, 28, 95, ""),
            "5\t1\t1\n",
            row.format(6, 800, 28, 95, "\x1b[2J9"),
        ]
    )
    stand_in(f"cat >/dev/null; cat <<'END'\n{table}END")
    async with text_reader(tiff(a_page())) as reader:
        text = await reader.read(0)
    assert lines(text) == ["Sodium  []]  [␛[2J9]"]


async def test_a_page_is_prepared_without_speckles_and_with_square_pixels() -> None:
    page = a_page(height=1146)
    page.putpixel((1000, 900), 0)
    page.putpixel((400, 400), 1)
    reader = DocumentReader(tiff(page, dpi=(204, 98)))
    try:
        await reader.open()
        header, dots = (await reader.scan(0, 204)).split(b"\n", 1)
        assert header.split() == [b"P5", b"1728", b"2386", b"255"]
        image = Image.frombytes("L", (1728, 2386), dots)
        assert image.crop((900, 1700, 1100, 2000)).getextrema() == (255, 255)
        assert image.crop((300, 600, 500, 1000)).getextrema() == (0, 0)
        assert (await reader.scan(0, 306)).startswith(b"P5 2592 ")
    finally:
        await reader.aclose()
