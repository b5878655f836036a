"""How often, and after what waits, something that failed is asked for again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from faxtui.errors import Busy, FaxtuiError


@dataclass(frozen=True, slots=True)
class Patience:
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
