"""Files on a disk that may fail."""

import errno
import fcntl
import os
import stat
import threading
import time
from pathlib import Path

import pytest
from planted import PLANTED, plant

from faxtui.storage.files import (
    LOCK_LIMIT,
    is_at,
    lock,
    make_folder,
    open_own,
    privately,
    rename_new,
    replaced,
    try_lock,
    write_whole,
)

PATIENCE = 20.0


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_that_are_made_are_for_this_user_only_and_stay_after_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_ino))
    make_folder(tmp_path / "a" / "b")
    assert [mode(each) for each in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")] == [0o755, 0o700, 0o700]
    assert synced == [each.stat().st_ino for each in (tmp_path, tmp_path / "a")]
    make_folder(tmp_path / "a" / "b")
    assert len(synced) == 2


def test_a_file_takes_the_place_of_another_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"before")
    with replaced(path) as file:
        file.write(b"after")
        file.flush()
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_rename_never_takes_the_name_of_another_file(tmp_path: Path) -> None:
    source, target = tmp_path / "fax.part", tmp_path / "fax é.pdf"
    source.write_bytes(b"ours")
    assert rename_new(source, target)
    assert (source.exists(), target.read_bytes()) == (False, b"ours")
    source.write_bytes(b"newer")
    assert not rename_new(source, target)
    assert (source.read_bytes(), target.read_bytes()) == (b"newer", b"ours")


def test_a_rename_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rename_new(tmp_path / "fax.part", tmp_path / "fax.pdf")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_after_an_error_the_other_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    path = tmp_path / "list.csv"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, step, fails)
    with pytest.raises(OSError, match="Input/output"), replaced(path) as file:
        file.write(b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_all_is_written_however_little_the_system_takes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: take(handle, bytes(data[:3])))
    with open(tmp_path / "file", "xb", buffering=0, opener=privately) as file:
        write_whole(file.fileno(), b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"
    assert mode(tmp_path / "file") == 0o600


def test_a_lock_is_for_one_until_it_is_closed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (tmp_path / "file").open() as first, (tmp_path / "file").open() as second:
        assert try_lock(first.fileno())
        assert try_lock(second.fileno()) is False
        first.close()
        lock(second.fileno())


def test_a_lock_that_another_holds_is_waited_for_a_limited_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (tmp_path / "file").open() as first, (tmp_path / "file").open() as second:
        lock(first.fileno())
        began = time.monotonic()
        with pytest.raises(TimeoutError, match="another program has locked it"):
            lock(second.fileno(), 0.1)
        assert 0.1 <= time.monotonic() - began < LOCK_LIMIT


def test_a_lock_that_is_released_meanwhile_is_taken(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (tmp_path / "file").open() as first, (tmp_path / "file").open() as second:
        lock(first.fileno())
        waiting = threading.Thread(target=lock, args=(second.fileno(), PATIENCE))
        waiting.start()
        first.close()
        waiting.join(PATIENCE)
        assert not waiting.is_alive()
    with (tmp_path / "file").open() as third:
        assert try_lock(third.fileno())


def test_an_error_of_the_disk_while_waiting_for_a_lock_is_reported_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    flock = fcntl.flock

    def fails(handle: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX:
            raise OSError(errno.ENOLCK, "No locks available")
        flock(handle, operation)

    with (tmp_path / "file").open() as first, (tmp_path / "file").open() as second:
        lock(first.fileno())
        monkeypatch.setattr(fcntl, "flock", fails)
        with pytest.raises(OSError, match="No locks available"):
            lock(second.fileno(), PATIENCE)


def test_a_lock_on_a_file_system_without_locks_is_passed_over() -> None:
    (end, other) = os.pipe()
    os.close(end)
    os.close(other)
    assert try_lock(end) is None
    lock(end)


# Files of our own in folders that others can write to


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_APPEND | os.O_CREAT], ids=["read", "append"])
@pytest.mark.parametrize(("kind", "words"), PLANTED.items(), ids=PLANTED)
def test_only_a_regular_file_of_this_user_with_one_name_is_opened(
    tmp_path: Path, kind: str, words: str, flags: int
) -> None:
    if kind == "file of another user" and os.geteuid():
        pytest.skip("only root can give a file away")
    path = tmp_path / "faxes.jsonl"
    plant(kind, path)
    with pytest.raises(OSError, match=r"faxes\.jsonl|directory|device") as refused:
        open_own(path, flags)
    assert refused.value.strerror == words.format(name=path.name)
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_of_our_own_is_opened_and_made_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "faxes.jsonl"
    with pytest.raises(FileNotFoundError):
        open_own(path, os.O_RDONLY)
    os.close(open_own(path, os.O_RDWR | os.O_CREAT))
    assert mode(path) == 0o600
    handle = open_own(path, os.O_RDONLY)
    assert is_at(handle, path)
    path.rename(tmp_path / "other")
    assert not is_at(handle, path)
    path.write_bytes(b"")
    assert not is_at(handle, path)
    os.close(handle)
