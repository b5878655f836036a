"""Running a command to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

_NAMES = ("SIGHUP", "SIGINT", "SIGTERM")


def run_to_end(command: Coroutine[None, None, int]) -> int:
    """The command's exit code, or that of the signal that ended it; it cleans up after itself either way.

    Threads are not waited for: one may hang in a name look-up.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    task = loop.create_task(command)
    ended_by: list[int] = []

    def end(code: int) -> None:
        ended_by.append(code)
        task.cancel()

    for number in _heeded():
        loop.add_signal_handler(number, partial(end, _exit_code(number)))
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        return ended_by[0]
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@contextmanager
def ended_in_order() -> Iterator[None]:
    """A signal meanwhile is an exception, SystemExit with its code: a terminal gets its echo back, a command ends."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(_exit_code(number))

    before = {number: signal.signal(number, end) for number in _heeded()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> list[int]:
    """The signals that end the program, without those that it was started to ignore, as by nohup."""
    known = [int(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)]
    return [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]


def _exit_code(number: int) -> int:
    return 128 + number
