"""Work that may hang for good, such as a name look-up, done where it holds nothing up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


async def within(seconds: float, work: Callable[[], T]) -> T:
    """Do blocking work in a thread of its own. Raises TimeoutError after ``seconds``, else what ``work`` raises.

    The thread is a daemon: asyncio joins its own threads when it ends, and would wait for a look-up that hangs.
    """
    loop = asyncio.get_running_loop()
    handover: _Handover[T] = _Handover(loop, loop.create_future())

    def run() -> None:
        with handover:
            handover.give(work())

    threading.Thread(target=run, daemon=True, name="doctor").start()
    async with asyncio.timeout(seconds):
        return await handover.outcome


class _Handover(Generic[T]):
    """From a thread to the loop: a result, or whatever was raised instead."""

    def __init__(self, loop: asyncio.AbstractEventLoop, outcome: asyncio.Future[T]) -> None:
        self._loop = loop
        self.outcome = outcome

    def __enter__(self) -> None:
        """There is nothing to open."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if error is not None:
            self._settle(lambda: self.outcome.set_exception(error))
        return True

    def give(self, result: T) -> None:
        self._settle(lambda: self.outcome.set_result(result))

    def _settle(self, settle: Callable[[], None]) -> None:
        """Nobody may wait for it any more, and the loop may be closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: None if self.outcome.done() else settle())
