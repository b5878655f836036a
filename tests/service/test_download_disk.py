"""Saving documents on a disk: two programs at once, what a dead one left, and what a disk refuses."""

import asyncio
import errno
import fcntl
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripted_service import AT_ONCE
from stored_documents import a_fax, a_pdf, download_some, files, holding, manifest_of

from faxtui.errors import InvalidValue, StorageError
from faxtui.operations.download import Batch
from faxtui.operations.download_folder import BUFFER, MANIFEST, DownloadFolder, PendingDownload, Saved


async def refusal(folder: Path, count: int = 1, size: int = 2500) -> str:
    """The sentence that a download ends with where the disk refuses, after nothing more was asked for."""
    service = holding(count, size)
    with pytest.raises(StorageError) as caught:
        await Batch(service, DownloadFolder(folder, "{file}", None), retry_policy=AT_ONCE, at_once=1, on_disk=0).save(
            service.faxes
        )
    assert len(service.asked) <= 1
    return str(caught.value)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The file is locked, as by a program that is writing to it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def refuses(monkeypatch: pytest.MonkeyPatch, name: str, number: int, at: int = 1) -> None:
    """That function of the system fails with an error of that number, from its ``at``-th call on."""
    step = getattr(os, name)
    calls = iter(range(1, 1_000_000))

    def failing(*args: object, **kwargs: object) -> object:
        if next(calls) >= at:
            raise OSError(number, os.strerror(number))
        return step(*args, **kwargs)

    monkeypatch.setattr(os, name, failing)


async def test_what_a_killed_run_left_of_a_file_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "0.pdf.part").write_bytes(a_pdf(0)[:100])
    await download_some(tmp_path)
    assert files(tmp_path) == {"0.pdf"}


async def test_it_is_cleared_away_even_where_the_document_is_gone_by_now(tmp_path: Path) -> None:
    (tmp_path / "9.pdf.part").write_bytes(b"%PDF-")
    service = holding(0)
    await Batch(service, DownloadFolder(tmp_path, "{file}", None)).save([a_fax(9)])
    assert files(tmp_path) == set()


async def test_a_part_that_is_the_whole_file_under_its_other_name_goes_without_the_file(tmp_path: Path) -> None:
    (tmp_path / "0.pdf").write_bytes(a_pdf(0))
    (tmp_path / "0.pdf.part").hardlink_to(tmp_path / "0.pdf")
    await download_some(tmp_path)
    assert files(tmp_path) == {"0.pdf"}
    assert (tmp_path / "0.pdf").read_bytes() == a_pdf(0)


async def test_parts_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf.part").write_text("theirs")
    await download_some(tmp_path)
    assert files(tmp_path) == {"0.pdf", "letter.pdf.part"}


async def test_two_programs_never_write_to_one_file(tmp_path: Path) -> None:
    part = tmp_path / "0.pdf.part"
    part.write_text("theirs")
    with held(part):
        await download_some(tmp_path)
    assert part.read_text() == "theirs"
    assert (tmp_path / "0.pdf").read_bytes() == a_pdf(0)
    assert files(tmp_path) == {"0.pdf", "0.pdf.part"}


async def test_a_manifest_that_another_program_keeps_locked_ends_a_download(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).touch()
    with held(tmp_path / MANIFEST):
        assert "another program has locked it" in await refusal(tmp_path)
    assert (tmp_path / MANIFEST).read_bytes() == b""
    await download_some(tmp_path)
    assert len((tmp_path / MANIFEST).read_bytes().splitlines()) == 1


async def test_what_killed_runs_left_of_other_faxes_is_cleared_away_once_it_is_old(tmp_path: Path) -> None:
    gone, recent, locked, other = (tmp_path / name for name in ("7.pdf.part", "8.pdf.part", "9.tif.part", "notes.part"))
    export = tmp_path / ".faxtui-abcdefgh"
    for each in (gone, recent, locked, other, export):
        each.write_bytes(a_pdf(7)[:100])
        if each is not recent:
            os.utime(each, (0, 0))
    with held(locked):
        await download_some(tmp_path)
    assert files(tmp_path) == {"0.pdf", recent.name, locked.name, other.name}


@pytest.mark.parametrize("make", ["link", "folder", "pipe"])
async def test_what_stands_where_a_part_would_is_passed_by(tmp_path: Path, make: str) -> None:
    part, elsewhere = tmp_path / "0.pdf.part", tmp_path / "mine"
    elsewhere.write_text("Mine.")
    if make == "link":
        part.symlink_to(elsewhere)
    elif make == "folder":
        part.mkdir()
    else:
        os.mkfifo(part)
    await download_some(tmp_path)
    assert files(tmp_path) == {"0.pdf", "0.pdf.part", "mine"}
    assert elsewhere.read_text() == "Mine."


