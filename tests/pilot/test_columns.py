"""Which columns there are, and what is in them."""

import pytest
from console import LARGE, NARROW, SMALL, console
from wire import Wire, listing, resource

from faxtui.config.settings import Ui

ALL_OF_THEM = ("received", "from", "to", "pages", "duration", "file", "baud", "folder", "message", "customer")


@pytest.mark.parametrize(
    ("size", "headings"),
    [
        (NARROW, "Received ▼ From To Pages"),
        (SMALL, "Received ▼ From To Pages Duration File"),
        ((100, 24), "Received ▼ From To Pages Duration File"),
        ((120, 40), "Received ▼ From To Pages Duration Baud Folder File"),
        ((160, 40), "Received ▼ From To Pages Duration Baud Folder Message Customer – File"),
    ],
    ids=str,
)
async def test_the_columns_are_those_that_fit(size: tuple[int, int], headings: str) -> None:
    async with console(size=size, sidebar=False) as desk:
        assert " ".join(desk.headings.split()) == headings


async def test_numbers_are_at_the_right_and_what_is_cut_says_so() -> None:
    faxes = [resource(1, Pages=3, CallTime=5), resource(2, Pages=120, CallTime=3725, From="Mutuelle Horizon Sud")]
    async with console(wire=Wire(listing(faxes))) as desk:
        one, other = desk.rows[:2]
        assert one.index(" 3 ") + 1 == other.index("120") + 2
        assert one.index("0:05") + 4 == other.index("62:05") + 5
        assert "Mutuelle Horizon S…" in other
        assert "  …" in one
        assert len(one) == 80


async def test_columns_are_ticked_in_a_menu() -> None:
    async with console(size=LARGE, sidebar=False) as desk:
        await desk.press("c")
        await desk.until_shown("[x] Received", "[ ] Customer")
        await desk.press("down", "space")
        await desk.until_shown("[ ] From number")
        await desk.press("enter")
        await desk.until(lambda: " From " not in desk.headings)
        await desk.press("c", "down", "space", "escape")
        await desk.until(lambda: "[x]" not in desk.screen)
        assert " From " not in desk.headings


async def test_columns_for_which_there_is_no_room_are_told_of() -> None:
    async with console() as desk:
        await desk.press("c", "end", "space", "enter")
        await desk.until_shown("No room for Customer")
        assert "Customer" not in desk.headings
        await desk.resize((170, 24))
        await desk.until(lambda: "Customer –" in desk.headings)


async def test_more_columns_of_one_s_own_than_fit_leave_the_least_important_out() -> None:
    async with console(ui=Ui(theme="dark", columns=ALL_OF_THEM)) as desk:
        assert " ".join(desk.headings.split()) == "Received ▼ From To Pages Duration File"
        assert all(len(line) == 80 for line in desk.lines)
