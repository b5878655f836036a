"""Files that are written atomically, private to this user and still there after a power cut; locks; shielded threads.

Everything but `try_lock` and `whole_file` raises OSError.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
import select
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from faxtui.domain.text import visible
from faxtui.errors import StorageError, why
from faxtui.translation import _

LOCK_LIMIT = 1.0
"""Seconds to wait for a lock that another process holds."""
_TEMPORARY, _RANDOM = ".faxtui-", 8
"""What the name of a temporary file begins with, and how many characters follow, as mkstemp chooses them."""
_STALE = 86_400.0
"""Seconds after which a file that can't be locked is stale."""
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENOLCK})
_HERE, _NO_REPLACE = -100, 1
"""AT_FDCWD and RENAME_NOREPLACE, see renameat2(2)."""
_renaming = threading.Lock()
_STREAM = re.compile("/dev/(stdout|stderr|null|full|tty|fd/[0-9]+)|/proc/self/fd/[0-9]+")
"""Paths that name a stream, also of ``>(command)`` in a shell; any other path that is no regular file may be a trap."""

P = ParamSpec("P")
T = TypeVar("T")


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, readable by this user only."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        sync(each.parent)


def privately(path: str, flags: int) -> int:
    """Open a file; if it is created, only this user can read it."""
    return os.open(path, flags, 0o600)


@contextmanager
def replaced(path: Path, *, only_new: bool = False) -> Iterator[BinaryIO]:
    """Write a file that replaces the one at ``path`` at the end; after an error, that one is unchanged.

    ``only_new``: raise FileExistsError if there is a file by then. A link at ``path`` is replaced, not followed.
    Temporary files that killed programs left in the folder are removed.
    """
    remove_temporary_files(path.parent)
    handle, temporary = _new_temporary_file(path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            sync_handle(file.fileno())
            # Some file systems report an error only at close; the file itself stays open, and so stays locked.
            os.close(os.dup(file.fileno()))
            if not only_new:
                temporary.replace(path)
            elif not rename_new(temporary, path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def remove_temporary_files(folder: Path) -> None:
    """Remove temporary files that killed programs of this user left in a folder, unless they are in use."""
    with suppress(OSError), os.scandir(folder) as entries:
        for name in [each.name for each in entries if _is_temporary(each.name)]:
            remove_stale(folder / name)


def remove_stale(path: Path, age: float = 0.0) -> None:
    """Remove a regular file of this user that no program has locked and that is ``age`` seconds old; else do nothing.

    If the file system has no locks, it has to be a day old.
    """
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            found = os.fstat(handle)
            if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid():
                is_locked = try_lock(handle)
                is_old = time.time() - found.st_mtime >= (_STALE if is_locked is None else age)
                if is_locked is not False and is_old and is_at(handle, path):
                    path.unlink()
        finally:
            os.close(handle)


def open_own(path: Path, flags: int) -> int:
    """Open a regular file of this user that has no other name. Refuse whatever somebody may have planted there.

    Never follow a link or wait for a pipe. If the file is created, only this user can read it.
    """
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if path.is_symlink():
            raise OSError(errno.ELOOP, f"{path.name} is a symbolic link") from error
        raise
    try:
        _check_own(path.name, os.fstat(handle))
    except OSError:
        os.close(handle)
        raise
    return handle


def _check_own(name: str, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EPERM, f"{name} is not a regular file")
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, f"{name} belongs to another user")
    if found.st_nlink > 1:
        raise OSError(errno.EMLINK, f"{name} is a hard link: the same file has another name as well")


def is_at(handle: int, path: Path) -> bool:
    """Return whether the open file is still the one at ``path``: it may have been removed or replaced."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def read_limited(path: Path, limit: int) -> bytes:
    """Read a regular file of at most ``limit`` bytes. Never waits for the other end of a pipe."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it is larger than {limit:,} bytes")
    return content


