"""Writing a file that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from faxtui.disk import replaced
from faxtui.domain.text import visible
from faxtui.errors import StorageError, why

_STREAM = re.compile("/dev/(stdout|stderr|null|full|tty|fd/[0-9]+)|/proc/self/fd/[0-9]+")
"""Paths that name a stream, also of ``>(command)`` in a shell; anything else that is no regular file may be a trap."""


@contextmanager
def whole_file(path: Path, *, only_new: bool = False) -> Iterator[BinaryIO]:
    """A file that is written atomically, or a stream such as ``/dev/stdout``, which is written to as it is.

    Raises StorageError, also if ``path`` is a link, a device or a pipe: in a shared folder somebody may have put it
    there to have another file overwritten, or to read along. ``only_new``: also if there is a file by the end.
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
        folder = visible(str(path.parent))
        raise StorageError(f"There is no folder {folder}: make it, or name a file elsewhere.") from error
    except OSError as error:
        raise StorageError(
            f"{visible(str(path))} can't be written: {why(error)}. Nothing was saved: mend that, or name a file "
            "elsewhere, and start again."
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
