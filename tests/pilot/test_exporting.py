"""Exporting a view or marked faxes to a file: whole or not at all, and never over another one."""

import csv
import json
from pathlib import Path

from handling_desk import BROKEN, Desk, handling
from wire import resource


def exported(desk: Desk, suffix: str) -> str:
    (path,) = desk.folder.glob(f"faxes-*.{suffix}")
    return path.read_text(encoding="utf-8-sig")


async def test_every_page_of_the_view_as_csv(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("x")
        await desk.until_shown("Export to a file", "All results as CSV", "Last 7 days")
        await desk.press("enter")
        await desk.until_shown("Export Last 7 days as CSV", "File", "faxes/faxes-20261123-1042.csv")
        await desk.press("enter")
        await desk.until_shown(f"Exported 198 faxes to {desk.folder}/faxes-20261123-1042.csv.")
        rows = list(csv.reader(exported(desk, "csv").splitlines()))
        assert len(rows) == 199
        assert rows[1][0].startswith("2026-11-23T10:23:24")
        assert (desk.folder / "faxes-20261123-1042.csv").stat().st_mode & 0o777 == 0o600


async def test_those_marked_whatever_page_they_are_on(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        names = [desk.faxes[0].file_name]
        await desk.press("space", "n")
        await desk.console.until_idle()
        names.append(desk.faxes[0].file_name)
        await desk.press("space", "x", "down", "down", "enter")
        await desk.until_shown("Export 2 marked faxes as JSON")
        await desk.press("enter")
        await desk.until_shown("Exported 2 faxes")
        assert [each["FileName"] for each in json.loads(exported(desk, "json"))] == names


async def test_for_spreadsheets_no_cell_becomes_a_formula(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1, From="=1+1")]) as desk:
        await desk.press("x", "down", "enter", "enter")
        await desk.until_shown("Exported 1 fax")
        assert "'=1+1" in exported(desk, "csv")


async def test_no_file_is_written_over(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1)]) as desk:
        taken = tmp_path / "taken.csv"
        taken.write_text("mine")
        await desk.press("x", "enter", "ctrl+u")
        await desk.type(str(taken))
        await desk.press("enter")
        await desk.until_shown("The file already exists. Type another name.")
        await desk.press("backspace", "enter")
        await desk.until_shown("Exported 1 fax")
        assert taken.read_text() == "mine"
        assert (tmp_path / "taken.cs").exists()


async def test_a_folder_that_is_not_there_is_told_of_and_what_was_typed_stays(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1)]) as desk:
        await desk.press("x", "enter", "ctrl+u")
        await desk.type(str(tmp_path / "no" / "x.csv"))
        await desk.press("enter")
        await desk.until_shown(f"There is no folder {tmp_path / 'no'}. Create it, or choose another one.")
        await desk.until_shown("x.csv")
        await desk.press("ctrl+u", "enter")
        await desk.until_shown("Enter a file name")


async def test_where_a_page_does_not_come_there_is_no_file(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("x", "enter")
        desk.demo.says("list", BROKEN)
        await desk.press("enter")
        await desk.until(lambda: len(desk.console.app._notifications) == 1)
        assert "are in" not in desk.console.screen
        assert [each.name for each in desk.folder.iterdir()] == []


async def test_escape_cancels_it_and_leaves_no_file(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("x", "enter")
        door = desk.demo.holds("list")
        await desk.press("enter")
        await desk.reached(door)
        await desk.until_shown("Esc cancels")
        await desk.press("escape")
        await desk.until_shown("Cancelled:", "was not written.")
        assert [each.name for each in desk.folder.iterdir()] == []


async def test_while_something_goes_on_it_is_not_even_asked_what_to_export(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        door = desk.demo.holds("GET")
        await desk.press("d")
        await desk.reached(door)
        await desk.press("x")
        await desk.until_shown("Already running: saving")
        assert "Export to a file" not in desk.console.screen
        door.open()
        await desk.until_shown("1 fax saved")
