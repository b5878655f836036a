"""Policies of a polite client: retries of what failed, and the budget of requests."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from faxtui.errors import Busy, FaxtuiError

T = TypeVar("T")


class RetryPolicy(NamedTuple):
    """Retries of a request that changes nothing (our decision: three, with growing, jittered waits).

    ``waits`` are seconds before the first, second … retry; ``jitter`` is the part of a wait left to chance;
    ``longest`` caps what a busy service may ask for.
    """

    waits: tuple[float, ...] = (1.0, 3.0, 8.0)
    jitter: float = 0.2
    longest: float = 60.0
    chance: Callable[[], float] = random.random

    def wait(self, error: FaxtuiError, failures: int) -> float | None:
        """Return the seconds until the next try after the ``failures``-th failure in a row; None: no further try."""
        if not error.passing or failures > len(self.waits):
            return None
        if isinstance(error, Busy):
            return min(error.retry_after, self.longest)
        return self.waits[failures - 1] * (1 + self.jitter * (2 * self.chance() - 1))

    async def run(
        self, attempt: Callable[[], Awaitable[T]], pause: Callable[[FaxtuiError, float], Awaitable[None]]
    ) -> T:
        """Return the result of ``attempt``, which is called again after a failure that may pass.

        ``pause`` is given the failure and the seconds to wait, and returns when they are over. Raises the last failure.
        """
        failures = 0
        while True:
            try:
                return await attempt()
            except FaxtuiError as error:
                failures += 1
                failure, wait = error, self.wait(error, failures)
                if wait is None:
                    raise
            await pause(failure, wait)


class TokenBucket:
    """Budget of requests: ``per_minute`` listings on average, ``burst`` at once (our decision: 30 and 10).

    What the operator asks for is never held back: it drains the bucket, and the background waits for what is left.
    """

    def __init__(self, per_minute: float = 30, burst: int = 10, now: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._burst = burst
        self._now = now
        self._tokens = float(burst)
        self._filled_at = now()

    def drain(self) -> None:
        """A request of the operator's own goes out."""
        self._fill()
        self._tokens = max(self._tokens - 1, -float(self._burst))

    def spare(self) -> bool:
        """Take a token for the background, if there is one."""
        self._fill()
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _fill(self) -> None:
        now = self._now()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._per_second)
        self._filled_at = now
