"""Periods people choose by name."""

from __future__ import annotations

from dataclasses import dataclass

from faxtui.domain.filters import PERIOD, SINCE, UNTIL, Filters
from faxtui.domain.text import visible


@dataclass(frozen=True, slots=True)
class Period:
    """A named period: ``since`` and ``until`` as one would type them, empty where open."""

    label: str
    since: str
    until: str = ""


DEFAULT_SINCE = "7d"
PERIODS: tuple[Period, ...] = (
    Period("Today", "today"),
    Period("Yesterday", "yesterday", "yesterday"),
    Period("Last 24 hours", "24h"),
    Period("Last 7 days", DEFAULT_SINCE),
    Period("Last 30 days", "30d"),
    Period("Last 90 days", "90d"),
)


def period_of(filters: Filters) -> Period | None:
    """The named period that these filters choose; None where start and end are the operator's own."""
    since, until = filters.get(SINCE) or DEFAULT_SINCE, filters.get(UNTIL) or ""
    return next((each for each in PERIODS if (each.since, each.until) == (since.lower(), until.lower())), None)


def period_in_words(filters: Filters) -> str:
    """``Last 7 days``, ``since 2026-11-01 · until 2026-11-07``."""
    named = period_of(filters)
    if named:
        return named.label
    until = filters.get(UNTIL)
    since = SINCE.said.format(filters.get(SINCE) or DEFAULT_SINCE)
    return f"{since} · {UNTIL.said.format(until)}" if until else since


def in_words(filters: Filters) -> str:
    """The filters in one line: ``Last 7 days · to 134296015``."""
    others = [each.said.format(visible(value)) for each, value in filters if each not in PERIOD]
    return " · ".join([period_in_words(filters), *others])
