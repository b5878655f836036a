"""Files on a disk that may fail: for this user only, whole or not at all, and there after a power cut.

Everything but `lock` raises OSError.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK})


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user only."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        sync(each.parent)


def privately(path: str, flags: int) -> int:
    """Open a file that is made for this user only."""
    return os.open(path, flags, 0o600)


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of the one at ``path`` once it is whole; after an error, that is as it was."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=".faxtui-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            sync_handle(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    sync(path.parent)


def write_whole(handle: int, data: bytes) -> None:
    """However many pieces the system takes it in."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def sync(path: Path) -> None:
    """The file's content, or the folder's names, will be there after a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        sync_handle(handle)
    finally:
        os.close(handle)


def sync_handle(handle: int) -> None:
    """As far as the file system can promise it."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def lock(handle: int, *, waits: bool) -> bool | None:
    """Whether the lock on an open file is ours now, until it is closed; None where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
