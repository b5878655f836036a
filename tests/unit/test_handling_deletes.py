"""Deletes as they are told of, and what the end of the program leaves of them."""

import asyncio
from pathlib import Path

from deletion_desk import ACCOUNT, A, B, C
from handler_desk import at_desk
from scripted_service import settle

from faxtui.domain.fax import Fax
from faxtui.errors import Forbidden, ServiceFailed, SignInRefused, StorageError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.deletion import Unfinished
from faxtui.operations.operations import LocalStatus
from faxtui.storage.journal import Journal, JournalEntry, WasDeleted

REFUSED = SignInRefused("The sign-in was refused.")


async def test_what_was_deleted_is_told_once_and_by_number(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.delete(A, B, with_copies=True)
        assert desk.said == ["2 faxes were deleted from the service."]
        await desk.delete(C)
        assert desk.said[1:] == ["1 fax was deleted from the service."]
        assert desk.wrong == []


async def test_the_list_is_looked_at_again_once_all_deletes_are_through(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.will_fail(B, Forbidden("You may not."))
        await desk.delete(A, B, C)
        assert desk.listings == [{A.key, C.key}]
        desk.service.will_fail(B, Forbidden("You may not."))
        await desk.delete(B)
        assert len(desk.listings) == 1
        await desk.delete(B)
        assert len(desk.listings) == 2


async def test_what_was_refused_is_told_with_its_reason(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.will_fail(B, Forbidden("You may not."))
        await desk.delete(A, B)
        assert desk.wrong == ["f/b.pdf was not deleted. You may not."]
        assert desk.said == ["1 fax was deleted from the service."]
        assert desk.refused == []
        await desk.delete(B)
        assert desk.view.local_status(B) is LocalStatus.DELETED


async def test_of_many_that_were_refused_a_few_are_named(tmp_path: Path) -> None:
    faxes = [Fax(folder="f", file_name=f"{number}.pdf") for number in range(6)]
    async with at_desk(tmp_path) as desk:
        for fax in faxes:
            desk.service.will_fail(fax, Forbidden("You may not."))
        await desk.delete(*faxes)
        assert [each for each in desk.wrong if each.endswith("You may not.")] == desk.wrong[:3]
        assert desk.wrong[3:] == ["The same for 3 more faxes."]


async def test_a_refused_sign_in_is_told_with_one_sentence_and_asks_once(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.will_fail(A, REFUSED)
        await desk.delete(A, B, C)
        assert desk.service.sent == [A.key]
        assert desk.wrong == ["f/a.pdf was not deleted. The sign-in was refused.", "The same for 2 more faxes."]
        assert desk.refused == [REFUSED]


async def test_while_nobody_can_see_it_no_countdown_goes_on(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        await desk.time.goes_by(5)
        assert desk.deletions.progress == "deleting 1 in 0:05"
        desk.is_blind = True
        await desk.time.goes_by(60)
        assert desk.deletions.progress == "deleting 1 in 0:10"
        assert desk.service.sent == []
        desk.is_blind = False
        await desk.time.goes_by(9)
        assert desk.service.sent == []
        await desk.time.goes_by(1)
        await desk.until(lambda: desk.service.sent == [A.key])


async def test_read_only_nothing_is_planned(tmp_path: Path) -> None:
    async with at_desk(tmp_path, read_only=True) as desk:
        plan = desk.handling.deletions.plan([A])
        assert plan.documents == ()
        desk.handling.delete(plan, with_copies=True)
        await settle()
        assert desk.deletions.by_key == {}


async def test_a_copy_that_is_requested_again_is_told_with_the_reason_until_it_comes(tmp_path: Path) -> None:
    async with at_desk(tmp_path, retry_policy=RetryPolicy(waits=(0.01,), jitter=0)) as desk:
        desk.service.when_looked_for(A, ServiceFailed("It failed."))
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=True)
        await desk.until(lambda: desk.view.retry is not None)
        assert desk.deletions.progress == "saving 1 first"
        assert isinstance(desk.view.retry and desk.view.retry.error, ServiceFailed)
        await desk.until(lambda: desk.view.retry is None and "deleting 1" in desk.deletions.progress)


# The end


async def test_at_the_end_nothing_is_sent_later_and_what_was_left_is_given_once(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.delete(desk.handling.deletions.plan([A, B]), with_copies=False)
        ending = asyncio.create_task(desk.handling.aclose())
        await desk.time.goes_by(2)
        assert (await ending).deletes == Unfinished(dropped=(A, B))
        await desk.time.goes_by(60)
        assert desk.service.sent == []
        assert (desk.said, desk.wrong) == ([], [])


async def test_at_the_end_what_went_on_is_told_in_what_is_given(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:

        async def wait() -> str:
            await asyncio.Event().wait()
            return ""

        desk.handling.start("exporting …", wait())
        await settle()
        ending = asyncio.create_task(desk.handling.aclose())
        await desk.time.goes_by(2)
        assert (await ending).task == "Cancelled."
        assert desk.said == []


async def test_a_request_without_an_answer_at_the_end_is_given_as_unknown(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.door.clear()
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        await desk.time.goes_by(10)
        await desk.until(lambda: desk.service.sent == [A.key])
        ending = asyncio.create_task(desk.handling.aclose())
        await desk.time.goes_by(2)
        closing = (await ending).deletes
        assert closing == Unfinished(unknown=(A,))
    journal = Journal(tmp_path / "state" / "journal.jsonl")
    journal.read()
    assert journal.records(ACCOUNT).of(A.identity).was_deleted is WasDeleted.UNKNOWN


async def test_a_journal_that_takes_nothing_is_told_of_once(tmp_path: Path) -> None:
    class FullJournal(Journal):
        def append(self, *entries: JournalEntry) -> None:
            raise StorageError("The journal can't be written: No space left on device.")

    async with at_desk(tmp_path, journal=FullJournal(None)) as desk:
        desk.handling.save([A, B, C])
        await desk.over()
        (sentence,) = desk.said
        assert sentence.startswith("3 faxes saved")
        assert sentence.count("The journal can't be written: No space left on device.") == 1
