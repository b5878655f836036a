"""Something that takes a while, goes on beside everything else, and can be cancelled.

What runs beside the operator, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from faxtui.errors import FaxtuiError

CLOSING = 1.0
"""Seconds that a step on the disk is given to end, once nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class BackgroundTask:
    """How far it is, in words for a line that is shown while it goes on."""

    words: str


class BackgroundTasks:
    """One at a time. Its end is told in a sentence to ``on_end``, an error to ``on_error``.

    An error that nobody expected goes to ``on_crash``.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[], None],
        on_end: Callable[[str], None],
        on_error: Callable[[FaxtuiError], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.current: BackgroundTask | None = None
        self._on_change = on_change
        self._on_end = on_end
        self._on_error = on_error
        self._on_crash = on_crash
        self._task: asyncio.Task[str] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def start(self, what: str, work: Coroutine[None, None, str]) -> bool:
        """``work`` gives the sentence about its end. False, and nothing is done, while another one goes on."""
        if self._task is not None:
            work.close()
            return False
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._ended)
        self.tell(what)
        return True

    def tell(self, words: str) -> None:
        """How far it is."""
        if self._task is not None:
            self.current = BackgroundTask(words)
            self._on_change()

    def cancel(self) -> bool:
        """Whether there was one to cancel."""
        return self._task is not None and self._task.cancel()

    async def aclose(self) -> None:
        """Cancel it; its end is told as ever."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=CLOSING)

    def _ended(self, task: asyncio.Task[str]) -> None:
        """Even where it was cancelled before it began."""
        self._task, self.current = None, None
        if task.cancelled():
            self._on_end("Cancelled.")
        elif isinstance(error := task.exception(), FaxtuiError):
            self._on_error(error)
        elif error is not None:
            self._on_crash(error)
        else:
            self._on_end(task.result())
        self._on_change()


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
