"""The manifest beside saved documents: what it keeps, what it bears, and what it finds out."""

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from planted import PLANTED, plant
from stored_documents import Stored, a_fax, a_pdf, download, download_some, files, holding, manifest_of

from faxtui.domain.fax import Fax
from faxtui.errors import StorageError
from faxtui.operations.download import Batch
from faxtui.operations.download_folder import MANIFEST, CopyState, DownloadFolder, Manifest, Verification


def times(folder: Path) -> dict[str, int]:
    return {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}


async def states(folder: Path) -> dict[str, CopyState]:
    return {each.entry.name: each.state async for each in Verification(folder).checked()}


@pytest.mark.parametrize("torn", [1, 11, 12, 100])
async def test_a_torn_last_line_is_passed_over_and_then_mended(tmp_path: Path, torn: int) -> None:
    await download_some(tmp_path, 2)
    manifest = tmp_path / MANIFEST
    first, second = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(first + second[:torn])
    assert (Manifest(tmp_path / MANIFEST).unreadable, len(await states(tmp_path))) == (0, 1)
    assert (await download_some(tmp_path, 2)).already_there == 2
    assert manifest.read_bytes().startswith(first)
    assert sorted(str(each["name"]) for each in manifest_of(tmp_path)) == ["0.pdf", "1.pdf"]


async def test_a_last_line_that_lacks_only_its_end_gets_it(tmp_path: Path) -> None:
    await download_some(tmp_path)
    manifest = tmp_path / MANIFEST
    manifest.write_bytes(manifest.read_bytes().rstrip())
    assert await states(tmp_path) == {"0.pdf": CopyState.WHOLE}
    await download_some(tmp_path, 2)
    assert [each["name"] for each in manifest_of(tmp_path)] == ["0.pdf", "1.pdf"]


async def test_lines_of_others_are_kept_passed_over_and_counted(tmp_path: Path) -> None:
    outside = '{"folder": "f", "file": "0.PDF", "name": "../x", "bytes": 1, "sha256": "00"}'
    theirs = f"[1]\nnot JSON\n{outside}\n{'[' * 100_000}\n\xff\nno end, and longer than {'x' * 70_000}"
    (tmp_path / MANIFEST).write_text(theirs)
    await download_some(tmp_path)
    assert (tmp_path / MANIFEST).read_text().startswith(f"{theirs}\n{{")
    assert (Verification(tmp_path).unreadable, await states(tmp_path)) == (6, {"0.pdf": CopyState.WHOLE})


async def test_a_text_of_the_service_that_is_no_unicode_comes_back_from_the_manifest(tmp_path: Path) -> None:
    service = holding(1)
    fax = a_fax(0, folder="\ud800\u2028é")
    service.answers[fax.key] = service.answers[a_fax(0).key]
    await Batch(service, DownloadFolder(tmp_path, "{file}", None)).save([fax])
    found = Manifest(tmp_path / MANIFEST).find("", fax.identity)
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
    with pytest.raises(StorageError, match=f"There is no {MANIFEST} in {tmp_path}. Choose a folder"):
        Verification(tmp_path)
    with pytest.raises(StorageError, match=f"There is no {MANIFEST} in"):
        Verification(tmp_path / "nowhere")


# Which fax a file is a copy of


