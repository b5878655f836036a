"""Deleting faxes: asked first, copied first, taken back in time, sent once, and told as it was."""

import socket
from pathlib import Path

from deletion_desk import Time
from handling_desk import ACCOUNT, BROKEN, GONE, WITHOUT_COPIES, Desk, handling
from wire import resource

from faxtui.demo.asgi import Response
from faxtui.operations.deletion import DeletionsView
from faxtui.storage.journal import WasDeleted

AT_ONCE = 0
"""Seconds of grace where a test is about what comes after it."""


def copies(desk: Desk) -> int:
    return len([each for each in desk.saved if each.endswith(".pdf")])


async def test_the_question_names_what_goes_and_where_copies_go(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("D")
        await desk.until_shown("Delete 1 fax from the service? This cannot be undone there.", "Esc cancel")
        await desk.until_shown(f"Copies: {socket.gethostname()}:{desk.folder}")
        await desk.press("escape", "space", "space", "delete")
        await desk.until_shown("Delete 2 faxes from the service? This cannot be undone there.")
        for fax in desk.faxes[:2]:
            await desk.until_shown(f"{fax.sender or '—'}"[:18])
        await desk.press("escape")
        assert (desk.beside(0), desk.beside(1)) == ("● ", "● ")
        assert not desk.is_struck(0)
        assert desk.demo.asked == ["list"]


async def test_copies_come_first_then_a_countdown_and_nothing_is_sent_before(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "D", "enter")
        await desk.until_shown("deleting 2 in 60:00", "U undo")
        assert (desk.beside(0), desk.beside(1)) == (" D", " D")
        assert desk.is_struck(0)
        assert not desk.is_struck(2)
        assert copies(desk) == 2
        assert "marked" not in desk.console.page_bar
        assert desk.demo.deleted() == []


async def test_taken_back_nothing_was_sent_and_the_rows_are_as_before(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "D", "enter")
        await desk.until_shown("deleting 2 in")
        await desk.press("U")
        await desk.until_shown("Undone: 2 faxes kept.")
        assert (desk.beside(0), desk.beside(1)) == ("●s", "●s")
        assert not desk.is_struck(0)
        await desk.press("U")
        await desk.until_shown("Nothing to undo.")
        assert "deleting" not in desk.console.page_bar
    assert desk.demo.deleted() == []


async def test_after_the_grace_each_is_deleted_once_and_that_is_told(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        names = [fax.file_name for fax in desk.faxes[:2]]
        await desk.press("space", "space", "D", "enter")
        await desk.until_shown("2 faxes were deleted from the service.")
        assert desk.demo.deleted() == names
        assert copies(desk) == 2


async def test_then_the_list_is_looked_at_again_so_that_the_next_page_leaves_none_out(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        names = [fax.file_name for fax in desk.faxes]
        await desk.press("down", "space", "space", "D", *WITHOUT_COPIES)
        await desk.until(lambda: desk.console.page.total == 196)
        assert [fax.file_name for fax in desk.faxes][:3] == [names[0], *names[3:5]]
        assert desk.console.current.file_name == names[3]
        last = desk.faxes[-1]
        await desk.press("n")
        await desk.console.until_idle()
        assert desk.faxes[0].received is not None
        assert last.received is not None
        assert desk.faxes[0].received <= last.received
        assert last.file_name not in {fax.file_name for fax in desk.faxes}


async def test_a_page_on_its_way_meanwhile_is_asked_for_anew(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        deleting, turning = desk.demo.holds("DELETE"), desk.demo.holds("list")
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until(deleting.reached.is_set)
        await desk.press("n")
        await desk.until(turning.reached.is_set)
        deleting.open()
        await desk.until(lambda: (desk.console.page.number, desk.console.page.total) == (2, 197))


async def test_without_copies_none_are_saved(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("1 fax was deleted from the service.")
        assert desk.saved == []
        assert [each.split()[0] for each in desk.demo.asked][:2] == ["list", "DELETE"]


async def test_what_was_saved_before_is_not_fetched_again(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        await desk.press("d")
        await desk.until_beside(0, " s")
        await desk.press("D", "enter")
        await desk.until_shown("1 fax was deleted from the service.")
        assert [each.split()[0] for each in desk.demo.asked][:3] == ["list", "GET", "DELETE"]


async def test_more_than_ten_have_their_number_typed(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("A", "D")
        await desk.until_shown("Delete 50 faxes from the service?")
        await desk.press(*WITHOUT_COPIES)
        await desk.until_shown("Delete 50 faxes without copies?", "Type 50 to confirm")
        await desk.press("enter")
        await desk.until_shown("Type 50 to confirm")
        await desk.press("5", "enter")
        assert "50 marked" in desk.console.page_bar
        await desk.console.pause()
        await desk.press("D", "enter")
        await desk.until_shown("Save copies of 50 faxes, then delete them?", "Type 50 to confirm")
        await desk.press("escape", "D", *WITHOUT_COPIES)
        await desk.type("51")
        await desk.until_shown("Cancelled")
        assert "50 marked" in desk.console.page_bar
        await desk.console.pause()
        await desk.press("D", *WITHOUT_COPIES)
        await desk.type("5")
        await desk.until_shown("Typed: 5 ")
        await desk.press("backspace", "5", "0")
        await desk.until_shown("deleting 50 in 60:00")
    assert desk.demo.deleted() == []


async def test_ten_are_deleted_without_typing(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press(*["space"] * 10, "D", *WITHOUT_COPIES)
        await desk.until_shown("deleting 10 in 60:00")


async def test_marked_ones_on_other_pages_come_first_in_the_question(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "n")
        await desk.console.until_idle()
        await desk.press("space", "D")
        await desk.until_shown("Delete 2 faxes")
        lines = [line for line in desk.console.lines if " page" in line and "11-2" in line and "(not" in line]
        assert len(lines) == 1
        await desk.press(*WITHOUT_COPIES)
        await desk.until_shown("deleting 2 in")


async def test_two_rows_of_one_document_are_one_and_the_question_says_so(tmp_path: Path) -> None:
    rows = [resource(1), resource(1, MessageId="0"), resource(2)]
    async with handling(tmp_path, rows=rows, grace=AT_ONCE) as desk:
        desk.demo.says("DELETE", Response(200))
        door = desk.demo.holds("list")
        await desk.press("D")
        await desk.until_shown("Delete 1 fax from the service?")
        await desk.press(*WITHOUT_COPIES)
        await desk.until_shown("1 fax was deleted from the service.")
        assert [desk.beside(row) for row in range(3)] == [" x", " x", "  "]
        door.open()
        assert len(desk.demo.deleted()) == 1


async def test_one_without_an_address_stays_and_the_reason_is_told(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1, Folder="")]) as desk:
        await desk.press("D")
        await desk.until_shown("without a folder or file name cannot be deleted.")
        assert "Delete 1 fax" not in desk.console.screen
        assert desk.demo.asked == ["list"]


async def test_where_it_is_read_only_nothing_is_deleted_and_the_screen_says_so(tmp_path: Path) -> None:
    async with handling(tmp_path, read_only=True) as desk:
        await desk.press("space", "space", "D")
        await desk.until_shown("Read-only: deleting is disabled.")
        await desk.press("enter", "D")
        await desk.until_shown("Read-only: deleting is disabled.")
        session = desk.console.app.session
        assert session is not None
        # None until something of deletes is loaded.
        assert session.operations.view.deletions in (None, DeletionsView())


async def test_the_countdown_begins_again_after_a_pause(tmp_path: Path) -> None:
    time = Time()
    async with handling(tmp_path, grace=10, clocks=time.clocks) as desk:
        await desk.press("D", *WITHOUT_COPIES)
        await time.goes_by(6)
        await desk.until_shown("deleting 1 in 0:04")
        await time.jumps(60, 60)
        await desk.until_shown("deleting 1 in 0:10")
        assert desk.demo.deleted() == []
        await desk.press("U")
        await time.goes_by(1)


async def test_it_goes_on_while_other_things_are_looked_at(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("deleting 1 in")
        await desk.press("n")
        await desk.console.until_idle()
        assert "deleting 1 in" in desk.console.page_bar
        await desk.press("space", "p")
        await desk.console.until_idle()
        await desk.press("D")
        await desk.until_shown("Delete 1 fax", "(not on this page)")
        await desk.press(*WITHOUT_COPIES)
        await desk.until_shown("deleting 2")
        await desk.press("u", "home", "D")
        await desk.until_shown("is already being deleted.")


async def test_in_a_fax_the_one_shown_is_deleted_and_its_state_shown(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "i")
        await desk.until_read(3)
        await desk.press("D")
        await desk.until_shown("Delete 1 fax from the service?")
        await desk.press(*WITHOUT_COPIES)
        await desk.until_shown("deleting 1 in 60:00")
        await desk.until_read(4)
        await desk.press("escape")
        await desk.until_beside(2, " D")
        await desk.press("up", "i")
        await desk.until_shown("State deleting 1 in 60:00")
        await desk.press("U")
        await desk.until_shown("Undone: 1 fax kept.")
        assert "State" not in desk.console.screen


async def test_in_the_journal_everything_is_told_before_it_is_sent(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        door = desk.demo.holds("DELETE")
        fax = desk.faxes[0]
        await desk.press("D", "enter")
        await desk.reached(door)
        desk.journal.read()
        assert desk.journal.records(ACCOUNT).of(fax.identity).was_deleted is WasDeleted.UNKNOWN
        door.open()
        await desk.until_shown("1 fax was deleted from the service.")


# A name is no fax


async def test_a_fax_with_the_name_of_a_saved_one_is_saved_before_it_is_deleted(tmp_path: Path) -> None:
    """Service: the name of a fax that was taken away is given to another one."""
    async with handling(tmp_path, rows=[resource(1), resource(2)], grace=AT_ONCE) as desk:
        desk.demo.says("GET", pdf(b"first"), pdf(b"second"))
        desk.demo.says("DELETE", Response(200))
        await desk.press("d")
        await desk.until_beside(0, " s")
        desk.demo.rows = [resource(1, ReceivedDate="2026-11-24T08:00:00"), resource(2)]
        await desk.press("r")
        await desk.console.until_idle()
        await desk.until_beside(0, "  ")
        await desk.press("D", "enter")
        await desk.until(lambda: len(desk.demo.deleted()) == 1)
        contents = {(desk.folder / name).read_bytes() for name in desk.saved}
        assert contents == {whole_pdf(b"first"), whole_pdf(b"second")}


async def test_a_copy_that_was_changed_is_saved_again_before_the_delete(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        await desk.press("d")
        await desk.until_beside(0, " s")
        (name,) = desk.saved
        content = (desk.folder / name).read_bytes()
        (desk.folder / name).write_bytes(content[:-1] + b"!")
        await desk.press("r")
        await desk.until_beside(0, "  ")
        await desk.press("D", "enter")
        await desk.until_shown("1 fax was deleted from the service.")
        assert content in [(desk.folder / each).read_bytes() for each in desk.saved]


async def test_a_copy_that_is_changed_during_the_countdown_stops_the_delete(tmp_path: Path) -> None:
    time = Time()
    async with handling(tmp_path, grace=10, clocks=time.clocks) as desk:
        await desk.press("D", "enter")
        await desk.until_shown("deleting 1 in 0:10")
        (name,) = desk.saved
        (desk.folder / name).write_bytes(b"%PDF-1.4 something else")
        await time.goes_by(10)
        await desk.until_shown("was not deleted", "has changed since it was saved. Save the fax again.")
        assert desk.demo.deleted() == []


async def test_a_row_that_is_there_again_after_its_delete_is_no_deleted_one(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1), resource(2)], grace=AT_ONCE) as desk:
        desk.demo.says("DELETE", Response(200))
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("is still in the list: it was not deleted.")
        await desk.until(lambda: desk.beside(0) == "  " and not desk.is_struck(0))
        fax = desk.faxes[0]
        await desk.until(lambda: desk.journal.records(ACCOUNT).of(fax.identity).was_deleted is WasDeleted.NO)
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until(lambda: len(desk.demo.deleted()) == 2)


# Undo, from wherever a fax can be seen


async def test_undo_takes_back_the_last_request_only_and_restores_its_marks(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("space", "space", "D", *WITHOUT_COPIES)
        await desk.until_shown("deleting 2 in")
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("deleting 3")
        await desk.press("U")
        await desk.until_shown("Undone: 1 fax kept.")
        assert [desk.beside(row) for row in range(3)] == [" D", " D", "  "]
        await desk.press("U")
        await desk.until_shown("Undone: 2 faxes kept.")
        assert [desk.beside(row) for row in range(3)] == ["● ", "● ", "  "]
        await desk.press("U")
        await desk.until_shown("Nothing to undo.")
    assert desk.demo.deleted() == []


async def test_undo_and_its_countdown_are_there_beside_fields_and_pages(tmp_path: Path) -> None:
    time = Time()
    async with handling(tmp_path, grace=10, clocks=time.clocks) as desk:
        await desk.press("D", *WITHOUT_COPIES, "down", "D", *WITHOUT_COPIES, "down", "i")
        await desk.until_shown("3 of", "deleting 2 in 0:10", "U undo")
        await time.goes_by(3)
        await desk.until_shown("deleting 2 in 0:07")
        await desk.press("U")
        await desk.until_shown("Undone: 1 fax kept.", "deleting 1 in 0:07")
        await desk.press("enter")
        await desk.until_shown("page 1 of", "deleting 1 in 0:07", "U undo")
        await time.goes_by(1)
        await desk.until_shown("deleting 1 in 0:06")
        await desk.press("U")
        await desk.until_shown("Undone: 1 fax kept.")
        await desk.until(lambda: "deleting" not in desk.console.header)
        await desk.press("U")
        await desk.until_shown("Nothing to undo.")
    assert desk.demo.deleted() == []


async def test_what_is_being_deleted_can_not_be_marked(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_beside(0, " D")
        await desk.press("space")
        await desk.until_shown("This fax is being deleted, so it cannot be marked.")
        await desk.press("A")
        assert "49 marked" in desk.console.page_bar
        assert desk.beside(0) == " D"


# What is gone


async def test_a_fax_that_is_gone_is_shown_so_in_its_row_and_its_fields_and_can_be_refreshed_there(
    tmp_path: Path,
) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", GONE)
        await desk.press("enter")
        await desk.until_shown("it was deleted elsewhere")
        await desk.press("i")
        await desk.until_shown("State", "deleted elsewhere")
        await desk.press("escape")
        await desk.until_beside(0, " g")
        await desk.press("i")
        before = desk.demo.asked.count("list")
        await desk.press("r")
        await desk.until(lambda: desk.demo.asked.count("list") == before + 1)
        await desk.until_shown("State", "deleted elsewhere")
        await desk.press("i")
        await desk.until_shown("page 1 of", "fit width")
        await desk.console.settle()
        await desk.press("escape")
        await desk.until_beside(0, " o")


async def test_a_document_that_did_not_come_is_fetched_again_while_reading(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", BROKEN)
        await desk.press("enter")
        await desk.until_shown("500")
        await desk.press("r")
        await desk.until_shown("page 1 of")


def whole_pdf(content: bytes) -> bytes:
    """A document that tells where it ends."""
    return b"%PDF-1.4\n" + content + b"\nstartxref\n0\n%%EOF\n"


def pdf(content: bytes) -> Response:
    return Response(200, whole_pdf(content), {"Content-Type": "application/pdf"})
