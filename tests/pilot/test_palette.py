"""The command palette."""

import pytest
from console import Console, console

from faxtui.ui.app import FaxApp


def offered(app: FaxApp) -> list[str]:
    return [each.title.split(":")[0] for each in app.get_system_commands(app.screen)]


async def find(desk: Console, text: str) -> None:
    await desk.press("ctrl+p")
    await desk.until_shown("Search for commands")
    await desk.paste(text)
    await desk.until(lambda: "Search for commands" not in desk.screen)


async def test_it_offers_what_can_be_done_now_and_no_screenshot() -> None:
    async with console() as desk:
        commands = offered(desk.app)
        assert {"Next", "Last", "Filters", "Sort", "Open", "Refresh", "Columns", "Help", "Quit"} <= set(commands)
        assert not {"Previous", "First", "Next fax", "List", "Screenshot", "Theme", "Keys"} & set(commands)
        assert len(commands) == len(set(commands))
        await desk.press("greater_than_sign")
        await desk.until_shown("page 4 of 4")
        assert not {"Next", "Last"} & set(offered(desk.app))
        assert {"Previous", "First"} <= set(offered(desk.app))
        await desk.press("enter")
        await desk.until_shown("1 of ")
        assert {"Fax", "List", "Help"} <= set(offered(desk.app))
        assert not {"Sort", "Filters", "Export"} & set(offered(desk.app))


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("next page", "page 2 of 4"),
        ("edit the filters", "From number"),
        ("open the fax", "Space More"),
        ("reverse the order", "Received ▲"),
        ("a page by its number", "1 to 4, now 1"),
    ],
)
async def test_its_commands_work(text: str, shows: str) -> None:
    async with console() as desk:
        await find(desk, text)
        await desk.press("enter")
        await desk.until_shown(shows)


async def test_quit_works_from_it() -> None:
    async with console() as desk:
        await find(desk, "quit")
        await desk.press("enter")
        await desk.until(lambda: not desk.app.is_running)
