"""Keys that arrive before what they were typed for: each waits, and acts in order on what the operator sees."""

from collections.abc import Mapping

import pytest
from console import LARGE, Console, console
from textual import events
from textual.widgets import Input
from wire import Wire, listing, resource

from faxtui.demo.asgi import Response
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy
from faxtui.inbox.view import Waiting
from faxtui.ui.screens.connect import SignInPanel
from faxtui.ui.screens.fax import FaxScreen
from faxtui.ui.screens.help import HelpScreen

AHEAD = FetchPolicy(stillness=0)
"""The next page is there before it is requested."""


def row_of(desk: Console) -> tuple[int, int]:
    """The page shown, and the cursor's row in it, both counted from 1."""
    return desk.page.number, desk.table.cursor_row + 1


async def shows_from_the_top(desk: Console) -> bool:
    await desk.settle()
    return desk.table.scroll_offset.y == 0 and desk.rows[desk.table.cursor_row].startswith("▌")


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("njj", (2, 3)),
        ("nnjj", (3, 3)),
        ("nnnj", (4, 2)),
        ("njnjj", (3, 3)),
        ("nnpj", (2, 2)),
        ("nnpp", (1, 1)),
        ("njpj", (1, 2)),
        (">k", (4, 1)),
        (">pjj", (3, 3)),
        ("oj", (1, 2)),
        ("ojnj", (2, 2)),
    ],
)
@pytest.mark.parametrize("fetch_policy", [None, AHEAD], ids=["fetched", "fetched ahead"])
async def test_keys_typed_at_once_act_in_order_each_on_its_page(
    keys: str, place: tuple[int, int], fetch_policy: FetchPolicy | None
) -> None:
    async with console(fetch_policy=fetch_policy or FetchPolicy(prefetch=False)) as desk:
        await desk.press_at_once(*("greater_than_sign" if each == ">" else each for each in keys))
        await desk.until(lambda: row_of(desk) == place)
        assert await shows_from_the_top(desk)


@pytest.mark.parametrize(("keys", "row"), [(("j", "j"), 3), (("end",), 50), (("j", "k", "pagedown"), 19)], ids=str)
async def test_row_keys_wait_for_a_page_that_is_on_its_way(keys: tuple[str, ...], row: int) -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n")
        await desk.press(*keys)
        assert row_of(desk) == (1, 1)
        desk.wire.let_go()
        await desk.until(lambda: row_of(desk) == (2, row))
        await desk.settle()
        assert sum(each.startswith("▌") for each in desk.rows) == 1


async def test_a_mark_typed_for_the_next_page_is_set_there() -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n", "space", "space", "j", "space")
        assert not desk.browser._operations.view.marks
        desk.wire.let_go()
        await desk.until(lambda: len(desk.browser._operations.view.marks) == 3)
        marked = desk.browser._operations.view.marks.by_key
        assert [each for each, fax in enumerate(desk.page.faxes) if fax.key in marked] == [0, 1, 3]
        assert desk.page.number == 2


async def test_keys_typed_before_the_first_page_act_on_it() -> None:
    wire = Wire()
    wire.hold()
    async with console(wire=wire, until="started") as desk:
        await desk.press("j", "j", "space")
        wire.let_go()
        await desk.until(lambda: desk.view.shown is not None and row_of(desk) == (1, 4))
        assert len(desk.browser._operations.view.marks) == 1


@pytest.mark.parametrize("key", ["D", "delete"])
async def test_a_delete_typed_for_the_next_page_asks_about_a_fax_of_that_page(key: str) -> None:
    async with console(size=LARGE) as desk:
        before = desk.current
        desk.wire.hold()
        await desk.press("n", "j", key)
        assert "Delete 1 fax" not in desk.screen
        desk.wire.let_go()
        await desk.until_shown("Delete 1 fax")
        assert row_of(desk) == (2, 2)
        assert desk.current != before


@pytest.mark.parametrize("key", ["question_mark", "f", "s", "ctrl+p", "comma", "v", "greater_than_sign", "g", "r"])
async def test_a_key_that_needs_no_rows_never_waits_for_a_page(key: str) -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n")
        before = desk.lines, len(desk.wire.queries)
        await desk.press(key)
        if key in ("comma", "v", "r"):
            return
        assert (desk.lines, len(desk.wire.queries)) != before


async def test_p_calls_back_a_page_turn_that_takes_long() -> None:
    async with console() as desk:
        await desk.press("j", "j")
        desk.wire.hold()
        await desk.press("n", "p")
        await desk.until_idle()
        assert row_of(desk) == (1, 3)
        await desk.press("j")
        assert row_of(desk) == (1, 4)


async def test_esc_drops_the_keys_that_wait_and_later_ones_still_work() -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n", "j", "D", "escape")
        await desk.until_told("Dropped 2 keys")
        desk.wire.let_go()
        await desk.until(lambda: row_of(desk) == (2, 1))
        await desk.press("j")
        assert row_of(desk) == (2, 2)
        assert "Delete 1 fax" not in desk.screen


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quitting_never_waits_for_a_page(key: str) -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n", "j", "j", key)
        await desk.until(lambda: not desk.app.is_running)


