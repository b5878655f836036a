"""Leaving while faxes are being saved or wait to be deleted: asked, told, and nothing is sent later."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from deletion_desk import Time
from handling_desk import FORBIDDEN, WITHOUT_COPIES, Desk, handling
from prepared_accounts import PreparedAccounts

from faxtui.ui.session import AccountServices, SessionConfig


def is_over(desk: Desk) -> bool:
    return desk.console.app._exit


async def over(desk: Desk) -> None:
    async with asyncio.timeout(10):
        while not is_over(desk):
            await desk.console.pilot.pause()


async def test_it_leaves_at_once_where_nothing_waits(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("q")
        await over(desk)
    assert desk.console.app.farewell == ""


async def test_it_asks_where_deletes_wait_and_stays_when_told_so(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "D", *WITHOUT_COPIES)
        await desk.press("q")
        await desk.until_shown("Quit while faxes wait to be deleted?", "Now: deleting 2 in 60:00.")
        await desk.press("escape")
        assert not is_over(desk)
        assert "deleting 2 in 60:00" in desk.console.page_bar


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_now_sends_nothing_and_says_so(tmp_path: Path, key: str) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "D", "enter")
        await desk.until_shown("deleting 2 in")
        await desk.press("q", key)
        await over(desk)
    assert desk.console.app.farewell == "2 faxes were not deleted, because faxtui ended before that: nothing was sent."
    assert desk.demo.deleted() == []


async def test_waiting_it_leaves_once_all_is_deleted(tmp_path: Path) -> None:
    time = Time()
    async with handling(tmp_path, grace=10, clocks=time.clocks) as desk:
        await desk.press("D", *WITHOUT_COPIES, "q", "enter")
        await desk.until_shown("deleting 1 in 0:10, then quitting")
        await time.goes_by(9)
        assert not is_over(desk)
        await time.goes_by(1)
        await over(desk)
    assert desk.console.app.farewell == ""
    assert len(desk.demo.deleted()) == 1


async def test_the_question_answers_itself_once_there_is_nothing_to_ask(tmp_path: Path) -> None:
    time = Time()
    async with handling(tmp_path, grace=10, clocks=time.clocks) as desk:
        await desk.press("D", *WITHOUT_COPIES, "q")
        await desk.until_shown("Now: deleting 1 in 0:10.")
        await time.goes_by(4)
        await desk.until_shown("Now: deleting 1 in 0:06.")
        await time.goes_by(6)
        await over(desk)
    assert desk.console.app.farewell == ""
    assert len(desk.demo.deleted()) == 1


async def test_where_one_is_refused_meanwhile_it_stays_so_that_the_reason_is_read(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=1) as desk:
        desk.demo.says("DELETE", FORBIDDEN)
        await desk.press("D", *WITHOUT_COPIES, "q", "enter")
        await desk.until_shown("was not deleted.", "Not everything was deleted, so faxtui stays open.")
        assert not is_over(desk)
        assert "quitting" not in desk.console.page_bar
        await desk.press("q")
        await over(desk)
    assert desk.console.app.farewell == ""


async def test_taken_back_while_it_waits_it_stays(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("D", *WITHOUT_COPIES, "q", "enter", "U")
        await desk.until_shown("Undone: 1 fax kept.", "faxtui stays open.")
        assert not is_over(desk)


async def test_what_was_being_saved_is_told_of(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        door = desk.demo.holds("GET")
        await desk.press("space", "space", "d")
        await desk.reached(door)
        await desk.press("q")
        await over(desk)
    assert desk.console.app.farewell.startswith("Cancelled: ")
    assert not any(name.endswith(".part") for name in desk.saved)


def to_another(config: SessionConfig) -> AccountServices:
    """A second account, whose service lists the same faxes."""
    return PreparedAccounts(config, other=replace(config, title="another account"))


async def test_another_account_takes_no_deletes_along_and_says_so(tmp_path: Path) -> None:
    time = Time()
    async with handling(tmp_path, grace=10, clocks=time.clocks, services=to_another) as desk:
        await desk.press("space", "space", "D", *WITHOUT_COPIES)
        await desk.until_shown("deleting 2 in 0:10")
        await desk.console.app.open_account(to_another_launch(desk))
        await desk.until_shown("2 faxes were not deleted, because another account was opened before that")
        await desk.console.until_idle()
        await time.goes_by(20)
        assert desk.demo.deleted() == []
        assert "deleting" not in desk.console.page_bar


async def test_another_account_cancels_what_goes_on_and_says_so(tmp_path: Path) -> None:
    async with handling(tmp_path, services=to_another) as desk:
        door = desk.demo.holds("GET")
        await desk.press("space", "space", "d")
        await desk.reached(door)
        await desk.console.app.open_account(to_another_launch(desk))
        await desk.until_shown("Cancelled: ", f"in {desk.folder}.")
        await desk.console.until_idle()
        await desk.press("down", "d")
        await desk.until_beside(1, " s")


def to_another_launch(desk: Desk) -> SessionConfig:
    services = desk.console.app.start.services
    assert services is not None
    return services.open_profile("other")
