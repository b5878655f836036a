"""Saving documents: what is asked for, and what is in the folder then."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_service import TOO_LONG, settle
from stored_documents import (
    Answer,
    Run,
    Stored,
    StoredDocuments,
    a_pdf,
    batch,
    download,
    files,
    holding,
    manifest_of,
)

from faxtui.domain.fax import Fax
from faxtui.operations.download import ON_DISK, Batch, NoAddress, Progress, in_words, size_in_words, summary
from faxtui.operations.download_folder import BUFFER, MANIFEST, AlreadyThere, DownloadFolder, Saved

TIFF = b"MM\0*" + bytes(100)


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_each_document_is_saved_for_nobody_else_to_read_and_put_down_in_the_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "faxes"
    run = await download(holding(1), folder)
    path = folder / "0.pdf"
    digest = hashlib.sha256(a_pdf(0)).hexdigest()
    assert path.read_bytes() == a_pdf(0)
    assert run.outcomes == {"0.PDF": Saved(path, 2500, digest)}
    assert [each.stat().st_mode & 0o777 for each in (path, folder / MANIFEST, folder, folder.parent)] == [
        0o600,
        0o600,
        0o700,
        0o700,
    ]
    (entry,) = manifest_of(folder)
    assert str(entry.pop("saved")).endswith("+00:00")
    assert entry == {
        "folder": "f",
        "file": "0.PDF",
        "host": "",
        "received": "2026-11-23T10:41:07",
        "from": "00",
        "to": None,
        "message": None,
        "pages": None,
        "name": "0.pdf",
        "bytes": 2500,
        "sha256": digest,
    }


async def test_many_documents_are_saved_four_at_a_time(tmp_path: Path) -> None:
    service = holding(30)
    service.gate = asyncio.Event()
    run = Run()
    task = asyncio.create_task(batch(service, tmp_path, run).save(service.faxes))
    for _ in range(4):
        await asyncio.wait_for(service.coming.get(), TOO_LONG)
    await settle()
    service.gate.set()
    await task
    assert service.most == 4
    assert files(tmp_path) == {f"{number}.pdf" for number in range(30)}
    assert sorted(service.asked) == sorted(fax.key for fax in service.faxes)
    assert {each["name"]: each["bytes"] for each in manifest_of(tmp_path)} == dict.fromkeys(files(tmp_path), 2500)
    assert (run.last.total, run.last.done, run.last.saved, run.last.size) == (30, 30, 30, 75_000)


async def test_a_document_larger_than_what_is_held_is_saved_as_it_comes(tmp_path: Path) -> None:
    await download(holding(1, 3 * BUFFER + 17), tmp_path)
    assert (tmp_path / "0.pdf").read_bytes() == a_pdf(0, 3 * BUFFER + 17)


async def test_what_was_saved_before_is_not_asked_for_again(tmp_path: Path) -> None:
    await download(holding(3), tmp_path)
    again = holding(5)
    run = await download(again, tmp_path)
    assert {key.file_name for key in again.asked} == {"3.PDF", "4.PDF"}
    assert run.outcomes["0.PDF"] == AlreadyThere(tmp_path / "0.pdf", sha256_of(tmp_path / "0.pdf"))
    assert (run.last.saved, run.last.already_there) == (2, 3)
    assert len(manifest_of(tmp_path)) == 5


async def test_a_saved_file_that_went_or_changed_is_fetched_again_and_never_written_over(tmp_path: Path) -> None:
    await download(holding(3), tmp_path)
    (tmp_path / "0.pdf").unlink()
    (tmp_path / "1.pdf").write_bytes(a_pdf(1)[:-1] + b"!")
    again = holding(3)
    await download(again, tmp_path)
    assert {key.file_name for key in again.asked} == {"0.PDF", "1.PDF"}
    assert (tmp_path / "0.pdf").read_bytes() == a_pdf(0)
    assert (tmp_path / "1.pdf").read_bytes().endswith(b"!")
    assert (tmp_path / "1 (2).pdf").read_bytes() == a_pdf(1)
    assert (await download(holding(3), tmp_path)).last.already_there == 3


async def test_a_name_taken_by_something_else_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "0.pdf").write_text("Mine.")
    (tmp_path / "0 (2).pdf").mkdir()
    (tmp_path / "0 (3).pdf").symlink_to(tmp_path / "nowhere")
    run = await download(holding(1), tmp_path)
    assert isinstance(run.outcomes["0.PDF"], Saved)
    assert (tmp_path / "0.pdf").read_text() == "Mine."
    assert (tmp_path / "0 (4).pdf").read_bytes() == a_pdf(0)
    assert not (tmp_path / "nowhere").exists()


async def test_the_same_content_under_the_name_is_already_there_and_gets_into_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "0.pdf").write_bytes(a_pdf(0))
    run = await download(holding(1), tmp_path)
    assert run.outcomes == {"0.PDF": AlreadyThere(tmp_path / "0.pdf", sha256_of(tmp_path / "0.pdf"))}
    assert files(tmp_path) == {"0.pdf"}
    assert [each["name"] for each in manifest_of(tmp_path)] == ["0.pdf"]


async def test_documents_of_one_name_are_numbered(tmp_path: Path) -> None:
    await download(holding(9), tmp_path, template="fax")
    assert files(tmp_path) == {"fax.pdf", *(f"fax ({number}).pdf" for number in range(2, 10))}
    assert {(tmp_path / str(each["name"])).read_bytes() for each in manifest_of(tmp_path)} == set(map(a_pdf, range(9)))


async def test_two_rows_of_one_document_are_fetched_once(tmp_path: Path) -> None:
    service = holding(1)
    run = await download(service, tmp_path, service.faxes * 5)
    assert len(service.asked) == 1
    assert (run.last.saved, run.last.already_there) == (1, 4)


async def test_nothing_is_ever_asked_for_a_fax_without_address(tmp_path: Path) -> None:
    faxes = [Fax(), Fax(folder="..", file_name="x.pdf"), Fax(folder="f", file_name=".")]
    service = holding(0)
    run = await download(service, tmp_path, faxes)
    assert set(map(type, run.outcomes.values())) == {NoAddress}
    assert (service.asked, files(tmp_path), run.last.no_address) == ([], set(), 3)


@pytest.mark.parametrize("name", ["../../x", "con", "-rf", "x" * 400, "\u202efdp.exe", "a/b", "\0", "a\nb", ".PDF"])
async def test_whatever_its_name_a_document_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a" / "b"
    fax = Fax(folder="f", file_name=name)
    await download(StoredDocuments({fax.key: [Stored(a_pdf(1))]}), folder, [fax])
    assert files(tmp_path) == {"a"}
    (saved,) = files(folder)
    assert saved.isprintable()
    assert (folder / saved).read_bytes() == a_pdf(1)


async def test_a_name_without_extension_gets_that_of_the_content(tmp_path: Path) -> None:
    faxes = [Fax(folder="f", file_name="1"), Fax(folder="f", file_name="2")]
    answers: dict[object, list[Answer]] = {faxes[0].key: [Stored(a_pdf(1))], faxes[1].key: [Stored(TIFF)]}
    await download(StoredDocuments({each.key: answers[each.key] for each in faxes}), tmp_path, faxes)
    assert files(tmp_path) == {"1.pdf", "2.tif"}


async def test_faxes_that_come_one_by_one_are_taken_as_they_are_needed(tmp_path: Path) -> None:
    service = holding(20)
    service.gate = asyncio.Event()
    given = 0

    async def coming() -> AsyncIterator[Fax]:
        nonlocal given
        for fax in service.faxes:
            given += 1
            yield fax

    run = Run()
    task = asyncio.create_task(batch(service, tmp_path, run).save(coming()))
    for _ in range(4):
        await asyncio.wait_for(service.coming.get(), TOO_LONG)
    assert given == 4 + ON_DISK
    service.gate.set()
    await task
    assert (run.last.total, run.last.saved) == (None, 20)


async def test_how_far_it_is_adds_up(tmp_path: Path) -> None:
    seconds = 0.0

    def now() -> float:
        nonlocal seconds
        seconds += 0.5
        return seconds

    service, seen = holding(8), list[Progress]()
    shelf = DownloadFolder(tmp_path, "{file}", None)
    run = Run(progress=seen)
    last = await Batch(service, shelf, run, now=now).save(service.faxes)
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert (last.done, last.left, last.received) == (8, 0, 20_000)
    assert last.rate == 20_000 / last.seconds
    half = next(each for each in seen if each.done == 4)
    assert (half.left, half.seconds_left) == (4, half.seconds)


def test_how_far_it_is_is_said_in_a_line() -> None:
    begun = Progress(total=1200, saved=100, gone=1, failed=1, received=1_240_000, seconds=10)
    assert in_words(begun) == "102 of 1,200 faxes · 1.2 MB · 124 kB/s · 1 min 50 s left · 2 not saved"
    assert in_words(Progress(already_there=3)) == "3 faxes · 0 B · 0 B/s"
    assert summary(Progress(saved=1, size=999, already_there=1000, no_address=2, gone=3, failed=4), Path("faxes")) == (
        "1 fax saved (999 B), 1,000 already there, 3 no longer on the service, 2 without an address, 4 failed, "
        "in faxes."
    )


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_999, "1.0 MB"), (45e6, "45 MB"), (1.5e12, "1,500.0 GB")],
)
def test_sizes_are_said_in_the_unit_that_suits_them(size: float, words: str) -> None:
    assert size_in_words(size) == words
