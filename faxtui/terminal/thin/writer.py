"""The thread that sends: painting begins when the terminal can take it, and with the newest screen."""

from __future__ import annotations

import threading
import time

from faxtui.terminal.thin.facts import Facts
from faxtui.terminal.thin.outbox import Forget, Item, Learned, Outbox
from faxtui.terminal.thin.painter import Frame, Painter
from faxtui.terminal.thin.reader import Passage
from faxtui.terminal.thin.tty_output import ROUND, TtyOutput

PATIENCE = 0.3
"""Seconds that a terminal gets to take what is left at the end."""


class Writer:
    """Sends what is in its outbox, from ``start`` to ``stop``."""

    def __init__(self, descriptor: int, facts: Facts) -> None:
        self.outbox = Outbox()
        self._output = TtyOutput(descriptor)
        self._painter = Painter(facts)
        self._given_up = threading.Event()
        self._unsent = b""
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="thin-output")

    def start(self) -> None:
        self._thread.start()

    @property
    def seconds_behind(self) -> float:
        """For how long the terminal has not taken what it is being sent."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def stop(self, patience: float = PATIENCE) -> None:
        """Send what is left, except frames. Takes ``patience`` seconds, and a moment, at the most.

        A terminal that takes nothing gets it without what came before, as soon as it takes anything again.
        """
        self.outbox.close()
        self._thread.join(patience)
        if not self._thread.is_alive():
            self._output.close()
            return
        self._given_up.set()
        self._thread.join(2 * ROUND)
        self._output.send_at_last(self._unsent + self._encoded(self.outbox.take_what_is_there()))
        if not self._thread.is_alive():
            self._output.close()

    def _run(self) -> None:
        while items := self.outbox.take():
            # What may not be lost if the terminal takes none of it.
            self._unsent = b"".join(each.text.encode() for each in items if isinstance(each, Passage))
            self._busy_since = time.monotonic()
            self._output.send(self._encoded(items), self._given_up)
            self._busy_since = None
            if self._given_up.is_set():
                return
            self._unsent = b""

    def _encoded(self, items: list[Item]) -> bytes:
        painter = self._painter
        parts: list[str] = []
        for item in items:
            match item:
                case Frame():
                    parts.append(painter.frame(item))
                case Passage():
                    parts.append(painter.passage(item))
                case Learned():
                    painter.facts = item.facts
                case Forget():
                    painter.forget()
        return "".join(parts).encode("utf-8", "replace")
