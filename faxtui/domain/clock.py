"""The service's clock, estimated from its responses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from faxtui.domain.text import duration
from faxtui.translation import _

NOTABLE = timedelta(minutes=2)
"""A difference above which the operator is warned, because it moves every period (our decision)."""
ABSURD = timedelta(days=1)
"""A difference above which the service's clock is not believed (our decision)."""


def machine_now() -> datetime:
    return datetime.now(UTC)


class ServiceClock:
    """This machine's clock, corrected by the last known difference to the service's (its ``Date`` header)."""

    def __init__(self, machine: Callable[[], datetime] = machine_now) -> None:
        self._machine = machine
        self._ahead = timedelta()
        self._difference = timedelta()
        self._warning = ""
        self._has_warned = False

    @property
    def ahead(self) -> timedelta:
        """The correction: how far the service's clock is ahead of this machine's, as last believed."""
        return self._ahead

    @property
    def difference(self) -> timedelta:
        """How far the service's clock was ahead of this machine's in its last response, believed or not."""
        return self._difference

    def now(self) -> datetime:
        return self._machine() + self._ahead

    def update(self, served_at: datetime | None) -> datetime:
        """Correct by what the service's clock showed just now, and return the service's time.

        A clock that is absurdly far off changes nothing.
        """
        if served_at is None:
            return self.now()
        difference = self._difference = served_at - self._machine()
        if abs(difference) > NOTABLE and not self._has_warned:
            self._has_warned, self._warning = True, _warning(difference)
        if abs(difference) > ABSURD:
            return self.now()
        self._ahead = difference
        return served_at

    def pop_warning(self, *, is_watched: bool = True) -> str:
        """Return, once in the life of this clock, a sentence on the first notable difference; else an empty text.

        ``is_watched``: a person reads it. A script is not warned of a clock that is ignored, because nothing changes.
        """
        warning, self._warning = self._warning, ""
        return warning if is_watched or abs(self._difference) <= ABSURD else ""


def _warning(difference: timedelta) -> str:
    time = duration(abs(difference).total_seconds())
    if difference > timedelta():
        how_far = _("The service's clock is {time} ahead of this computer's.").format(time=time)
    else:
        how_far = _("The service's clock is {time} behind this computer's.").format(time=time)
    if abs(difference) > ABSURD:
        effect = _("It is ignored. Check this computer's date and time.")
    else:
        effect = _("Periods such as “today” follow the service's. Check this computer's date and time.")
    return f"{how_far} {effect}"
