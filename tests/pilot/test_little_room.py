"""A terminal so small that hardly anything fits: nothing ends, and what is chosen or typed can be seen."""

from pathlib import Path

import pytest
from console import NARROW, SMALL, Console, console
from handling_desk import handling
from office import PASSWORD, office
from textual.widgets import Input

from faxtui.terminal.capabilities import Capabilities, Colours

LOW = (20, 5)
TINY = [(17, 24), (10, 5), (5, 2), (1, 1), (80, 1)]


async def shrink(desk: Console) -> None:
    for size in TINY:
        await desk.resize(size)
        await desk.settle()
    await desk.resize(SMALL)


@pytest.mark.parametrize("keys", ["", "f", "s", "c", "i", "question_mark", "g"])
async def test_it_is_there_again_once_there_is_room(keys: str) -> None:
    async with console() as desk:
        if keys:
            await desk.press(keys)
        before = desk.lines
        await shrink(desk)
        await desk.until(lambda: desk.lines == before)


async def test_a_command_is_still_found() -> None:
    async with console() as desk:
        await desk.press("ctrl+p")
        await shrink(desk)
        await desk.press(*"reverse")
        await desk.until_shown("the order")


async def test_a_question_about_deleting_is_there_again_too(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("D")
        before = desk.console.lines
        await shrink(desk.console)
        await desk.until(lambda: desk.console.lines == before)


@pytest.mark.parametrize("size", [LOW, (60, 10)], ids=str)
async def test_in_a_menu_what_is_chosen_is_in_sight(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.press("s", "end")
        await desk.until_shown("Baud", "Enter")
        await desk.press("home")
        await desk.until_shown("Received", "Enter")


async def test_the_whole_question_before_a_delete_can_be_read(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.console.resize(LOW)
        await desk.press("D")
        await desk.until_shown("Delete 1 fax")
        await desk.press(*["down"] * 30)
        await desk.until_shown("Esc")
        await desk.press(*["up"] * 30)
        await desk.until_shown("Delete 1 fax")


async def test_how_to_answer_stays_in_sight_while_the_question_scrolls(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press(*["space"] * 5)
        await desk.console.resize((40, 10))
        await desk.press("D")
        await desk.until_shown("Delete 5 faxes", "Enter save copies", "type delete", "Esc cancel")
        await desk.press(*["down"] * 9)
        await desk.until_shown("Copies:", "Enter save copies", "type delete", "Esc cancel")


async def test_the_settings_are_in_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with office(tmp_path, monkeypatch) as here:
        here.configure(main=PASSWORD)
        async with here.faxtui(size=LOW) as desk:
            await desk.until_idle()
            await desk.press("comma")
            await desk.until_shown("theme")
            await desk.press("end")
            await desk.until_shown("remind")


async def test_what_is_marked_leaves_the_time_of_the_page_in_sight(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.console.resize(NARROW)
        await desk.press("n")
        await desk.until_shown("page 2 of")
        await desk.press("space")
        await desk.until_shown("1 marked", "as of 10:42:07")


async def test_an_example_in_a_field_is_told_from_what_is_typed_by_more_than_its_shade() -> None:
    capabilities = Capabilities(colours=Colours.NONE, utf8=False)
    async with console(capabilities=capabilities) as desk:
        await desk.press("f")
        await desk.until_shown("(any sender)")
        desk.app.screen.query_one("#from", Input).focus()
        await desk.press("7")
        await desk.until(lambda: "(any sender)" not in desk.screen)
