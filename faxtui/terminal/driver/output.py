"""Writing to a terminal without ever being held up by it for good.

What waits to be sent: of screens only the newest, of everything else all, in order.

The thread that sends: painting begins when the terminal can take it, and with the newest screen."""

from __future__ import annotations

import contextlib
import os
import select
import termios
import threading
import time
from dataclasses import dataclass

from faxtui.terminal.driver.output_parser import Passage
from faxtui.terminal.driver.painter import Frame, Painter
from faxtui.terminal.driver.terminfo import Terminfo

ROUND = 0.05
"""Seconds between two looks at whether to give up, while the terminal takes nothing."""
_CANCEL = b"\x18"
"""Ends a sequence that was sent in part (ECMA-48 CAN)."""


class TtyOutput:
    """The terminal, opened once more where that is possible: only so it can be written to without waiting.

    Whoever shares our own file descriptor would be surprised by one that does not wait.
    """

    def __init__(self, descriptor: int) -> None:
        self._is_dead = False
        try:
            self._descriptor = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            self._descriptor = os.dup(descriptor)

    def send(self, data: bytes, given_up: threading.Event) -> None:
        """Returns once all of it is sent, or it is given up. What a terminal that is gone should get is dropped."""
        while data and not self._is_dead and not given_up.is_set():
            try:
                if select.select([], [self._descriptor], [], ROUND)[1]:
                    data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                given_up.wait(ROUND)
            except (OSError, ValueError):
                self._is_dead = True

    def send_at_last(self, data: bytes) -> None:
        """In place of everything that the terminal has not taken so far. As much as it can hold, without waiting."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
            if not os.get_blocking(self._descriptor):
                os.write(self._descriptor, _CANCEL + data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


@dataclass(frozen=True, slots=True)
class Forget:
    """What the terminal shows is not known any more."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the terminal turned out to be able to do."""

    facts: Terminfo


Item = Frame | Passage | Forget | Learned


class Outbox:
    """Filled by the event loop, which never waits here, and emptied by the writer.

    Signal handlers fill it too: they may run while the event loop's thread is at it, so the lock is reentrant.
    """

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._is_closed = False
        self._changed = threading.Condition(threading.RLock())

    def put(self, item: Item) -> None:
        """A frame takes the place of one still waiting, unless what came after that needs its screen."""
        with self._changed:
            if isinstance(item, Frame) and not any(_needs_a_screen(each) for each in self._items):
                self._drop_frames()
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        """Nothing more will come, and nobody will look at the frames that wait."""
        with self._changed:
            self._drop_frames()
            self._is_closed = True
            self._changed.notify()

    def take(self) -> list[Item]:
        """Wait for something, and take all of it; empty once closed."""
        with self._changed:
            while not self._items and not self._is_closed:
                self._changed.wait()
            return self.take_what_is_there()

    def take_what_is_there(self) -> list[Item]:
        with self._changed:
            taken, self._items = self._items, []
            return taken

    def _drop_frames(self) -> None:
        self._items = [each for each in self._items if not isinstance(each, Frame)]


def _needs_a_screen(item: Item) -> bool:
    return isinstance(item, Passage) and item.at is not None


PATIENCE = 0.3
"""Seconds that a terminal gets to take what is left at the end."""


class Writer:
    """Sends what is in its outbox, from ``start`` to ``stop``."""

    def __init__(self, descriptor: int, facts: Terminfo) -> None:
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
