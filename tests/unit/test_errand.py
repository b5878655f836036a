"""One background task at a time: its progress, its end, and how it is cancelled."""

import asyncio
import threading
from pathlib import Path

import pytest
from handler_desk import Desk, at_desk
from scripted_service import settle

from faxtui.errors import StorageError
from faxtui.storage.files import to_thread_shielded


async def waiting_for(door: asyncio.Event, sentence: str = "Done.") -> str:
    await door.wait()
    return sentence


async def failing(error: Exception) -> str:
    raise error


async def ended(desk: Desk) -> None:
    await desk.until(lambda: not desk.handling.is_busy)


async def test_it_is_shown_from_begin_to_end(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        door = asyncio.Event()
        assert desk.handling.start("saving 2 faxes …", waiting_for(door, "2 faxes saved."))
        assert desk.handling.is_busy
        desk.handling.show_progress("saving 1 of 2 faxes")
        door.set()
        await ended(desk)
        assert desk.tasks[-3:] == ["saving 2 faxes …", "saving 1 of 2 faxes", ""]
        assert desk.said == ["2 faxes saved."]


async def test_there_is_one_at_a_time_and_the_next_one_after_it(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        door = asyncio.Event()
        assert desk.handling.start("first", waiting_for(door, "First."))
        assert not desk.handling.start("second", waiting_for(door, "Second."))
        door.set()
        await ended(desk)
        assert desk.handling.start("third", waiting_for(door, "Third."))
        await ended(desk)
        assert desk.said == ["First.", "Third."]


@pytest.mark.parametrize("has_begun", [True, False])
async def test_cancelled_it_says_so_and_nothing_is_left(tmp_path: Path, has_begun: bool) -> None:
    async with at_desk(tmp_path) as desk:
        assert not desk.handling.cancel()
        desk.handling.start("first", waiting_for(asyncio.Event()))
        if has_begun:
            await settle()
        assert desk.handling.cancel()
        await ended(desk)
        assert (desk.said, desk.view.task) == (["Cancelled."], "")
        assert not desk.handling.cancel()


async def test_what_went_wrong_is_reported_as_an_error(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        error = StorageError("No space left.")
        desk.handling.start("first", failing(error))
        await ended(desk)
        assert (desk.errors, desk.said, desk.crashes) == ([error], [], [])


async def test_what_nobody_expected_is_not_lost(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        error = LookupError("what?")
        desk.handling.start("first", failing(error))
        await ended(desk)
        assert (desk.crashes, desk.errors, desk.said) == ([error], [], [])
        desk.crashes.clear()


async def test_progress_after_its_end_is_not_shown(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.show_progress("too late")
        assert desk.view.task == ""


async def test_at_the_end_of_the_program_it_is_cancelled(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.start("first", waiting_for(asyncio.Event()))
        await settle()
        assert (await desk.handling.aclose()).task == "Cancelled."
        assert desk.said == []


async def test_a_disk_that_hangs_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faxtui.operations.operations._END_LIMIT", 0.01)
    async with at_desk(tmp_path) as desk:
        door = threading.Event()

        async def work() -> str:
            await to_thread_shielded(door.wait)
            return "Done."

        desk.handling.start("first", work())
        await settle()
        assert (await desk.handling.aclose()).task == ""
        assert desk.handling.is_busy
        door.set()
        await ended(desk)
        assert desk.said == []
