"""Which keys there are, and where they are told."""

import pytest
from console import LARGE, NARROW, console
from textual.widgets import Input

from faxtui.inbox.view import Idle
from faxtui.terminal.capabilities import Capabilities, Colours
from faxtui.ui.keymap import ALL, FAX_SCREEN, Keys
from faxtui.ui.screens.help import HelpScreen

OF_THE_LIST = [each for each in ALL if each not in FAX_SCREEN]
"""In a fax, the help is another one."""


@pytest.mark.parametrize("size", [LARGE, NARROW], ids=str)
async def test_help_shows_every_action_there_is(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.press("question_mark")
        await desk.until_shown("Keys")
        seen = desk.screen
        for _ in range(45):
            await desk.press("j")
            seen += desk.screen
        for each in OF_THE_LIST:
            assert each.help in seen


async def test_help_never_wraps_at_the_smallest_usual_terminal() -> None:
    async with console() as desk:
        await desk.press("question_mark")
        await desk.until_shown("Keys")
        seen = desk.screen
        for _ in range(12):
            await desk.press("j")
            seen += desk.screen
        assert all(each.help in seen for each in OF_THE_LIST)


async def test_help_closes() -> None:
    async with console() as desk:
        for key in ("escape", "question_mark", "q", "enter"):
            await desk.press("question_mark")
            await desk.until_shown("Keys")
            await desk.press(key)
            await desk.until(lambda: not isinstance(desk.app.screen, HelpScreen))
        assert desk.app.is_running


async def test_the_key_bar_shows_as_many_keys_as_fit() -> None:
    async with console(size=LARGE) as desk:
        assert desk.key_bar.startswith(" n Next  p Previous  f Filters  s Sort  Enter Open  d Save  ? Help")
        assert "? Help" in desk.key_bar
        await desk.resize(NARROW)
        assert desk.key_bar.startswith(" n Next  p Previous")
        assert all(part.count(" ") for part in desk.key_bar.strip().split("  "))


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("Help", "Keys"),
        ("Sort", "Sort by"),
        ("Filters", "From number"),
        ("Open", "q List"),
        ("Next", "page 2 of 4"),
    ],
)
async def test_a_click_in_the_key_bar_does_what_the_key_does(text: str, shows: str) -> None:
    async with console() as desk:
        y = desk.app.screen.query_one("KeyBar").region.y
        await desk.click(desk.key_bar.index(text), y)
        await desk.until_shown(shows)


async def test_a_click_on_quit_quits() -> None:
    async with console(size=LARGE) as desk:
        await desk.click(desk.key_bar.index("Quit"), 39)
        await desk.until(lambda: not desk.app.is_running)


@pytest.mark.parametrize("opened_with", ["", "s", "g", "f", "ctrl+p"])
async def test_ctrl_c_quits_from_anywhere(opened_with: str) -> None:
    async with console() as desk:
        if opened_with:
            await desk.press(opened_with)
        await desk.press("ctrl+c")
        await desk.until(lambda: not desk.app.is_running)


async def test_esc_goes_back_from_everywhere() -> None:
    async with console() as desk:
        await desk.press("enter")
        await desk.until_shown("fit width")
        await desk.press("escape")
        before = desk.screen
        for key in ("s", "g", "f", "c", "enter", "question_mark", "ctrl+p", "y", "x", "D"):
            await desk.press(key)
            await desk.until(lambda: desk.screen != before)
            await desk.press("escape")
            await desk.until(lambda: desk.table.has_focus and desk.screen == before)


async def test_esc_closes_a_list_of_choices_before_the_filters() -> None:
    async with console() as desk:
        await desk.press("f", "up", "space")
        await desk.until_shown("Last 90 days")
        await desk.press("escape")
        await desk.until(lambda: "Last 90 days" not in desk.screen)
        assert "From number" in desk.screen


async def test_remapped_keys_work_and_are_shown_in_key_bar_help_and_sentences() -> None:
    keys = {"page.next": "ctrl+n", "help": "f1", "page.refresh": "R,f5"}
    async with console(keys=keys) as desk:
        assert desk.key_bar.startswith(" Ctrl+N Next  p Previous")
        await desk.press("n")
        assert len(desk.wire.queries) == 1
        await desk.press("ctrl+n")
        await desk.until_shown("page 2 of 4")
        await desk.press("f1")
        await desk.until_shown("Ctrl+N", "F1", "this help")
        await desk.press("f1")
        await desk.until_shown("page 2 of 4")
        await desk.press("f5")
        await desk.until_asked(3)


