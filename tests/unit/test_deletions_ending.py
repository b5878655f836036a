"""What the end of the program does with deletions: what was not sent is dropped, said, and never sent later."""

import asyncio
from pathlib import Path

from deletion_desk import ACCOUNT, A, B, deletion_desk

from faxtui.errors import Busy
from faxtui.operations.deletion import Deleted, Deleting, NotDeleted, Unknown
from faxtui.storage.journal import Event, JournalEntry, WasDeleted


async def test_the_end_drops_what_was_not_sent_and_says_so(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.saves.hold(B)
        await desk.pending(A)
        desk.deletions.request([B], with_copies=True)
        await desk.time.goes_by(1)
        assert set(desk.deletions.view.unsent) == {A, B}
        closing = await desk.deletions.aclose()
        assert (set(closing.dropped), closing.unknown) == ({A, B}, ())
        assert desk.state_of(A) == NotDeleted("f/a.pdf was not deleted because faxtui quit first.")
        assert desk.saves.under_way == set()
        await desk.time.goes_by(60)
        assert desk.service.sent == []
        assert await desk.deletions.aclose() == closing.__class__((), ())


async def test_the_end_waits_for_the_answer_to_what_was_sent(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.door.clear()
        await desk.let_go(A, B)
        await desk.until_is(A, Deleting)
        desk.service.door.set()
        closing = await desk.deletions.aclose()
        assert (closing.dropped, closing.unknown) == ((B,), ())
        assert desk.state_of(A) == Deleted(by_us=True)
        assert desk.service.sent == [A.key]


async def test_the_end_waits_for_no_longer_than_a_second_and_tells_what_is_unknown(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.door.clear()
        await desk.let_go(A)
        await desk.until_is(A, Deleting)
        closing = asyncio.create_task(desk.deletions.aclose())
        await desk.time.goes_by(0.75)
        assert not closing.done()
        await desk.time.goes_by(0.25)
        assert (await closing).unknown == (A,)
        assert desk.state_of(A) == Unknown(
            "The deletion of f/a.pdf is unconfirmed: faxtui quit before the response came."
        )
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.UNKNOWN


async def test_the_end_while_the_journal_is_written_sends_nothing(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.journal.hold_up()
        await desk.let_go(A)
        await desk.journal.is_reached()
        closing = asyncio.create_task(desk.deletions.aclose())
        await desk.time.goes_by(0.5)
        desk.journal.door.set()
        assert (await closing).dropped == (A,)
        assert desk.service.sent == []
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.NO


async def test_a_busy_answer_at_the_end_drops_the_fax(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, Busy("Busy.", 1))
        desk.service.door.clear()
        await desk.let_go(A)
        await desk.until_is(A, Deleting)
        desk.service.door.set()
        assert (await desk.deletions.aclose()).dropped == (A,)
        await desk.time.goes_by(60)
        assert desk.service.sent == [A.key]


async def test_after_the_end_nothing_is_deleted_or_asked(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.journal.append(JournalEntry(event=Event.DELETING, account=ACCOUNT, fax=A.identity))
        await desk.deletions.aclose()
        assert desk.deletions.request([B], with_copies=False).documents == ()
        desk.deletions.confirm([A])
        await desk.time.goes_by(60)
        assert (desk.service.sent, desk.service.looked) == ([], [])
