"""A fax as text: of the document itself, or recognised."""

import shutil
from pathlib import Path

import pytest
from console import console
from documents_to_read import letter_pdf, letter_tiff
from reading_desk import GivenDocuments, page, press, quiet, reading

from faxtui.config.settings import Reader
from faxtui.ui.keymap import FAX_SCREEN, Keys
from faxtui.ui.screens.fax import FaxScreen


def needs_tesseract() -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")


async def test_a_document_with_text_is_shown_as_text_and_t_shows_the_picture_at_the_same_place() -> None:
    async with reading(letter_pdf(), view="auto", size=(80, 16), until="Text of the document") as desk:
        assert "Text of the document · top of page" in quiet(desk)
        text = page(desk)
        assert any("Résultats" in line or "Patient" in line or "Objet" in line or "Madame" in line for line in text)
        await press(desk, "space")
        below = page(desk)
        assert below != text
        await press(desk, "t")
        assert "fit width" in quiet(desk)
        assert "top of page" not in quiet(desk)
        await press(desk, "t")
        assert page(desk)[0] in (*text, *below)
        await press(desk, "home")
        assert page(desk) == text


async def test_space_reads_the_text_of_all_pages_to_the_end() -> None:
    async with reading(letter_pdf(), view="text", until="Text of the document") as desk:
        for _ in range(12):
            if "End of fax" in quiet(desk):
                break
            await press(desk, "space")
        assert "page 2 of 2" in desk.header
        assert "End of fax. Space: next fax" in quiet(desk)
        await press(desk, "pageup", "pageup", "pageup")
        assert "page 1 of 2" in desk.header


async def test_recognised_text_says_so_and_marks_what_is_to_be_checked() -> None:
    needs_tesseract()
    async with reading(letter_tiff(), view="text", until="Recognised text, may contain errors") as desk:
        await desk.until(lambda: "reading its numbers" not in quiet(desk))
        assert "to check (c)" in quiet(desk)
        await press(desk, "c")
        screen = desk.app.screen
        assert isinstance(screen, FaxScreen)
        view = screen._pane.text_view
        assert view is not None
        assert view.pointer is not None
        marked = view.lines[view.pointer.line].text[view.pointer.start : view.pointer.end]
        assert marked.startswith("[")
        assert marked.endswith("]")


async def test_without_tesseract_the_picture_is_shown_and_t_says_how_to_get_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with reading(letter_tiff(), view="auto", until="no text of this page, t: why") as desk:
        assert "fit width" in quiet(desk)
        await press(desk, "t")
        await desk.until_told("needs Tesseract", "apt install tesseract-ocr")


async def test_a_page_turned_right_stays_turned_in_this_run() -> None:
    async with reading(letter_pdf()) as desk:
        await press(desk, "z")
        upright = page(desk)
        await press(desk, "R")
        assert page(desk) != upright
        await press(desk, "R", "R", "R")
        assert page(desk) == upright


def test_old_names_of_actions_keep_working_with_one_warning() -> None:
    keys = Keys({"details.next": "ctrl+n", "read.zoom_in": "ctrl+b", "page.next": "ctrl+f"})
    (warning,) = keys.problems
    assert "details.next = fax.next, read.zoom_in = document.zoom_in" in warning
    assert keys.keymap == {"fax.next": "ctrl+n", "document.zoom_in": "ctrl+b", "page.next": "ctrl+f"}
    assert keys.action_of("ctrl+n", FAX_SCREEN) == "fax.next"


async def test_the_picture_shows_the_word_that_was_pointed_at() -> None:
    async with reading(letter_pdf(), view="text", size=(80, 16), until="Text of the document") as desk:
        await press(desk, "slash", *"page 1/2")
        await desk.until_shown("1 match")
        await press(desk, "escape", "t")
        assert "fit width · end of page" in quiet(desk)


async def test_documents_beyond_the_bound_of_memory_are_fetched_again() -> None:
    fetched = []

    async def given() -> bytes:
        fetched.append(letter_tiff())
        return letter_tiff()

    async with console() as desk:
        browser = desk.browser
        documents = GivenDocuments(browser._operations, browser._inbox.policy, Reader(), 2 * len(letter_tiff()))
        documents.given = given
        for row in (0, 1, 0, 2, 0, 1):
            reader = await documents.open(desk.table.faxes[row])
            assert reader.pages == 2
        await documents.aclose()
    # The first one was read in between, so the second one was dropped.
    assert len(fetched) == 4


async def test_the_next_page_is_read_ahead_and_shown_without_reading_it_again() -> None:
    needs_tesseract()
    async with reading(letter_tiff(), view="text", until="Recognised text") as desk:
        screen = desk.app.screen
        assert isinstance(screen, FaxScreen)
        document = screen._pane._document
        assert document is not None
        assert document.text_reader is not None
        texts = document.text_reader
        await desk.until(lambda: texts.known(1) is not None)
        read_ahead = texts.known(1)
        await press(desk, "n")
        assert screen._pane.text_view is not None
        assert screen._pane.text_view.text is read_ahead


async def test_what_is_read_ahead_is_given_up_when_the_operator_goes_elsewhere() -> None:
    needs_tesseract()
    async with reading(letter_tiff(), view="text", until="Recognised text") as desk:
        screen = desk.app.screen
        assert isinstance(screen, FaxScreen)
        document = screen._pane._document
        assert document is not None
        await desk.until(lambda: document.reading_ahead(1) is not None)
        task = document.reading_ahead(1)
        assert task is not None
        await press(desk, "q")
        await desk.until(task.cancelled)


async def test_c_goes_on_to_the_doubtful_words_of_the_pages_after() -> None:
    needs_tesseract()
    async with reading(letter_tiff(), view="text", until="Recognised text") as desk:
        screen = desk.app.screen
        assert isinstance(screen, FaxScreen)
        pane = screen._pane
        await press(desk, "n")
        await desk.until(lambda: "page 2 of 2" in desk.header and pane.text_view is not None and pane.is_read)
        if pane.text_view is None or not pane.text_view.text.to_check:
            pytest.skip("nothing is doubtful on the second page")
        await press(desk, "p")
        first = pane.text_view
        assert first is not None
        for _ in range(len(first.doubtful()) + 1):
            await press(desk, "c")
        assert "page 2 of 2" in desk.header
        assert pane.text_view.pointer == pane.text_view.doubtful()[0]
