"""Exporting: every page or what was marked, into a file that is whole or not there."""

import asyncio
import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_service import AT_ONCE, NOW, ScriptedService, page_of, settle

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, FaxQuery
from faxtui.errors import NoResponse, Refused, ServiceError, SignInRefused, StorageError
from faxtui.inbox.view import Retries
from faxtui.operations.export import ExportRequest, export
from faxtui.operations.formats import CsvStyle, Format

CLOCK = ServiceClock(lambda: NOW)
A, B = (Fax(folder="f", file_name=name, sender="0478", resource=f'{{"FileName": "{name}"}}') for name in ("a", "b"))


def request(tmp_path: Path, **changed: object) -> ExportRequest:
    plain = ExportRequest(tmp_path / "x.jsonl", Format.JSONL, FaxQuery(page=3), retry_policy=AT_ONCE)
    return replace(plain, **changed)  # type: ignore[arg-type]


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_every_page_from_the_first_on_is_written_and_how_far_it_is_told(tmp_path: Path) -> None:
    service, told = ScriptedService(), list[str]()
    work = asyncio.create_task(export(service, CLOCK, request(tmp_path), told.append, Retries(_nothing)))
    for number in (1, 2):
        call = await service.next_call()
        assert (call.page, call.window.page_size) == (number, MAXIMUM_PAGE_SIZE)
        assert left(tmp_path) != ["x.jsonl"]
        call.answer(page_of(number, pages=2, size=1))
    assert await work == f"Exported 2 faxes to {tmp_path / 'x.jsonl'}."
    assert told == ["exporting 1 of 2 faxes", "exporting 2 of 2 faxes"]
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == 2
    assert left(tmp_path) == ["x.jsonl"]


async def test_what_was_marked_is_written_without_asking_the_service(tmp_path: Path) -> None:
    service = ScriptedService()
    path = tmp_path / "x.json"
    said = await export(
        service, CLOCK, request(tmp_path, path=path, format=Format.JSON, faxes=(A, B)), _ignore, Retries(_nothing)
    )
    assert said == f"Exported 2 faxes to {path}."
    assert [each["FileName"] for each in json.loads(path.read_text())] == ["a", "b"]
    assert service.calls == []


async def test_what_may_be_missing_is_said(tmp_path: Path) -> None:
    service = ScriptedService()
    work = asyncio.create_task(export(service, CLOCK, request(tmp_path), _ignore, Retries(_nothing)))
    await service.answer_next(page_of(1, pages=2, size=1))
    await service.answer_next(replace(page_of(2, pages=2, size=1), total=9))
    assert "Some may be missing: retry to be sure." in await work


@pytest.mark.parametrize("error", [NoResponse("None came."), Refused("No."), SignInRefused("Who?")], ids=str)
async def test_where_a_page_does_not_come_there_is_nothing(tmp_path: Path, error: ServiceError) -> None:
    service = ScriptedService()
    (tmp_path / "x.jsonl").write_text("as before")
    work = asyncio.create_task(export(service, CLOCK, request(tmp_path), _ignore, Retries(_nothing)))
    await service.answer_next(page_of(1, pages=2, size=1))
    for _ in range(1 + (3 if error.passing else 0)):
        (await service.next_call()).fail(error)
    with pytest.raises(type(error)):
        await work
    assert left(tmp_path) == ["x.jsonl"]
    assert (tmp_path / "x.jsonl").read_text() == "as before"


async def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    service = ScriptedService()
    work = asyncio.create_task(export(service, CLOCK, request(tmp_path), _ignore, Retries(_nothing)))
    await service.answer_next(page_of(1, pages=2, size=1))
    call = await service.next_call()
    (tmp_path / "x.jsonl").write_text("theirs")
    call.answer(page_of(2, pages=2, size=1))
    with pytest.raises(StorageError, match="File exists"):
        await work
    assert left(tmp_path) == ["x.jsonl"]
    assert (tmp_path / "x.jsonl").read_text() == "theirs"


async def test_cancelled_there_is_nothing_and_that_is_said(tmp_path: Path) -> None:
    service = ScriptedService()
    work = asyncio.create_task(export(service, CLOCK, request(tmp_path), _ignore, Retries(_nothing)))
    await service.answer_next(page_of(1, pages=2, size=1))
    await service.next_call()
    await settle()
    work.cancel()
    assert await work == f"Cancelled: {tmp_path / 'x.jsonl'} was not written."
    assert left(tmp_path) == []


async def test_the_folder_that_files_are_meant_for_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "Downloads" / "faxes"
    await export(ScriptedService(), CLOCK, request(folder, faxes=(A,), folder=folder), _ignore, Retries(_nothing))
    assert left(folder) == ["x.jsonl"]
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_no_other_folder_is_made(tmp_path: Path) -> None:
    elsewhere = tmp_path / "no" / "x.csv"
    with pytest.raises(StorageError, match="There is no folder"):
        await export(
            ScriptedService(),
            CLOCK,
            request(tmp_path, path=elsewhere, faxes=(A,), folder=tmp_path),
            _ignore,
            Retries(_nothing),
        )
    assert left(tmp_path) == []


async def test_a_folder_that_can_not_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = tmp_path / "file" / "faxes"
    with pytest.raises(StorageError, match="can't be used: Not a directory"):
        await export(ScriptedService(), CLOCK, request(folder, faxes=(A,), folder=folder), _ignore, Retries(_nothing))


async def test_a_full_disk_is_told_of_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        await export(ScriptedService(), CLOCK, request(tmp_path, faxes=(A,)), _ignore, Retries(_nothing))
    assert left(tmp_path) == []


async def test_for_spreadsheets_no_cell_becomes_a_formula(tmp_path: Path) -> None:
    formula = replace(A, sender="=1+1")
    for excel, written in ((False, "=1+1"), (True, "'=1+1")):
        path = tmp_path / f"{excel}.csv"
        await export(
            ScriptedService(),
            CLOCK,
            request(tmp_path, path=path, format=Format.CSV, faxes=(formula,), style=CsvStyle(excel=excel)),
            _ignore,
            Retries(_nothing),
        )
        (row,) = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        assert row["from"] == written


def _nothing() -> None:
    pass


def _ignore(_: str) -> None:
    pass
