"""Files on a disk that may fail: for this user only, whole or not at all, and there after a power cut.

Everything but `try_lock` raises OSError.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

LOCK_LIMIT = 1.0
"""Seconds to wait for a lock that another process holds."""
_LOCK_RETRY = 0.02
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK})
_HERE, _NO_REPLACE = -100, 1
"""AT_FDCWD and RENAME_NOREPLACE, see renameat2(2)."""
_renaming = threading.Lock()


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


def rename_new(source: Path, target: Path) -> bool:
    """Rename a file unless the new name is taken; return False, and do nothing, if it is.

    If the system can't check and rename in one step, another program may take the name in between.
    """
    done = _rename_in_one_step(source, target)
    if done is not None:
        return done
    with _renaming:
        if os.path.lexists(target):
            return False
        source.rename(target)
    return True


def _rename_in_one_step(source: Path, target: Path) -> bool | None:
    """Return whether the file was renamed; None if it was not, for any reason but that the name is taken."""
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return None
    failed: int = rename(_HERE, os.fsencode(source), _HERE, os.fsencode(target), _NO_REPLACE)
    if not failed:
        return True
    return False if ctypes.get_errno() == errno.EEXIST else None


def try_lock(handle: int) -> bool | None:
    """Lock an open file until it is closed, without waiting.

    Returns False if another process holds the lock, None if the file system has no locks.
    """
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def lock(handle: int, limit: float = LOCK_LIMIT) -> None:
    """Lock an open file until it is closed, waiting at most ``limit`` seconds.

    Does nothing if the file system has no locks. Raises TimeoutError if another process still holds the lock: a process
    that was suspended keeps its locks, and quitting must not wait for it.
    """
    deadline = time.monotonic() + limit
    while try_lock(handle) is False:
        if time.monotonic() >= deadline:
            raise TimeoutError(errno.ETIMEDOUT, "another program has locked it")
        time.sleep(_LOCK_RETRY)
