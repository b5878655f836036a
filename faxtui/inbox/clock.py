"""The service's clock, as far as it is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def machine_now() -> datetime:
    return datetime.now(UTC)


class ServiceClock:
    """This machine's clock, corrected by the last known difference to the service's (its ``Date`` header)."""

    def __init__(self, machine: Callable[[], datetime] = machine_now) -> None:
        self._machine = machine
        self._ahead = timedelta()

    @property
    def ahead(self) -> timedelta:
        """How far the service's clock is ahead of this machine's."""
        return self._ahead

    def now(self) -> datetime:
        return self._machine() + self._ahead

    def heard(self, served_at: datetime | None) -> datetime:
        """Take note of what the service's clock showed just now; returns the service's time."""
        if served_at is not None:
            self._ahead = served_at - self._machine()
        return served_at or self.now()
