"""The cursor, which stays on its fax."""

import pytest
from console import LARGE, SMALL, console
from wire import Wire, listing, resource

from faxtui.domain.query import FaxQuery, Sort, SortDirection
from faxtui.terminal.capabilities import Capabilities

FAXES = [resource(number) for number in range(40)]


async def test_arrows_letters_and_screenfuls_move_it() -> None:
    async with console() as desk:
        for keys, row in (
            (("down",), 1),
            (("j",), 2),
            (("up",), 1),
            (("k",), 0),
            (("up",), 0),
            (("end",), 49),
            (("down",), 49),
            (("home",), 0),
        ):
            await desk.press(*keys)
            assert desk.table.cursor_row == row
        await desk.press("pagedown")
        down = desk.table.cursor_row
        assert 10 < down < 20
        await desk.press("pageup")
        assert desk.table.cursor_row == 0


async def test_its_row_has_a_bar_and_is_always_to_be_seen() -> None:
    async with console() as desk:
        assert [row[0] for row in desk.rows] == ["▌", *" " * 17]
        await desk.press("end")
        await desk.settle()
        assert [row[0] for row in desk.rows] == [*" " * 17, "▌"]


async def test_a_click_moves_it_and_a_second_one_opens_the_fax() -> None:
    async with console() as desk:
        await desk.click(20, 8)
        assert desk.table.cursor_row == 5
        assert desk.rows[5].startswith("▌")
        await desk.click(20, 8)
        await desk.until_shown("6 of 198")


async def test_it_stays_on_its_fax_when_new_ones_came_in_above_it() -> None:
    async with console(wire=Wire(listing(FAXES))) as desk:
        await desk.press(*["down"] * 6)
        fax = desk.current
        desk.wire.says = listing([resource(77), resource(78), *FAXES])
        await desk.press("r")
        await desk.until_shown("of 42")
        assert (desk.current, desk.table.cursor_row) == (fax, 8)


async def test_where_its_fax_is_gone_it_stays_in_its_row() -> None:
    async with console(wire=Wire(listing(FAXES))) as desk:
        await desk.press(*["down"] * 6)
        desk.wire.says = listing([*FAXES[:6], *FAXES[7:]])
        await desk.press("r")
        await desk.until_shown("of 39")
        assert desk.table.cursor_row == 6


async def test_where_the_list_became_shorter_it_goes_to_the_last_row() -> None:
    async with console(wire=Wire(listing(FAXES))) as desk:
        await desk.press("end")
        desk.wire.says = listing(FAXES[:3])
        await desk.press("r")
        await desk.until_shown("of 3 ")
        assert desk.table.cursor_row == 2


async def test_it_stays_on_its_fax_through_a_sort() -> None:
    async with console(wire=Wire(listing(FAXES))) as desk:
        await desk.press(*["down"] * 3)
        fax = desk.current
        desk.wire.says = listing(FAXES[::-1])
        await desk.press("o")
        await desk.until(lambda: "Received ▲" in desk.headings)
        assert (desk.current, desk.table.cursor_row) == (fax, 36)
        assert any(row.startswith("▌") for row in desk.rows)


async def test_it_follows_its_fax_to_another_page_and_begins_at_the_top_of_one_without_it() -> None:
    async with console(wire=Wire(listing(FAXES[:20], HasNextPage=True, TotalPageCount=2))) as desk:
        await desk.press("end")
        fax = desk.current
        # New faxes pushed it on to the next page.
        desk.wire.says = listing(FAXES[15:], PageIndex=2, HasPreviousPage=True, TotalPageCount=2)
        await desk.press("n")
        await desk.until_shown("page 2 of 2")
        assert (desk.current, desk.table.cursor_row) == (fax, 4)
        await desk.press("home")
        desk.wire.says = listing(FAXES[:10], HasNextPage=True, TotalPageCount=2)
        await desk.press("r")
        await desk.until_idle()
        assert desk.table.cursor_row == 0


async def test_of_two_rows_with_the_same_file_it_stays_on_the_one_it_is_on() -> None:
    twins = [resource(0), resource(1, Pages=1), resource(1, Pages=2), resource(2)]
    async with console(wire=Wire(listing(twins))) as desk:
        await desk.press("down", "down")
        await desk.press("r")
        await desk.until_idle()
        assert desk.table.cursor_row == 2


async def test_faxes_without_a_file_are_not_taken_for_each_other() -> None:
    nameless = [resource(number, Folder="", FileName=None) for number in range(5)]
    async with console(wire=Wire(listing(nameless))) as desk:
        await desk.press("down", "down", "down")
        fax = desk.current
        desk.wire.says = listing([resource(9, Folder="", FileName=None), *nameless])
        await desk.press("r")
        await desk.until_shown("of 6")
        assert (desk.current, desk.table.cursor_row) == (fax, 4)


async def test_what_is_seen_of_the_page_does_not_jump_at_a_refresh() -> None:
    async with console(wire=Wire(listing(resource(number) for number in range(50)))) as desk:
        await desk.press("end", *["up"] * 5)
        await desk.settle()
        before = desk.rows
        desk.wire.says = listing([*FAXES, *(resource(number, Pages=7) for number in range(40, 50))])
        await desk.press("r")
        await desk.until_shown("  7  ")
        assert [row[:3] for row in desk.rows] == [row[:3] for row in before]
        assert desk.rows[:8] == before[:8]


@pytest.mark.parametrize("size", [(120, 40), (60, 16), (200, 60), (40, 10)], ids=str)
async def test_it_stays_on_its_fax_and_to_be_seen_when_the_terminal_changes_its_size(size: tuple[int, int]) -> None:
    async with console() as desk:
        await desk.press(*["down"] * 14)
        fax = desk.current
        await desk.resize(size)
        assert desk.current == fax
        assert sum(row.startswith("▌") for row in desk.rows) == 1
        await desk.resize(SMALL)
        assert desk.current == fax
        assert sum(row.startswith("▌") for row in desk.rows) == 1


