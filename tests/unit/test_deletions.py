"""Deleting a fax: what is asked for, what can be taken back, and what is sent."""

from pathlib import Path

import pytest
from deletion_desk import ACCOUNT, A, B, C, deletion_desk
from scripted_service import settle

from faxtui.domain.fax import Fax, FaxKey
from faxtui.errors import NoResponse
from faxtui.operations.deletion import Deleted, Deleting, NotDeleted, Pending, Undone
from faxtui.storage.journal import WasDeleted


async def test_a_fax_is_deleted_once_its_grace_is_over_and_not_before(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.deletions.request([A], with_copies=False)
        assert desk.state_of(A) == Pending(10)
        await desk.time.goes_by(9.75)
        assert desk.state_of(A) == Pending(1)
        assert desk.service.sent == []
        await desk.time.goes_by(0.25)
        assert await desk.until_is(A, Deleted) == Deleted(by_us=True)
        assert desk.service.sent == [A.key]
        assert desk.events == [("deleting", "a.pdf"), ("deleted", "a.pdf")]
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.YES


async def test_the_screen_is_told_of_each_second_once(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.deletions.request([A], with_copies=False)
        await desk.time.goes_by(9)
        assert [view.of(A.key) for view in desk.views] == [Pending(left) for left in range(10, 0, -1)]


async def test_the_journal_is_on_the_disk_before_the_request_is_sent(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.door.clear()
        await desk.pending(A, with_copies=True)
        await desk.time.goes_by(10)
        await desk.until_is(A, Deleting)
        assert desk.events == [("saved", "a.pdf"), ("deleting", "a.pdf")]
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.UNKNOWN


async def test_undo_takes_back_the_last_request_and_then_the_one_before(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.saves.hold(C)
        await desk.pending(A)
        await desk.time.goes_by(3)
        await desk.pending(B)
        desk.deletions.request([C], with_copies=True)
        await settle()
        assert desk.progress == "saving 1 first, deleting 2, the first in 0:07"
        assert desk.deletions.undo() == (C,)
        await settle()
        assert desk.saves.under_way == set()
        assert desk.progress == "deleting 2, the first in 0:07"
        assert desk.deletions.undo() == (B,)
        assert desk.progress == "deleting 1 in 0:07"
        assert desk.deletions.undo() == (A,)
        assert [desk.state_of(fax) for fax in (A, B, C)] == [Undone()] * 3
        await desk.time.goes_by(60)
        assert desk.service.sent == []
        assert desk.deletions.undo() == ()


async def test_what_was_requested_at_once_is_undone_at_once_and_a_repeated_request_is_the_last(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A, B)
        await desk.pending(C)
        assert desk.deletions.undo() == (C,)
        assert set(desk.deletions.undo()) == {A, B}
        await desk.pending(B)
        await desk.pending(A)
        assert desk.deletions.undo() == (A,)
        await desk.time.goes_by(10)
        await desk.until_is(B, Deleted)
        assert desk.service.sent == [B.key]


async def test_what_is_sent_can_not_be_taken_back_but_the_others_can(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.door.clear()
        await desk.pending(A, B)
        await desk.time.goes_by(10)
        await desk.until_is(A, Deleting)
        assert desk.deletions.undo() == (B,)
        desk.service.door.set()
        await desk.until_is(A, Deleted)
        assert desk.service.sent == [A.key]


async def test_undo_while_the_journal_is_written_still_sends_nothing(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.journal.hold_up()
        await desk.pending(A)
        await desk.time.goes_by(10)
        await desk.journal.is_reached()
        assert desk.deletions.undo() == (A,)
        desk.journal.door.set()
        await desk.deletions.aclose()
        assert desk.service.sent == []
        assert desk.events == [("deleting", "a.pdf"), ("failed", "a.pdf")]
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.NO


async def test_what_was_taken_back_can_be_deleted_after_all(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        desk.deletions.undo()
        await desk.pending(A)
        await desk.time.goes_by(10)
        await desk.until_is(A, Deleted)
        assert desk.service.sent == [A.key]


async def test_two_rows_of_one_pair_are_one_document(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        twin = Fax(folder="f", file_name="a.pdf", message_id="0")
        plan = desk.deletions.request([A, B, twin], with_copies=False)
        assert plan.documents == (A, B)
        (remark,) = plan.remarks
        assert remark == "2 of the rows are one document, f/a.pdf. It is deleted once, and all of them go."
        await desk.time.goes_by(10)
        await desk.until_is(B, Deleted)
        assert desk.service.sent == [A.key, B.key]


async def test_a_fax_is_never_asked_to_be_deleted_while_it_is_or_once_it_was(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        (refused,) = desk.deletions.request([A], with_copies=False).refused
        assert refused.reason == "f/a.pdf is already being deleted."
        await desk.time.goes_by(10)
        await desk.until_is(A, Deleted)
        (refused,) = desk.deletions.request([A], with_copies=False).refused
        assert refused.reason == "f/a.pdf is already deleted."
        await desk.time.goes_by(20)
        assert desk.service.sent == [A.key]


@pytest.mark.parametrize("folder", ["f", "", None, ".", ".."])
async def test_a_fax_without_an_address_is_refused_with_a_sentence(tmp_path: Path, folder: str | None) -> None:
    async with deletion_desk(tmp_path) as desk:
        fax = Fax(folder=folder, file_name=".." if folder == "f" else "a.pdf")
        plan = desk.deletions.request([fax, fax], with_copies=False)
        assert plan.documents == ()
        assert [each.reason for each in plan.refused] == ["A fax without a folder or file name cannot be deleted."] * 2
        assert desk.views == []


async def test_where_it_is_read_only_nothing_can_be_deleted(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path, read_only=True) as desk:
        plan = desk.deletions.request([A, B, A], with_copies=True)
        assert (plan.documents, [each.fax for each in plan.refused]) == ((), [A, B])
        assert {each.reason for each in plan.refused} == {"Read-only: deleting is disabled."}
        await desk.time.goes_by(20)
        assert desk.service.sent == []


async def test_a_plan_does_nothing(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        assert desk.deletions.plan([A, B]).documents == (A, B)
        assert desk.views == []


async def test_without_a_journal_nothing_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        await desk.time.goes_by(10)
        state = await desk.until_is(A, NotDeleted)
        assert isinstance(state, NotDeleted)
        assert "The journal" in state.reason
        desk.deletions.request([B], with_copies=True)
        await desk.until_is(B, NotDeleted)
        assert desk.service.sent == []


async def test_a_deletion_that_the_journal_could_not_take_is_told_of(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.door.clear()
        await desk.pending(A)
        await desk.time.goes_by(10)
        await desk.until_is(A, Deleting)
        assert desk.journal.path is not None
        desk.journal.path.unlink()
        desk.journal.path.mkdir()
        desk.service.door.set()
        state = await desk.until_is(A, Deleted)
        assert isinstance(state, Deleted)
        assert state.by_us
        assert state.remark.startswith("f/a.pdf was deleted, but the journal does not record it. The journal ")


async def test_a_grace_of_nothing_sends_at_the_next_tick(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path, grace=0) as desk:
        desk.deletions.request([A], with_copies=False)
        assert desk.state_of(A) == Pending(0)
        await desk.time.goes_by(0.25)
        await desk.until_is(A, Deleted)


async def test_what_came_back_is_forgotten_once_it_was_seen(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, NoResponse("No answer came."))
        await desk.pending(A, B)
        await desk.time.goes_by(10)
        await desk.until_is(B, Deleted)
        await desk.pending(C)
        desk.deletions.undo()
        desk.deletions.drop_finished()
        assert set(desk.deletions.view.by_key) == {B.key}
        assert desk.deletions.view.deleted == {B.key}


async def test_an_error_that_nobody_expected_is_told_of_and_nothing_more_is_sent(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path, may_crash=True) as desk:
        desk.service.will_fail(A, LookupError("of ours"))
        await desk.pending(A, B)
        await desk.time.goes_by(10)
        await desk.until(lambda: bool(desk.crashes))
        await desk.time.goes_by(20)
        assert desk.service.sent == [A.key]
        (refused,) = desk.deletions.request([C], with_copies=False).refused
        assert refused.reason == "faxtui is quitting. Nothing more is deleted."
        closing = await desk.deletions.aclose()
        assert (closing.dropped, closing.unknown) == ((B,), (A,))


async def test_names_are_safe_to_look_at(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        hostile = Fax(folder="f\x1b[2J", file_name="a\u202egpj.exe")
        desk.deletions.request([hostile], with_copies=False)
        (refused,) = desk.deletions.request([hostile], with_copies=False).refused
        assert refused.reason.isprintable()
        assert FaxKey("f\x1b[2J", "a\u202egpj.exe") in desk.deletions.view.by_key
