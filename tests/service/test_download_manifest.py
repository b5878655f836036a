"""The manifest beside saved documents: what it keeps, what it bears, and what it finds out."""

from pathlib import Path

import pytest
from stored_documents import a_fax, a_pdf, download_some, holding, manifest_of

from faxtui.errors import StorageError
from faxtui.inbox.downloads.batch import Batch
from faxtui.inbox.downloads.copies import CopyState
from faxtui.inbox.downloads.manifest import NAME, Manifest
from faxtui.inbox.downloads.shelf import Shelf
from faxtui.inbox.downloads.verifying import Verification


def times(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}


async def states(folder: Path) -> dict[str, CopyState]:
    return {each.entry.name: each.state async for each in Verification(folder).checked()}


@pytest.mark.parametrize("torn", [1, 11, 12, 100])
async def test_a_torn_last_line_is_passed_over_and_then_mended(tmp_path: Path, torn: int) -> None:
    await download_some(tmp_path, 2)
    manifest = tmp_path / NAME
    first, second = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(first + second[:torn])
    assert (Manifest(tmp_path).unreadable, len(await states(tmp_path))) == (0, 1)
    assert (await download_some(tmp_path, 2)).already_there == 2
    assert manifest.read_bytes().startswith(first)
    assert sorted(str(each["name"]) for each in manifest_of(tmp_path)) == ["0.pdf", "1.pdf"]


async def test_a_last_line_that_lacks_only_its_end_gets_it(tmp_path: Path) -> None:
    await download_some(tmp_path)
    manifest = tmp_path / NAME
    manifest.write_bytes(manifest.read_bytes().rstrip())
    assert await states(tmp_path) == {"0.pdf": CopyState.WHOLE}
    await download_some(tmp_path, 2)
    assert [each["name"] for each in manifest_of(tmp_path)] == ["0.pdf", "1.pdf"]


async def test_lines_of_others_are_kept_passed_over_and_counted(tmp_path: Path) -> None:
    outside = '{"folder": "f", "file": "0.PDF", "name": "../x", "bytes": 1, "sha256": "00"}'
    theirs = f"[1]\nnot JSON\n{outside}\n{'[' * 100_000}\n\xff\nno end, and longer than {'x' * 70_000}"
    (tmp_path / NAME).write_text(theirs)
    await download_some(tmp_path)
    assert (tmp_path / NAME).read_text().startswith(f"{theirs}\n{{")
    assert (Verification(tmp_path).unreadable, await states(tmp_path)) == (6, {"0.pdf": CopyState.WHOLE})


async def test_a_text_of_the_service_that_is_no_unicode_comes_back_from_the_manifest(tmp_path: Path) -> None:
    service = holding(1)
    fax = a_fax(0, folder="\ud800\u2028é")
    service.answers[fax.key] = service.answers[a_fax(0).key]
    await Batch(service, Shelf(tmp_path, "{file}", None)).save([fax])
    found = Manifest(tmp_path).find("", fax.key)
    assert found is not None
    assert found.name == "0.pdf"


async def test_what_was_saved_is_checked_and_nothing_else(tmp_path: Path) -> None:
    await download_some(tmp_path, 5)
    (tmp_path / "other.pdf").write_text("Mine.")
    (tmp_path / "1.pdf").unlink()
    (tmp_path / "2.pdf").write_bytes(a_pdf(2) + b"!")
    (tmp_path / "3.pdf").write_bytes(a_pdf(2))
    (tmp_path / "4.pdf").unlink()
    (tmp_path / "4.pdf").mkdir()
    before = times(tmp_path)
    assert await states(tmp_path) == {
        "0.pdf": CopyState.WHOLE,
        "1.pdf": CopyState.MISSING,
        "2.pdf": CopyState.CHANGED,
        "3.pdf": CopyState.CHANGED,
        "4.pdf": CopyState.CHANGED,
    }
    assert times(tmp_path) == before


async def test_a_file_that_was_saved_anew_is_checked_against_its_last_line(tmp_path: Path) -> None:
    await download_some(tmp_path)
    (tmp_path / "0.pdf").unlink()
    await download_some(tmp_path, size=3000)
    assert [each["name"] for each in manifest_of(tmp_path)] == ["0.pdf", "0.pdf"]
    assert await states(tmp_path) == {"0.pdf": CopyState.WHOLE}


def test_a_folder_without_manifest_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=f"There is no {NAME} in {tmp_path}: name a folder"):
        Verification(tmp_path)
    with pytest.raises(StorageError, match=f"There is no {NAME} in"):
        Verification(tmp_path / "nowhere")
