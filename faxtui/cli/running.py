"""Running a command to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine

from faxtui.cli.saying import say
from faxtui.signals import Orderly

_LIMIT = 2.0
"""Seconds that a command may take to clean up after a signal: longer than it waits for a lock."""
_UNFINISHED = "The disk did not respond in time, so an unfinished file may be left. The next run removes it."


def run_to_end(command: Coroutine[None, None, int]) -> int:
    """Return the command's exit code, or that of the signal that ended it; it cleans up after itself either way.

    Threads are not waited for: one may hang in a name look-up, or on a disk that does not respond.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    signalled = asyncio.Event()

    def end(_: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(signalled.set)

    with Orderly(end, limit=_LIMIT + 1) as ending:
        try:
            task = loop.run_until_complete(_finished(command, signalled))
            if task.done():
                loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        if ending.code is None:
            return task.result()
        if not task.done():
            say(_UNFINISHED, os.environ)
        elif not task.cancelled():
            task.result()
        return ending.code


def exit_on_signal() -> Orderly:
    """Make a signal an exception, SystemExit with its code: a terminal gets its echo back, a command ends."""

    def end(code: int) -> None:
        raise SystemExit(code)

    return Orderly(end)


async def _finished(command: Coroutine[None, None, int], signalled: asyncio.Event) -> asyncio.Task[int]:
    """Run the command to its end; after a signal it is cancelled, and may still be running after some time."""
    task, waiting = asyncio.create_task(command), asyncio.create_task(signalled.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_LIMIT)
    return task
