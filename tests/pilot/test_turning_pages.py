"""Turning pages."""

import pytest
from console import LARGE, console
from textual.widgets import Input
from wire import Wire, listing, resource

from faxtui.demo.asgi import Response
from faxtui.domain.query import FaxQuery
from faxtui.inbox.inbox import FetchPolicy
from faxtui.ui.widgets.bars import KeyBar, PageBar


def flagged(previous: bool, following: bool, number: int = 2) -> Response:
    """A page that says it is page ``number`` of 1, whatever its flags say."""
    return listing(
        [resource(1)], PageIndex=number, HasPreviousPage=previous, HasNextPage=following, TotalPageCount=1, TotalCount=1
    )


async def test_n_and_p_turn_the_pages_and_the_page_bar_tells_which_part_is_shown() -> None:
    async with console() as desk:
        total = desk.page.total
        assert desk.page_bar.split() == f"‹ 1–50 of {total} · page 1 of 4 › as of 10:42:07".split()
        await desk.press("n")
        await desk.until_idle()
        assert f"51–100 of {total} · page 2 of 4" in desk.page_bar
        assert desk.wire.last["pageindex"] == "2"
        await desk.press("p")
        await desk.until_idle()
        assert f"1–50 of {total} · page 1 of 4" in desk.page_bar


async def test_the_first_and_the_last_page_are_one_key_away() -> None:
    async with console() as desk:
        await desk.press("greater_than_sign")
        await desk.until_shown(f"151–{desk.page.total} of {desk.page.total} · page 4 of 4")
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
        arrows = desk.page_bar.index("‹"), desk.page_bar.index("›")
        following, previous = desk.style_at(next_key, keys.y), desk.style_at(previous_key, keys.y)
        opening, closing = (desk.style_at(x, bar.y) for x in arrows)
        assert following.bold
        assert not previous.bold
        assert opening.color != closing.color
        await desk.press("greater_than_sign")
        await desk.until_idle()
        assert [desk.style_at(x, keys.y).bold for x in (next_key, previous_key)] == [previous.bold, following.bold]
        arrows = desk.page_bar.index("‹"), desk.page_bar.index("›")
        assert [desk.style_at(x, bar.y).color for x in arrows] == [closing.color, opening.color]


async def test_totals_that_contradict_the_flags_are_told_of() -> None:
    async with console(wire=Wire(flagged(False, True, number=1))) as desk:
        assert "the service offers a further page, but counts none" in desk.page_bar


async def test_g_goes_to_a_page_by_its_number() -> None:
    async with console() as desk:
        await desk.press("g")
        await desk.until_shown("Go to page", "1 to 4, now 1")
        await desk.press("3", "enter")
        await desk.until_shown("101–150 of", "page 3 of 4")
        assert "Go to page" not in desk.text(desk.table)


async def test_a_page_that_is_none_is_explained_and_what_was_typed_stays() -> None:
    async with console() as desk:
        await desk.press("g")
        for typed, explained in (("9", "The last page is 4."), ("0", "from 1"), ("-1", "from 1"), ("two", "from 1")):
            await desk.press("ctrl+u")
            await desk.paste(typed)
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
        assert f"151–{desk.page.total} of {desk.page.total} · page 4 of 4" in desk.page_bar
        assert [query["pageindex"] for query in desk.wire.queries] == ["99", "4"]


async def test_a_service_that_sends_the_first_page_whatever_is_asked_for_is_told_of() -> None:
    stuck = listing([resource(1)], HasNextPage=True, TotalPageCount=3, TotalCount=101)
    async with console(wire=Wire(stuck)) as desk:
        for _ in range(2):
            await desk.press("n")
            await desk.until_shown("The service sent page 1 instead of page 2.", "page 1 of 3")
        await desk.press("p")
        await desk.settle()
        assert "page 1 of 3" in desk.page_bar


@pytest.mark.parametrize(
    ("size", "rows", "told"),
    [
        (20, 20, "the service's pages have 20 rows, not 50 as requested"),
        (1000, 60, "the service's pages have 1,000 rows, not 50 as requested"),
        (50, 60, "the service sent more rows than fit on its pages"),
        (0, 3, ""),
        ("many", 3, ""),
        (None, 3, ""),
    ],
)
async def test_pages_of_another_size_are_told_of(size: object, rows: int, told: str) -> None:
    odd = listing([resource(number) for number in range(rows)], PageSize=size, HasNextPage=True, TotalPageCount=2)
    async with console(wire=Wire(odd), size=LARGE) as desk:
        await desk.until_shown(f"1–{rows} of {rows} · page 1 of 2", told)
        assert len(desk.page.faxes) == rows


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
    async with console(fetch_policy=FetchPolicy(stillness=0)) as desk:
        await desk.until_asked(2)
        await desk.until_idle()
        desk.wire.hold()
        await desk.press("n")
        assert "page 2 of 4" in desk.page_bar
