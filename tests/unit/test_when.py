"""What the moments that people write mean, on the operator's clock."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxtui.domain.when import WEEKDAYS, Bound, check_moment, local, resolve
from faxtui.errors import InvalidValue

PARIS = ZoneInfo("Europe/Paris")
CAIRO = ZoneInfo("Africa/Cairo")
HAVANA = ZoneInfo("America/Havana")
START, END = Bound.START, Bound.END
NOW = datetime(2026, 11, 23, 9, 42, 31, tzinfo=UTC)
"""A Monday, 10:42:31 in Paris."""


def meant(text: str, bound: Bound = START, now: datetime = NOW, zone: tzinfo | None = PARIS) -> str:
    return resolve(text, bound, now, zone).strftime("%m-%d %H:%M:%S")


def in_paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.fixture
def machine_in_paris(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Paris")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "11-22 23:00:00", "11-23 23:00:00"),
        ("yesterday", "11-21 23:00:00", "11-22 23:00:00"),
        ("monday", "11-22 23:00:00", "11-23 23:00:00"),
        ("tuesday", "11-16 23:00:00", "11-17 23:00:00"),
        ("2026-11-20", "11-19 23:00:00", "11-20 23:00:00"),
        ("2026-07-14", "07-13 22:00:00", "07-14 22:00:00"),
        ("7d", "11-16 09:42:31", "11-16 09:42:31"),
        ("3h", "11-23 06:42:31", "11-23 06:42:31"),
        ("30m", "11-23 09:12:31", "11-23 09:12:31"),
        ("10:42", "11-23 09:42:00", "11-23 09:42:00"),
        ("10:43", "11-22 09:43:00", "11-22 09:43:00"),
        ("9:05", "11-23 08:05:00", "11-23 08:05:00"),
        ("2026-11-23 10:42", "11-23 09:42:00", "11-23 09:42:00"),
        ("2026-11-23T10:42:30", "11-23 09:42:30", "11-23 09:42:30"),
        ("2026-11-23T10:42Z", "11-23 10:42:00", "11-23 10:42:00"),
        ("2026-11-23T10:42-05:00", "11-23 15:42:00", "11-23 15:42:00"),
        ("2026-11-23 9:05", "11-23 08:05:00", "11-23 08:05:00"),
        ("2026-7-4", "07-03 22:00:00", "07-04 22:00:00"),
        ("20261120", "11-19 23:00:00", "11-20 23:00:00"),
        ("05/11/2026", "11-04 23:00:00", "11-05 23:00:00"),
        ("5.11.26", "11-04 23:00:00", "11-05 23:00:00"),
        ("05-11-2026", "11-04 23:00:00", "11-05 23:00:00"),
        ("23/11", "11-22 23:00:00", "11-23 23:00:00"),
        ("20.11 9h05", "11-20 08:05:00", "11-20 08:05:00"),
        ("05/11/2026 à 14h30", "11-05 13:30:00", "11-05 13:30:00"),
        ("aujourd'hui", "11-22 23:00:00", "11-23 23:00:00"),
        ("Aujourd’hui", "11-22 23:00:00", "11-23 23:00:00"),
        ("hier", "11-21 23:00:00", "11-22 23:00:00"),
        ("lundi", "11-22 23:00:00", "11-23 23:00:00"),
        ("mardi", "11-16 23:00:00", "11-17 23:00:00"),
        ("9h30", "11-23 08:30:00", "11-23 08:30:00"),
        ("14h30", "11-22 13:30:00", "11-22 13:30:00"),
        ("9h", "11-23 00:42:31", "11-23 00:42:31"),
        ("7j", "11-16 09:42:31", "11-16 09:42:31"),
        ("1w", "11-16 09:42:31", "11-16 09:42:31"),
        ("now", "11-23 09:42:31", "11-23 09:42:31"),
        ("this week", "11-22 23:00:00", "11-29 23:00:00"),
        ("last week", "11-15 23:00:00", "11-22 23:00:00"),
        ("la semaine dernière", "11-15 23:00:00", "11-22 23:00:00"),
        ("this month", "10-31 23:00:00", "11-30 23:00:00"),
        ("ce mois-ci", "10-31 23:00:00", "11-30 23:00:00"),
        ("last month", "09-30 22:00:00", "10-31 23:00:00"),
    ],
)
def test_a_day_is_a_whole_one_and_anything_else_an_instant(text: str, start: str, end: str) -> None:
    assert (meant(text, START), meant(text, END)) == (start, end)


@pytest.mark.parametrize(
    ("text", "year"), [("23/11", 2026), ("24/11", 2025), ("31.12", 2025), ("1/1", 2026), ("29/02", 2024)]
)
def test_a_day_without_a_year_is_the_last_such_day(text: str, year: int) -> None:
    assert resolve(text, END, NOW, PARIS).astimezone(PARIS).year == year + (text == "31.12")


def test_the_answer_is_in_utc() -> None:
    assert resolve("2026-11-23T10:42+01:00", START, NOW, PARIS).tzinfo is UTC
    assert resolve("today", END, NOW, PARIS).tzinfo is UTC


def test_capitals_and_blanks_do_not_matter() -> None:
    assert meant(" Today ") == meant("today")
    assert meant("2026-11-23   10:42") == meant("2026-11-23 10:42")
    assert meant("2026-11-23t10:42z") == meant("2026-11-23T10:42Z")
    assert check_moment("  2026-11-23   10:42 ") == "2026-11-23 10:42"


@pytest.mark.parametrize(
    "text", ["", "soon", "7y", "d", "-3h", "7.5h", "1042", "10:4", "2026-11", "23/11.2026", "next week", "hiers", "٣h"]
)
def test_what_is_no_moment_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"Write it like one of these: 2026-11-23,"):
        resolve(text, START, NOW, PARIS)


@pytest.mark.parametrize(
    "text",
    [
        "25:00",
        "10:60",
        "2026-02-30",
        "2026-13-01",
        "2026-11-23 24:30",
        "2026-11-23 10:42 soon",
        "999999d",
        "31/02",
        "24/13",
    ],
)
def test_a_moment_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=f"“{text}” does not exist in the calendar"):
        check_moment(text)


@pytest.mark.parametrize(("text", "bound"), [("0001-01-01", START), ("9999-12-31", END)])
def test_no_clock_goes_beyond_the_calendar(text: str, bound: Bound) -> None:
    with pytest.raises(InvalidValue, match="does not exist in the calendar"):
        resolve(text, bound, NOW, PARIS)


# The clocks change. In Paris 2026: forward on 29 March, 02:00 to 03:00; back on 25 October, 03:00 to 02:00.


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        # Both sides of the missing hour, and within it: so that the period is the longer one.
        ("2026-03-29 01:59", "03-29 00:59:00", "03-29 00:59:00"),
        ("2026-03-29 02:30", "03-29 00:30:00", "03-29 01:30:00"),
        ("2026-03-29 03:00", "03-29 01:00:00", "03-29 01:00:00"),
        # Both sides of the doubled hour, and within it.
        ("2026-10-25 01:59", "10-24 23:59:00", "10-24 23:59:00"),
        ("2026-10-25 02:30", "10-25 00:30:00", "10-25 01:30:00"),
        ("2026-10-25 03:00", "10-25 02:00:00", "10-25 02:00:00"),
        # The days themselves: 23 hours, and 25.
        ("2026-03-29", "03-28 23:00:00", "03-29 22:00:00"),
        ("2026-10-25", "10-24 22:00:00", "10-25 23:00:00"),
    ],
)
@pytest.mark.usefixtures("machine_in_paris")
@pytest.mark.parametrize("zone", [PARIS, None], ids=["named zone", "machine's zone"])
def test_a_change_of_summer_time(text: str, start: str, end: str, zone: tzinfo | None) -> None:
    assert (meant(text, START, zone=zone), meant(text, END, zone=zone)) == (start, end)


@pytest.mark.usefixtures("machine_in_paris")
@pytest.mark.parametrize("zone", [PARIS, None], ids=["named zone", "machine's zone"])
def test_yesterday_and_days_back_across_a_change_of_summer_time(zone: tzinfo | None) -> None:
    after_forward, after_back = in_paris("2026-03-30T12:00"), in_paris("2026-10-26T12:00")
    assert meant("yesterday", START, after_forward, zone) == "03-28 23:00:00"
    assert meant("yesterday", END, after_forward, zone) == "03-29 22:00:00"
    assert meant("yesterday", START, after_back, zone) == "10-24 22:00:00"
    assert meant("today", START, after_back, zone) == "10-25 23:00:00"
    # So many times 24 hours, as the service's own default is.
    assert meant("1d", START, after_back, zone) == "10-25 11:00:00"
    assert meant("24h", START, after_back, zone) == "10-25 11:00:00"
    assert meant("2026-07-14 12:00", START, after_back, zone) == "07-14 10:00:00"


def test_a_time_of_day_is_never_in_the_future_when_the_hour_comes_twice() -> None:
    second_pass = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    first_pass = second_pass - timedelta(hours=1)
    # 02:45 was shown three quarters of an hour ago, before the clocks went back.
    assert meant("02:45", START, second_pass) == meant("02:45", END, second_pass) == "10-25 00:45:00"
    assert (meant("02:15", START, second_pass), meant("02:15", END, second_pass)) == (
        "10-25 00:15:00",
        "10-25 01:15:00",
    )
    assert meant("02:15", END, first_pass) == "10-25 00:15:00"
    assert meant("02:45", END, first_pass) == "10-24 00:45:00"


def test_a_time_of_day_is_never_in_the_future_when_the_hour_is_skipped() -> None:
    just_after = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)
    assert meant("02:30", START, just_after) == meant("02:30", END, just_after) == "03-29 00:30:00"
    noon = datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert (meant("02:30", START, noon), meant("02:30", END, noon)) == ("03-29 00:30:00", "03-29 01:30:00")


def test_where_midnight_is_skipped_the_day_before_keeps_its_last_hour() -> None:
    # Cairo, Friday 24 April 2026: 00:00 becomes 01:00, at 22:00 UTC.
    assert meant("2026-04-23", END, zone=CAIRO) == meant("2026-04-24", START, zone=CAIRO) == "04-23 22:00:00"


def test_where_midnight_comes_twice_the_day_begins_at_the_first() -> None:
    # Havana, Sunday 1 November 2026: 01:00 becomes 00:00, at 05:00 UTC; the first midnight is at 04:00 UTC.
    assert meant("2026-10-31", END, zone=HAVANA) == meant("2026-11-01", START, zone=HAVANA) == "11-01 04:00:00"


ZONES = st.sampled_from(
    ["Europe/Paris", "UTC", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kolkata"]
)
MINUTES = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)).map(
    lambda each: each.replace(second=0, microsecond=0)
)


@settings(max_examples=60, deadline=None)
@given(day=st.dates(date(2015, 1, 1), date(2035, 1, 1)), zone_name=ZONES)
def test_a_day_ends_where_the_next_one_starts_and_holds_only_itself(day: date, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    start, end = resolve(str(day), START, NOW, zone), resolve(str(day), END, NOW, zone)
    assert end == resolve(str(day + timedelta(days=1)), START, NOW, zone)
    assert start.astimezone(zone).date() == day == (end - timedelta(seconds=1)).astimezone(zone).date()
    assert (start - timedelta(seconds=1)).astimezone(zone).date() < day
    assert timedelta(hours=23) <= end - start <= timedelta(hours=25)


@settings(max_examples=60, deadline=None)
@given(moment=MINUTES, zone_name=ZONES)
def test_an_instant_shown_on_the_clock_lies_between_its_two_readings(moment: datetime, zone_name: str) -> None:
    zone, instant = ZoneInfo(zone_name), moment.replace(tzinfo=UTC)
    shown = local(instant, zone).strftime("%Y-%m-%d %H:%M")
    assert resolve(shown, START, NOW, zone) <= instant <= resolve(shown, END, NOW, zone)
    exactly = local(instant, zone).isoformat()
    assert resolve(exactly, START, NOW, zone) == instant == resolve(exactly, END, NOW, zone)


@settings(max_examples=60, deadline=None)
@given(now=MINUTES, hour=st.integers(0, 23), minute=st.integers(0, 59), zone_name=ZONES)
def test_a_time_of_day_is_within_the_last_day(now: datetime, hour: int, minute: int, zone_name: str) -> None:
    instant = now.replace(tzinfo=UTC)
    for bound in Bound:
        found = resolve(f"{hour:02}:{minute:02}", bound, instant, ZoneInfo(zone_name))
        assert timedelta(0) <= instant - found <= timedelta(hours=26)


@settings(max_examples=30, deadline=None)
@given(now=MINUTES, weekday=st.sampled_from(WEEKDAYS), zone_name=ZONES)
def test_a_weekday_is_the_last_one_today_included(now: datetime, weekday: str, zone_name: str) -> None:
    zone, instant = ZoneInfo(zone_name), now.replace(tzinfo=UTC)
    day = resolve(weekday, START, instant, zone).astimezone(zone).date()
    assert WEEKDAYS[day.weekday()] == weekday
    assert 0 <= (instant.astimezone(zone).date() - day).days <= 6


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=20) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.Z+-]{4,12})?", fullmatch=True))
def test_whatever_is_typed_is_a_moment_or_refused_with_a_sentence(text: str) -> None:
    for bound in Bound:
        try:
            told = str(resolve(text, bound, NOW, PARIS).tzinfo)
        except InvalidValue as error:
            told = str(error)
        assert told.endswith((".", "UTC"))
