"""Lists of choices: no key, click or value breaks them, however early it comes."""

import pytest
from console import LARGE, SMALL, Console, console
from prepared_accounts import PreparedAccounts
from wire import Wire, listing, resource

from faxtui.config.settings import Settings, Ui
from faxtui.domain.query import FaxQuery

PAGE_KEYS = ("pageup", "pagedown", "home", "end", "up", "down")


SERVICES = PreparedAccounts()


@pytest.mark.parametrize("key", PAGE_KEYS)
@pytest.mark.parametrize(
    "opened_with",
    [("ctrl+p",), ("f", "up", "space"), ("s",), ("c",), ("y",), ("x",), ("comma",), ("v",), ("a",)],
    ids="+".join,
)
async def test_a_key_that_comes_with_the_one_that_opens_a_list_does_no_harm(
    opened_with: tuple[str, ...], key: str
) -> None:
    async with console(services=SERVICES) as desk:
        await desk.press_at_once(*opened_with, key, key, "escape", "escape", "escape")
        await desk.until(lambda: desk.table.has_focus and desk.app.screen is desk.browser)
        await desk.press("n")
        await desk.until_shown("page 2 of 4")


async def test_page_down_that_comes_with_the_key_that_opens_a_list_moves_in_it() -> None:
    async with console() as desk:
        await desk.press_at_once("s", "pagedown", "enter")
        await desk.until_asked(2)
        assert desk.wire.last["sortfield"] == "8"


async def test_what_is_typed_into_the_palette_at_once_runs_what_was_meant() -> None:
    async with console() as desk:
        await desk.press_at_once("ctrl+p", *"go to page", "enter", "3", "enter")
        await desk.until_shown("page 3 of 4")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
@pytest.mark.parametrize("rows", [1, 30, 77, 999])
async def test_any_page_size_can_be_set_and_is_then_offered(size: tuple[int, int], rows: int) -> None:
    async with console(size=size, services=SERVICES) as desk:
        await set_page_size(desk, rows)
        await desk.until(lambda: desk.view.query.page_size == rows)
        await desk.until_idle()
        await desk.press("escape", "f")
        await desk.until_shown("Per page", str(rows))


async def test_the_size_of_a_page_stays_as_it_is_when_a_form_of_filters_is_applied() -> None:
    wire = Wire(listing([resource(1)]))
    async with console(size=LARGE, wire=wire, query=FaxQuery(page_size=30), ui=Ui(theme="dark", page_size=30)) as desk:
        await desk.press("f", "1", "2", "enter")
        await desk.until_asked(2)
        assert (desk.wire.last["pagesize"], desk.wire.last["filterfrom"]) == ("30", "12")


async def set_page_size(desk: Console, rows: int) -> None:
    """As the settings do."""
    desk.app.apply(Settings(ui=Ui(theme="dark", timezone="Europe/Paris", page_size=rows)))
    await desk.settle()