def read_in_time(handle: int, size: int, limit: float) -> bytes:
    """Read up to ``size`` bytes from an open regular file or pipe, a pipe for at most ``limit`` seconds."""
    mode = os.fstat(handle).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise OSError(errno.EINVAL, "it is neither a regular file nor a pipe")
    content = b""
    deadline = time.monotonic() + limit
    while len(content) < size:
        if not select.select([handle], [], [], max(deadline - time.monotonic(), 0))[0]:
            raise TimeoutError(errno.ETIMEDOUT, f"it did not end within {limit:.0f} seconds")
        chunk = os.read(handle, size - len(content))
        if not chunk:
            break
        content += chunk
    return content


def _is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY) and len(name) == len(_TEMPORARY) + _RANDOM


def _new_temporary_file(folder: Path) -> tuple[int, Path]:
    """Create a file and return it, open and locked."""
    import tempfile

    while True:
        handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=folder)
        # Before it was locked, another program may have taken it for a stale one.
        if try_lock(handle) is not False and is_at(handle, Path(name)):
            return handle, Path(name)
        os.close(handle)


def write_whole(handle: int, data: bytes) -> None:
    """Write all of ``data``, in as many pieces as the system accepts."""
    rest = memoryview(data)
    while rest:
        written = os.write(handle, rest)
        if not written:
            raise OSError(errno.ENOSPC, "the disk took only a part of the data")
        rest = rest[written:]


def sync(path: Path) -> None:
    """Write a file's content, or a folder's names, through to the disk, so that they survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        sync_handle(handle)
    finally:
        os.close(handle)


def sync_handle(handle: int) -> None:
    """Write an open file through to the disk, if the file system supports that."""
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
    """Return True if the file was renamed, False if the name is taken, None if it failed for another reason."""
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
    if try_lock(handle) is not False:
        return
    # The system queues those that block. A process that only tried again and again would never get its turn beside one
    # that locks the file over and over.
    waiting: Future[None] = Future()
    threading.Thread(target=_wait_for_lock, args=(os.dup(handle), waiting), daemon=True, name="lock").start()
    try:
        waiting.result(limit)
    except TimeoutError as error:
        raise TimeoutError(errno.ETIMEDOUT, "another program has locked it") from error


def _wait_for_lock(duplicate: int, waiting: Future[None]) -> None:
    """Lock the file that ``duplicate`` shares; if that comes too late, closing both descriptors unlocks it again."""
    failure: OSError | None = None
    try:
        fcntl.flock(duplicate, fcntl.LOCK_EX)
    except OSError as error:
        failure = error
    # Before the result: whoever closes the file after that has unlocked it.
    os.close(duplicate)
    if failure is None:
        waiting.set_result(None)
    else:
        # Another process had the lock, so there are locks: going on without one is no choice.
        waiting.set_exception(failure)


@contextmanager
def whole_file(path: Path, *, only_new: bool = False) -> Iterator[BinaryIO]:
    """Write a file atomically, or a stream such as ``/dev/stdout`` directly.

    Raises StorageError, also if ``path`` is a link, a device or a pipe: in a shared folder somebody may have put it
    there to overwrite another file or to read along. ``only_new``: also if there is a file by the end.
    """
    try:
        if _STREAM.fullmatch(str(path)):
            with path.open("ab") as file:
                yield file
        else:
            _check_replaceable(path)
            with replaced(path, only_new=only_new) as file:
                yield file
    except FileNotFoundError as error:
        raise StorageError(
            _("There is no folder {folder}: create it or choose another file.").format(folder=visible(str(path.parent)))
        ) from error
    except OSError as error:
        raise StorageError(
            _(
                "{path} can't be written: {reason}. Nothing was saved. Fix this or choose another file, then retry."
            ).format(path=visible(str(path)), reason=why(error))
        ) from error


def _check_replaceable(path: Path) -> None:
    """Raises OSError, IsADirectoryError for a folder."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, "it is a link, and links are not followed")
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a regular file")


async def to_thread_shielded(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking disk work in a thread and return its result; a cancellation takes effect only after it."""
    task = asyncio.create_task(asyncio.to_thread(step, *args, **kwargs))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    failure = task.exception()
    if cancelled is not None:
        raise cancelled from failure
    return task.result()
