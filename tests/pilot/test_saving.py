"""Saving faxes from the list: the keyboard stays free, and every file is whole."""

import hashlib
import json
from pathlib import Path

import pytest
from handling_desk import BRIEF, BROKEN, DENIED, FORBIDDEN, GONE, PORTAL, Door, handling, note
from wire import resource

from faxtui.demo.asgi import Response
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy
from faxtui.storage.journal import Event, Journal

PATIENT = FetchPolicy(prefetch=False, retry_policy=RetryPolicy(waits=(8,), jitter=0))


async def test_the_fax_under_the_cursor_is_saved(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("down", "d")
        await desk.until_beside(1, " s")
        (name,) = desk.saved
        assert desk.faxes[1].file_name is not None
        assert desk.faxes[1].file_name.removesuffix(".PDF") in name
        assert (desk.folder / name).read_bytes().startswith(b"%PDF-")
        await desk.until_shown("1 fax saved (", f"in {desk.folder}.")


async def test_five_are_marked_and_saved_and_keep_their_marks(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press(*["space"] * 5, "d")
        await desk.until_shown("5 faxes saved")
        assert len(desk.saved) == 5
        assert [desk.beside(row) for row in range(6)] == ["●s"] * 5 + ["  "]
        manifest = (desk.folder / "faxes.jsonl").read_text().splitlines()
        assert {json.loads(line)["name"] for line in manifest} == set(desk.saved)


async def test_what_is_saved_already_is_not_fetched_again(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("d")
        await desk.until_beside(0, " s")
        await desk.press("d")
        await desk.until_shown("1 already there")
        assert len(desk.saved) == 1
        assert [each.split()[0] for each in desk.demo.asked].count("GET") == 1


async def test_a_saved_fax_is_known_in_the_next_run(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("down", "d")
        await desk.until_beside(1, " s")
    async with handling(tmp_path) as desk:
        await desk.until_beside(1, " s")
        await desk.press("down", "i")
        await desk.until_shown("Saved", str(desk.folder))
        await desk.press("d")
        await desk.until_shown("1 already there")


async def test_the_keyboard_is_free_while_it_goes_on(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        door = desk.demo.holds("GET")
        await desk.press("d")
        await desk.reached(door)
        await desk.until_shown("saving 0 of 1 fax", "Esc cancels")
        await desk.press("n")
        await desk.console.until_idle()
        assert desk.console.page.number == 2
        await desk.press("i")
        await desk.until_shown("51 of")
        door.open()
        await desk.until_shown("1 fax saved")
        await desk.press("escape", "p")
        await desk.console.until_idle()
        assert desk.beside(0) == " s"


async def test_escape_cancels_it_and_leaves_nothing_that_is_not_whole(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        services = [Door() for _ in range(6)]
        desk.demo.says("GET", *services)
        await desk.press(*["space"] * 6, "d")
        await desk.reached(services[3])
        services[0].open()
        await desk.until_shown("saving 1 of 6 faxes")
        await desk.press("escape")
        await desk.until_shown("Cancelled: 1 fax saved (", f"in {desk.folder}.")
        assert len(desk.saved) == 1
        assert not desk.saved[0].endswith(".part")
        assert "saving" not in desk.console.page_bar


async def test_one_saving_at_a_time(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        door = desk.demo.holds("GET")
        await desk.press("d")
        await desk.reached(door)
        await desk.press("down", "d", "x")
        await desk.until_shown("Already running: saving", "Press Esc in the list to cancel.")
        door.open()
        await desk.until_shown("1 fax saved")
        assert len(desk.saved) == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (FORBIDDEN, "may not download"),
        (BROKEN, "failed"),
        (PORTAL, "1 failed"),
        (Response(200, b""), "1 failed"),
        (Response(200, b"no fax at all", {"Content-Type": "application/pdf"}), "1 failed"),
    ],
    ids=["403", "500", "a page of a proxy", "nothing", "no document"],
)
async def test_one_that_does_not_come_is_told_of_and_the_others_come(
    tmp_path: Path, answer: Response, sentence: str
) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", answer)
        await desk.press("space", "space", "space", "d")
        await desk.until_shown("2 faxes saved", "1 failed", sentence)
        assert len(desk.saved) == 2
        assert sorted(desk.beside(row) for row in range(3)) == ["● ", "●s", "●s"]


async def test_one_that_someone_else_took_is_marked_as_gone(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", GONE)
        await desk.press("d")
        await desk.until_shown("1 no longer on the service", "it was deleted elsewhere")
        assert desk.beside(0) == " g"
        assert desk.is_struck(0)
        assert desk.saved == []


async def test_a_refused_sign_in_ends_all_and_asks_for_the_password(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        desk.demo.says("GET", *[DENIED] * 9)
        await desk.press(*["space"] * 9, "d")
        await desk.until_shown("Password of")
        assert desk.saved == []
        asked = sum(each.startswith("GET") for each in desk.demo.asked)
        assert asked <= 4
        await desk.press("escape", "d")
        await desk.until_shown("Password of")


async def test_one_without_an_address_is_never_asked_for(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1, Folder=".."), resource(2, FileName=".")]) as desk:
        await desk.press("d")
        await desk.until_shown("1 without an address", "cannot be downloaded: invalid folder or file name")
        assert desk.demo.asked == ["list"]


async def test_a_folder_that_can_not_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with handling(tmp_path, folder=tmp_path / "file" / "faxes") as desk:
        await desk.press("d")
        await desk.until_shown("can't be used: Not a directory.", "choose another folder")
        assert desk.beside(0) == "  "


async def test_what_the_journal_does_not_take_is_saved_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with handling(tmp_path, journal=tmp_path / "file" / "journal.jsonl") as desk:
        await desk.press("d")
        await desk.console.until_told("1 fax saved", "The journal", "can't be written")
        assert len(desk.saved) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Response.json(429, {}, {"Retry-After": "30"}), ("service busy for 0:0", "retrying in 30 s")),
        (Response.json(503, {}, {"Retry-After": "7200"}), ("service busy for 0:0", "retrying in 60 s")),
        (BROKEN, ("service unavailable for 0:0", "retrying in 8 s")),
        (Door(hang=True), ("no complete response for 0:0", "retrying in 8 s")),
        (Response(200, b"%PDF-1.4", {"Content-Encoding": "gzip"}), ("no complete response for 0:0", "retrying in 8 s")),
    ],
    ids=["429", "503", "500", "hang", "damaged"],
)
async def test_a_fax_that_is_requested_again_is_shown_with_the_reason_and_the_next_try(
    tmp_path: Path, answer: Response | Door, said: tuple[str, str]
) -> None:
    async with handling(tmp_path, fetch_policy=PATIENT, limits=BRIEF) as desk:
        desk.demo.says("GET", answer)
        await desk.press("d")
        await desk.until_shown(*said, "saving 0 of 1 fax")
        await desk.press("down", "escape")
        await desk.until_shown("Cancelled: 0 faxes saved")
        assert "retrying" not in desk.console.page_bar


async def test_the_next_try_counts_down_and_is_forgotten_once_the_fax_comes(tmp_path: Path) -> None:
    fetch_policy = FetchPolicy(prefetch=False, retry_policy=RetryPolicy(waits=(3,), jitter=0))
    async with handling(tmp_path, fetch_policy=fetch_policy) as desk:
        desk.demo.says("GET", BROKEN)
        await desk.press("d")
        for second in (3, 2, 1):
            await desk.until_shown(f"retrying in {second} s")
        await desk.until_shown("1 fax saved")
        assert "retrying" not in desk.console.page_bar


async def test_a_service_that_hangs_does_not_hang_the_screen(tmp_path: Path) -> None:
    async with handling(tmp_path, limits=BRIEF) as desk:
        desk.demo.says("GET", Door(hang=True))
        await desk.press("d", "n")
        await desk.console.until_idle()
        assert desk.console.page.number == 2
        await desk.until_shown("0 faxes saved, 1 failed")


async def test_names_that_others_chose_stay_in_the_folder(tmp_path: Path) -> None:
    rows = [resource(1, FileName=r"..\..\evil.PDF", From="../../x"), resource(2, FileName="-rf", From="\u202econ")]
    async with handling(tmp_path, rows=rows) as desk:
        pdf = Response(200, b"%PDF-1.4\n%%EOF\n", {"Content-Type": "application/pdf"})
        desk.demo.says("GET", pdf, pdf)
        await desk.press("A", "d")
        await desk.until_shown("2 faxes saved")
        assert len(desk.saved) == 2
        assert {name.partition("_")[0] for name in desk.saved} == {"20261123-0958", "20261123-0957"}


async def test_what_another_program_wrote_into_the_journal_meanwhile_is_not_lost(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk, handling(tmp_path) as other:
        await other.press("down", "down", "d")
        await other.until_beside(2, " s")
        await desk.press("d")
        await desk.until_beside(0, " s")
    async with handling(tmp_path) as desk:
        await desk.until(lambda: [desk.beside(row) for row in range(3)] == [" s", "  ", " s"])


def copy_in(folder: Path) -> dict[str, str]:
    """A file that another run saved, as the journal notes it."""
    path = folder / "elsewhere.pdf"
    path.write_bytes(b"%PDF-1.4 a copy")
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


async def test_what_another_program_did_meanwhile_is_told_once_the_list_is_looked_at_again(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        other = Journal(desk.journal.path)
        note(other, Event.SAVED, desk.faxes[1], **copy_in(tmp_path))
        assert desk.beside(1) == "  "
        await desk.press("r")
        await desk.until_beside(1, " s")


async def test_what_the_journal_knows_from_earlier_is_told_beside_the_rows(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        first, second, third, *_ = desk.faxes
        note(desk.journal, Event.SAVED, first, **copy_in(tmp_path))
        note(desk.journal, Event.DELETING, second)
        note(desk.journal, Event.DELETING, third)
        note(desk.journal, Event.FAILED, third)
    async with handling(tmp_path) as desk:
        await desk.until(lambda: [desk.beside(row) for row in range(3)] == [" s", " ?", "  "])


async def test_escape_clears_what_was_said_where_nothing_goes_on(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("d")
        await desk.until_shown("1 fax saved")
        await desk.press("escape")
        await desk.until(lambda: "1 fax saved" not in desk.console.screen)
