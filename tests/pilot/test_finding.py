"""Finding something in the list and in a fax, and the faxes that were not opened yet."""

from pathlib import Path

import pytest
from console import console
from documents_to_read import letter_pdf
from handling_desk import handling
from reading_desk import page, press, quiet, reading
from wire import Wire, listing, resource

from faxtui.domain.query import FaxQuery
from faxtui.ui.screens.fax import FaxScreen

SENDERS = ("0478123456", "Labo Mérieux", "anonymous", "0478123499", "labo mérieux")


def rows() -> Wire:
    return Wire(listing([resource(number, From=sender) for number, sender in enumerate(SENDERS)]))


async def test_what_is_typed_is_found_at_once_and_enter_goes_to_the_next_match() -> None:
    async with console(wire=rows()) as desk:
        await desk.press("slash", *"labo")
        await desk.until_shown("1 of 2")
        assert desk.table.cursor_row == 1
        await desk.press("enter")
        await desk.until_shown("2 of 2")
        assert desk.table.cursor_row == 4
        await desk.press("enter")
        assert desk.table.cursor_row == 1
        await desk.press("escape")
        assert desk.table.has_focus
        assert desk.table.cursor_row == 1
        assert "n Next" in desk.key_bar


async def test_letters_are_letters_and_what_is_nowhere_is_said_so() -> None:
    async with console(wire=rows()) as desk:
        await desk.press("slash", *"qDdx")
        await desk.until_shown("Find: qDdx", "not in the pages loaded")
        assert desk.table.cursor_row == 0


async def test_it_finds_rows_of_pages_that_were_looked_at_before() -> None:
    async with console(query=FaxQuery(page_size=10)) as desk:
        await desk.press("n")
        await desk.until_idle()
        name = desk.table.faxes[3].file_name or ""
        await desk.press("p")
        await desk.until_idle()
        asked = len(desk.wire.queries)
        await desk.press("slash", *name)
        await desk.until_shown("1 of 1", "page 2 of")
        assert desk.current.file_name == name
        assert len(desk.wire.queries) == asked


async def test_the_text_of_a_fax_that_was_read_is_found_in_the_list(tmp_path: Path) -> None:
    async with handling(tmp_path, view="text") as desk:
        await desk.press("enter")
        await desk.until_shown("Text of the document")
        screen = desk.console.app.screen
        assert isinstance(screen, FaxScreen)
        words = screen.page_text.lower().split()
        word = next(each for each in words if len(each) > 8 and each.isascii() and each.isalpha())
        await desk.press("q", "down", "down", "slash", *word)
        await desk.until_shown("1 of 1")
        assert desk.console.table.cursor_row == 0


async def test_capital_n_goes_to_the_next_fax_not_opened_and_u_makes_one_unopened(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("down", "enter")
        await desk.until_read(2)
        await desk.press("escape", "up", "N")
        assert desk.console.table.cursor_row == 2
        await desk.press("up")
        await desk.until_beside(1, " o")
        await desk.press("u")
        await desk.until_beside(1, "  ")
        await desk.press("up", "N")
        assert desk.console.table.cursor_row == 1
        await desk.press("end", "N")
        await desk.until_shown("No unopened fax after this one")


async def test_u_clears_marks_where_no_opened_fax_is(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "u")
        assert desk.console.view.shown is not None
        assert (desk.beside(0), desk.beside(1)) == ("  ", "  ")


# In a fax


async def test_text_is_found_in_a_fax_on_the_pages_after_as_well() -> None:
    async with reading(letter_pdf(), view="text", until="Text of the document") as desk:
        await press(desk, "slash", *"page")
        await desk.until_shown("Find: page", "match")
        for _ in range(6):
            await press(desk, "enter")
            await desk.settle()
            if "page 2 of 2" in desk.header:
                break
        await desk.until(lambda: "page 2 of 2" in desk.header)
        await press(desk, "escape", "home")
        assert "Space More" in desk.lines[-1]


async def test_what_is_not_in_the_fax_is_said_so_and_keys_are_keys_again_after_esc() -> None:
    async with reading(letter_pdf(), view="text", until="Text of the document") as desk:
        before = page(desk)
        await press(desk, "slash", *"xyzzy", "enter")
        await desk.until_shown("not found")
        await press(desk, "escape")
        assert page(desk) == before
        await press(desk, "n")
        await desk.until(lambda: "page 2 of 2" in desk.header)


@pytest.mark.parametrize("view", ["picture"])
async def test_finding_shows_the_text_in_place_of_the_picture(view: str) -> None:
    async with reading(letter_pdf(), view=view) as desk:
        await press(desk, "slash")
        await desk.until(lambda: "Text of the document" in quiet(desk))
