"""Turning pages."""

import pytest
from console import LARGE, Wire, console, listing, resource
from textual.widgets import Input

from faxtui.demo.asgi import Answer
from faxtui.domain.query import FaxQuery
from faxtui.inbox.inbox import Manners
from faxtui.ui.widgets.key_bar import KeyBar
from faxtui.ui.widgets.page_bar import PageBar


def flagged(previous: bool, following: bool, number: int = 2) -> Answer:
    """A page that says it is page ``number`` of 1, whatever its flags say."""
    return listing(
        [resource(1)], PageIndex=number, HasPreviousPage=previous, HasNextPage=following, TotalPageCount=1, TotalCount=1
    )


async def test_n_and_p_turn_the_pages_and_the_page_bar_tells_which_part_is_shown() -> None:
    async with console() as desk:
        assert desk.page_bar.split() == "‹ 1–50 of 193 · page 1 of 4 › as of 10:42:07".split()
        await desk.press("n")
        await desk.until_idle()
        assert "51–100 of 193 · page 2 of 4" in desk.page_bar
        assert desk.wire.last["pageindex"] == "2"
        await desk.press("p")
        await desk.until_idle()
        assert "1–50 of 193 · page 1 of 4" in desk.page_bar


async def test_the_first_and_the_last_page_are_one_key_away() -> None:
    async with console() as desk:
        await desk.press("greater_than_sign")
        await desk.until_shown("151–193 of 193 · page 4 of 4")
        await desk.press("less_than_sign")
        await desk.until_shown("page 1 of 4")


@pytest.mark.parametrize(
    ("previous", "following"), [(False, False), (True, False), (False, True), (True, True)], ids=str
)
async def test_the_flags_of_the_service_alone_say_where_one_can_turn(previous: bool, following: bool) -> None:
    async with console(wire=Wire(flagged(previous, following)), query=FaxQuery(page=2)) as desk:
        assert (desk.view.has_previous, desk.view.has_next) == (previous, following)
        for key, may, page in (("p", previous, "1"), ("n", following, "3")):
            enabled = {each.binding.key: each.enabled for each in desk.app.screen.active_bindings.values()}
            assert enabled[key] is may
            before = len(desk.wire.queries)
            await desk.press(key)
            if may:
                await desk.until_asked(before + 1)
                assert desk.wire.last["pageindex"] == page
                await desk.until_idle()
            else:
                assert len(desk.wire.queries) == before


async def test_page_1_has_no_previous_page_whatever_the_service_says() -> None:
    async with console(wire=Wire(flagged(True, False, number=1))) as desk:
        await desk.press("p", "less_than_sign")
        assert len(desk.wire.queries) == 1


async def test_what_cannot_be_turned_to_is_dim_in_both_bars() -> None:
    async with console() as desk:
        keys, bar = desk.app.screen.query_one(KeyBar).region, desk.app.screen.query_one(PageBar).region
        next_key, previous_key = desk.key_bar.index("n Next"), desk.key_bar.index("p Previous")
        assert [desk.style_at(x, keys.y).dim for x in (next_key, previous_key)] == [False, True]
        arrows = desk.page_bar.index("‹"), desk.page_bar.index("›")
        assert [bool(desk.style_at(x, bar.y).dim) for x in arrows] == [True, False]
        await desk.press("greater_than_sign")
        await desk.until_idle()
        assert [desk.style_at(x, keys.y).dim for x in (next_key, previous_key)] == [True, False]


async def test_totals_that_contradict_the_flags_are_told_of() -> None:
    async with console(wire=Wire(flagged(False, True, number=1))) as desk:
        assert "the service tells of a further page, but counts none" in desk.page_bar


async def test_g_goes_to_a_page_by_its_number() -> None:
    async with console() as desk:
        await desk.press("g")
        await desk.until_shown("Go to page", "1 to 4, now 1")
        await desk.press("3", "enter")
        await desk.until_shown("101–150 of 193 · page 3 of 4")
        assert "Go to page" not in desk.text(desk.table)


@pytest.mark.parametrize(
    ("typed", "explained"),
    [("9", "The last page is 4."), ("0", "from 1"), ("-1", "from 1"), ("two", "from 1"), ("", "from 1")],
    ids=str,
)
async def test_a_page_that_is_none_is_explained_and_what_was_typed_stays(typed: str, explained: str) -> None:
    async with console() as desk:
        await desk.press("g")
        await desk.type(typed)
        await desk.press("enter")
        await desk.until_shown(explained)
        assert desk.app.screen.query_one(Input).value == typed
        await desk.press("escape")
        assert "page 1 of 4" in desk.page_bar
        assert len(desk.wire.queries) == 1


async def test_the_only_page_has_no_other_to_go_to() -> None:
    async with console(wire=Wire(listing([resource(1)]))) as desk:
        await desk.press("g")
        assert "Go to page" not in desk.screen


async def test_a_page_past_the_end_leads_to_the_last_one_and_says_so() -> None:
    async with console(query=FaxQuery(page=99)) as desk:
        assert "There is no page 99: this is page 4." in desk.page_bar
        assert "151–193 of 193 · page 4 of 4" in desk.page_bar
        assert [query["pageindex"] for query in desk.wire.queries] == ["99", "4"]


async def test_r_looks_again_at_the_service() -> None:
    async with console() as desk:
        desk.wire.says = listing([resource(7, From="0611223344")])
        await desk.press("r")
        await desk.until_shown("0611223344", "1–1 of 1 · page 1 of 1")
        assert "filterenddate" not in desk.wire.last


async def test_the_arrows_of_the_page_bar_turn_pages_when_clicked() -> None:
    async with console(size=LARGE) as desk:
        await desk.click_text("›")
        await desk.until_shown("page 2 of 4")
        await desk.click_text("‹")
        await desk.until_shown("page 1 of 4")
        await desk.click_text("‹")
        assert "page 1 of 4" in desk.page_bar


async def test_a_click_on_the_position_asks_for_a_page() -> None:
    async with console() as desk:
        await desk.click_text("page 1 of 4")
        await desk.until_shown("Go to page")


async def test_the_next_page_is_there_before_it_is_asked_for() -> None:
    async with console(manners=Manners(stillness=0)) as desk:
        await desk.until_asked(2)
        await desk.until_idle()
        desk.wire.hold()
        await desk.press("n")
        assert "51–100 of 193 · page 2 of 4" in desk.page_bar
