"""The log and crash reports: files of limited size that only this user can read, without any content of faxes."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

from faxtui import __version__
from faxtui.storage.files import make_folder, privately
from faxtui.translation import _

_LARGEST = 1_000_000
LEVELS = ("debug", "info", "warning", "error")
DEFAULT_LEVEL = "warning"
_NAME = "faxtui.log"


class _LazyFile(logging.Handler):
    """Handler that loads and opens the file when there is something to write: most runs have nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            self._file = _private_file(self._path)
            self._file.setFormatter(self.formatter)
        self._file.handle(record)


def _private_file(path: Path) -> logging.Handler:
    from logging.handlers import RotatingFileHandler

    class PrivateFile(RotatingFileHandler):
        def _open(self) -> TextIOWrapper:
            make_folder(path.parent)
            return open(path, "a", encoding="utf-8", opener=privately)

    return PrivateFile(path, maxBytes=_LARGEST, backupCount=1, delay=True)


def start_log(folder: Path, level: str) -> None:
    """Write the log to a file in ``folder``, and nothing to the screen: a full disk costs only the line."""
    logging.raiseExceptions = False
    handler = _LazyFile(folder / _NAME)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    ours = logging.getLogger("faxtui")
    ours.handlers = [handler]
    ours.propagate = False
    ours.setLevel(level.upper())
    logging.getLogger("asyncio").addHandler(logging.NullHandler())


def write_report(folder: Path, error: BaseException) -> Path | None:
    """Write a report on where an unexpected error came from, and return its path; None if it can't be written.

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
    """Return sentences about an unexpected error, after writing a report to ``folder`` if it is given."""
    path = write_report(folder, error) if folder is not None else None
    text = (
        _("faxtui crashed ({error}). The report is in {path}.")
        if path
        else _("faxtui crashed ({error}). No report could be written.")
    )
    return text.format(error=type(error).__name__, path=path)


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error and its causes, the first one first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return chain[::-1]


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
