"""Noticing that time went by while this program did not run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

TICK = 0.25
"""Seconds between two looks at the clocks."""
LONGEST_GAP = 2.0
"""Seconds between two looks beyond which nobody could have seen the countdown (our decision)."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """``monotonic`` and ``wall`` are in seconds, ``sleep`` waits for so many of them."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class PauseWatch:
    """Compares both clocks at every look: a monotonic one may stand still while the machine sleeps.

    A wall clock that is set, either way, looks like a pause too: that costs nothing but a grace begun again.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._monotonic, self._wall = self._clocks.monotonic(), self._clocks.wall()

    def was_paused(self) -> bool:
        """Whether more than 2 s went by since the last look."""
        monotonic, wall = self._monotonic, self._wall
        self.begin()
        return max(self._monotonic - monotonic, abs(self._wall - wall)) > LONGEST_GAP
