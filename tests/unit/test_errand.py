"""One thing at a time that takes a while: told of, cancelled, ended."""

import asyncio
import threading

import pytest
from scripted_service import TOO_LONG, settle

from faxtui.errors import FaxtuiError, StorageError
from faxtui.operations.background_task import BackgroundTasks
from faxtui.storage.files import to_thread_shielded


class Desk:
    """Errands, and everything that they told."""

    def __init__(self) -> None:
        self.words: list[str | None] = []
        self.ends: list[str] = []
        self.errors: list[FaxtuiError] = []
        self.crashes: list[BaseException] = []
        self.ended = asyncio.Event()
        self.errands = BackgroundTasks(
            on_change=self._changed, on_end=self.ends.append, on_error=self.errors.append, on_crash=self.crashes.append
        )

    def _changed(self) -> None:
        current = self.errands.current
        self.words.append(None if current is None else current.words)
        if current is None:
            self.ended.set()


async def waiting_for(door: asyncio.Event, said: str = "Done.") -> str:
    await door.wait()
    return said


async def test_it_is_told_of_from_begin_to_end() -> None:
    desk, door = Desk(), asyncio.Event()
    assert desk.errands.start("saving 2 faxes …", waiting_for(door, "2 faxes saved."))
    assert desk.errands.is_running
    desk.errands.tell("saving 1 of 2 faxes")
    door.set()
    await settle()
    assert desk.words == ["saving 2 faxes …", "saving 1 of 2 faxes", None]
    assert desk.ends == ["2 faxes saved."]
    assert not desk.errands.is_running


async def test_there_is_one_at_a_time_and_the_next_one_after_it() -> None:
    desk, door = Desk(), asyncio.Event()
    assert desk.errands.start("first", waiting_for(door, "First."))
    assert not desk.errands.start("second", waiting_for(door, "Second."))
    door.set()
    await settle()
    assert desk.errands.start("third", waiting_for(door, "Third."))
    await settle()
    assert desk.ends == ["First.", "Third."]


async def test_cancelled_it_says_so_and_nothing_is_left() -> None:
    desk = Desk()
    assert not desk.errands.cancel()
    desk.errands.start("first", waiting_for(asyncio.Event()))
    await settle()
    assert desk.errands.cancel()
    await settle()
    assert (desk.ends, desk.errands.current, desk.words[-1]) == (["Cancelled."], None, None)
    assert not desk.errands.cancel()


async def test_cancelled_before_it_began_it_ends_all_the_same() -> None:
    desk = Desk()
    desk.errands.start("first", waiting_for(asyncio.Event()))
    desk.errands.cancel()
    await settle()
    assert desk.errands.current is None
    assert not desk.errands.is_running


async def test_what_went_wrong_is_told_as_an_error() -> None:
    desk, error = Desk(), StorageError("There is no room left.")

    async def work() -> str:
        raise error

    desk.errands.start("first", work())
    await settle()
    assert (desk.errors, desk.ends, desk.crashes) == ([error], [], [])
    assert not desk.errands.is_running


async def test_what_nobody_expected_is_not_lost() -> None:
    desk, error = Desk(), LookupError("what?")

    async def work() -> str:
        raise error

    desk.errands.start("first", work())
    await settle()
    assert (desk.crashes, desk.errors, desk.ends) == ([error], [], [])


async def test_what_is_told_after_its_end_is_not_shown() -> None:
    desk = Desk()
    desk.errands.tell("too late")
    assert desk.errands.current is None
    assert desk.words == []


async def test_at_the_end_of_the_program_it_is_cancelled() -> None:
    desk = Desk()
    desk.errands.start("first", waiting_for(asyncio.Event()))
    await settle()
    await desk.errands.aclose()
    assert desk.ends == ["Cancelled."]
    await desk.errands.aclose()


async def test_a_disk_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faxtui.operations.background_task.CLOSING", 0.01)
    desk, door = Desk(), threading.Event()

    async def work() -> str:
        await to_thread_shielded(door.wait)
        return "Done."

    desk.errands.start("first", work())
    await settle()
    await desk.errands.aclose()
    assert desk.errands.is_running
    door.set()
    await asyncio.wait_for(desk.ended.wait(), TOO_LONG)
    assert desk.ends == ["Cancelled."]
