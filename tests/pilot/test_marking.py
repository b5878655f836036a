"""Marks: set, cleared, kept from page to page, and reported."""

from pathlib import Path

from handling_desk import handling
from wire import resource


async def test_space_marks_the_fax_under_the_cursor_and_goes_down(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space")
        assert (desk.beside(0), desk.beside(1), desk.beside(2)) == ("● ", "● ", "  ")
        assert desk.console.table.cursor_row == 2
        assert "2 marked" in desk.console.page_bar
        await desk.press("up", "space")
        assert (desk.beside(0), desk.beside(1)) == ("● ", "  ")


async def test_all_of_the_page_are_marked_and_all_marks_taken_off(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("A")
        assert "50 marked" in desk.console.page_bar
        await desk.press("u")
        assert "marked" not in desk.console.page_bar
        assert desk.beside(0) == "  "


async def test_marks_outlast_the_page_and_those_elsewhere_are_counted(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "n")
        await desk.console.until_idle()
        await desk.press("space")
        assert "3 marked, 2 not here" in desk.console.page_bar
        await desk.press("p")
        await desk.console.until_idle()
        assert "3 marked, 1 not here" in desk.console.page_bar
        assert (desk.beside(0), desk.beside(1)) == ("● ", "● ")


async def test_marks_stay_when_the_list_is_sorted_or_looked_at_again(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "r")
        await desk.console.until_idle()
        await desk.press("o")
        await desk.console.until_idle()
        assert "1 marked" in desk.console.page_bar


async def test_other_filters_take_marks_off_and_tell_so(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "f")
        await desk.type("0478")
        await desk.press("enter")
        await desk.until_shown("Cleared 2 marks because the filters changed.")
        assert "marked" not in desk.console.page_bar


async def test_a_fax_without_an_address_is_not_marked_and_the_reason_told(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1, FileName=""), resource(2)]) as desk:
        await desk.press("space")
        await desk.until_shown("This fax cannot be marked: it has no folder or file name.")
        await desk.press("A")
        assert "1 marked" in desk.console.page_bar


async def test_two_rows_of_one_document_have_one_mark(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1), resource(1, MessageId="0")]) as desk:
        await desk.press("space")
        assert (desk.beside(0), desk.beside(1)) == ("● ", "● ")
        assert "1 marked" in desk.console.page_bar


async def test_a_fax_without_an_address_is_not_told_from_others_by_what_was_opened(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1, FileName=""), resource(2, FileName=None)]) as desk:
        await desk.press("enter")
        await desk.until_shown("1 of 2", "This fax has no address")
        await desk.press("escape")
        assert (desk.beside(0), desk.beside(1)) == ("  ", "  ")


async def test_what_was_opened_in_this_run_is_told_beside_its_row(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("enter")
        await desk.until_read(1)
        await desk.press("N")
        await desk.until_read(2)
        await desk.press("escape")
        await desk.until_beside(1, " o")
        assert (desk.beside(0), desk.beside(1), desk.beside(2)) == (" o", " o", "  ")
        await desk.press("space")
        assert desk.beside(1) == "●o"
