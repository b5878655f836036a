"""A loop whose time passes at once: while all tasks sleep, it goes on to the moment when the first one wakes up."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    """Waits for nothing; notes how long it should have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is not None:
            self.now += max(timeout, 0)
            return ready
        return ready or super().select(timeout)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time begins at 0. A thread that runs meanwhile is waited for only if no task sleeps."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def jump(self, seconds: float) -> None:
        """Let the machine sleep for so long: what falls due meanwhile happens at once afterwards."""
        self._virtual.now += seconds


def run_virtually(work: Coroutine[None, None, T]) -> T:
    """Run this to its end, in virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(asyncio.wait_for(work, 10_000_000))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
