"""The log and reports of errors: files that only this user can read, and that hold no faxes."""

from __future__ import annotations

import logging
import os
import platform
import traceback
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from faxtui import __version__

LEVELS = ("debug", "info", "warning", "error")
DEFAULT_LEVEL = "warning"
_NAME = "faxtui.log"
_LARGEST = 1_000_000
_MODE = 0o600


class _PrivateFile(RotatingFileHandler):
    """Made, with its folder, when there is something to write."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(self.baseFilename, "a", encoding="utf-8", opener=_privately)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, _MODE)


def start_log(folder: Path, level: str) -> None:
    """Write what faxtui logs to a file in ``folder``, and nothing to the screen: a full disk costs only the line."""
    logging.raiseExceptions = False
    handler = _PrivateFile(folder / _NAME, maxBytes=_LARGEST, backupCount=1, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    ours = logging.getLogger("faxtui")
    ours.handlers = [handler]
    ours.propagate = False
    ours.setLevel(level.upper())
    logging.getLogger("asyncio").addHandler(logging.NullHandler())


def write_report(folder: Path, error: BaseException) -> Path | None:
    """Write down where an unexpected error came from; None where that can't be written.

    Messages and local variables are left out: they can hold numbers, names and passwords.
    """
    path = folder / f"error-{datetime.now():%Y%m%d-%H%M%S-%f}.txt"
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    parts = [f"faxtui {__version__}, {system}", "Messages are left out: they can hold numbers and names.", ""]
    for each in _chain(error):
        parts += ["".join(traceback.format_tb(each.__traceback__)) + _name(each), ""]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(path, "x", encoding="utf-8", opener=_privately) as file:
            file.write("\n".join(parts))
    except OSError:
        return None
    return path


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what it came from, the first one first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain[::-1]


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
