"""One fax: its fields, its pages, and the way to the faxes beside it."""

import sys
from pathlib import Path

import pytest
from console import LARGE, NARROW, SMALL, console
from handling_desk import BROKEN, FOREVER, WITHOUT_COPIES, Desk, handling
from wire import Wire, listing, resource

from faxtui.demo.asgi import Response
from faxtui.domain.fax import PAGES
from faxtui.domain.query import FaxQuery, Sort, SortDirection
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy


@pytest.mark.parametrize("size", [SMALL, LARGE, NARROW], ids=str)
async def test_i_shows_every_field_unknown_ones_too_without_a_download(size: tuple[int, int]) -> None:
    fax = resource(1, CallTime=125, Urgency="high")
    async with console(size=size, wire=Wire(listing([fax, resource(2)]))) as desk:
        await desk.press("i")
        await desk.until_shown("1 of 2")
        for text in (
            "Monday 23 November 2026, 09:58:00 (Europe/Paris)",
            "2026-11-23T09:58:00",
            "0478123456",
            "134296015",
            "7945001",
            "0-20261123-0959-0000001.PDF",
            "2:05",
            "14400",
            "60300",
        ):
            assert text in " ".join(desk.screen.split())
        await desk.press("end")
        await desk.until_shown("Urgency", "high")
        assert len(desk.wire.queries) == 1


async def test_it_goes_to_the_faxes_beside_it_and_the_cursor_comes_along() -> None:
    async with console() as desk:
        await desk.press("down", "i")
        await desk.until_shown("2 of")
        await desk.press("N", "N", "space")
        await desk.until_shown("5 of")
        await desk.press("P")
        await desk.until_shown("4 of")
        await desk.press("escape")
        await desk.until_shown("Received ▼")
        assert desk.table.cursor_row == 3


async def test_there_is_none_before_the_first_and_none_after_the_last() -> None:
    async with console(wire=Wire(listing([resource(1), resource(2)]))) as desk:
        await desk.press("i")
        await desk.until_shown("1 of 2")
        await desk.press("P")
        assert "1 of 2" in desk.screen
        await desk.press("N", "N", "N")
        assert "2 of 2" in desk.screen


async def test_next_and_previous_go_across_the_pages_of_the_list() -> None:
    async with console(query=FaxQuery(page_size=10)) as desk:
        await desk.press("end", "i")
        await desk.until_shown("10 of")
        await desk.press("N")
        await desk.until_shown("11 of")
        await desk.press("P")
        await desk.until_shown("10 of")
        await desk.press("N", "N", "escape")
        await desk.until_shown("page 2 of", "Received ▼")
        assert desk.table.cursor_row == 1


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_it_closes_once_whatever_comes_at_once(key: str) -> None:
    async with console() as desk:
        await desk.press("i")
        await desk.until_shown("1 of")
        await desk.press_at_once(key, "escape")
        await desk.until_shown("Received ▼")


async def test_the_cursor_goes_to_the_fax_that_was_read_though_the_page_changed_meanwhile() -> None:
    faxes = [resource(number) for number in range(6)]
    async with console(wire=Wire(listing(faxes))) as desk:
        desk.wire.says = listing([resource(70), resource(71), *faxes])
        desk.wire.hold()
        await desk.press("down", "r", "i")
        await desk.until_shown("2 of 6")
        desk.wire.let_go()
        await desk.until_idle()
        await desk.until_shown("4 of 8")
        await desk.press("N", "escape")
        await desk.until_shown("of 8")
        assert desk.current.file_name == faxes[2]["FileName"]


async def test_it_follows_the_size_of_the_terminal() -> None:
    async with console(query=FaxQuery(page_size=10)) as desk:
        await desk.press("i")
        await desk.until_shown("1 of")
        for size in (NARROW, LARGE, SMALL):
            await desk.resize(size)
            assert "Message" in desk.screen
            assert "Customer" in desk.screen


async def test_without_the_extra_it_shows_the_fields_and_how_to_get_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    async with console() as desk:
        await desk.press("enter")
        await desk.until_shown("not installed: Pillow", "Message")
        assert f"{sys.executable} -m pip install Pillow" in " ".join(desk.screen.split())


