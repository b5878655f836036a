"""What becomes of a request to delete that is refused, or that has no answer."""

from pathlib import Path

import pytest
from deletion_desk import ACCOUNT, A, B, C, deletion_desk, gone

from faxtui.domain.fax import Fax
from faxtui.errors import (
    Busy,
    Forbidden,
    NoResponse,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    UnexpectedResponse,
    Unreachable,
    WrongAddress,
)
from faxtui.operations.deletion import Confirming, Deleted, Deleting, NotDeleted, Pending, Unknown
from faxtui.storage.journal import Event, JournalEntry, WasDeleted

SILENT = [NoResponse("No answer."), ServiceFailed("It failed (502)."), UnexpectedResponse("HTML came.")]


async def test_a_fax_that_someone_else_deleted_is_gone(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, gone())
        await desk.let_go(A)
        assert await desk.until_is(A, Deleted) == Deleted(
            by_us=False, remark="f/a.pdf was already gone: it was deleted elsewhere."
        )
        assert desk.events == [("deleting", "a.pdf"), ("deleted", "a.pdf")]


@pytest.mark.parametrize("error", [Refused("Won't."), Forbidden("Not allowed."), WrongAddress("Sent on.")])
async def test_a_refused_one_comes_back_with_the_reason_and_the_others_go_on(
    tmp_path: Path, error: ServiceError
) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, error)
        await desk.let_go(A, B)
        await desk.until_is(B, Deleted)
        assert desk.state_of(A) == NotDeleted(f"f/a.pdf was not deleted. {error}")
        assert desk.service.sent == [A.key, B.key]
        assert desk.service.looked == []
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.NO


@pytest.mark.parametrize("error", [SignInRefused("Wrong password."), Unreachable("No connection.")])
async def test_what_would_meet_the_next_one_too_ends_all_that_wait(tmp_path: Path, error: ServiceError) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, error)
        desk.saves.hold(C)
        desk.deletions.request([C], with_copies=True)
        await desk.let_go(A, B)
        await desk.until_is(C, NotDeleted)
        assert desk.state_of(A) == NotDeleted(f"f/a.pdf was not deleted. {error}")
        stopped = f"f/{{}} was not deleted because another delete failed. {error}"
        assert desk.state_of(B) == NotDeleted(stopped.format("b.pdf"))
        assert desk.state_of(C) == NotDeleted(stopped.format("c.pdf"))
        await desk.time.goes_by(60)
        assert desk.service.sent == [A.key]


async def test_a_sign_in_refused_while_a_copy_is_saved_ends_all_that_wait(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A)
        desk.saves.errors[B.key] = SignInRefused("Wrong password.")
        desk.deletions.request([B], with_copies=True)
        await desk.until_is(B, NotDeleted)
        await desk.until_is(A, NotDeleted)
        await desk.time.goes_by(60)
        assert desk.service.sent == []


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
async def test_a_request_without_an_answer_that_arrived_is_settled_as_deleted(
    tmp_path: Path, error: ServiceError
) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, error)
        desk.service.when_looked_for(A, gone())
        await desk.let_go(A, B)
        await desk.until_is(B, Deleted)
        assert desk.state_of(A) == Deleted(
            by_us=True, remark="f/a.pdf is gone, although the delete request got no response."
        )
        assert (desk.service.sent, desk.service.looked) == ([A.key, B.key], [A.key])
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.YES
        assert Confirming in [type(view.of(A.key)) for view in desk.views]


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
async def test_a_request_without_an_answer_that_did_not_arrive_brings_the_row_back(
    tmp_path: Path, error: ServiceError
) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, error)
        await desk.let_go(A)
        state = await desk.until_is(A, NotDeleted)
        assert isinstance(state, NotDeleted)
        assert state.reason.startswith("f/a.pdf is still on the service: ")
        await desk.time.goes_by(60)
        assert desk.service.sent == [A.key]
        assert desk.events == [("deleting", "a.pdf"), ("failed", "a.pdf")]


async def test_what_can_not_be_settled_is_unknown_and_ends_all_that_wait(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, NoResponse("No answer."))
        desk.service.when_looked_for(A, Unreachable("No connection."))
        await desk.let_go(A, B)
        assert await desk.until_is(A, Unknown) == Unknown("The deletion of f/a.pdf is unconfirmed. No connection.")
        await desk.until_is(B, NotDeleted)
        await desk.time.goes_by(60)
        assert (desk.service.sent, desk.service.looked) == ([A.key], [A.key])
        assert desk.events == [("deleting", "a.pdf")]
        (refused,) = desk.deletions.request([A], with_copies=False).refused
        assert refused.reason == "The deletion of f/a.pdf is unconfirmed. Check it before you delete again."


