"""Running a command to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from functools import partial

_ENDED_BY = {"SIGHUP": 129, "SIGINT": 130, "SIGTERM": 143}


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

    for name, code in _ENDED_BY.items():
        number = getattr(signal, name, None)
        if number is not None:
            loop.add_signal_handler(number, partial(end, code))
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        return ended_by[0]
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
