"""Writing to a terminal without ever being held up by it for good."""

from __future__ import annotations

import contextlib
import os
import select
import termios
import threading

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
