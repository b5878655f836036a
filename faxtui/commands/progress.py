"""What a command says to a person while it runs."""

from __future__ import annotations

from contextlib import suppress

from faxtui.commands.output import Streams
from faxtui.domain.text import in_ascii, visible
from faxtui.errors import ServiceError
from faxtui.inbox.retry import retry_notice


class Words:
    """What is said to a person: lines for good, and on a terminal one that is rewritten in place."""

    def __init__(self, streams: Streams) -> None:
        self._err = streams.err
        self._is_terminal = streams.err_is_terminal
        self._utf8 = streams.utf8
        self._shown = 0

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.clear()
        self._write(f"faxtui: {visible(sentence)}\n")

    def show(self, text: str) -> None:
        """How far it is, until something else is said or shown; where there is no terminal, nothing."""
        if self._is_terminal:
            self.clear()
            self._write(visible(text))
            self._shown = len(text)

    def clear(self) -> None:
        """Take away what is shown, so that data can go to the same terminal."""
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def tell_of_wait(self, error: ServiceError, seconds: float, what: str = "") -> None:
        """Say that a request failed, for ``what`` if given, and in how many seconds it is sent again."""
        notice = retry_notice(error, seconds)
        self.say(f"{what}: {notice}." if what else f"{notice[0].upper()}{notice[1:]}.")

    def _write(self, text: str) -> None:
        """Where nobody listens any more, the data still counts."""
        with suppress(OSError):
            self._err.write(text if self._utf8 else in_ascii(text))
            self._err.flush()
