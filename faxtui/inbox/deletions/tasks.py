"""What runs beside the operator, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine


class Tasks:
    """Tasks that are kept until they end; an error that nobody expected in one goes to ``on_crash``."""

    def __init__(self, on_crash: Callable[[BaseException], None]) -> None:
        self._on_crash = on_crash
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def end(self, patience: Awaitable[None]) -> None:
        """Wait for all of them while ``patience`` lasts; cancel those that are not done by then."""
        waiting = asyncio.ensure_future(patience)
        if self._running:
            ended = asyncio.create_task(asyncio.wait(self._running))
            await asyncio.wait((ended, waiting), return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        for each in (waiting, *self._running):
            each.cancel()
        # Each gets to see that it was cancelled.
        await asyncio.sleep(0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_crash(error)
