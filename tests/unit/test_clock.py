"""The service's clock, as far as it is known."""

from datetime import UTC, datetime, timedelta

from faxtui.inbox.clock import ServiceClock, machine_now

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_before_the_first_answer_it_is_this_machines() -> None:
    clock = ServiceClock(lambda: NOW)
    assert (clock.now(), clock.ahead) == (NOW, timedelta())
    assert clock.heard(None) == NOW


def test_it_keeps_the_last_known_difference() -> None:
    machine = [NOW]
    clock = ServiceClock(lambda: machine[0])
    assert clock.heard(NOW + 5 * MINUTE) == NOW + 5 * MINUTE
    machine[0] += 2 * MINUTE
    assert (clock.now(), clock.ahead) == (NOW + 7 * MINUTE, 5 * MINUTE)
    assert clock.heard(None) == NOW + 7 * MINUTE
    clock.heard(NOW - MINUTE)
    assert (clock.now(), clock.ahead) == (NOW - MINUTE, -3 * MINUTE)


def test_this_machines_clock_has_a_zone() -> None:
    assert machine_now().tzinfo is UTC
