"""A page that is being fetched ahead when the operator turns to it."""

import asyncio
import gc

import pytest
from scripted_service import NOW, Desk, Observer, ScriptedService, desk, page_of, settle

from faxtui.domain.clock import ServiceClock
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, open_window
from faxtui.errors import Busy, NoResponse, SignInRefused
from faxtui.inbox.fetch_policy import TokenBucket
from faxtui.inbox.prefetch import PageCache, Prefetcher
from faxtui.inbox.view import Failed, Fetching, Shown, Waiting

QUERY = FaxQuery()
LOST = NoResponse("No answer came in time.")


def asked(here: Desk) -> list[int]:
    return [call.page for call in here.service.calls]


async def answered_all(here: Desk, count: int) -> None:
    for _ in range(count):
        await here.service.answer_next()
        await settle()


async def test_a_page_on_its_way_is_handed_over_to_the_operator_who_turns_to_it() -> None:
    bucket = TokenBucket(per_minute=0, burst=9)
    async with desk(prefetch=True, bucket=bucket) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        await settle()
        assert isinstance(here.view.activity, Fetching)
        ahead.answer(page_of(2, pages=2))
        await here.until_idle()
        await settle()
        assert (asked(here), ahead.was_cancelled, here.rows) == ([1, 2], False, ["2-0"])
        # It was paid for when it went out.
        assert sum(bucket.spare() for _ in range(9)) == 7


async def test_what_was_handed_over_fetches_nothing_further_by_itself() -> None:
    async with desk(QUERY, prefetch=True) as here:
        await here.opened(QUERY.at_page(4))
        ahead = await here.service.next_call()
        here.inbox.turn(5)
        ahead.answer(page_of(5, pages=5))
        await here.until_idle()
        await settle()
        assert asked(here) == [4, 5]


async def test_a_page_handed_over_is_dropped_when_the_operator_goes_on() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        await settle()
        here.inbox.turn(3)
        await here.service.answer_next(pages=3)
        await here.until_idle()
        assert (ahead.was_cancelled, here.rows) == (True, ["3-0"])


async def test_a_page_handed_over_is_dropped_even_when_the_operator_goes_on_at_once() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        here.inbox.turn(3)
        await here.service.answer_next(pages=3)
        await here.until_idle()
        assert (ahead.was_cancelled, here.rows) == (True, ["3-0"])


async def test_a_failure_of_a_page_handed_over_counts_as_the_operators_first() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        await settle()
        ahead.fail(LOST)
        for _ in range(3):
            (await here.service.next_call()).fail(LOST)
        view = await here.until(lambda view: isinstance(view.activity, Failed))
        assert (view.activity, asked(here)) == (Failed(LOST), [1, 2, 2, 2, 2])


async def test_a_sign_in_refused_to_a_page_handed_over_is_not_tried_again() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        ahead.fail(SignInRefused("Sign in."))
        await here.until(lambda view: isinstance(view.activity, Failed))
        await settle()
        assert asked(here) == [1, 2]


async def test_a_busy_service_makes_a_page_handed_over_wait() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        ahead.fail(Busy("Wait.", 50))
        await here.until(lambda view: isinstance(view.activity, Waiting))
        await settle()
        assert asked(here) == [1, 2]


async def test_an_empty_page_handed_over_leads_to_the_last_one_too() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        nothing = FaxPage(2, 50, (), has_previous=True, has_next=False, total=50, page_count=1)
        ahead.answer(nothing)
        await here.service.answer_next(nothing)
        await here.service.answer_next(page_of(1, pages=1))
        assert (await here.until_idle()).note == "There is no page 2: this is page 1."


async def test_a_page_being_dropped_is_not_taken_for_the_one_now_on_its_way() -> None:
    """A service that is slow to let go must not spoil what comes after."""
    async with desk(service=ScriptedService(is_stubborn=True), prefetch=True) as here:
        await here.opened(QUERY)
        await answered_all(here, 1)
        here.inbox.turn(2)
        dropped = await here.service.next_call()
        here.inbox.turn(1)
        here.inbox.turn(2)
        ahead = await here.service.next_call()
        dropped.fail(LOST)
        await settle()
        here.inbox.turn(3)
        await settle()
        ahead.answer()
        await here.until_idle()
        await settle()
        assert (dropped.page, ahead.page, here.rows, ahead.was_cancelled) == (3, 3, ["3-0"], False)


async def test_a_page_that_is_not_yet_asked_for_is_not_handed_over() -> None:
    service = ScriptedService()
    prefetcher = Prefetcher(service, ServiceClock(lambda: NOW), PageCache(), TokenBucket(), Observer(), stillness=0)
    window = open_window(QUERY, NOW)
    prefetcher.start(Shown(window, 1, page_of(1), NOW))
    await settle()
    assert [call.page for call in service.calls] == [2]
    prefetcher.start(Shown(window, 1, page_of(1), NOW))
    assert prefetcher.hand_over(window, 2) is None
    await settle()
    assert ([call.page for call in service.calls], prefetcher.stop()) == ([2], None)


@pytest.mark.parametrize("is_handed_over", [False, True], ids=["in the background", "handed over"])
async def test_what_nobody_expected_is_reported_once(is_handed_over: bool) -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        if is_handed_over:
            here.inbox.turn(2)
        error = ZeroDivisionError()
        ahead.fail(error)
        await here.until(lambda _: bool(here.crashes))
        await settle()
        assert here.crashes == [error]
        here.crashes.clear()


async def test_no_failure_is_left_lying_about_for_the_event_loop_to_complain_of() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    async with desk(service=ScriptedService(is_stubborn=True), prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.turn(2)
        here.inbox.turn(3)
        ahead.fail(LOST)
        await here.service.answer_next(pages=3)
        await here.until_idle()
        await settle()
    del here, ahead
    gc.collect()
    assert complaints == []
