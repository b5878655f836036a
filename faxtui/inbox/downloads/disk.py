"""A disk that may fail: what it can't do is said in a sentence, what it did is there after a power cut."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faxtui.domain.text import visible
from faxtui.errors import StorageError

_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def told_of(folder: Path) -> Iterator[None]:
    """Raises StorageError where the disk does not do what it is asked to in ``folder``."""
    try:
        yield
    except OSError as error:
        shown = visible(str(folder))
        if error.errno in _FULL:
            sentence = f"There is no room left for {shown}: make some, or name another folder, and start again."
        else:
            reason = error.strerror or type(error).__name__
            sentence = f"{shown} can't be used: {reason}. Mend that, or name another folder, and start again."
        raise StorageError(f"{sentence} What is saved already stays.") from error


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user only. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        sync(each.parent)


def sync(path: Path) -> None:
    """The file's content, or the folder's names, will be there after a power cut. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        sync_handle(handle)
    finally:
        os.close(handle)


def sync_handle(handle: int) -> None:
    """As far as the file system can promise it. Raises OSError."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def write_whole(handle: int, data: bytes) -> None:
    """However many pieces the system takes it in. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def try_lock(handle: int) -> bool | None:
    """Whether the lock on an open file is ours now, until it is closed; None where there are no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
