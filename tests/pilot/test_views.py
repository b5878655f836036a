"""Views: filters and a sort under a name, kept in the configuration."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from console import NARROW, Console
from office import PASSWORD, Office, office

from faxtui.terminal.capabilities import Capabilities


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office(tmp_path, monkeypatch) as there:
        there.configure(main=PASSWORD)
        yield there


def views(here: Office) -> object:
    return tomllib.loads(here.config.read_text()).get("views", {})


async def filter_from(desk: Console, number: str) -> None:
    await desk.press("f", "ctrl+u")
    await desk.paste(number)
    await desk.press("enter")
    await desk.until_shown(f"from {number}")
    await desk.until_idle()


async def save_as(desk: Console, name: str) -> None:
    await desk.press("v", "end", "enter")
    await desk.until_shown("Save this view")
    await desk.paste(name)
    await desk.press("enter")


async def test_a_view_is_saved_listed_and_chosen(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await filter_from(desk, "0478")
        await desk.press("o")
        await save_as(desk, "from Lyon")
        await desk.until(lambda: f"Saved in {here.config}." in desk.told)
        assert views(here) == {"from Lyon": {"from": "0478", "sort": "received:asc"}}
        await filter_from(desk, "0199")
        await desk.press("v", "home")
        await desk.until_shown("from Lyon", "Last 7 days · from 0478 · received, oldest first")
        await desk.press("enter")
        await desk.until_shown("Last 7 days · from 0478", "Received ▲")
        await desk.press("v")
        await desk.until_shown("● from Lyon")


async def test_a_saved_view_is_there_for_the_option(here: Office) -> None:
    here.configure(main=PASSWORD, more='[views.morning]\nfrom = "0478"\nsort = "pages:desc"')
    async with here.faxtui("--view", "morning") as desk:
        await desk.until_shown("from 0478", "Pages▼")
        await desk.until_idle()


async def test_a_view_of_that_name_is_replaced_only_after_a_question_and_then_whole(here: Office) -> None:
    here.configure(main=PASSWORD, more='[views.morning]\nto = "134296015"\nsince = "today"')
    async with here.faxtui() as desk:
        await desk.until_idle()
        await filter_from(desk, "0478")
        await save_as(desk, "morning")
        await desk.until_shown("Replace the saved view “morning”?", "Enter replace it")
        await desk.press("n")
        await desk.until_shown("Save this view", "morning")
        assert views(here) == {"morning": {"to": "134296015", "since": "today"}}
        await desk.pause()
        await desk.press("enter")
        await desk.until_shown("Enter replace it")
        await desk.press("enter")
        await desk.until(lambda: "Saved" in desk.told)
        assert views(here) == {"morning": {"from": "0478", "sort": "received:desc"}}


async def test_a_terminal_without_utf8_gets_ascii_in_every_menu(here: Office) -> None:
    here.configure(main=PASSWORD, more="[views.\"été\"]\nfrom = '0478'")
    async with here.faxtui(size=NARROW, capabilities=Capabilities(utf8=False)) as desk:
        await desk.until_idle()
        for key, title in (("v", "Saved views"), ("a", "Accounts"), ("comma", "Settings")):
            await desk.press(key)
            await desk.until_shown(title)
            seen = [line for line in desk.lines if "save this" in line or "another" in line or "date_format" in line]
            assert seen
            assert all(each.isascii() for each in seen)
            await desk.press("escape")


async def test_a_view_without_a_name_is_not_saved(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await save_as(desk, " ")
        assert "Type a name." in desk.screen
        await desk.press("escape")
        assert views(here) == {}


async def test_a_view_that_cannot_be_saved_is_told_of(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        here.close_folder()
        await save_as(desk, "morning")
        await desk.until(lambda: "can't be" in desk.told)
        await desk.press("n")
        await desk.until(lambda: desk.page.number == 2)
