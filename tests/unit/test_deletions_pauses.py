"""After a pause in which nobody could see the countdown it begins again: no overdue timer ever sends."""

from pathlib import Path

import pytest
from deletion_desk import ACCOUNT, A, B, Time, deletion_desk

from faxtui.operations.delete_queue import TICK, Clocks, SuspendDetector
from faxtui.operations.deletion import Deleted, Pending
from faxtui.storage.journal import WasDeleted

PAUSES = pytest.mark.parametrize(
    ("monotonic", "wall"),
    [(3600.0, 3600.0), (0.0, 3600.0), (2.1, 2.1), (0.0, 2.1), (0.1, -3600.0)],
    ids=["Ctrl+Z", "sleep", "stalled", "short sleep", "clock set back"],
)


@PAUSES
async def test_after_a_pause_the_grace_begins_again(tmp_path: Path, monotonic: float, wall: float) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        await desk.time.goes_by(9.5)
        await desk.time.jumps(monotonic, wall)
        await desk.time.goes_by(TICK)
        assert desk.state_of(A) == Pending(10)
        await desk.time.goes_by(9.5)
        assert desk.service.sent == []
        await desk.time.goes_by(0.5)
        await desk.until_is(A, Deleted)
        assert desk.service.sent == [A.key]


async def test_a_short_delay_is_no_pause(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        await desk.time.goes_by(8)
        await desk.time.jumps(1.5, 1.5)
        assert desk.state_of(A) == Pending(1)
        await desk.time.goes_by(0.5)
        await desk.until_is(A, Deleted)


@PAUSES
async def test_a_pause_while_the_journal_is_written_sends_nothing(
    tmp_path: Path, monotonic: float, wall: float
) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.journal.hold_up()
        await desk.pending(A)
        await desk.time.goes_by(10)
        await desk.journal.is_reached()
        desk.time.monotonic += monotonic
        desk.time.wall += wall
        desk.journal.door.set()
        await desk.until(lambda: desk.state_of(A) == Pending(10))
        assert desk.service.sent == []
        await desk.time.goes_by(9.75)
        assert desk.service.sent == []
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.NO
        await desk.time.goes_by(0.5)
        await desk.until_is(A, Deleted)
        assert desk.events == [(each, "a.pdf") for each in ("deleting", "failed", "deleting", "deleted")]


async def test_a_pause_between_two_requests_keeps_the_second_from_being_sent(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.door.clear()
        await desk.pending(A, B)
        await desk.time.goes_by(10)
        await desk.until(lambda: desk.service.sent == [A.key])
        desk.time.wall += 3600
        desk.service.door.set()
        await desk.until_is(A, Deleted)
        await desk.time.goes_by(TICK)
        assert desk.state_of(B) == Pending(10)
        await desk.time.goes_by(9.5)
        assert desk.service.sent == [A.key]


async def test_a_key_pressed_right_after_a_pause_does_not_hide_it(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        await desk.time.goes_by(9)
        desk.time.monotonic += 3600
        desk.time.wall += 3600
        desk.deletions.request([B], with_copies=False)
        assert desk.progress == "deleting 2 in 0:10"
        await desk.time.goes_by(9.75)
        assert desk.service.sent == []


async def test_a_loop_that_stalls_right_after_the_wish_sends_nothing(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.deletions.request([A], with_copies=False)
        desk.time.monotonic += 60
        desk.time.wall += 60
        await desk.time.goes_by(TICK)
        assert desk.state_of(A) == Pending(10)
        assert desk.service.sent == []


async def test_a_time_without_deletions_is_no_pause(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        await desk.time.goes_by(10)
        await desk.until_is(A, Deleted)
        await desk.time.goes_by(1)
        await desk.time.jumps(3600, 3600)
        await desk.pending(B)
        await desk.time.goes_by(10)
        await desk.until_is(B, Deleted)


async def test_a_countdown_that_the_terminal_did_not_show_begins_again(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        await desk.time.goes_by(9)
        desk.deletions.restart_countdown()
        assert desk.state_of(A) == Pending(10)


def test_the_clocks_are_looked_at_more_than_twice_a_second() -> None:
    assert TICK <= 0.5


def test_two_seconds_are_no_pause_and_more_are_one() -> None:
    time = Time()
    watch = SuspendDetector(time.clocks)
    for seconds, is_pause in ((2.0, False), (2.01, True), (0.25, False)):
        time.monotonic += seconds
        assert watch.was_paused() is is_pause


def test_the_clocks_are_this_machines_unless_told_otherwise() -> None:
    assert not SuspendDetector(Clocks()).was_paused()
