"""Moments as people write them: ``today``, ``7d``, ``2026-11-23 10:42``.

A moment stays text until a window is opened: only then is it known what ``today`` is. A day is a whole one: as a
start it is its first instant, as an end its last. Local times are converted one by one through the operator's zone,
so a day on which the clocks change is as long as it is. An hour that comes twice, or not at all, is taken so that the
period is the longer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
    """A whole local day, and the midnight that it begins with on the wall clock."""

    midnight: datetime


_Meaning = _Day | time | datetime
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
            today = now.astimezone(zone)
            return _instant(meaning_of(match, today), bound, today, zone)
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


def _instant(meaning: _Meaning, bound: Bound, now: datetime, zone: tzinfo | None) -> datetime:
    if isinstance(meaning, _Day):
        midnight = meaning.midnight if bound is Bound.START else meaning.midnight + timedelta(days=1)
        return _on_wall_clock(midnight, zone)[0]
    if isinstance(meaning, time):
        return _outermost(bound, _last_shown(meaning, now, zone))
    if meaning.tzinfo is None:
        return _outermost(bound, _on_wall_clock(meaning, zone))
    return meaning.astimezone(UTC)


def _outermost(bound: Bound, instants: Sequence[datetime]) -> datetime:
    return min(instants) if bound is Bound.START else max(instants)


def _last_shown(clock: time, now: datetime, zone: tzinfo | None) -> Sequence[datetime]:
    """When the clock showed it last: today if it did so already, else yesterday."""
    today = datetime.combine(now.date(), clock)
    already = [each for each in _on_wall_clock(today, zone) if each <= now]
    return already or _on_wall_clock(today - timedelta(days=1), zone)


def _on_wall_clock(naive: datetime, zone: tzinfo | None) -> Sequence[datetime]:
    """The instants at which the wall clock shows it.

    Two where it comes twice, the first one first. Where it is skipped: by the clock of before the change, by that
    of after it; of a skipped midnight the first is when the day begins.
    """
    folded = [naive.replace(fold=fold) for fold in (0, 1)]
    return [(each.astimezone() if zone is None else each.replace(tzinfo=zone)).astimezone(UTC) for each in folded]


def _midnight(now: datetime, days_ago: int = 0) -> _Day:
    return _Day(datetime.combine(now.date() - timedelta(days=days_ago), time()))


def _named_day(match: re.Match[str], now: datetime) -> _Meaning:
    return _midnight(now, 1 if match[0] == "yesterday" else 0)


def _weekday(match: re.Match[str], now: datetime) -> _Meaning:
    return _midnight(now, (now.weekday() - WEEKDAYS.index(match[0])) % 7)


def _ago(match: re.Match[str], now: datetime) -> _Meaning:
    return now.astimezone(UTC) - timedelta(**{_UNITS[match["unit"]]: int(match["count"])})


def _time_of_day(match: re.Match[str], now: datetime) -> _Meaning:
    return time(int(match["hour"]), int(match["minute"]))


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
