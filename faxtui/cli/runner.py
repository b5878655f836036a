"""Runner for commands: to their end, or to the signal that ends them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine

from faxtui.cli.output import print_message
from faxtui.signals import Orderly
from faxtui.translation import N_, _

_CLEAN_UP_SECONDS = 2.0
"""Seconds that a command may take to clean up after a signal: longer than it waits for a lock."""
_UNFINISHED = N_("The disk did not respond in time. An unfinished file may be left; the next run removes it.")


def run_to_end(command: Coroutine[None, None, int]) -> int:
    """Return the command's exit code, or that of the signal that ended it; the command cleans up in both cases.

    Threads are not waited for: one may hang in a name look-up, or on a disk that does not respond.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    signalled = asyncio.Event()

    def end(_: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(signalled.set)

    with Orderly(end, limit=_CLEAN_UP_SECONDS + 1) as ending:
        try:
            task = loop.run_until_complete(_run(command, signalled))
            if task.done():
                loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        if ending.code is None:
            return task.result()
        if not task.done():
            print_message(_(_UNFINISHED), os.environ)
        elif not task.cancelled():
            task.result()
        return ending.code


async def _run(command: Coroutine[None, None, int], signalled: asyncio.Event) -> asyncio.Task[int]:
    """Run the command to its end; cancel it after a signal, when it may still be running after some time."""
    task, waiting = asyncio.create_task(command), asyncio.create_task(signalled.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CLEAN_UP_SECONDS)
    return task
