"""What is done with faxes, and what is known of each, with no terminal in it."""

import hashlib
from pathlib import Path

import pytest
from deletion_desk import ACCOUNT, CONTENT, A, B, C, gone
from handler_desk import at_desk, files

from faxtui.domain.fax import Fax
from faxtui.errors import ConfigurationError, Forbidden, NoAnswer
from faxtui.inbox.handling import Done
from faxtui.inbox.journal import Entry, Event, Journal
from faxtui.inbox.place import Place

NOWHERE = Fax(folder="..", file_name="x")


# What is known of a fax


async def test_a_fax_goes_through_what_can_be_known_of_it(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert desk.view.done(A.key) is None
        desk.handling.note_opened(A.key)
        assert desk.view.done(A.key) is Done.OPENED
        desk.handling.save([A])
        await desk.over()
        assert desk.view.done(A.key) is Done.SAVED
        desk.handling.delete(desk.handling.deletions.plan([A]), with_copies=False)
        assert desk.view.done(A.key) is Done.GOING
        desk.handling.deletions.undo()
        assert desk.view.done(A.key) is Done.SAVED
        await desk.delete(A)
        assert desk.view.done(A.key) is Done.DELETED


async def test_what_has_no_address_is_nothing_that_anything_is_known_of(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        for fax in (NOWHERE, Fax()):
            desk.handling.note_opened(fax.key)
            assert desk.view.done(fax.key) is None


async def test_what_others_took_is_gone(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.when_looked_for(A, gone())
        desk.handling.save([A])
        await desk.over()
        assert desk.view.done(A.key) is Done.GONE
        desk.service.will_fail(B, gone())
        await desk.delete(B)
        assert desk.view.done(B.key) is Done.GONE


@pytest.mark.parametrize(
    ("event", "done"), [(Event.SAVED, Done.SAVED), (Event.DELETING, Done.UNKNOWN), (Event.DELETED, Done.DELETED)]
)
async def test_what_an_earlier_run_did_is_known(tmp_path: Path, event: Event, done: Done) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(Entry(event=event, account=ACCOUNT, key=A.key, path="/x.pdf", sha256="00"))
    async with at_desk(tmp_path, journal=Journal(tmp_path / "journal.jsonl")) as desk:
        assert desk.view.done(A.key) is done
        assert desk.view.done(B.key) is None


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


async def test_that_marks_are_taken_off_is_said_where_there_were_some(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.unmark_all("other filters hold now")
        assert desk.said == []
        desk.handling.mark_all([A, B])
        desk.handling.unmark_all("other filters hold now")
        assert desk.said == ["2 marks taken off: other filters hold now."]


# Saving


async def test_what_was_saved_is_written_into_the_journal_with_its_digest(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A, B])
        await desk.over()
        record = desk.view.record(A.key)
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

    def where() -> Place:
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
    async with at_desk(tmp_path, where=lambda: Place(folder, "{file}")) as desk:
        desk.handling.save([A])
        await desk.over()
        folder = tmp_path / "second"
        desk.handling.save([A])
        await desk.over()
        assert (tmp_path / "second" / "a.pdf").read_bytes() == (tmp_path / "first" / "a.pdf").read_bytes() == CONTENT


# Reading


async def test_what_was_saved_is_read_from_the_disk_while_it_is_still_that(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.handling.save([A])
        await desk.over()
        assert await desk.handling.read(A.key) == CONTENT
        assert desk.service.looked == [A.key]
        (tmp_path / "faxes" / "a.pdf").write_bytes(b"%PDF-1.4 something else")
        assert await desk.handling.read(A.key) == CONTENT
        (tmp_path / "faxes" / "a.pdf").unlink()
        assert await desk.handling.read(A.key) == CONTENT
        assert desk.service.looked == [A.key] * 3


async def test_what_is_read_is_opened_and_nothing_of_it_is_written(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        assert await desk.handling.read(A.key) == CONTENT
        assert desk.view.done(A.key) is Done.OPENED
        assert files(tmp_path) == []


async def test_what_can_not_be_read_is_not_opened(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk:
        desk.service.when_looked_for(A, NoAnswer("None came."))
        with pytest.raises(NoAnswer):
            await desk.handling.read(A.key)
        assert desk.view.done(A.key) is None
