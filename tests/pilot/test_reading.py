"""Reading a fax on the screen."""

import pytest
from console import LARGE, NARROW, SMALL, Console
from documents_to_read import a_page, is_written, letter_pdf, letter_tiff, sending_line, tiff
from PIL import Image
from reading_desk import dots, page, press, quiet, reading, still

from faxtui.preview.viewport import ASCII, BRAILLE, HALF_BLOCKS, QUADRANTS
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.keymap import FAX_ACTIONS, FAX_SCREEN, PROGRAM_WIDE
from faxtui.ui.screens.fax import FaxScreen

PLAIN = Capabilities(utf8=False)


async def test_it_begins_at_the_top_of_the_first_page_with_its_width_fitted() -> None:
    async with reading(letter_pdf()) as desk:
        assert "page 1 of 2" in desk.header
        assert "fit width · top of page" in quiet(desk)
        assert all(sign in BRAILLE.characters for line in page(desk) for sign in line)
        # Ink from edge to edge: the rule under the letterhead.
        assert any(line.strip() and len(line.strip()) >= 76 for line in page(desk))


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
async def test_words_can_be_read_once_they_are_large_enough(size: tuple[int, int]) -> None:
    async with reading(letter_tiff(), size=size) as desk:
        while "3.0×" not in quiet(desk) and "2.0×" not in quiet(desk):
            await press(desk, "plus")
        assert is_written(sending_line(), dots(desk))
        await press(desk, "n")
        assert "page 2 of 2" in desk.header
        assert is_written(sending_line(), dots(desk))


async def test_n_and_p_turn_the_pages_and_keep_the_size() -> None:
    async with reading(letter_pdf()) as desk:
        await press(desk, "plus", "plus")
        first = page(desk)
        await press(desk, "p")
        assert page(desk) == first
        await press(desk, "n")
        assert "page 2 of 2" in desk.header
        assert "2.2×" in quiet(desk)
        assert page(desk) != first
        await press(desk, "n")
        assert "page 2 of 2" in desk.header
        await press(desk, "p")
        assert page(desk) == first


async def test_plus_and_minus_go_in_steps_and_stop_at_the_ends() -> None:
    async with reading(letter_pdf()) as desk:
        seen = []
        for key in ("minus", "minus", "plus", *["plus"] * 6):
            await press(desk, key)
            seen.append(quiet(desk).split(" · ")[0].strip())
        assert seen == ["whole page", "whole page", "fit width", "1.5×", "2.2×", "3.0×", "4.5×", "9.0×", "9.0×"]


async def test_z_shows_the_whole_page_and_its_width_again() -> None:
    async with reading(letter_pdf()) as desk:
        before = page(desk)
        await press(desk, "z")
        assert "whole page · all of it" in quiet(desk)
        await press(desk, "z")
        assert page(desk) == before


async def test_arrows_go_half_a_screen_and_letters_do_the_same() -> None:
    async with reading(letter_pdf()) as desk:
        await press(desk, "plus", "plus", "plus")
        start = page(desk)
        await press(desk, "right")
        assert [line[:40] for line in page(desk)] == [line[40:] for line in start]
        await press(desk, "h")
        assert page(desk) == start
        await press(desk, "down")
        assert page(desk)[:10] == start[10:]
        await press(desk, "k")
        assert page(desk) == start


async def test_space_reads_on_to_the_last_page() -> None:
    async with reading(letter_pdf()) as desk:
        await press(desk, "space")
        assert "page 1 of 2" in desk.header
        for _ in range(3):
            await press(desk, "space")
        assert "page 2 of 2" in desk.header
        for _ in range(3):
            await press(desk, "space")
        assert "page 2 of 2" in desk.header
        assert "End of fax. Space: next fax · fit width · end of page" in quiet(desk)


async def test_home_and_end_go_to_the_ends_of_the_page() -> None:
    async with reading(letter_pdf()) as desk:
        start = page(desk)
        await press(desk, "end")
        assert "end of page" in quiet(desk)
        await press(desk, "pageup", "home")
        assert page(desk) == start


async def test_b_draws_in_blocks_for_terminals_whose_braille_is_poor() -> None:
    async with reading(letter_pdf()) as desk:
        for drawing in (QUADRANTS, HALF_BLOCKS, BRAILLE):
            await press(desk, "b")
            signs = {sign for line in page(desk) for sign in line}
            assert len(signs) > 2
            assert signs <= set(drawing.characters)


@pytest.mark.parametrize("size", [SMALL, NARROW], ids=str)
async def test_without_utf8_all_is_ascii_and_can_be_read_too(size: tuple[int, int]) -> None:
    async with reading(letter_tiff(), size=size, capabilities=PLAIN) as desk:
        assert desk.screen.isascii()
        assert "fit width | top of page" in quiet(desk)
        while quiet(desk) != (await pressed(desk, "plus")):
            assert desk.screen.isascii()
        await press(desk, "minus")
        signs = {sign for line in page(desk) for sign in line}
        assert signs == set(ASCII.characters)


async def pressed(desk: Console, key: str) -> str:
    """What was said of the page before."""
    before = quiet(desk)
    await press(desk, key)
    return before


@pytest.mark.parametrize("size", [LARGE, NARROW], ids=str)
async def test_it_follows_the_size_of_the_terminal(size: tuple[int, int]) -> None:
    async with reading(letter_pdf()) as desk:
        await desk.resize(size)
        await still(desk)
        assert len(page(desk)) == size[1] - 4
        assert any(len(line.strip()) > size[0] - 6 for line in page(desk))


async def test_zoom_and_place_are_there_again_after_a_resize() -> None:
    async with reading(letter_pdf()) as desk:
        await press(desk, "plus", "plus", "down", "right")
        before = page(desk), quiet(desk)
        for size in ((40, 12), SMALL):
            await desk.resize(size)
            await still(desk)
        assert (page(desk), quiet(desk)) == before


async def test_keys_that_come_at_once_end_where_they_would_one_by_one() -> None:
    async with reading(letter_pdf()) as desk:
        await desk.press_at_once("plus", "plus", "plus", "down", "right")
        await still(desk)
        at_once = page(desk), quiet(desk)
        await press(desk, "home", "minus", "minus", "minus", "plus", "plus", "plus", "down", "right")
        assert (page(desk), quiet(desk)) == at_once


async def test_a_blank_page_is_called_one() -> None:
    async with reading(tiff(a_page(), Image.new("1", (1728, 2292), 1))) as desk:
        assert "blank" not in quiet(desk)
        await press(desk, "n")
        assert "blank page" in quiet(desk)


@pytest.mark.parametrize("size", [SMALL, NARROW], ids=str)
async def test_help_shows_the_keys_of_reading(size: tuple[int, int]) -> None:
    async with reading(letter_pdf(), size=size) as desk:
        await desk.press("question_mark")
        await desk.until_shown("Keys")
        seen = desk.screen
        for _ in range(9):
            await desk.press("pagedown")
            seen += desk.screen
        assert all(each.help in seen for each in (*FAX_SCREEN, *FAX_ACTIONS, *PROGRAM_WIDE))
        await desk.press("escape")
        await desk.until_shown("page 1 of 2")


async def test_its_process_ends_with_the_documents() -> None:
    async with reading(letter_pdf()) as desk:
        screen = desk.app.screen
        assert isinstance(screen, FaxScreen)
        reader = screen._pane._reader
        assert reader is not None
        process = reader._process
        assert process is not None
        await press(desk, "escape")
        await desk.until_shown("Received ▼")
    assert process.returncode is not None
