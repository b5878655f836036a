"""Reading what is typed, until the terminal is gone."""

from __future__ import annotations

import codecs
import os
import select
import threading
from collections.abc import Iterator

_ROUND = 0.1
"""Seconds after which an Esc that nothing followed counts as a key, and the end is looked for."""
_MOST = 4096


class TerminalGone(Exception):
    """There is nothing more to read, and never will be."""


def typed(descriptor: int, ended: threading.Event) -> Iterator[str]:
    """What comes in, and nothing now and then, until it is ended. Raises TerminalGone.

    A byte that is no UTF-8, such as a line makes or a keyboard set to another encoding, is one replacement character.
    """
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    while not ended.is_set():
        if not select.select([descriptor], [], [], _ROUND)[0]:
            yield ""
            continue
        try:
            data = os.read(descriptor, _MOST)
        except OSError as error:
            raise TerminalGone from error
        if not data:
            raise TerminalGone
        yield decode(data)
