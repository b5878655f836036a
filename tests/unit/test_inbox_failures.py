"""When the service fails: the rows stay, it is told, and it is asked again, politely."""

import asyncio
from datetime import timedelta

import pytest
from scripted_service import NEVER, NOW, desk, settle

from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import TO, FaxQuery
from faxtui.errors import Busy, NoResponse, Refused, ServiceError, ServiceFailed, SignInRefused
from faxtui.inbox.fetch_policy import TokenBucket
from faxtui.inbox.view import Activity, Failed, Fetching, Idle, InboxView, Waiting

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")
SECOND = timedelta(seconds=1)
LOST = NoResponse("No answer came in time: try again.")


def is_failed(view: InboxView) -> bool:
    return isinstance(view.activity, Failed)


def is_waiting(view: InboxView) -> bool:
    return isinstance(view.activity, Waiting)


def doing(views: list[InboxView]) -> list[type[Activity]]:
    return [type(view.activity) for view in views]


async def test_a_failure_that_may_pass_is_retried_three_times_and_then_told() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        for _ in range(4):
            (await here.service.next_call()).fail(LOST)
        view = await here.until(is_failed)
        await settle()
        assert (len(here.service.calls), view.activity) == (4, Failed(LOST))
        assert doing(here.views) == [Fetching, *[Waiting, Fetching] * 3, Failed]
        assert len({call.window for call in here.service.calls}) == 1


async def test_a_retry_that_succeeds_is_shown_as_if_nothing_had_been() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).fail(ServiceFailed("It failed."))
        await here.service.answer_next()
        view = await here.until_idle()
        assert (here.rows, view.note) == (["1-0"], "")


async def test_while_waiting_it_is_told_since_when_and_until_when() -> None:
    async with desk(retry_policy=NEVER) as here:
        here.inbox.open(QUERY)
        fetching = here.view.activity
        (await here.service.next_call()).fail(LOST)
        waiting = (await here.until(is_waiting)).activity
        assert isinstance(fetching, Fetching)
        assert isinstance(waiting, Waiting)
        assert waiting.error is LOST
        assert waiting.since == pytest.approx(fetching.since, abs=5)
        assert waiting.until - waiting.since == pytest.approx(3600, abs=5)


async def test_a_busy_service_is_waited_for_at_most_a_minute() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).fail(Busy("Wait.", 3600))
        waiting = (await here.until(is_waiting)).activity
        assert isinstance(waiting, Waiting)
        assert waiting.until - waiting.since == pytest.approx(60, abs=5)


@pytest.mark.parametrize("error", [SignInRefused("Sign in."), Refused("No.")], ids=repr)
async def test_a_refusal_is_never_asked_again_by_itself(error: ServiceError) -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).fail(error)
        view = await here.until(is_failed)
        await settle()
        assert (view.activity, len(here.service.calls), doing(here.views)) == (Failed(error), 1, [Fetching, Failed])


async def test_the_rows_stay_when_a_request_fails_and_say_that_they_are_of_the_old_query() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        old = here.view.shown
        here.inbox.open(OTHER)
        (await here.service.next_call()).fail(SignInRefused("Sign in."))
        view = await here.until(is_failed)
        assert (view.shown, view.query, view.current_page) == (old, OTHER, None)


async def test_after_a_failed_page_turn_a_refresh_asks_for_that_page_of_that_window_again() -> None:
    machine = [NOW]
    async with desk(clock=ServiceClock(lambda: machine[0])) as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        failed = await here.service.next_call()
        failed.fail(SignInRefused("Sign in."))
        view = await here.until(is_failed)
        assert (view.query.page, here.rows) == (2, ["1-0"])
        machine[0] += 60 * SECOND
        here.inbox.refresh()
        again = await here.service.answer_next()
        await here.until_idle()
        assert (again.window, again.page, here.rows) == (failed.window, 2, ["2-0"])


async def test_after_a_failed_page_turn_the_key_for_it_works_again() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        for _ in range(2):
            here.inbox.turn(2)
            (await here.service.next_call()).fail(SignInRefused("Sign in."))
            await here.until(is_failed)
        assert here.view.has_next
        here.inbox.turn(2)
        await here.service.answer_next()
        await here.until_idle()


async def test_after_a_failed_opening_a_refresh_opens_the_same_query_again() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        here.inbox.open(OTHER)
        (await here.service.next_call()).fail(SignInRefused("Sign in."))
        await here.until(is_failed)
        here.inbox.refresh()
        again = await here.service.answer_next()
        await here.until_idle()
        assert (again.window.filters, again.window.end) == (OTHER.filters, None)


async def test_a_refresh_while_waiting_asks_at_once_and_counts_from_the_start() -> None:
    async with desk(retry_policy=NEVER) as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        first = await here.service.next_call()
        first.fail(LOST)
        await here.until(is_waiting)
        here.inbox.refresh()
        second = await here.service.next_call()
        assert (second.window, second.page) == (first.window, 2)
        second.answer()
        await here.until_idle()
        here.inbox.refresh()
        (await here.service.next_call()).fail(LOST)
        await here.until(is_waiting)
        here.inbox.refresh()
        assert (await here.service.answer_next()).window.end is None
        await here.until_idle()


async def test_turning_to_the_page_that_is_waited_for_does_not_hasten_it() -> None:
    async with desk(retry_policy=NEVER) as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        (await here.service.next_call()).fail(Busy("Wait.", 60))
        view = await here.until(is_waiting)
        here.inbox.turn(2)
        await settle()
        assert (here.view, len(here.service.calls)) == (view, 2)
        here.inbox.turn(3)
        assert (await here.service.answer_next()).page == 3
        await here.until_idle()


async def test_turning_away_from_a_page_that_failed_clears_the_failure() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        (await here.service.next_call()).fail(SignInRefused("Sign in."))
        await here.until(is_failed)
        here.inbox.turn(1)
        assert (here.view.activity, here.view.query.page, here.rows) == (Idle(), 1, ["1-0"])
        here.inbox.refresh()
        opening = await here.service.answer_next()
        await here.until_idle()
        assert (opening.page, opening.window.end) == (1, None)


async def test_what_the_operator_asks_for_is_never_held_back_and_every_attempt_is_paid_for() -> None:
    bucket = TokenBucket(per_minute=0, burst=5)
    async with desk(bucket=bucket) as here:
        here.inbox.open(QUERY)
        for _ in range(3):
            (await here.service.next_call()).fail(LOST)
        await here.service.answer_next()
        await here.until_idle()
        assert [bucket.spare(), bucket.spare()] == [True, False]
        for page in range(2, 30):
            here.inbox.turn(page)
            assert (await here.service.answer_next(pages=99)).page == page
            await here.until_idle()


async def test_closing_cancels_what_is_on_its_way_before_the_service_is_closed() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        call = await here.service.next_call()
        await here.inbox.aclose()
        assert (call.was_cancelled, here.service.is_closed) == (True, True)
        said = len(here.views)
        await settle()
        assert len(here.views) == said
        assert not [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]


async def test_closing_ends_a_wait() -> None:
    async with desk(retry_policy=NEVER) as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).fail(LOST)
        await here.until(is_waiting)
        await here.inbox.aclose()
        assert not [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]


async def test_what_nobody_expected_is_reported() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        error = ZeroDivisionError()
        (await here.service.next_call()).fail(error)
        await here.until(lambda _: bool(here.crashes))
        assert here.crashes == [error]
        here.crashes.clear()
