"""Moments as people write them: ``today``, ``7d``, ``2026-11-23 10:42``.

A moment stays text until a window is opened: only then is it known what ``today`` is. A day is a whole one: as a
start it is its first instant, as an end its last. Local times are converted one by one through the operator's zone,
so a day on which the clocks change is as long as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import Enum

from faxtui.errors import InvalidValue

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLES = "2026-11-23, 2026-11-23 10:42, 10:42, today, yesterday, monday, 7d, 3h, 30m"


class Bound(Enum):
    """Which side of a period a moment is."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class _Day:
    """A whole local day, ``days`` before the one of ``now``."""

    midnight: datetime


_Meaning = _Day | datetime
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def resolve(text: str, bound: Bound, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The instant, in UTC, that ``text`` means at ``now`` in ``zone`` (None: this machine's own).

    Raises InvalidValue where the text is no moment.
    """
    cleaned = " ".join(text.lower().split())
    for pattern, meaning_of in _FORMS:
        match = pattern.fullmatch(cleaned)
        if match is None:
            continue
        try:
            return _instant(meaning_of(match, now.astimezone(zone)), bound, zone)
        except (ValueError, OverflowError) as error:
            raise InvalidValue(f"“{text}” is not a moment that exists: {error}.") from error
    raise InvalidValue(f"“{text}” is not a moment. Write it like one of these: {EXAMPLES}.")


def check_moment(text: str) -> str:
    """``text`` without needless blanks, if it is a moment; raises InvalidValue if not."""
    resolve(text, Bound.START, datetime.now(UTC), UTC)
    return " ".join(text.split())


def local(moment: datetime, zone: tzinfo | None) -> datetime:
    """An instant on the operator's clock (``zone`` None: this machine's)."""
    return moment.astimezone(zone)


def _instant(meaning: _Meaning, bound: Bound, zone: tzinfo | None) -> datetime:
    if isinstance(meaning, _Day):
        start_of_next = meaning.midnight + timedelta(days=1)
        return _from_wall_clock(meaning.midnight if bound is Bound.START else start_of_next, bound, zone)
    if meaning.tzinfo is None:
        return _from_wall_clock(meaning, bound, zone)
    return meaning.astimezone(UTC)


def _from_wall_clock(naive: datetime, bound: Bound, zone: tzinfo | None) -> datetime:
    """An hour that comes twice is taken so that the period is the longer one."""
    folded = naive.replace(fold=1 if bound is Bound.END else 0)
    aware = folded.astimezone() if zone is None else folded.replace(tzinfo=zone)
    return aware.astimezone(UTC)


def _midnight(now: datetime, days_ago: int = 0) -> _Day:
    return _Day(datetime.combine(now.date() - timedelta(days=days_ago), time()))


def _named_day(match: re.Match[str], now: datetime) -> _Meaning:
    return _midnight(now, 1 if match[0] == "yesterday" else 0)


def _weekday(match: re.Match[str], now: datetime) -> _Meaning:
    return _midnight(now, (now.weekday() - WEEKDAYS.index(match[0])) % 7)


def _ago(match: re.Match[str], now: datetime) -> _Meaning:
    return now.astimezone(UTC) - timedelta(**{_UNITS[match["unit"]]: int(match["count"])})


def _time_of_day(match: re.Match[str], now: datetime) -> _Meaning:
    """The last time that the clock showed it."""
    moment = datetime.combine(now.date(), time(int(match["hour"]), int(match["minute"])))
    return moment if moment <= now.replace(tzinfo=None) else moment - timedelta(days=1)


def _date(match: re.Match[str], now: datetime) -> _Meaning:
    return _Day(datetime.fromisoformat(match[0]))


def _moment(match: re.Match[str], now: datetime) -> _Meaning:
    return datetime.fromisoformat(match[0].upper())


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], _Meaning]], ...] = (
    (re.compile("today|yesterday"), _named_day),
    (re.compile("|".join(WEEKDAYS)), _weekday),
    (re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[dhm])"), _ago),
    (re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"), _time_of_day),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), _date),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}.*"), _moment),
)
