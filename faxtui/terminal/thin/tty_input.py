"""Reading what is typed, until the terminal is gone."""

from __future__ import annotations

import codecs
import os
import select

_MOST = 4096


class TerminalGone(Exception):
    """There is nothing more to read, and never will be."""


class TtyInput:
    """The input side of the terminal, decoded.

    A byte that is none of the ``charset``, such as a noisy line makes, is one replacement character.
    """

    def __init__(self, descriptor: int, charset: str) -> None:
        self._descriptor = descriptor
        self._decode = codecs.getincrementaldecoder(charset)("replace").decode

    def read(self, seconds: float) -> str | None:
        """Return what comes in within that time; None if nothing does. It is empty in the middle of a character.

        Raises TerminalGone.
        """
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return None
        try:
            data = os.read(self._descriptor, _MOST)
        except OSError as error:
            raise TerminalGone from error
        if not data:
            raise TerminalGone
        return self._decode(data)
