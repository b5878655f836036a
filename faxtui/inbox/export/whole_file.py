"""Writing a file that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from faxtui.disk import replaced
from faxtui.domain.text import visible
from faxtui.errors import StorageError, why


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A device or a pipe is written to as it is, anything else whole or not at all. Raises StorageError."""
    try:
        if _is_special(path):
            with path.open("wb") as file:
                yield file
        else:
            with replaced(path.resolve()) as file:
                yield file
    except FileNotFoundError as error:
        folder = visible(str(path.parent))
        raise StorageError(f"There is no folder {folder}: make it, or name a file elsewhere.") from error
    except OSError as error:
        raise StorageError(
            f"{visible(str(path))} can't be written: {why(error)}. Nothing was saved: mend that, or name a file "
            "elsewhere, and start again."
        ) from error


def _is_special(path: Path) -> bool:
    """Raises IsADirectoryError for a folder, and other OSErrors where it can't be looked at."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return not stat.S_ISREG(mode)