async def test_many_threads_that_save_one_name_each_have_a_file_of_their_own(tmp_path: Path) -> None:
    folder = DownloadFolder(tmp_path, "fax", None)

    async def save(number: int) -> Path:
        pending = PendingDownload(folder, a_fax(number))
        await pending.add(a_pdf(number))
        await pending.finish()
        assert isinstance(pending.outcome, Saved)
        return pending.outcome.path

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(24))
    kept = await asyncio.gather(*map(save, range(24)))
    assert len(set(kept)) == 24
    assert files(tmp_path) == {each.name for each in kept}
    assert {each.read_bytes() for each in kept} == set(map(a_pdf, range(24)))


def test_a_template_that_cannot_be_taken_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue):
        DownloadFolder(tmp_path, "{nothing}", None)


async def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("Mine.")
    sentence = f"{tmp_path / 'x'} can't be used: Not a directory. Fix this or choose another folder."
    assert await refusal(tmp_path / "x") == f"{sentence} Saved files are kept."


async def test_a_folder_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("Mine.")
    assert "can't be used: Not a directory." in await refusal(tmp_path / "x" / "y")


async def test_a_manifest_that_cannot_be_read_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(StorageError, match="can't be used: Is a directory"):
        DownloadFolder(tmp_path, "{file}", None)


async def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced = []
    fsync = os.fsync

    def recorded(handle: int) -> None:
        fsync(handle)
        synced.append((Path(f"/proc/self/fd/{handle}").readlink().name, (tmp_path / "0.pdf").exists()))

    monkeypatch.setattr(os, "fsync", recorded)
    await download_some(tmp_path)
    folder = tmp_path.name
    assert synced == [("0.pdf.part", False), (folder, True), (MANIFEST, True), (folder, True)]


@pytest.mark.parametrize("step", ["open", "write", "fsync", "link", "unlink"])
async def test_a_disk_that_refuses_a_step_stops_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as patched:
        # Of the openings, the first is a look for what a killed run left.
        refuses(patched, step, errno.EROFS, at=5 if step == "open" else 1)
        assert "can't be used: Read-only file system. Fix this" in await refusal(tmp_path, 9)
    assert (await download_some(tmp_path, 9)).done == 9
    assert files(tmp_path) == {f"{number}.pdf" for number in range(9)}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_full_disk_is_told_and_leaves_whole_files_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, number: int
) -> None:
    size = BUFFER + 1000
    with monkeypatch.context() as patched:
        refuses(patched, "write", number, at)
        assert (await refusal(tmp_path, 9, size)).startswith(f"No space left in {tmp_path}. Free some space or")
    assert files(tmp_path) == ({"0.pdf"} if at == 3 else set())
    assert (await download_some(tmp_path, 2, size)).done == 2
    assert [each["name"] for each in manifest_of(tmp_path)] == ["0.pdf", "1.pdf"]


async def test_a_line_of_the_manifest_that_found_no_room_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await download_some(tmp_path)
    before = (tmp_path / MANIFEST).read_bytes()
    write = os.write
    calls = iter(range(1, 1_000_000))

    def failing(handle: int, data: bytes) -> int:
        number = next(calls)
        if number == 3:
            raise OSError(errno.ENOSPC, "No space")
        return write(handle, bytes(data)[:20] if number == 2 else data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", failing)
        with pytest.raises(StorageError, match="No space left"):
            await download_some(tmp_path, 2)
    assert (tmp_path / MANIFEST).read_bytes() == before
    assert (await download_some(tmp_path, 2)).already_there == 2


@pytest.mark.parametrize(
    "number",
    [
        errno.EPERM,
        errno.ENOTSUP,
        errno.ENOSYS,
        errno.EINVAL,
        errno.EACCES,
        errno.EMLINK,
        errno.EXDEV,
        errno.EIO,
        errno.ENODEV,
        errno.ESTALE,
    ],
)
async def test_a_file_system_without_links_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (tmp_path / "0.pdf").write_text("Mine.")
    refuses(monkeypatch, "link", number)
    await download_some(tmp_path, 2)
    assert files(tmp_path) == {"0.pdf", "0 (2).pdf", "1.pdf"}
    assert (tmp_path / "0.pdf").read_text() == "Mine."
    assert (tmp_path / "0 (2).pdf").read_bytes() == a_pdf(0)


async def test_a_file_system_without_locks_or_syncing_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0.pdf.part").write_text("Who knows whose.")

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    refuses(monkeypatch, "fsync", errno.EINVAL)
    await download_some(tmp_path)
    assert files(tmp_path) == {"0.pdf", "0.pdf.part"}
    assert (tmp_path / "0.pdf.part").read_text() == "Who knows whose."