async def test_seeing_the_fields_is_not_opening_and_seeing_the_document_is(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("i", "N", "N", "P")
        await desk.until_shown("2 of")
        await desk.press("enter")
        await desk.until_shown("fit width")
        await desk.press("i")
        await desk.until_shown("fit width", "Message")
        await desk.press("escape")
        await desk.until_beside(1, " o")
        assert [desk.beside(row) for row in range(4)] == ["  ", " o", "  ", "  "]


@pytest.mark.parametrize(
    "answer", [BROKEN, Response(200, b"%PDF-1.4 and no page", {"Content-Type": "application/pdf"})]
)
async def test_a_document_that_could_not_be_shown_was_not_opened(answer: Response, tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", answer)
        await desk.press("enter")
        await desk.until_shown("End of fax")
        await desk.press("escape")
        await desk.until(lambda: desk.console.app.screen is desk.console.browser)
        assert desk.beside(0) == "  "


# Space


async def test_space_reads_faxes_to_their_end_and_goes_on_across_the_pages_of_the_list(tmp_path: Path) -> None:
    async with handling(tmp_path, size=(120, 60)) as desk:
        await desk.console.browser.open(FaxQuery(page_size=10))
        await desk.console.until_idle()
        await desk.press(*["down"] * 8, "enter")
        seen, most = [], 30
        while not desk.console.header.rstrip().endswith(f" 12 of {desk.console.page.total}"):
            await desk.console.until(lambda: desk.is_drawn)
            seen.append(desk.console.header.split("   ")[-1].strip())
            announced = "End of fax. Space: next fax" in desk.console.lines[1]
            await desk.press("space")
            await desk.console.until(lambda: desk.is_drawn)
            went_on = desk.console.header.split("   ")[-1].strip() != seen[-1]
            assert went_on is announced
            most -= 1
            assert most
        assert list(dict.fromkeys(seen)) == [f"{row} of {desk.console.page.total}" for row in (9, 10, 11)]
        await desk.press("q")
        await desk.until_beside(0, " o")
        assert desk.console.table.cursor_row == 1


async def test_page_up_goes_back_and_announces_the_fax_before(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("down", "enter")
        await desk.until_read(2)
        await desk.press("pageup")
        await desk.until_shown("Start of fax. PgUp: previous fax")
        await desk.press("pageup")
        await desk.until_read(1)
        await desk.until_shown("end of page")


async def test_space_typed_before_the_end_was_announced_stays_in_the_fax(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        door = desk.demo.holds("GET")
        await desk.press("enter")
        await desk.reached(door)
        await desk.press(*["space"] * 12)
        door.open()
        await desk.until_shown("End of fax")
        await desk.until(lambda: desk.is_drawn)
        assert desk.console.header.rstrip().endswith(f" 1 of {desk.console.page.total}")


async def test_keys_typed_while_the_fax_is_fetched_act_on_its_first_page(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        door = desk.demo.holds("GET")
        await desk.press("enter")
        await desk.reached(door)
        await desk.until_shown("Loading …")
        await desk.press("plus", "plus")
        door.open()
        await desk.until_shown("2.2×")


async def test_a_deleted_fax_is_left_behind_and_skipped(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=FOREVER) as desk:
        await desk.press("down", "enter")
        await desk.until_read(2)
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_read(3)
        assert "deleting 1" in desk.console.header
        await desk.press("P")
        await desk.until_read(1)
        await desk.press("N")
        await desk.until_read(3)
    assert desk.demo.deleted() == []


async def test_m_marks_the_fax_and_takes_the_mark_back(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("i", "m")
        await desk.until_shown("marked")
        await desk.press("m")
        await desk.until(lambda: "marked" not in desk.console.header)


# Fetching ahead


async def test_the_next_fax_is_fetched_ahead_and_what_was_read_is_not_fetched_again(tmp_path: Path) -> None:
    async with handling(tmp_path, fetch_policy=FetchPolicy(retry_policy=RetryPolicy(waits=()))) as desk:
        await desk.press("enter")
        await desk.until_read(1)
        await desk.until(lambda: len(documents_requested(desk)) == 2)
        await desk.press("N")
        await desk.until_read(2)
        await desk.press("P")
        await desk.until_read(1)
        assert len(documents_requested(desk)) == len(set(documents_requested(desk)))


def documents_requested(desk: Desk) -> list[str]:
    return [each for each in desk.demo.asked if each.startswith("GET ")]


# With Space alone


async def test_a_long_fax_is_read_to_its_end_with_space_alone(tmp_path: Path) -> None:
    async with handling(tmp_path, view="text", size=(120, 60)) as desk:
        row, fax = max(enumerate(desk.faxes), key=lambda each: each[1].pages or 0)
        await desk.press(*["down"] * row, "enter")
        await desk.until_read(row + 1)
        seen = {desk.console.lines[0].split("   ")[2].strip()}
        while "End of fax" not in desk.console.lines[1]:
            await desk.press("space")
            await desk.until_read(row + 1)
            seen.add(desk.console.lines[0].split("   ")[2].strip())
        assert fax.pages is not None
        assert fax.pages > 8
        assert seen == {f"page {number} of {fax.pages}" for number in range(1, fax.pages + 1)}


async def test_twenty_faxes_are_read_with_space_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Scanned ones as pictures: recognising them would take as many seconds.
    monkeypatch.setenv("PATH", str(tmp_path))
    async with handling(tmp_path, view="text", size=(120, 90)) as desk:
        await desk.console.browser.open(FaxQuery(sort=Sort(PAGES, SortDirection.ASCENDING)))
        await desk.console.until_idle()
        await desk.press("enter")
        for _press in range(200):
            await desk.until(lambda: desk.is_drawn)
            if desk.console.header.rstrip().endswith(f" 21 of {desk.console.page.total}"):
                break
            await desk.press("space")
        await desk.press("escape")
        await desk.until_beside(19, " o")
        assert [desk.beside(row) for row in range(20)] == [" o"] * 20
        assert desk.console.table.cursor_row == 20
