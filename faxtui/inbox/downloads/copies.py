"""Whole files in their folder: told from others by size and content, never written over."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from enum import Enum
from itertools import count
from pathlib import Path

from faxtui.disk import rename_new, sync
from faxtui.domain.fax import FaxIdentity
from faxtui.domain.file_name import MOST_NUMBER, numbered

_FINAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT})
"""Errors of a hard link that a rename would meet, too; file systems without links (FAT, exFAT, CIFS) report others."""


class CopyState(Enum):
    """What is at a place where a file of a certain content should be."""

    WHOLE = "whole"
    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


def is_copy_of(fax: FaxIdentity, saved: FaxIdentity, path: Path, sha256: str) -> bool:
    """Return whether a file that was saved of one fax counts as a copy of this one.

    The only rule for that, on every way to it: received date, sender, receiver, message id and pages are the same, and
    the file is still what was saved. The service uses names again, so a name proves nothing.
    """
    return saved.is_certain and saved == fax and check_copy(path, sha256) is CopyState.WHOLE


def check_copy(path: Path, sha256: str, size: int | None = None) -> CopyState:
    """Return whether the file has that content, and size if one is given; a link counts as what it leads to."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or size not in (None, found.st_size):
                return CopyState.CHANGED
            is_same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except (FileNotFoundError, NotADirectoryError):
        return CopyState.MISSING
    except IsADirectoryError:
        return CopyState.CHANGED
    except OSError:
        return CopyState.UNREADABLE
    return CopyState.WHOLE if is_same else CopyState.CHANGED


def settle(part: Path, name: str, size: int, sha256: str) -> tuple[Path, bool]:
    """Give a whole file its name, a numbered one where that is taken, and tell where it is and whether it is new.

    Where the same content has such a name already, the part goes. A program killed on the way leaves the part, the
    name, or both for one file. Raises OSError.
    """
    for number in count(1):
        target = part.with_name(numbered(name, number))
        is_new = _take(part, target)
        if is_new or check_copy(target, sha256, size) is CopyState.WHOLE:
            break
        if number == MOST_NUMBER:
            raise OSError(errno.EEXIST, f"all names from {name} to {target.name} are taken")
    if not is_new:
        sync(target)
    part.unlink(missing_ok=True)
    sync(target.parent)
    return target, is_new


def _take(part: Path, target: Path) -> bool:
    """Whether the target's name was free."""
    try:
        target.hardlink_to(part)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno in _FINAL:
            raise
        return rename_new(part, target)
    return True
