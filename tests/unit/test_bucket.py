"""The budget that keeps this program a polite client."""

import pytest

from faxtui.inbox.fetch_policy import TokenBucket


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(bucket: TokenBucket) -> int:
    """How many tokens the background gets before it is refused."""
    count = 0
    while bucket.spare():
        count += 1
    return count


def test_a_burst_can_be_spent_at_once_and_no_more(clock: Clock) -> None:
    assert taken(TokenBucket(now=clock)) == 10


def test_it_fills_up_with_time_and_never_beyond_a_burst(clock: Clock) -> None:
    bucket = TokenBucket(now=clock)
    taken(bucket)
    clock.now += 1.9
    assert taken(bucket) == 0
    clock.now += 0.1
    assert taken(bucket) == 1
    clock.now += 60 * 60
    assert taken(bucket) == 10


def test_in_a_minute_it_gives_no_more_than_a_minutes_worth_and_a_burst(clock: Clock) -> None:
    bucket, count = TokenBucket(per_minute=30, burst=10, now=clock), 0
    for _ in range(60):
        count += taken(bucket)
        clock.now += 1
    assert count == 39


def test_the_operators_requests_are_paid_for_by_the_background(clock: Clock) -> None:
    bucket = TokenBucket(now=clock)
    for _ in range(13):
        bucket.drain()
    assert not bucket.spare()
    clock.now += 6
    assert not bucket.spare()
    clock.now += 2
    assert taken(bucket) == 1


def test_a_busy_operator_holds_the_background_back_for_no_longer_than_two_bursts(clock: Clock) -> None:
    bucket = TokenBucket(now=clock)
    for _ in range(1000):
        bucket.drain()
    clock.now += 22
    assert taken(bucket) == 1


def test_rate_and_burst_are_settings(clock: Clock) -> None:
    bucket = TokenBucket(per_minute=60, burst=2, now=clock)
    assert taken(bucket) == 2
    clock.now += 1
    assert taken(bucket) == 1