async def test_a_key_that_needs_no_rows_overtakes_those_that_wait_for_some() -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n", "j", "D", "question_mark")
        await desk.until(lambda: isinstance(desk.app.screen, HelpScreen))
        await desk.until_told("Dropped 2 keys typed for page 2")
        desk.wire.let_go()
        await desk.until(lambda: desk.page.number == 2)
        await desk.press("escape")
        assert row_of(desk) == (2, 1)


async def test_text_typed_after_row_keys_goes_into_the_field_and_the_row_keys_do_not() -> None:
    async with console() as desk:
        await desk.press_at_once("n", "j", "f", "q", "0", "4", "j", "enter")
        await desk.until(lambda: desk.wire.last.get("filterfrom") == "q04j")


def fails_at(page: str) -> Wire:
    def answer(query: Mapping[str, str]) -> Response:
        if query.get("pageindex") == page:
            return Response.json(500, {"Message": "An error has occurred."})
        return listing([resource(each) for each in range(9)], HasNextPage=True, TotalPageCount=9, TotalCount=450)

    return Wire(answer)


async def test_keys_typed_for_a_page_that_fails_are_dropped_and_reported() -> None:
    async with console(wire=fails_at("2")) as desk:
        before = desk.current
        await desk.press_at_once("n", "j", "D", "d", "enter")
        await desk.until_told("Dropped 4 keys typed for page 2")
        await desk.settle()
        assert (desk.current, len(desk.app.screen_stack)) == (before, 1)
        await desk.press("j")
        assert row_of(desk) == (1, 2)


async def test_keys_typed_while_a_page_is_retried_act_on_the_rows_that_are_shown() -> None:
    fetch_policy = FetchPolicy(prefetch=False, retry_policy=RetryPolicy(waits=(3600,)))
    async with console(wire=fails_at("2"), fetch_policy=fetch_policy) as desk:
        await desk.press("n")
        await desk.until(lambda: isinstance(desk.view.activity, Waiting))
        await desk.press("j", "j")
        assert row_of(desk) == (1, 3)


async def test_enter_typed_ahead_opens_the_fax_of_the_page_it_was_typed_for() -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n", "j", "enter", "N")
        desk.wire.let_go()
        await desk.until(lambda: isinstance(desk.app.screen, FaxScreen))
        await desk.until_shown("53 of")


async def test_a_paste_keeps_its_place_among_the_keys() -> None:
    async with console() as desk:
        for typed in (
            events.Key("f", "f"),
            events.Paste("0478"),
            events.Key("5", "5"),
            events.Key("enter", None),
        ):
            desk.app.post_message(typed)
        await desk.until(lambda: desk.wire.last.get("filterfrom") == "04785")


async def test_space_and_enter_at_once_in_the_columns_menu_keep_the_tick() -> None:
    async with console(size=LARGE, sidebar=False) as desk:
        await desk.press_at_once("c", "down", "space", "down", "space", "enter")
        await desk.until(lambda: "[x]" not in desk.screen and " From " not in desk.headings)
        assert " To " not in desk.headings


async def test_a_period_chosen_at_once_is_applied() -> None:
    async with console() as desk:
        await desk.press_at_once("f", "up", "space", "home", "down", "enter", "escape", "j", "j")
        await desk.until(lambda: "Yesterday" in desk.header)
        await desk.until(lambda: row_of(desk) == (1, 3))


async def test_keys_move_the_cursor_even_if_nothing_has_the_focus() -> None:
    async with console() as desk:
        desk.browser.set_focus(None)
        await desk.press("j", "j")
        assert row_of(desk) == (1, 3)


async def test_after_another_window_had_the_focus_letters_still_go_into_the_field() -> None:
    async with console(size=LARGE) as desk:
        await desk.press("f")
        desk.app.post_message(events.AppBlur())
        await desk.settle()
        await desk.press("q", "4")
        await desk.press("enter")
        await desk.until(lambda: desk.wire.last.get("filterfrom") == "q4")


@pytest.mark.parametrize("key", ["up", "down", "pageup", "pagedown", "home", "enter", "space", "x", "tab"])
async def test_a_key_that_meets_a_panel_before_it_is_composed_does_no_harm(key: str) -> None:
    async with console() as desk:
        marks, before = desk.browser.options.glyphs, desk.current
        desk.app.push_screen(SignInPanel(marks, "60300.demo", "It was refused."))
        await desk.press_at_once(key, key)
        await desk.until_shown("Password of 60300.demo")
        await desk.press("escape")
        await desk.until(lambda: desk.table.has_focus)
        assert desk.current == before


async def test_an_early_key_still_reaches_the_panel_that_it_was_typed_for() -> None:
    async with console() as desk:
        desk.app.push_screen(SignInPanel(desk.browser.options.glyphs, "60300.demo", "It was refused."))
        await desk.press_at_once("s", "3")
        await desk.until(lambda: desk.app.screen.query(Input).first().value == "s3")


async def test_a_key_on_its_way_to_the_list_does_nothing_on_a_panel_without_widgets() -> None:
    async with console() as desk:
        desk.app.push_screen(SignInPanel(desk.browser.options.glyphs, "60300.demo", "It was refused."))
        assert not desk.app.screen.is_mounted
        await desk.app._check_bindings("up")
        await desk.until_shown("Password of 60300.demo")
