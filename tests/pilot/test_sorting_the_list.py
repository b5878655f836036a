"""Sorting: always asked of the service, by heading, by menu, by key."""

import pytest
from console import LARGE, Console, console
from wire import Wire, listing, resource

from faxtui.config.settings import Ui
from faxtui.domain.fax import PAGES, RECEIVED, SORTABLE
from faxtui.domain.query import FaxQuery, Sort

ALL_COLUMNS = Ui(theme="dark", columns=("received", "pages", "message", "customer"))


def asked(desk: Console) -> tuple[str, str]:
    return desk.wire.last["sortfield"], desk.wire.last["sortdirection"]


async def test_the_newest_fax_comes_first_and_the_heading_says_so() -> None:
    async with console() as desk:
        assert asked(desk) == ("0", "2")
        assert "Received ▼" in desk.headings


async def test_a_click_on_a_heading_sorts_by_it_and_a_second_one_turns_the_order_around() -> None:
    async with console() as desk:
        await desk.click_text("From")
        await desk.until_idle()
        assert asked(desk) == ("2", "1")
        assert "From ▲" in desk.headings
        await desk.click_text("From")
        await desk.until_idle()
        assert asked(desk) == ("2", "2")
        assert "From ▼" in desk.headings
        assert "Received ▼" not in desk.headings


async def test_a_sort_by_something_else_begins_with_its_first_page() -> None:
    async with console() as desk:
        await desk.press("n")
        await desk.until_idle()
        await desk.click_text("Pages")
        await desk.until_idle()
        assert (desk.wire.last["pageindex"], asked(desk)) == ("1", ("7", "2"))


async def test_o_turns_the_sort_around() -> None:
    async with console() as desk:
        await desk.press("o")
        await desk.until_idle()
        assert asked(desk) == ("0", "1")
        assert "Received ▲" in desk.headings


async def test_the_rows_are_in_the_order_of_the_service_and_never_sorted_here() -> None:
    jumbled = [resource(1, Pages=2), resource(2, Pages=9), resource(3, Pages=5)]
    async with console(wire=Wire(listing(jumbled)), query=FaxQuery(sort=Sort.by(PAGES))) as desk:
        assert [fax.pages for fax in desk.table.faxes] == [2, 9, 5]
        await desk.press("o")
        await desk.until_idle()
        assert [fax.pages for fax in desk.table.faxes] == [2, 9, 5]


async def test_the_menu_sorts_by_each_of_the_nine_fields() -> None:
    async with console() as desk:
        for place, each in enumerate(SORTABLE):
            await desk.press("s")
            await desk.until_shown("Sort by", each.label)
            await desk.press("home", *["down"] * place, "enter")
            await desk.until_asked(place + 2)
            await desk.until_idle()
            # The list is sorted by the first one already: choosing it turns it around.
            assert asked(desk) == (str(place), "2" if place in (6, 7, 8) else "1")
        assert len(SORTABLE) == 9


async def test_esc_leaves_the_menu_and_the_sort_as_it_is() -> None:
    async with console() as desk:
        await desk.press("s", "down")
        await desk.until_shown("Sort by")
        await desk.press("escape")
        await desk.until(lambda: "Sort by" not in desk.screen)
        assert len(desk.wire.queries) == 1


async def test_a_click_in_the_menu_sorts_and_one_beside_it_leaves_it() -> None:
    async with console() as desk:
        await desk.press("s")
        await desk.until_shown("Sort by")
        await desk.click_text("longest first")
        await desk.until_idle()
        assert asked(desk) == ("6", "2")
        await desk.press("s")
        await desk.until_shown("Sort by")
        await desk.click(40, 4)
        await desk.until(lambda: "Sort by" not in desk.screen)


async def test_the_customer_column_says_that_it_has_no_sort_and_a_click_explains_it() -> None:
    async with console(ui=ALL_COLUMNS) as desk:
        assert "Customer –" in desk.headings
        await desk.click_text("Customer –")
        await desk.until_shown("The service can't sort by customer.")
        assert len(desk.wire.queries) == 1


@pytest.mark.parametrize("name", ["pages", "message", "customer"])
async def test_the_last_column_has_its_mark_too(name: str) -> None:
    ui = Ui(theme="dark", columns=("received", name))
    field = next((each for each in SORTABLE if each.name == name), None)
    query = FaxQuery(sort=Sort.by(field if field and field.is_sortable else RECEIVED))
    async with console(ui=ui, query=query) as desk:
        assert desk.headings.rstrip()[-1] in "▲▼–"


async def test_a_wide_terminal_shows_every_column() -> None:
    async with console(size=(180, 40), sidebar=False) as desk:
        expected = "Received ▼ From To Pages Duration Baud Folder Message Customer – File"
        assert " ".join(desk.headings.split()) == expected


async def test_turning_the_sort_keeps_the_filters_and_the_page_size() -> None:
    async with console(size=LARGE, query=FaxQuery(page_size=10).filtered(FaxQuery().filters)) as desk:
        await desk.press("o")
        await desk.until_idle()
        assert desk.wire.last["pagesize"] == "10"


@pytest.mark.parametrize("keys", [("enter", "enter"), ("enter", "escape"), ("escape", "escape")], ids=str)
async def test_keys_that_come_at_once_close_the_menu_once(keys: tuple[str, str]) -> None:
    async with console() as desk:
        await desk.press("s")
        await desk.until_shown("Sort by")
        await desk.press_at_once(*keys)
        await desk.until(lambda: "Sort by" not in desk.screen)
        await desk.until_idle()
        assert desk.app.failure is None