async def test_two_actions_can_swap_their_keys() -> None:
    async with console(keys={"page.next": "p", "page.previous": "n"}) as desk:
        await desk.press("p")
        await desk.until_shown("page 2 of 4")
        await desk.press("n")
        await desk.until_shown("page 1 of 4")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("page.nxt", "page.next"),
        ("next", "fax.next"),
        ("PAGE.NEXT", "page.next"),
        ("fax.safe", "fax.save"),
        ("zzz", ""),
        ("", ""),
        ("q" * 500, ""),
        ("\x1b[31m", ""),
        ("日" * 40, ""),
    ],
)
async def test_an_unknown_name_is_one_line_with_the_nearest_one_once(name: str, nearest: str) -> None:
    async with console(keys={name: "x"}) as desk:
        (said,) = desk.app.keys.problems
        assert said.endswith(f"Did you mean “{nearest}”?" if nearest else "”?")
        shown = desk.screen.replace("▌", "").split("There is no action")[1:]
        assert [each.splitlines()[0].rstrip() for each in shown] == [said.removeprefix("There is no action")]


@pytest.mark.parametrize(
    ("remap", "told"),
    [
        ({"page.nxt": "x"}, "There is no action “page.nxt” under [keys]. Did you mean “page.next”?"),
        ({"page.next": "s"}, "“page.next” under [keys]: s is already the key of “sort.by”"),
        ({"page.next": "?"}, "“page.next” under [keys]: ? is already the key of “help”"),
        ({"page.next": "hyper+n"}, "“hyper+n” is not a key"),
        ({"page.next": ""}, "“” is not a key"),
        ({"page.next": "tab"}, "“tab” is not a key"),
        ({"page.next": "p", "fax.next": "p"}, "“page.next” under [keys]: p is already the key of “page.previous”"),
    ],
)
async def test_a_remap_that_cannot_be_is_told_of_and_the_key_stays(remap: dict[str, str], told: str) -> None:
    keys = Keys(remap)
    assert told in keys.problems[0]
    assert keys.keymap == {}
    assert keys.first("page.next") == "n"


async def test_what_is_wrong_with_the_keys_is_told_at_the_start() -> None:
    async with console(keys={"page.next": "s"}) as desk:
        await desk.until_shown("Ignored “page.next” under [keys]: s is already")
        await desk.press("n")
        await desk.until_shown("page 2 of 4")


async def test_no_two_actions_side_by_side_share_a_key() -> None:
    assert Keys().problems == []
    assert Keys({each.id: each.keys for each in ALL}).problems == []


async def test_without_utf_8_there_is_nothing_but_ascii_in_bars_and_table() -> None:
    async with console(capabilities=Capabilities(Colours.NONE, utf8=False)) as desk:
        for text in (desk.header, desk.headings, desk.page_bar, desk.key_bar):
            assert text.isascii(), text
        assert "1-50 of" in desk.page_bar
        assert desk.rows[0].startswith(">")
        assert isinstance(desk.view.activity, Idle)


@pytest.mark.parametrize(
    "keys",
    [
        ("enter",),
        ("i",),
        ("enter", "question_mark"),
        ("question_mark",),
        ("s",),
        ("c",),
        ("x",),
        ("y",),
        ("enter", "y"),
        ("f", "up"),
        ("D",),
    ],
    ids=str,
)
async def test_q_goes_back_from_every_screen_but_the_list(keys: tuple[str, ...]) -> None:
    async with console() as desk:
        for key in keys:
            await desk.press(key)
        # The filters are one step from the list, wherever the focus is among them.
        for _ in keys[:1] if keys[0] == "f" else keys:
            await desk.press("q")
            await desk.pause()
            assert not desk.app._exit
        assert desk.app.screen is desk.browser
        assert desk.browser.focused is desk.table
        await desk.press("q")
        assert desk.app._exit


@pytest.mark.parametrize("keys", [("g",), ("f",), ("ctrl+p",), ("x", "enter")], ids=str)
async def test_q_is_a_letter_in_a_text_field_and_ctrl_c_quits_from_there(keys: tuple[str, ...]) -> None:
    async with console() as desk:
        await desk.press(*keys, "q")
        focused = desk.app.screen.focused
        assert isinstance(focused, Input)
        assert focused.value.endswith("q")
        await desk.press("ctrl+c")
        assert desk.app._exit


async def test_q_in_an_open_list_of_choices_closes_nothing_else() -> None:
    async with console() as desk:
        await desk.press("f", "up", "space", "q")
        assert not desk.app._exit
        assert desk.browser.focused is not desk.table


async def test_ctrl_c_quits_from_every_screen() -> None:
    for keys in (("enter",), ("i",), ("question_mark",), ("s",), ("D",)):
        async with console() as desk:
            await desk.press(*keys, "ctrl+c")
            assert desk.app._exit
