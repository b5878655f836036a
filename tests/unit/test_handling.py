"""What is done with faxes, and what is known of each, with no terminal in it."""

import asyncio
import hashlib
import re
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deletion_desk import ACCOUNT, CONTENT, A, B, C, gone
from handler_desk import Desk, at_desk, files
from scripted_service import TOO_LONG, settle
from stored_documents import Stored, StoredDocuments

from faxtui.domain.fax import Fax
from faxtui.errors import ConfigurationError, FaxtuiError, Forbidden, Gone, InvalidValue, NoResponse, UnexpectedResponse
from faxtui.operations.operations import DownloadTarget, LocalStatus, OperationContext
from faxtui.operations.saver import Saver, read_document
from faxtui.storage.journal import Event, Journal, JournalEntry, WasDeleted

NOWHERE = Fax(folder="..", file_name="x")


# What is known of a fax


async def test_a_fax_goes_through_what_can_be_known_of_it(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert desk.view.local_status(A) is None
        desk.handling.note_opened(A)
        assert desk.view.local_status(A) is LocalStatus.OPENED
        desk.handling.save([A])
        await desk.over()
        assert desk.view.local_status(A) is LocalStatus.SAVED
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        assert desk.view.local_status(A) is LocalStatus.GOING
        desk.handling.undo()
        assert desk.view.local_status(A) is LocalStatus.SAVED
        await desk.delete(A)
        assert desk.view.local_status(A) is LocalStatus.DELETED


async def test_what_has_no_address_is_nothing_that_anything_is_known_of(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        for fax in (NOWHERE, Fax()):
            desk.handling.note_opened(fax)
            assert desk.view.local_status(fax) is None


async def test_what_others_took_is_gone(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.when_looked_for(A, gone())
        desk.handling.save([A])
        await desk.over()
        assert desk.view.local_status(A) is LocalStatus.GONE
        desk.service.will_fail(B, gone())
        await desk.delete(B)
        assert desk.view.local_status(B) is LocalStatus.GONE


@pytest.mark.parametrize(
    ("event", "done"),
    [(Event.SAVED, None), (Event.DELETING, LocalStatus.UNKNOWN), (Event.DELETED, LocalStatus.DELETED)],
)
async def test_what_an_earlier_run_did_is_known(tmp_path: Path, event: Event, done: LocalStatus | None) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(JournalEntry(event=event, account=ACCOUNT, fax=A.identity, path="/x.pdf", sha256="00"))
    async with at_desk(tmp_path, journal=Journal(tmp_path / "journal.jsonl")) as desk:
        assert desk.view.local_status(A) is done
        assert desk.view.local_status(B) is None


async def test_a_journal_that_can_not_be_read_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").mkdir()
    async with at_desk(tmp_path, journal=Journal(tmp_path / "journal.jsonl")) as desk:
        (error,) = desk.errors
        assert "can't be read" in str(error)


# Marks


async def test_marks_are_taken_off_what_is_being_deleted(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.mark_all([A, B, C])
        desk.handling.delete(desk.handling.deletions.plan([A, C]), with_copies=False)
        assert desk.view.marks.faxes == (B,)


def marked(desk: Desk) -> tuple[Fax, ...]:
    return desk.view.marks.faxes


async def test_undo_restores_the_marks_that_the_request_cleared_and_no_others(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.mark_all([A, B])
        desk.handling.delete(desk.handling.deletions.plan([A, B]), with_copies=False)
        desk.handling.delete(desk.handling.deletions.plan([C]), with_copies=False)
        assert marked(desk) == ()
        assert desk.handling.undo() == (C,)
        assert marked(desk) == ()
        assert desk.handling.undo() == (A, B)
        assert marked(desk) == (A, B)
        assert desk.handling.undo() == ()
        desk.handling.unmark_all()
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        desk.handling.undo()
        assert marked(desk) == ()


async def test_what_is_being_deleted_can_not_be_marked(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        with pytest.raises(InvalidValue, match="is being deleted"):
            desk.handling.toggle(A)
        desk.handling.mark_all([A, B])
        assert marked(desk) == (B,)
        desk.handling.undo()
        desk.handling.toggle(A)
        assert marked(desk) == (B, A)


async def test_another_grace_counts_from_the_next_request_on(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.set_grace(3)
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        assert desk.deletions.progress == "deleting 1 in 0:03"
        desk.handling.set_grace(60)
        assert desk.deletions.progress == "deleting 1 in 0:03"
        desk.handling.delete(desk.handling.deletions.plan([B]), with_copies=False)
        assert desk.deletions.progress == "deleting 2, the first in 0:03"
        desk.handling.undo()
        await desk.time.goes_by(3)
        await desk.until(lambda: desk.service.sent == [A.key])


async def test_that_marks_are_taken_off_is_said_where_there_were_some(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.unmark_all("the filters changed")
        assert desk.said == []
        desk.handling.mark_all([A, B])
        desk.handling.unmark_all("the filters changed")
        assert desk.said == ["Cleared 2 marks because the filters changed."]


# Saving


async def test_what_was_saved_is_written_into_the_journal_with_its_digest(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A, B])
        await desk.over()
        record = desk.view.record(A)
        assert record.path == str(tmp_path / "faxes" / "a.pdf")
        assert record.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert desk.said == [f"2 faxes saved ({2 * len(CONTENT)} B), in {tmp_path / 'faxes'}."]


async def test_of_those_that_did_not_come_a_few_are_named(tmp_path: Path) -> None:
    faxes = [Fax(folder="f", file_name=f"{number}.pdf") for number in range(6)]
    async with at_desk(tmp_path) as desk:
        for fax in faxes[:5]:
            desk.service.when_looked_for(fax, Forbidden(f"{fax.file_name} may not be fetched."))
        desk.handling.save(faxes)
        await desk.over()
        (sentence,) = desk.said
        assert sentence.startswith(f"1 fax saved ({len(CONTENT)} B), 5 failed, in ")
        assert sentence.count("may not be fetched.") == 3
        assert sentence.endswith("And 2 more.")


async def test_a_place_that_is_not_known_is_told_of(tmp_path: Path) -> None:
    error = ConfigurationError("The home folder is not known.")

    def where() -> DownloadTarget:
        raise error

    async with at_desk(tmp_path, where=where) as desk:
        desk.handling.save([A])
        await desk.over()
        assert desk.errors == [error]
        await desk.delete(A, with_copies=True)
        assert desk.service.sent == []
        assert "The home folder is not known." in desk.wrong[0]


async def test_another_place_from_the_settings_holds_from_the_next_saving_on(tmp_path: Path) -> None:
    folder = tmp_path / "first"
    async with at_desk(tmp_path, where=lambda: DownloadTarget(folder, "{file}")) as desk:
        desk.handling.save([A])
        await desk.over()
        folder = tmp_path / "second"
        desk.handling.save([A])
        await desk.over()
        assert (tmp_path / "second" / "a.pdf").read_bytes() == (tmp_path / "first" / "a.pdf").read_bytes() == CONTENT


# ValueFormat


async def test_what_was_saved_is_read_from_the_disk_while_it_is_still_that(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A])
        await desk.over()
        assert await desk.handling.read(A) == CONTENT
        assert desk.service.looked == [A.key]
        (tmp_path / "faxes" / "a.pdf").write_bytes(b"%PDF-1.4 something else")
        assert await desk.handling.read(A) == CONTENT
        (tmp_path / "faxes" / "a.pdf").unlink()
        assert await desk.handling.read(A) == CONTENT
        assert desk.service.looked == [A.key] * 3


async def test_nothing_of_what_is_read_is_written(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.handling.read(A) == CONTENT
        assert files(tmp_path) == []


async def test_what_was_opened_is_opened_in_later_runs_until_it_is_marked_unopened(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    nameless = replace(B, received_text=None)
    async with at_desk(tmp_path, journal=Journal(journal)) as desk:
        for fax in (A, B, nameless):
            desk.handling.note_opened(fax)
        desk.handling.note_unopened(B)
        assert [desk.view.local_status(each) for each in (A, B)] == [LocalStatus.OPENED, None]
    async with at_desk(tmp_path, journal=Journal(journal)) as desk:
        assert [desk.view.local_status(each) for each in (A, B, nameless)] == [LocalStatus.OPENED, None, None]
        desk.handling.note_unopened(A)
        assert desk.view.local_status(A) is None
    async with at_desk(tmp_path, journal=Journal(journal)) as desk:
        assert desk.view.local_status(A) is None


async def test_what_can_not_be_read_is_not_opened(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.when_looked_for(A, NoResponse("None came."))
        with pytest.raises(NoResponse):
            await desk.handling.read(A)
        assert desk.view.local_status(A) is None


# Which fax a copy is of


OTHER = replace(A, message_id="1")
"""Another fax that the service gave the name of A."""


async def test_a_copy_of_another_fax_with_the_same_name_does_not_count(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A])
        await desk.over()
        desk.handling.note_opened(A)
        assert desk.view.local_status(A) is LocalStatus.SAVED
        assert desk.view.local_status(OTHER) is None
        await desk.delete(OTHER, with_copies=True)
        assert desk.service.looked == [A.key] * 2
        assert desk.service.sent == [A.key]


async def test_a_copy_that_was_changed_or_removed_counts_no_longer(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A, B, C])
        await desk.over()
        (tmp_path / "faxes" / "a.pdf").write_bytes(CONTENT[:-1] + b"!")
        (tmp_path / "faxes" / "b.pdf").unlink()
        await desk.handling.compare((A, B, C), time.monotonic())
        assert [desk.view.local_status(fax) for fax in (A, B, C)] == [None, None, LocalStatus.SAVED]
        await desk.delete(A, B, C, with_copies=True)
        assert sorted(desk.service.looked) == sorted([A.key, B.key, C.key, A.key, B.key])
        assert (tmp_path / "faxes" / "b.pdf").read_bytes() == CONTENT


async def test_a_copy_from_an_earlier_run_counts_once_it_was_looked_at(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A])
        await desk.over()
    async with at_desk(tmp_path) as desk:
        assert desk.view.local_status(A) is None
        await desk.handling.compare((A, B), time.monotonic())
        assert desk.view.local_status(A) is LocalStatus.SAVED


async def test_a_mark_on_another_fax_with_the_same_name_is_cleared(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.mark_all([A, B, C])
        await desk.handling.compare((OTHER, B), time.monotonic())
        assert desk.view.marks.faxes == (B, C)


# What the list proves


async def test_what_is_in_a_list_requested_after_its_delete_was_not_deleted(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        before = time.monotonic()
        await desk.delete(A, B)
        await desk.handling.compare((A, B), before)
        assert desk.view.local_status(A) is LocalStatus.DELETED
        await desk.handling.compare((A, C), time.monotonic())
        assert desk.view.local_status(A) is None
        assert desk.view.local_status(B) is LocalStatus.DELETED
        assert desk.wrong == [
            "f/a.pdf is still in the list: it was not deleted. Refresh, and retry if it is still there."
        ]
        await desk.until(lambda: desk.view.record(A).was_deleted is not WasDeleted.YES)
        await desk.delete(A)
        assert desk.view.local_status(A) is LocalStatus.DELETED
        assert desk.service.sent == [A.key, B.key, A.key]
    entries = [*Journal(tmp_path / "state" / "journal.jsonl").entries(ACCOUNT)][::-1]
    of_a = [str(entry.event) for _, entry in reversed(entries) if entry.fax == A.identity]
    assert of_a == ["deleting", "deleted", "failed", "deleting", "deleted"]


async def test_a_delete_of_which_nobody_knows_is_settled_by_a_later_list_that_has_the_fax(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        for fax in (A, B):
            desk.service.will_fail(fax, NoResponse("None came."))
            desk.service.when_looked_for(fax, NoResponse("None came."))
        await desk.delete(A)
        await desk.delete(B)
        before = time.monotonic()
        assert desk.view.local_status(A) is desk.view.local_status(B) is LocalStatus.UNKNOWN
        await desk.handling.compare((A, C), before)
        assert desk.view.local_status(A) is None
        assert desk.view.local_status(B) is LocalStatus.UNKNOWN


@pytest.mark.parametrize(
    ("event", "age", "requested", "done"),
    [
        (Event.DELETED, 60, 0, None),
        (Event.DELETED, 60, 61, LocalStatus.DELETED),
        (Event.DELETED, 0.5, 0, None),
        (Event.DELETING, 600, 0, None),
        (Event.DELETING, 30, 0, LocalStatus.UNKNOWN),
        (Event.DELETING, 600, 590, LocalStatus.UNKNOWN),
    ],
)
async def test_a_list_also_proves_wrong_what_an_earlier_run_noted_but_not_what_may_be_on_its_way(
    tmp_path: Path, event: Event, age: float, requested: float, done: LocalStatus | None
) -> None:
    """``age`` and ``requested`` are seconds ago."""
    path = tmp_path / "journal.jsonl"
    written = datetime.now(UTC) - timedelta(seconds=age)
    Journal(path, lambda: written).append(JournalEntry(event=event, account=ACCOUNT, fax=A.identity))
    async with at_desk(tmp_path, journal=Journal(path)) as desk:
        await desk.handling.compare((A,), time.monotonic() - requested)
        await desk.until(lambda: desk.view.local_status(A) is done)
    assert len(path.read_text().splitlines()) == (1 if done else 2)


async def test_another_fax_that_has_the_name_by_now_is_not_deleted_in_its_place(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.delete(desk.handling.deletions.plan([A, B]), with_copies=False)
        await desk.handling.compare((OTHER, B), time.monotonic())
        await desk.time.goes_by(10)
        await desk.until(lambda: not desk.deletions.is_in_progress)
        assert desk.service.sent == [B.key]
        assert desk.wrong == ["f/a.pdf was not deleted: another fax has that name now. Check it before you delete it."]


async def test_another_fax_with_the_name_of_a_deleted_one_is_not_shown_as_deleted(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        await desk.delete(A)
        await desk.handling.compare((OTHER,), time.monotonic())
        assert desk.view.local_status(OTHER) is None
        await desk.delete(OTHER)
        assert desk.service.sent == [A.key, A.key]


async def test_what_is_gone_stays_gone_whatever_the_list_has_until_its_document_is_there(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.note_opened(A)
        desk.service.when_looked_for(A, gone())
        with pytest.raises(Gone):
            await desk.handling.read(A)
        assert desk.view.local_status(A) is LocalStatus.GONE
        await desk.handling.compare((A,), time.monotonic())
        assert desk.view.local_status(A) is LocalStatus.GONE
        await desk.handling.read(A)
        assert desk.view.local_status(A) is LocalStatus.OPENED


async def test_what_somebody_else_took_can_be_deleted_if_the_list_has_it_still(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.will_fail(A, gone())
        await desk.delete(A)
        await desk.handling.compare((A,), time.monotonic())
        assert desk.view.local_status(A) is LocalStatus.GONE
        await desk.delete(A)
        assert desk.view.local_status(A) is LocalStatus.DELETED
        assert desk.service.sent == [A.key, A.key]


# A disk that does not respond


class HungJournal(Journal):
    """Reading never ends while ``door`` is shut."""

    def __init__(self) -> None:
        super().__init__(None)
        self.door = threading.Event()

    def read(self) -> bool:
        assert self.door.wait(TOO_LONG)
        return True


async def test_while_the_journal_can_not_be_read_everything_else_is_done(tmp_path: Path) -> None:
    journal = HungJournal()
    async with at_desk(tmp_path, journal=journal, begins=False) as desk:
        reading = asyncio.create_task(desk.handling.load_journal())
        desk.handling.note_opened(B)
        desk.handling.save([A])
        await desk.over()
        await desk.delete(C)
        assert [desk.view.local_status(fax) for fax in (A, B, C)] == [
            LocalStatus.SAVED,
            LocalStatus.OPENED,
            LocalStatus.DELETED,
        ]
        journal.door.set()
        await reading


@pytest.mark.parametrize(
    ("fax", "sentence"),
    [
        (replace(A, file_name=".."), "f/.. cannot be downloaded: invalid folder or file name."),
        (C, "f/c.pdf is no longer on the service: it was deleted elsewhere."),
    ],
)
async def test_without_a_copy_the_reason_is_reported_and_nothing_is_deleted(
    tmp_path: Path, fax: Fax, sentence: str
) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.when_looked_for(C, Gone("It is gone."))
        with pytest.raises((Gone, UnexpectedResponse), match=re.escape(sentence)):
            await Saver(OperationContext(desk.service, ACCOUNT, Journal(None), 10), desk.handling).copy(fax)


async def test_of_many_faxes_that_were_not_saved_some_are_named(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        faxes = [replace(A, file_name=f"{number}.pdf") for number in range(5)]
        for each in faxes:
            desk.service.when_looked_for(each, Gone("It is gone."))
        desk.handling.save(faxes)
        await desk.over()
        (sentence,) = desk.said
        assert sentence.count("is no longer on the service") == 3
        assert sentence.endswith("And 2 more.")


async def test_a_save_that_is_cancelled_says_what_is_saved(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        held = asyncio.Event()
        desk.service.documents_door = held
        assert desk.handling.save([A, B])
        while not desk.service.looked:
            await settle()
        desk.handling.cancel()
        held.set()
        await desk.over()
        (sentence,) = desk.said
        assert sentence.startswith("Cancelled: 0 faxes saved")


@pytest.mark.parametrize(
    ("document", "most", "sentence"),
    [
        (Stored(b"%PDF-1.4 a fax"), 9, "f/a.pdf is larger than 9 bytes. Save it and open the file."),
        (Stored(b"%PDF-1.4", 9), 99, "The fax f/a.pdf is incomplete: 8 of 9 bytes. Retry in a moment."),
    ],
)
async def test_a_document_that_is_too_large_or_incomplete_is_not_read(
    document: Stored, most: int, sentence: str
) -> None:
    with pytest.raises(FaxtuiError, match=re.escape(sentence)):
        await read_document(StoredDocuments({A.key: [document]}), A.key, most)