async def test_the_unknown_is_settled_on_the_operators_wish_without_a_second_request(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        for fax, *answers in ((A, gone()), (B,), (C, NoResponse("None."))):
            desk.service.will_fail(fax, NoResponse("No answer."))
            desk.service.when_looked_for(fax, Unreachable("No connection."), *answers)
            await desk.let_go(fax)
            await desk.until_is(fax, Unknown)
        desk.deletions.confirm([A, B, C, A])
        await desk.until(lambda: desk.state_of(C) == Unknown("The deletion of f/c.pdf is unconfirmed. None."))
        assert isinstance(desk.state_of(A), Deleted)
        assert isinstance(desk.state_of(B), NotDeleted)
        assert desk.service.sent == [A.key, B.key, C.key]
        assert desk.service.looked == [A.key, B.key, C.key, A.key, B.key, C.key]


async def test_what_an_earlier_run_left_unknown_is_settled_on_the_operators_wish(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        for fax in (A, B):
            desk.journal.append(JournalEntry(event=Event.DELETING, account=ACCOUNT, fax=fax.identity))
        desk.journal.append(JournalEntry(event=Event.SAVED, account=ACCOUNT, fax=C.identity, path="c", sha256="0"))
        desk.service.when_looked_for(A, gone())
        desk.deletions.confirm([A, B, C, Fax()])
        await desk.until_is(B, NotDeleted)
        assert isinstance(desk.state_of(A), Deleted)
        assert desk.state_of(C) is None
        assert (desk.service.sent, desk.service.looked) == ([], [A.key, B.key])


async def test_what_is_pending_or_over_is_not_asked_about(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.let_go(A)
        await desk.until_is(A, Deleted)
        await desk.pending(B)
        desk.deletions.confirm([A, B])
        await desk.time.goes_by(1)
        assert desk.service.looked == []


async def test_a_busy_service_is_left_alone_for_as_long_as_it_asks_and_asked_once_more(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, Busy("Busy.", 30))
        await desk.let_go(A, B)
        await desk.until(lambda: desk.state_of(A) == Pending(30, is_held_up=True))
        assert desk.state_of(B) == Pending(30, is_held_up=True)
        assert desk.journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.NO
        await desk.time.goes_by(29.75)
        assert desk.service.sent == [A.key]
        await desk.time.goes_by(0.25)
        await desk.until_is(B, Deleted)
        assert isinstance(desk.state_of(A), Deleted)
        assert desk.service.sent == [A.key, A.key, B.key]


async def test_a_service_that_is_busy_twice_keeps_the_fax(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, Busy("Busy.", 1), Busy("Still busy.", 1))
        await desk.let_go(A)
        await desk.until(lambda: desk.state_of(A) == Pending(1, is_held_up=True))
        await desk.time.goes_by(1)
        assert await desk.until_is(A, NotDeleted) == NotDeleted("f/a.pdf was not deleted. Still busy.")
        await desk.time.goes_by(60)
        assert desk.service.sent == [A.key, A.key]


async def test_a_busy_service_is_not_waited_for_longer_than_a_minute(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, Busy("Busy.", 86_400))
        await desk.let_go(A)
        await desk.until(lambda: desk.state_of(A) == Pending(60, is_held_up=True))


async def test_what_a_busy_service_holds_up_can_be_taken_back(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, Busy("Busy.", 30))
        await desk.let_go(A)
        await desk.until_is(A, Pending)
        await desk.until(lambda: desk.state_of(A) == Pending(30, is_held_up=True))
        assert desk.deletions.undo() == (A,)
        await desk.time.goes_by(60)
        assert desk.service.sent == [A.key]


async def test_what_came_back_may_be_asked_for_anew(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.service.will_fail(A, Forbidden("Not allowed."))
        await desk.let_go(A)
        await desk.until_is(A, NotDeleted)
        await desk.let_go(A)
        await desk.until_is(A, Deleted)


async def test_the_page_bar_tells_what_goes_on(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path, grace=90) as desk:
        assert desk.progress == ""
        await desk.pending(A, B)
        assert desk.progress == "deleting 2 in 1:30"
        desk.service.door.clear()
        await desk.time.goes_by(90)
        await desk.until_is(A, Deleting)
        assert desk.progress == "deleting 1 now, deleting 1 in 0:00"
        assert [each.is_in_progress for each in desk.deletions.view.by_key.values()] == [True, True]
        assert [each.is_unsent for each in desk.deletions.view.by_key.values()] == [False, True]
        assert desk.deletions.view.of(C.key) is None
