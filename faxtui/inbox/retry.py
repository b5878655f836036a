"""Retries in progress: which requests failed, why, and when they are sent again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import replace

from faxtui.errors import Busy, FaxtuiError, NoAnswer, ServiceFailed
from faxtui.inbox.view import Waiting


class Retries:
    """Requests that wait for their next try, by what they are for."""

    def __init__(self, on_change: Callable[[], None], now: Callable[[], float] = time.monotonic) -> None:
        self._on_change = on_change
        self._now = now
        self._waiting: dict[Hashable, Waiting] = {}

    @property
    def next(self) -> Waiting | None:
        """The one that is due first."""
        return min(self._waiting.values(), key=lambda each: each.until, default=None)

    def wait(self, what: Hashable, error: FaxtuiError, seconds: float) -> None:
        """Note a failure, and in how many seconds the request is sent again."""
        now = self._now()
        before = self._waiting.get(what, Waiting(error, now, now))
        self._waiting[what] = replace(before, error=error, until=now + seconds)
        self._on_change()

    def end(self, what: Hashable) -> None:
        """Note that a response came, or that the request was given up."""
        if self._waiting.pop(what, None) is not None:
            self._on_change()


def retry_notice(error: FaxtuiError, seconds: float, failing_for: float | None = None) -> str:
    """Return ``service unavailable for 0:07, retrying in 6 s``: the reason, and the next try in so many seconds."""
    since = "" if failing_for is None else f" for {clock_time(failing_for)}"
    when = f"in {math.ceil(seconds):,} s" if seconds > 0 else "now"
    return f"{_reason(error)}{since}, retrying {when}"


def clock_time(seconds: float) -> str:
    """Return ``0:07``: minutes and seconds."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    return f"{minutes}:{rest:02}"


def _reason(error: FaxtuiError) -> str:
    match error:
        case Busy():
            return "service busy"
        case NoAnswer():
            return "no complete response"
        case ServiceFailed():
            return "service unavailable"
        case _:
            return "no connection"
