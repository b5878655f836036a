"""How often, and after what waits, something that failed is asked for again.

The budget of requests that keeps this program a polite client."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from faxtui.errors import Busy, FaxtuiError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retries of a request that changes nothing (our decision: three, with growing, jittered waits).

    ``waits`` are seconds before the first, second … retry; ``jitter`` is the part of a wait left to chance;
    ``longest`` caps what a busy service may ask for.
    """

    waits: tuple[float, ...] = (1.0, 3.0, 8.0)
    jitter: float = 0.2
    longest: float = 60.0
    chance: Callable[[], float] = random.random

    def wait(self, error: FaxtuiError, failures: int) -> float | None:
        """Seconds until asking again after the ``failures``-th failure in a row; None: don't ask again."""
        if not error.passing or failures > len(self.waits):
            return None
        if isinstance(error, Busy):
            return min(error.retry_after, self.longest)
        return self.waits[failures - 1] * (1 + self.jitter * (2 * self.chance() - 1))


class TokenBucket:
    """A token bucket: ``per_minute`` listings on average, ``burst`` at once (our decision: 30 and 10).

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
