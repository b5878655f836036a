"""The file of the log: only this user can read it, and it does not grow for good.

The log and reports of errors: files that only this user can read, and that hold no faxes."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from faxtui import __version__
from faxtui.storage.files import make_folder, privately

_LARGEST = 1_000_000


class _PrivateFile(RotatingFileHandler):
    """Made, with its folder, when there is something to write."""

    def _open(self) -> TextIOWrapper:
        make_folder(Path(self.baseFilename).parent)
        return open(self.baseFilename, "a", encoding="utf-8", opener=privately)


def private_file(path: Path) -> logging.Handler:
    return _PrivateFile(path, maxBytes=_LARGEST, backupCount=1, delay=True)


LEVELS = ("debug", "info", "warning", "error")
DEFAULT_LEVEL = "warning"
_NAME = "faxtui.log"


class _WhenNeeded(logging.Handler):
    """Loads what writes the file when there is something to write: most runs have nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            self._file = private_file(self._path)
            self._file.setFormatter(self.formatter)
        self._file.handle(record)


def start_log(folder: Path, level: str) -> None:
    """Write what faxtui logs to a file in ``folder``, and nothing to the screen: a full disk costs only the line."""
    logging.raiseExceptions = False
    handler = _WhenNeeded(folder / _NAME)
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
    import platform

    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    parts = [f"faxtui {__version__}, {system}", "Messages are left out: they can hold numbers and names.", ""]
    for each in _chain(error):
        parts += ["".join(traceback.format_tb(each.__traceback__)) + _name(each), ""]
    try:
        make_folder(folder)
        with open(path, "x", encoding="utf-8", opener=privately) as file:
            file.write("\n".join(parts))
    except OSError:
        return None
    return path


def explanation(folder: Path | None, error: BaseException) -> str:
    """A sentence about an unexpected error, and where its report lies; written to ``folder`` if there is one."""
    path = write_report(folder, error) if folder is not None else None
    where = f"The report is in {path}." if path else "No report could be written."
    return f"An error that nobody expected ended the program ({type(error).__name__}). {where}"


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