FIRST = replace(a_fax(0), recipient="134296015", message_id="0", pages=3)
OTHERS = {
    "received": replace(FIRST, received_text="2026-11-24T10:41:07"),
    "sender": replace(FIRST, sender=None),
    "recipient": replace(FIRST, recipient="134296016"),
    "message id": replace(FIRST, message_id="1"),
    "pages": replace(FIRST, pages=4),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_another_fax_with_the_name_of_a_saved_one_is_saved_as_well(tmp_path: Path, other: Fax) -> None:
    service = holding(1)
    await download(service, tmp_path, [FIRST])
    assert (await download(service, tmp_path, [FIRST])).last.already_there == 1
    assert service.asked == [FIRST.key]
    service.answers[FIRST.key] = [Stored(a_pdf(7))]
    assert (await download(service, tmp_path, [other])).last.saved == 1
    assert {(tmp_path / each).read_bytes() for each in files(tmp_path)} == {a_pdf(0), a_pdf(7)}
    assert (await download(service, tmp_path, [FIRST, other])).last.already_there == 2
    assert len(service.asked) == 2


async def test_a_file_of_an_older_version_is_fetched_once_more_and_then_known(tmp_path: Path) -> None:
    await download_some(tmp_path)
    (line,) = manifest_of(tmp_path)
    for name in ("to", "message", "pages"):
        del line[name]
    (tmp_path / MANIFEST).write_text(json.dumps(line) + "\n")
    service = holding(1)
    for _ in range(2):
        assert (await download(service, tmp_path)).last.already_there == 1
    assert service.asked == [a_fax(0).key]
    assert files(tmp_path) == {"0.pdf"}
    assert await states(tmp_path) == {"0.pdf": CopyState.WHOLE}


async def test_a_fax_of_which_only_the_name_is_known_is_fetched_each_time_and_noted_once(tmp_path: Path) -> None:
    service, named = holding(1), Fax(folder="f", file_name="0.PDF")
    await download(service, tmp_path)
    for _ in range(3):
        assert (await download(service, tmp_path, [named])).last.already_there == 1
    assert len(service.asked) == 4
    assert len(manifest_of(tmp_path)) == 2
    assert (await download(service, tmp_path)).last.already_there == 1
    assert len(service.asked) == 4
    assert len(await states(tmp_path)) == 1


# Other programs, and what others plant


async def test_a_manifest_that_another_program_has_locked_stops_a_download_after_a_second(tmp_path: Path) -> None:
    await download_some(tmp_path)
    before = (tmp_path / MANIFEST).read_bytes()
    with (tmp_path / MANIFEST).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        began = time.monotonic()
        with pytest.raises(StorageError, match="another program has locked it"):
            await download_some(tmp_path, 2)
        assert 0.9 < time.monotonic() - began < 10
    assert (tmp_path / MANIFEST).read_bytes() == before


@pytest.mark.parametrize("kind", PLANTED)
async def test_what_somebody_planted_in_place_of_the_manifest_is_neither_read_nor_written(
    tmp_path: Path, kind: str
) -> None:
    if kind == "file of another user" and os.geteuid():
        pytest.skip("only root can give a file away")
    plant(kind, tmp_path / MANIFEST)
    with pytest.raises(StorageError, match=f"^{tmp_path} can't be used: "):
        await download_some(tmp_path)
    with pytest.raises(StorageError, match=f"^{tmp_path} can't be used: "):
        Verification(tmp_path)
    assert (tmp_path / "mine").read_bytes() == b"mine"


async def test_what_is_planted_while_a_download_runs_is_not_written_either(tmp_path: Path) -> None:
    shelf = DownloadFolder(tmp_path, "{file}", None)
    plant("symbolic link", tmp_path / MANIFEST)
    service = holding(1)
    with pytest.raises(StorageError, match="is a symbolic link"):
        await Batch(service, shelf).save(service.faxes)
    assert (tmp_path / "mine").read_bytes() == b"mine"


def test_lines_of_two_programs_never_mix_and_a_torn_one_between_them_takes_none_with_it(tmp_path: Path) -> None:
    """Each program adds its lines with every write in two halves: only the lock keeps them apart."""
    script = f"""
import os, sys
from pathlib import Path
from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.operations.download_folder import Manifest, ManifestEntry
write = os.write
os.write = lambda handle, data: write(handle, bytes(data[: len(data) // 2 + 1]))
manifest = Manifest(Path({str(tmp_path / MANIFEST)!r}))
for number in range(200):
    fax = FaxIdentity(FaxKey(sys.argv[1], str(number)), "2026-11-23T10:41:07")
    manifest.add(ManifestEntry("", fax, f"{{sys.argv[1]}}-{{number}}.pdf", 1, "0", ""))
"""
    running = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("one", "two", "three")]
    assert [each.wait(60) for each in running] == [0, 0, 0]
    manifest = Manifest(tmp_path / MANIFEST)
    assert (manifest.unreadable, len(manifest.files())) == (0, 600)