async def test_keys_do_no_harm_where_there_is_no_fax() -> None:
    async with console(wire=Wire(listing([]))) as desk:
        await desk.press("up", "down", "j", "k", "home", "end", "pageup", "pagedown", "enter")
        assert desk.table.current is None
        assert "no faxes, last 7 days" in desk.page_bar


async def test_at_the_first_row_of_the_first_page_a_refresh_shows_the_new_faxes() -> None:
    async with console(wire=Wire(listing(FAXES))) as desk:
        desk.wire.says = listing([*(resource(each) for each in (77, 78, 79)), *FAXES])
        await desk.press("r")
        await desk.until_shown("of 43")
        assert (desk.table.cursor_row, desk.current.file_name) == (0, "0-20261123-0959-0000077.PDF")
        assert desk.table.scroll_offset.y == 0
        assert "new" not in desk.page_bar


@pytest.mark.parametrize(("arrivals", "says"), [(1, "1 new ↑"), (3, "3 new ↑"), (12, "12 new ↑")])
@pytest.mark.parametrize("row", [1, 6, 30])
async def test_elsewhere_new_faxes_above_are_counted_in_the_page_bar(row: int, arrivals: int, says: str) -> None:
    async with console(size=LARGE, wire=Wire(listing(FAXES))) as desk:
        await desk.press(*["down"] * row)
        fax = desk.current
        desk.wire.says = listing([*(resource(70 + each) for each in range(arrivals)), *FAXES])
        await desk.press("r")
        await desk.until(lambda: desk.page_bar.rstrip().endswith(says))
        assert desk.current == fax
        await desk.press("r")
        await desk.until_idle()
        assert says in desk.page_bar
        await desk.press("home")
        await desk.until(lambda: "new" not in desk.page_bar)


async def test_new_faxes_are_added_up_until_they_are_looked_at() -> None:
    async with console(size=LARGE, wire=Wire(listing(FAXES))) as desk:
        await desk.press("down", "down")
        desk.wire.says = listing([resource(77), *FAXES])
        await desk.press("r")
        await desk.until_shown("1 new ↑")
        desk.wire.says = listing([resource(79), resource(78), resource(77), *FAXES])
        await desk.press("r")
        await desk.until_shown("3 new ↑")


async def test_a_fax_that_someone_else_deleted_above_makes_none_new() -> None:
    async with console(size=LARGE, wire=Wire(listing(FAXES))) as desk:
        await desk.press(*["down"] * 6)
        fax = desk.current
        desk.wire.says = listing([resource(77), *FAXES[2:]])
        await desk.press("r")
        await desk.until_shown("1 new ↑")
        assert desk.current == fax


async def test_on_a_later_page_new_faxes_are_counted_by_the_total() -> None:
    later = {"PageIndex": 2, "HasPreviousPage": True, "TotalPageCount": 2}
    async with console(size=LARGE, wire=Wire(listing(FAXES[20:], TotalCount=70, **later))) as desk:
        await desk.press("down", "down")
        fax = desk.current
        desk.wire.says = listing(FAXES[17:], TotalCount=73, **later)
        await desk.press("r")
        await desk.until_shown("3 new ↑")
        assert desk.current == fax


async def test_new_faxes_below_are_none_above() -> None:
    oldest_first = FaxQuery(sort=Sort(direction=SortDirection.ASCENDING))
    async with console(size=LARGE, wire=Wire(listing(FAXES)), query=oldest_first) as desk:
        await desk.press("down", "down")
        desk.wire.says = listing([*FAXES, resource(77)])
        await desk.press("r")
        await desk.until_shown("of 41")
        assert "new" not in desk.page_bar


async def test_without_utf_8_the_arrow_is_a_circumflex() -> None:
    async with console(size=LARGE, wire=Wire(listing(FAXES)), capabilities=Capabilities(utf8=False)) as desk:
        await desk.press("down")
        desk.wire.says = listing([resource(77), *FAXES])
        await desk.press("r")
        await desk.until_shown("1 new ^")


@pytest.mark.parametrize("row", [0, 7, 30, 49])
async def test_a_page_that_was_left_is_found_as_it_was(row: int) -> None:
    async with console() as desk:
        await desk.press(*["down"] * row)
        await desk.settle()
        before = desk.rows, desk.current
        await desk.press("n")
        await desk.until_shown("page 2 of 4")
        assert desk.table.cursor_row == 0
        await desk.press("down", "p")
        await desk.until_shown("page 1 of 4")
        await desk.settle()
        assert (desk.rows, desk.current) == before
        await desk.press("n")
        await desk.until_shown("page 2 of 4")
        assert desk.table.cursor_row == 1


async def test_other_filters_forget_where_the_cursor_was() -> None:
    async with console() as desk:
        await desk.press("down", "n")
        await desk.until_shown("page 2 of 4")
        await desk.press("o")
        await desk.until(lambda: "Received ▲" in desk.headings)
        await desk.press("n")
        await desk.until_shown("page 2 of 4")
        assert desk.table.cursor_row == 0


async def test_after_a_sort_the_cursor_is_on_the_first_row_if_it_was_before() -> None:
    async with console(wire=Wire(listing(FAXES))) as desk:
        desk.wire.says = listing(FAXES[::-1])
        await desk.press("o")
        await desk.until(lambda: "Received ▲" in desk.headings)
        assert (desk.table.cursor_row, desk.table.scroll_offset.y) == (0, 0)
        assert desk.rows[0].startswith("▌")
