"""Deletes that fail, or of which nobody knows: nothing is lost, nothing sent twice, and the truth told."""

from pathlib import Path

import pytest
from handling_desk import BRIEF, BROKEN, DENIED, FORBIDDEN, GONE, PORTAL, WITHOUT_COPIES, Desk, Door, handling, note

from faxtui.demo.asgi import Response
from faxtui.storage.journal import Event

AT_ONCE = 0
"""Seconds of grace where a test is about what comes after it."""


def copies(desk: Desk) -> int:
    return len([each for each in desk.saved if each.endswith(".pdf")])


async def test_a_refused_one_comes_back_with_the_reason_and_the_others_go(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        first, second, third = (fax.file_name for fax in desk.faxes[:3])
        door = Door()
        desk.demo.says("DELETE", Response(200), FORBIDDEN, door)
        await desk.press("space", "space", "space", "D", *WITHOUT_COPIES)
        await desk.until_shown("was not deleted.", "deleting 1 now")
        assert [desk.beside(row) for row in range(3)] == [" x", "  ", " D"]
        door.open()
        await desk.until_shown("2 faxes were deleted from the service.")
        assert desk.demo.deleted() == [first, second, third]


async def test_a_refused_sign_in_sends_no_more_and_asks_for_the_password(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        desk.demo.says("DELETE", DENIED)
        await desk.press(*["space"] * 9, "D", *WITHOUT_COPIES)
        await desk.until_shown("was not deleted.", "refuses the sign-in", "The same for 8 more faxes.", "Password of")
        await desk.press("escape")
        assert len(desk.demo.deleted()) == 1
        assert [desk.beside(row) for row in range(9)] == ["  "] * 9


@pytest.mark.parametrize("answer", [BROKEN, PORTAL], ids=["500", "a page of a proxy"])
async def test_after_an_answer_that_tells_nothing_the_service_is_asked_what_became_of_it(
    tmp_path: Path, answer: Response
) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        desk.demo.says("DELETE", answer)
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("is still on the service: the delete has had no effect yet")
        assert desk.beside(0) == "  "
        assert [each.split()[0] for each in desk.demo.asked] == ["list", "DELETE", "GET"]


async def test_a_request_without_an_answer_that_did_is_settled_as_gone(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE, limits=BRIEF) as desk:
        desk.demo.says("DELETE", Door(hang=True))
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("is gone, although the delete request got no response.")
        assert len(desk.demo.deleted()) == 1


async def test_where_nobody_can_tell_the_row_has_a_question_mark_until_it_is_asked_again(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        desk.demo.says("DELETE", BROKEN)
        desk.demo.says("GET", BROKEN)
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("The deletion of", "is unconfirmed.")
        assert desk.beside(0) == " ?"
        assert not desk.is_struck(0)
        await desk.press("D")
        await desk.until_shown("Checking with the service whether 1 fax was deleted.")
        await desk.until_shown("is still on the service")
        assert desk.beside(0) == "  "
        assert len(desk.demo.deleted()) == 1


async def test_one_that_someone_else_took_counts_as_gone(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        desk.demo.says("DELETE", GONE)
        await desk.press("D", *WITHOUT_COPIES)
        await desk.until_shown("was already gone: it was deleted elsewhere.")
        assert desk.beside(0) == " g"


@pytest.mark.parametrize("answer", [BROKEN, FORBIDDEN, PORTAL], ids=["500", "403", "a page of a proxy"])
async def test_what_can_not_be_copied_is_not_deleted(tmp_path: Path, answer: Response) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        desk.demo.says("GET", answer)
        await desk.press("D", "enter")
        await desk.until_shown("was not deleted because its copy")
        assert desk.beside(0) == "  "
        assert desk.demo.deleted() == []


async def test_where_the_folder_takes_nothing_nothing_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with handling(tmp_path, grace=AT_ONCE, folder=tmp_path / "file" / "faxes") as desk:
        await desk.press("space", "space", "D", "enter")
        await desk.until_shown("was not deleted", "can't be used: Not a directory.")
        await desk.until(lambda: [desk.beside(row) for row in range(2)] == ["  ", "  "])
        assert desk.demo.deleted() == []


async def test_where_the_journal_takes_nothing_nothing_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with handling(tmp_path, grace=AT_ONCE, journal=tmp_path / "file" / "journal.jsonl") as desk:
        await desk.press("D", *WITHOUT_COPIES)
        await desk.console.until_told("was not deleted", "The journal", "can't be written")
        assert desk.demo.deleted() == []


async def test_a_fax_that_is_being_saved_can_be_deleted_and_is_one_whole_file(tmp_path: Path) -> None:
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        door = desk.demo.holds("GET")
        await desk.press("d")
        await desk.reached(door)
        await desk.press("D", "enter")
        await desk.until_shown("1 fax was deleted from the service.")
        door.open()
        await desk.until(lambda: desk.console.app.session is not None and _is_still(desk))
        assert copies(desk) == len(desk.saved) == 1


def _is_still(desk: Desk) -> bool:
    assert desk.console.app.session is not None
    return not desk.console.app.session.operations.is_busy


async def test_a_delete_of_an_earlier_run_without_an_end_is_asked_about_not_sent_again(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        note(desk.journal, Event.DELETING, desk.faxes[0])
    async with handling(tmp_path, grace=AT_ONCE) as desk:
        await desk.until_beside(0, " ?")
        await desk.press("D")
        await desk.until_shown("Checking with the service whether 1 fax was deleted.", "is still on the service")
        assert desk.demo.deleted() == []
        assert desk.beside(0) == "  "
