"""The copy that comes before a deletion."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from deletion_desk import CONTENT, A, B, deletion_desk, gone
from scripted_service import settle

from faxtui.domain.fax import Fax
from faxtui.errors import StorageError
from faxtui.operations.deletion import Deleted, NotDeleted, Pending, SavedCopy, Saving, Undone


async def test_the_grace_counts_from_when_the_copy_is_saved(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        saved = desk.saves.hold(A)
        desk.deletions.request([A], with_copies=True)
        await desk.time.goes_by(60)
        assert desk.state_of(A) == Saving()
        saved.set()
        assert await desk.until_is(A, Pending) == Pending(10)
        assert desk.saves.path_of(A).read_bytes() == CONTENT
        await desk.time.goes_by(9.75)
        assert desk.service.sent == []
        await desk.time.goes_by(0.25)
        await desk.until_is(A, Deleted)


async def test_what_is_asked_for_at_once_has_one_grace_from_the_last_copy(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        saved = desk.saves.hold(B)
        desk.deletions.request([A, B], with_copies=True)
        await desk.until(lambda: desk.state_of(A) == Saving(is_saved=True))
        await desk.time.goes_by(60)
        assert desk.progress == "saving 2 first"
        saved.set()
        await desk.until_is(A, Pending)
        assert desk.progress == "deleting 2 in 0:10"
        await desk.time.goes_by(10)
        await desk.until_is(B, Deleted)
        assert desk.service.sent == [A.key, B.key]


async def test_a_copy_that_fails_keeps_its_fax_and_no_other(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.saves.errors[A.key] = StorageError("The disk is full: make room.")
        desk.deletions.request([A, B], with_copies=True)
        await desk.until_is(B, Pending)
        assert desk.state_of(A) == NotDeleted(
            "f/a.pdf was not deleted because its copy or its journal entry could not be saved. "
            "The disk is full: make room."
        )
        await desk.time.goes_by(10)
        await desk.until_is(B, Deleted)
        assert desk.service.sent == [B.key]


async def test_a_fax_that_is_gone_before_its_copy_came_is_gone_without_a_request(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        desk.saves.errors[A.key] = gone()
        desk.deletions.request([A], with_copies=True)
        state = await desk.until_is(A, Deleted)
        assert isinstance(state, Deleted)
        assert not state.by_us
        assert "no copy" in state.remark
        await desk.time.goes_by(20)
        assert desk.service.sent == []
        assert desk.events == []


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"%PDF-1.4 cut")])
async def test_a_copy_that_is_lost_or_changed_during_the_grace_keeps_its_fax(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    async with deletion_desk(tmp_path) as desk:
        await desk.pending(A, with_copies=True)
        spoil(desk.saves.path_of(A))
        await desk.time.goes_by(10)
        state = await desk.until_is(A, NotDeleted)
        assert isinstance(state, NotDeleted)
        assert str(desk.saves.path_of(A)) in state.reason
        assert desk.service.sent == []


async def test_no_more_than_four_copies_are_saved_at_once(tmp_path: Path) -> None:
    async with deletion_desk(tmp_path) as desk:
        faxes = [Fax(folder="f", file_name=f"{number}.pdf") for number in range(9)]
        doors = [desk.saves.hold(fax) for fax in faxes]
        desk.deletions.request(faxes, with_copies=True)
        await settle()
        assert len(desk.saves.under_way) == 4
        for door in doors:
            door.set()
        await desk.until(lambda: len(desk.deletions.view.unsent) == 9 and "saving" not in desk.progress)
        assert desk.saves.most_at_once == 4


async def test_a_copy_that_is_finished_after_an_undo_is_kept_and_so_is_its_fax(tmp_path: Path) -> None:
    finish = asyncio.Event()

    async def save_to_the_end(fax: Fax) -> SavedCopy:
        with suppress(asyncio.CancelledError):
            await finish.wait()
        await finish.wait()
        return SavedCopy(tmp_path / "a.pdf", "0")

    async with deletion_desk(tmp_path, save=save_to_the_end) as desk:
        desk.deletions.request([A], with_copies=True)
        await settle()
        desk.deletions.undo()
        await settle()
        finish.set()
        await desk.deletions.aclose()
        assert desk.state_of(A) == Undone()
        assert desk.service.sent == []
        assert desk.events == [("saved", "a.pdf")]


async def test_a_copy_that_fails_after_an_undo_changes_nothing(tmp_path: Path) -> None:
    finish = asyncio.Event()

    async def fail_in_the_end(fax: Fax) -> SavedCopy:
        with suppress(asyncio.CancelledError):
            await finish.wait()
        await finish.wait()
        raise StorageError("The disk is full: make room.")

    async with deletion_desk(tmp_path, save=fail_in_the_end) as desk:
        desk.deletions.request([A], with_copies=True)
        await settle()
        desk.deletions.undo()
        await settle()
        finish.set()
        await desk.deletions.aclose()
        assert desk.state_of(A) == Undone()
