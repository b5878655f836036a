"""How often, and after what waits, something that failed is asked for again."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.errors import (
    Busy,
    FaxtuiError,
    Forbidden,
    NoResponse,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    UnexpectedResponse,
    Unreachable,
    Untrusted,
    UnusableProxy,
    WrongAddress,
)
from faxtui.inbox.fetch_policy import RetryPolicy


@pytest.mark.parametrize("error", [Unreachable("No."), NoResponse("No."), ServiceFailed("No.")], ids=repr)
def test_what_may_pass_is_asked_for_three_times_more(error: ServiceError) -> None:
    retry_policy = RetryPolicy(chance=lambda: 0.5)
    assert [retry_policy.wait(error, failures) for failures in (1, 2, 3, 4)] == [1, 3, 8, None]


@given(chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=3, max_size=3))
def test_waits_grow_and_are_jittered_by_a_fifth(chances: list[float]) -> None:
    waits = []
    for failures, chance in enumerate(chances, start=1):
        wait = RetryPolicy(chance=partial(float, chance)).wait(ServiceFailed("No."), failures)
        assert wait is not None
        waits.append(wait)
    assert waits == sorted(waits)
    assert all(0.8 * plain <= wait <= 1.2 * plain for plain, wait in zip((1, 3, 8), waits, strict=True))


def test_chance_makes_a_difference() -> None:
    error = ServiceFailed("No.")
    assert RetryPolicy(chance=lambda: 0.0).wait(error, 1) != RetryPolicy(chance=lambda: 0.9).wait(error, 1)
    assert len({RetryPolicy().wait(error, 1) for _ in range(20)}) > 1


@pytest.mark.parametrize(("asked", "waited"), [(0, 0), (7, 7), (60, 60), (3600, 60)])
def test_a_busy_service_is_given_the_time_it_asks_for_up_to_a_minute(asked: float, waited: float) -> None:
    retry_policy = RetryPolicy()
    assert [retry_policy.wait(Busy("Wait.", asked), failures) for failures in (1, 2, 3, 4)] == [waited] * 3 + [None]


@pytest.mark.parametrize(
    "error",
    [
        *(SignInRefused("No."), Forbidden("No."), Refused("No."), WrongAddress("No."), UnexpectedResponse("No.")),
        *(Untrusted("No."), UnusableProxy("No.")),
    ],
    ids=repr,
)
def test_what_asking_again_does_not_help_is_never_asked_again(error: ServiceError) -> None:
    assert RetryPolicy().wait(error, 1) is None


async def test_an_attempt_is_repeated_after_each_pause_until_it_succeeds() -> None:
    failures: list[FaxtuiError] = [ServiceFailed("No."), Busy("Wait.", 7)]
    paused: list[tuple[FaxtuiError, float]] = []

    async def attempt() -> str:
        if len(paused) < len(failures):
            raise failures[len(paused)]
        return "done"

    async def pause(error: FaxtuiError, seconds: float) -> None:
        paused.append((error, seconds))

    assert await RetryPolicy(chance=lambda: 0.5).run(attempt, pause) == "done"
    assert paused == [(failures[0], 1), (failures[1], 7)]


async def test_the_last_failure_is_raised_without_a_pause() -> None:
    tries: list[None] = []

    async def attempt() -> None:
        tries.append(None)
        raise NoResponse(f"No {len(tries)}.")

    async def pause(error: FaxtuiError, seconds: float) -> None:
        assert str(error) == f"No {len(tries)}."

    with pytest.raises(NoResponse, match=r"No 4\."):
        await RetryPolicy().run(attempt, pause)
