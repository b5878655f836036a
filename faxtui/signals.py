"""Signals that end the program: SIGHUP, SIGINT and SIGTERM, heeded from its first instruction to its last.

The first signal ends what runs in order, if something asked for that (`Orderly`); otherwise it ends the process at
once. A second signal always ends the process at once, whatever hangs. Loads nothing that takes time.
"""

from __future__ import annotations

import _thread
import os
import select
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType
    from typing import NoReturn

LIMIT = 5.0
"""Seconds that an orderly end may take after a signal."""
_CLEANING_LIMIT = 1.5
"""Seconds that cleaning up may take when the process ends at once."""
_NAMES = ("SIGHUP", "SIGINT", "SIGTERM")

_NUDGE = 0.1
"""Seconds in which the main thread ought to have handled a signal."""

_orderly: list[Orderly] = []
_clean_ups: list[Callable[[], None]] = []


def heed_signals() -> None:
    """End the process on these signals, with the exit code that tells which one it was."""
    for number in _heeded():
        signal.signal(number, _arrived)
    _watch.begin()


def clean_up_with(step: Callable[[], None]) -> None:
    """Run this quick step before the process ends, in whichever way; it may run in a signal handler."""
    _clean_ups.append(step)


def end_process(code: int) -> NoReturn:
    """Clean up and end the process. Does not wait for threads: one may hang in a system call."""
    try:
        # The threading module's own locks may be held by what was interrupted.
        _thread.start_new_thread(_end_after, (_CLEANING_LIMIT, code))
        for each in [*_clean_ups, *(orderly.at_once for orderly in _orderly)]:
            if each is not None:
                each()
    finally:
        os._exit(code)


class Orderly:
    """While entered, the first signal calls ``end`` with the exit code; the process ends after ``limit`` seconds.

    A signal handler calls ``end``, between any two instructions of the main thread. If the process has to end at once,
    ``at_once`` is called before that, perhaps by another thread. ``also_ignored``: heed the signals too that the
    program was started to ignore, as by nohup.
    """

    def __init__(
        self,
        end: Callable[[int], None],
        *,
        at_once: Callable[[], None] | None = None,
        limit: float = LIMIT,
        also_ignored: bool = False,
    ) -> None:
        self.code: int | None = None
        self.limit = limit
        self.at_once = at_once
        self._end = end
        self._also_ignored = also_ignored
        self._before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Orderly:
        _orderly.append(self)
        numbers = _heeded(also_ignored=self._also_ignored)
        self._before = {number: signal.signal(number, _arrived) for number in numbers}
        _watch.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _orderly.remove(self)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        _watch.forget()

    def begin_end(self, code: int) -> None:
        self.code = code
        _thread.start_new_thread(_end_unless_over, (self, code))
        self._end(code)


class _Watch:
    """A thread that sees to it that the main thread handles signals.

    Python leaves a signal alone that arrives just before the main thread begins to wait in a system call, or while
    that can't be interrupted.
    """

    def __init__(self) -> None:
        self.handled = 0
        self._received = 0
        self._main = 0

    def begin(self) -> None:
        """Call this in the main thread."""
        if self._main or not hasattr(signal, "pthread_kill"):
            return
        self._main = _thread.get_ident()
        read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGURG, _interrupt)
        _thread.start_new_thread(self._run, (read,))

    def forget(self) -> None:
        """Two of the same signal may have been handled as one."""
        self.handled = self._received

    def _run(self, read: int) -> None:
        numbers, latest = _heeded(also_ignored=True), 0
        while True:
            if select.select([read], [], [], _NUDGE if self._unhandled else None)[0]:
                for number in os.read(read, 4096):
                    if number in numbers and signal.getsignal(number) is _arrived:
                        self._received += 1
                        latest = 128 + number
                continue
            # Looked up first: the main thread counts a signal as handled before it has a code for it.
            code = next((each.code for each in _orderly if each.code is not None), None)
            if self._unhandled > (1 if code is None else 0):
                end_process(code or latest)
            if self._unhandled:
                signal.pthread_kill(self._main, signal.SIGURG)

    @property
    def _unhandled(self) -> int:
        return self._received - self.handled


_watch = _Watch()


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Interrupt a system call of the main thread, after which it handles what else has arrived."""


def _arrived(number: int, frame: FrameType | None) -> None:
    _watch.handled += 1
    code = 128 + number
    if not _orderly:
        end_process(code)
    current = _orderly[-1]
    if current.code is not None:
        end_process(current.code)
    current.begin_end(code)


def _heeded(*, also_ignored: bool = False) -> list[int]:
    known = [int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)]
    return [number for number in known if also_ignored or signal.getsignal(number) is not signal.SIG_IGN]


def _end_unless_over(orderly: Orderly, code: int) -> None:
    time.sleep(orderly.limit)
    if orderly in _orderly:
        end_process(code)


def _end_after(seconds: float, code: int) -> None:
    time.sleep(seconds)
    os._exit(code)
