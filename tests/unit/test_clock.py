"""The service's clock, as far as it is known."""

from datetime import UTC, datetime, timedelta

import pytest
from scripted_service import desk

from faxtui.domain.clock import ServiceClock, machine_now
from faxtui.domain.query import FaxQuery

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def test_before_the_first_answer_it_is_this_machines() -> None:
    clock = ServiceClock(lambda: NOW)
    assert (clock.now(), clock.ahead) == (NOW, timedelta())
    assert clock.update(None) == NOW


def test_it_keeps_the_last_known_difference() -> None:
    machine = [NOW]
    clock = ServiceClock(lambda: machine[0])
    assert clock.update(NOW + 5 * MINUTE) == NOW + 5 * MINUTE
    machine[0] += 2 * MINUTE
    assert (clock.now(), clock.ahead) == (NOW + 7 * MINUTE, 5 * MINUTE)
    assert clock.update(None) == NOW + 7 * MINUTE
    clock.update(NOW - MINUTE)
    assert (clock.now(), clock.ahead) == (NOW - MINUTE, -3 * MINUTE)


def test_this_machines_clock_has_a_zone() -> None:
    assert machine_now().tzinfo is UTC


@pytest.mark.parametrize("ahead", [-DAY, -3 * MINUTE, 3 * MINUTE, DAY])
def test_a_difference_above_two_minutes_is_warned_of_once_and_believed(ahead: timedelta) -> None:
    clock = ServiceClock(lambda: NOW)
    clock.update(NOW + ahead)
    warning = clock.pop_warning(is_watched=False)
    assert ("ahead of" in warning, "behind" in warning) == (ahead > timedelta(), ahead < timedelta())
    assert "Periods such as “today” follow the service's." in warning
    clock.update(NOW + 2 * ahead)
    assert clock.pop_warning() == ""
    assert clock.ahead in (ahead, 2 * ahead)


@pytest.mark.parametrize("ahead", [timedelta(), 2 * MINUTE, -2 * MINUTE])
def test_two_minutes_are_no_matter(ahead: timedelta) -> None:
    clock = ServiceClock(lambda: NOW)
    clock.update(NOW + ahead)
    clock.update(None)
    assert (clock.pop_warning(), clock.ahead) == ("", ahead)


@pytest.mark.parametrize("ahead", [DAY + SECOND, -DAY - SECOND, 3000 * DAY, -9000 * DAY])
def test_a_clock_that_is_more_than_a_day_off_is_ignored_and_a_person_told(ahead: timedelta) -> None:
    clock = ServiceClock(lambda: NOW)
    clock.update(NOW + 5 * SECOND)
    assert clock.update(NOW + ahead) == NOW + 5 * SECOND
    assert (clock.ahead, clock.difference) == (5 * SECOND, ahead)
    assert "It is ignored. Check this computer's date and time." in clock.pop_warning()
    assert clock.pop_warning() == ""


def test_a_script_is_not_told_of_a_clock_that_is_ignored() -> None:
    clock = ServiceClock(lambda: NOW)
    clock.update(NOW + 2 * DAY)
    assert clock.pop_warning(is_watched=False) == ""


async def test_an_absurd_clock_fixes_no_period() -> None:
    async with desk() as here:
        here.inbox.open(FaxQuery())
        call = await here.service.next_call()
        call.answer(served_at=NOW + 400 * DAY)
        shown = (await here.until_idle()).shown
        assert shown is not None
        assert (shown.window.end, shown.as_of) == (NOW + SECOND, NOW)
