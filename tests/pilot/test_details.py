"""Everything there is of one fax."""

import sys
from pathlib import Path

import pytest
from console import LARGE, NARROW, SMALL, console
from handling_desk import BROKEN, handling
from wire import Wire, listing, resource

from faxtui.demo.service import Answer
from faxtui.domain.query import FaxQuery
from faxtui.ui.screens.details import DetailsScreen


@pytest.mark.parametrize("size", [SMALL, LARGE, NARROW], ids=str)
async def test_enter_shows_every_field_unknown_ones_too(size: tuple[int, int]) -> None:
    fax = resource(1, CallTime=125, Urgency="high")
    async with console(size=size, wire=Wire(listing([fax, resource(2)]))) as desk:
        await desk.press("enter")
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


async def test_it_turns_to_the_faxes_beside_it_and_the_cursor_comes_along() -> None:
    async with console() as desk:
        await desk.press("down", "enter")
        await desk.until_shown("2 of 50")
        await desk.press("n", "down", "j")
        await desk.until_shown("5 of 50")
        await desk.press("p")
        await desk.until_shown("4 of 50")
        await desk.press("escape")
        await desk.until_shown("Received ▼")
        assert desk.table.cursor_row == 3


async def test_there_is_none_before_the_first_and_none_after_the_last() -> None:
    async with console(wire=Wire(listing([resource(1), resource(2)]))) as desk:
        await desk.press("enter")
        await desk.until_shown("1 of 2")
        await desk.press("p")
        assert "1 of 2" in desk.screen
        await desk.press("n", "n", "n")
        assert "2 of 2" in desk.screen


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_it_closes_once_whatever_comes_at_once(key: str) -> None:
    async with console() as desk:
        await desk.press("enter")
        await desk.until_shown("1 of 50")
        await desk.press_at_once(key, "escape")
        await desk.until_shown("Received ▼")


async def test_the_cursor_goes_to_the_fax_that_was_read_though_the_page_changed_meanwhile() -> None:
    faxes = [resource(number) for number in range(6)]
    async with console(wire=Wire(listing(faxes))) as desk:
        desk.wire.says = listing([resource(70), resource(71), *faxes])
        desk.wire.hold()
        await desk.press("down", "r", "enter")
        await desk.until_shown("2 of 6")
        desk.wire.let_go()
        await desk.until_idle()
        await desk.press("n", "escape")
        await desk.until_shown("of 8")
        assert desk.current.file_name == faxes[2]["FileName"]


async def test_it_follows_the_size_of_the_terminal() -> None:
    async with console(query=FaxQuery(page_size=10)) as desk:
        await desk.press("enter")
        await desk.until_shown("1 of 10")
        for size in (NARROW, LARGE, SMALL):
            await desk.resize(size)
            assert "Message" in desk.screen
            assert "Customer" in desk.screen


async def test_without_the_extra_the_key_that_reads_is_dimmed_and_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    async with console() as desk:
        await desk.press("enter")
        await desk.until_shown("v Read")
        assert not desk.app.screen.active_bindings["v"].enabled
        await desk.press("v")
        await desk.until_told("not installed: Pillow", f"{sys.executable} -m pip install Pillow")
        assert isinstance(desk.app.screen, DetailsScreen)


async def test_moving_through_the_details_is_not_opening_and_seeing_the_document_is(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("enter", "n", "n", "p")
        await desk.until_shown("2 of 50")
        await desk.press("v")
        await desk.until_shown("fit width")
        await desk.press("escape")
        await desk.until_shown("2 of 50")
        await desk.press("escape")
        await desk.until_beside(1, " o")
        assert [desk.beside(row) for row in range(4)] == ["  ", " o", "  ", "  "]


@pytest.mark.parametrize("answer", [BROKEN, Answer(200, b"%PDF-1.4 and no page", {"Content-Type": "application/pdf"})])
async def test_a_document_that_could_not_be_shown_was_not_opened(answer: Answer, tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", answer)
        await desk.press("enter", "v")
        await desk.until(lambda: not isinstance(desk.console.app.screen, DetailsScreen))
        await desk.until(lambda: "fetching" not in desk.said)
        await desk.press("escape")
        await desk.until_shown("1 of 50")
        await desk.press("escape")
        await desk.until(lambda: desk.console.app.screen is desk.console.browser)
        assert desk.beside(0) == "  "
