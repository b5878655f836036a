"""Dates and times as people write them, in English and French: ``today``, ``7d``, ``25/11 10h42``.

They stay text until a window is opened: only then is it known what ``today`` is. A day, a week or a month is a whole
one: as a start it is its first instant, as an end its last. Local times are converted one by one through the operator's
zone, so a day on which the clocks change is as long as it is. An hour that comes twice, or not at all, is read so that
the period is the longer one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

from faxtui.errors import InvalidValue
from faxtui.translation import N_, _

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
EXAMPLES = N_("2026-11-23, 25/11/2026, 2026-11-23 10:42, 10:42, today, yesterday, monday, last week, 7d, 3h, 30m")


class Bound(Enum):
    """A side of a period."""

    START = "start"
    END = "end"


class _Days(NamedTuple):
    """Whole local days, from the first to the last."""

    first: date
    last: date


_Meaning = _Days | time | datetime
_UNITS = {"w": "weeks", "d": "days", "j": "days", "h": "hours", "m": "minutes"}


def resolve(text: str, bound: Bound, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Return the instant, in UTC, that ``text`` means at ``now`` in ``zone`` (None: this machine's own).

    Raises InvalidValue if the text is not a date or time.
    """
    cleaned = " ".join(text.lower().replace("’", "'").split())
    for pattern, meaning_of in _FORMS:
        match = re.fullmatch(pattern, cleaned)
        if match is None:
            continue
        try:
            local_now = now.astimezone(zone)
            return _instant(meaning_of(match, local_now), bound, local_now, zone)
        except (ValueError, OverflowError) as error:
            raise InvalidValue(_("“{text}” does not exist in the calendar.").format(text=text)) from error
    raise InvalidValue(
        _("“{text}” is not a valid date or time. Write it like one of these: {examples}.").format(
            text=text, examples=_(EXAMPLES)
        )
    )


def check_moment(text: str) -> str:
    """Return ``text`` without needless blanks. Raises InvalidValue if it is not a date or time."""
    resolve(text, Bound.START, datetime.now(UTC), UTC)
    return " ".join(text.split())


def local(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return an instant on the operator's clock (``zone`` None: this machine's)."""
    return moment.astimezone(zone)


def _instant(meaning: _Meaning, bound: Bound, now: datetime, zone: tzinfo | None) -> datetime:
    if isinstance(meaning, _Days):
        day = meaning.first if bound is Bound.START else meaning.last + timedelta(days=1)
        return _on_wall_clock(datetime.combine(day, time()), zone)[0]
    if isinstance(meaning, time):
        return _outermost(bound, _last_shown(meaning, now, zone))
    if meaning.tzinfo is None:
        return _outermost(bound, _on_wall_clock(meaning, zone))
    return meaning.astimezone(UTC)


def _outermost(bound: Bound, instants: Sequence[datetime]) -> datetime:
    return min(instants) if bound is Bound.START else max(instants)


def _last_shown(clock: time, now: datetime, zone: tzinfo | None) -> Sequence[datetime]:
    """Return when the clock showed it last: today if it did so already, else yesterday."""
    today = datetime.combine(now.date(), clock)
    already = [each for each in _on_wall_clock(today, zone) if each <= now]
    return already or _on_wall_clock(today - timedelta(days=1), zone)


def _on_wall_clock(naive: datetime, zone: tzinfo | None) -> Sequence[datetime]:
    """Return the instants at which the wall clock shows it, the first one first.

    There are two if it comes twice. If it is skipped: by the clock before the change, and by the one after it; of a
    skipped midnight the first is when the day begins.
    """
    folded = [naive.replace(fold=fold) for fold in (0, 1)]
    return [(each.astimezone() if zone is None else each.replace(tzinfo=zone)).astimezone(UTC) for each in folded]


def _day(day: date) -> _Days:
    return _Days(day, day)


def _now(match: re.Match[str], now: datetime) -> _Meaning:
    return now.astimezone(UTC)


def _today(match: re.Match[str], now: datetime) -> _Meaning:
    return _day(now.date())


def _yesterday(match: re.Match[str], now: datetime) -> _Meaning:
    return _day(now.date() - timedelta(days=1))


def _weekday(match: re.Match[str], now: datetime) -> _Meaning:
    """Return the last such day: today counts."""
    names = WEEKDAYS if match[0] in WEEKDAYS else _JOURS
    return _day(now.date() - timedelta(days=(now.weekday() - names.index(match[0])) % 7))


def _week(match: re.Match[str], now: datetime) -> _Meaning:
    monday = now.date() - timedelta(days=now.weekday() + (7 if match["last"] else 0))
    return _Days(monday, monday + timedelta(days=6))


def _month(match: re.Match[str], now: datetime) -> _Meaning:
    first = now.date().replace(day=1)
    if match["last"]:
        first = (first - timedelta(days=1)).replace(day=1)
    return _Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _ago(match: re.Match[str], now: datetime) -> _Meaning:
    return now.astimezone(UTC) - timedelta(**{_UNITS[match["unit"]]: int(match["count"])})


def _time_of_day(match: re.Match[str], now: datetime) -> _Meaning:
    return time(int(match["hour"]), int(match["minute"]))


def _day_and_time(match: re.Match[str], now: datetime) -> _Meaning:
    """Return a date, written in any order that is clear; without a year it is the last such day."""
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    if year is None:
        found = _last_such_day(day, month, now.date())
    else:
        found = date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    hour = match["hour"]
    return _day(found) if hour is None else datetime.combine(found, time(int(hour), int(match["minute"])))


def _last_such_day(day: int, month: int, today: date) -> date:
    # The 29th of February may be eight years ago.
    for year in range(today.year, today.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError("no such day")


def _moment(match: re.Match[str], now: datetime) -> _Meaning:
    return datetime.fromisoformat(match[0].upper())


_TIME = r"(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})"
_DAY, _MONTH = "(?P<day>[0-9]{1,2})", "(?P<month>[0-9]{1,2})"
_LAST_WEEK = "last week|(la )?semaine derni[eè]re"
_LAST_MONTH = "last month|(le )?mois dernier"
_FORMS: tuple[tuple[str, Callable[[re.Match[str], datetime], _Meaning]], ...] = (
    ("now|maintenant", _now),
    ("today|aujourd'?hui", _today),
    ("yesterday|hier", _yesterday),
    ("|".join((*WEEKDAYS, *_JOURS)), _weekday),
    (f"(?P<last>{_LAST_WEEK})|this week|cette semaine", _week),
    (f"(?P<last>{_LAST_MONTH})|this month|ce mois(-ci)?", _month),
    (r"(?P<count>[0-9]{1,6})(?P<unit>[wdjhm])", _ago),
    (_TIME, _time_of_day),
    (rf"{_DAY}(?P<s>[/.]){_MONTH}((?P=s)(?P<year>[0-9]{{4}}|[0-9]{{2}}))?(,? (à )?{_TIME})?", _day_and_time),
    (rf"{_DAY}-{_MONTH}-(?P<year>[0-9]{{4}})(,? (à )?{_TIME})?", _day_and_time),
    (rf"(?P<year>[0-9]{{4}})-{_MONTH}-{_DAY}( {_TIME})?", _day_and_time),
    (rf"(?P<year>[0-9]{{4}})(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})( {_TIME})?", _day_and_time),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}.*", _moment),
)
