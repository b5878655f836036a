"""What a disk can't do for the folder that faxes are saved to, in a sentence."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faxtui.domain.text import visible
from faxtui.errors import StorageError, why

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
            sentence = f"{shown} can't be used: {why(error)}. Mend that, or name another folder, and start again."
        raise StorageError(f"{sentence} What is saved already stays.") from error
