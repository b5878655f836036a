"""Output thread: a terminal that stops reading must never block the event loop, or the end of the program.

The queue keeps only the newest screen but every other sequence, in order. The writer paints a screen when the terminal
is ready for it, so a slow terminal skips frames instead of falling behind.
"""

from __future__ import annotations

import contextlib
import os
import select
import termios
import threading
import time
from typing import NamedTuple

from faxtui.terminal.capabilities import Terminfo
from faxtui.terminal.driver.output_parser import RawSequence
from faxtui.terminal.driver.painter import Frame, Painter

POLL_INTERVAL = 0.05
"""Seconds between checks whether to give up, while the terminal accepts nothing."""
_CANCEL = b"\x18"
"""Cancel a sequence that was sent in part (ECMA-48 CAN)."""


class TtyOutput:
    """Non-blocking output to the terminal.

    The terminal is opened again if possible: O_NONBLOCK on the inherited descriptor would also apply to the shell and
    every other process that shares it.
    """

    def __init__(self, descriptor: int) -> None:
        self._is_dead = False
        try:
            self._descriptor = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            self._descriptor = os.dup(descriptor)

    def send(self, data: bytes, given_up: threading.Event) -> None:
        """Send everything, unless ``given_up`` is set first or the terminal is closed."""
        while data and not self._is_dead and not given_up.is_set():
            try:
                if select.select([], [self._descriptor], [], POLL_INTERVAL)[1]:
                    data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                given_up.wait(POLL_INTERVAL)
            except (OSError, ValueError):
                self._is_dead = True

    def send_at_last(self, data: bytes) -> None:
        """Replace what the terminal has not read yet by ``data``, as much as fits, without waiting."""
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
            if not os.get_blocking(self._descriptor):
                os.write(self._descriptor, _CANCEL + data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


class Invalidate(NamedTuple):
    """Item that says: what the terminal shows is unknown."""


class TerminfoUpdate(NamedTuple):
    """Item with the capabilities that the terminal has proved to have."""

    terminfo: Terminfo


Item = Frame | RawSequence | Invalidate | TerminfoUpdate


class OutputQueue:
    """Queue from the event loop, which never waits here, to the writer.

    Signal handlers add to it as well, and may interrupt the event loop inside it: hence a reentrant lock.
    """

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._is_closed = False
        self._changed = threading.Condition(threading.RLock())

    def put(self, item: Item) -> None:
        """Add an item. A frame replaces one still queued, unless a sequence queued after that needs its screen."""
        with self._changed:
            if isinstance(item, Frame) and not any(_needs_a_screen(each) for each in self._items):
                self._drop_frames()
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        """Accept no more items, and drop queued frames: nobody will see them."""
        with self._changed:
            self._drop_frames()
            self._is_closed = True
            self._changed.notify()

    def get_all(self) -> list[Item]:
        """Wait for items and return all of them; an empty list once closed."""
        with self._changed:
            while not self._items and not self._is_closed:
                self._changed.wait()
            return self.drain()

    def drain(self) -> list[Item]:
        """Return all queued items without waiting."""
        with self._changed:
            items, self._items = self._items, []
            return items

    def _drop_frames(self) -> None:
        self._items = [each for each in self._items if not isinstance(each, Frame)]


def _needs_a_screen(item: Item) -> bool:
    return isinstance(item, RawSequence) and item.at is not None


FLUSH_TIMEOUT = 0.3
"""Seconds that the terminal has to read the remaining output when the program ends."""


class Writer:
    """Thread that sends the items of its queue."""

    def __init__(self, descriptor: int, terminfo: Terminfo) -> None:
        self.queue = OutputQueue()
        self._output = TtyOutput(descriptor)
        self._painter = Painter(terminfo)
        self._given_up = threading.Event()
        self._unsent = b""
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="thin-output")

    def start(self) -> None:
        self._thread.start()

    @property
    def seconds_behind(self) -> float:
        """How long the terminal has not accepted what is being sent."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def stop(self, timeout: float = FLUSH_TIMEOUT) -> None:
        """Send the remaining items except frames, within about ``timeout`` seconds.

        If the terminal accepts nothing, earlier output is discarded so that at least these reach it when it resumes.
        """
        self.queue.close()
        self._thread.join(timeout)
        if not self._thread.is_alive():
            self._output.close()
            return
        self._given_up.set()
        self._thread.join(2 * POLL_INTERVAL)
        self._output.send_at_last(self._unsent + self._encoded(self.queue.drain()))
        if not self._thread.is_alive():
            self._output.close()

    def _run(self) -> None:
        while items := self.queue.get_all():
            # Modes must be restored even if the terminal accepts none of this: `stop` sends them again.
            self._unsent = b"".join(each.text.encode() for each in items if isinstance(each, RawSequence))
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
                case RawSequence():
                    parts.append(painter.raw(item))
                case TerminfoUpdate():
                    painter.terminfo = item.terminfo
                case Invalidate():
                    painter.invalidate()
        return "".join(parts).encode("utf-8", "replace")
