"""The file of the log: only this user can read it, and it does not grow for good."""

from __future__ import annotations

import logging
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from faxtui.disk import make_folder, privately

_LARGEST = 1_000_000


class _PrivateFile(RotatingFileHandler):
    """Made, with its folder, when there is something to write."""

    def _open(self) -> TextIOWrapper:
        make_folder(Path(self.baseFilename).parent)
        return open(self.baseFilename, "a", encoding="utf-8", opener=privately)


def private_file(path: Path) -> logging.Handler:
    return _PrivateFile(path, maxBytes=_LARGEST, backupCount=1, delay=True)
