"""The pages beside the one shown, fetched before they are asked for."""

import asyncio

from scripted_service import NOW, Desk, desk, page_of, settle

from faxtui.domain.page import FaxPage
from faxtui.domain.query import TO, FaxQuery
from faxtui.errors import Busy, NoResponse
from faxtui.inbox.fetch_policy import RetryPolicy, TokenBucket
from faxtui.inbox.view import Failed, Idle, InboxView

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")
LOST = NoResponse("No answer came in time.")


def asked(here: Desk) -> list[int]:
    return [call.page for call in here.service.calls]


async def answered_all(here: Desk, count: int) -> None:
    for _ in range(count):
        await here.service.answer_next()
        await settle()


async def test_the_next_page_comes_first_then_the_previous_one_at_a_time() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY.at_page(4))
        await settle()
        assert asked(here) == [4, 5]
        await here.service.answer_next()
        await settle()
        assert asked(here) == [4, 5, 3]
        await here.service.answer_next()
        await settle()
        assert asked(here) == [4, 5, 3]
        assert here.view.shown is not None
        assert {call.window for call in here.service.calls[1:]} == {here.view.shown.window}


async def test_turning_to_a_page_fetched_ahead_makes_no_request_and_looks_further() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        await answered_all(here, 1)
        here.inbox.turn(2)
        assert (here.view.activity, here.rows) == (Idle(), ["2-0"])
        await answered_all(here, 1)
        assert asked(here) == [1, 2, 3]


async def test_nothing_is_fetched_ahead_where_the_service_offers_no_page() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY, pages=1)
        await settle()
        assert asked(here) == [1]


async def test_nothing_is_fetched_ahead_where_that_is_turned_off() -> None:
    async with desk(prefetch=False) as here:
        await here.opened(QUERY)
        await settle()
        assert asked(here) == [1]


async def test_page_1_has_no_previous_page_whatever_the_service_says() -> None:
    async with desk(prefetch=True) as here:
        here.inbox.open(QUERY)
        await here.service.answer_next(FaxPage(1, 50, page_of(1).faxes, has_previous=True, has_next=False))
        await here.until_idle()
        await settle()
        assert asked(here) == [1]


async def test_the_neighbours_are_those_of_the_page_that_came() -> None:
    async with desk(prefetch=True) as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(page_of(9))
        await here.until_idle()
        await settle()
        assert asked(here) == [99, 8]


async def test_only_what_the_bucket_has_to_spare_is_spent() -> None:
    async with desk(prefetch=True, bucket=TokenBucket(per_minute=0, burst=2)) as here:
        await here.opened(QUERY.at_page(4))
        await answered_all(here, 1)
        assert asked(here) == [4, 5]
        here.inbox.turn(3)
        await here.service.answer_next()
        await here.until_idle()
        await settle()
        assert asked(here) == [4, 5, 3]


async def test_an_intent_cancels_what_is_fetched_ahead() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        here.inbox.open(OTHER)
        await here.service.answer_next(pages=1)
        await here.until_idle()
        assert ahead.was_cancelled


async def test_turning_to_a_page_kept_cancels_it_too() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        await answered_all(here, 1)
        here.inbox.turn(2)
        ahead = await here.service.next_call()
        here.inbox.turn(1)
        await settle()
        assert (ahead.page, ahead.was_cancelled) == (3, True)


async def test_a_failure_ahead_is_not_told_and_ends_it_until_the_service_is_well_again() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        await answered_all(here, 1)
        here.inbox.turn(2)
        (await here.service.next_call()).fail(Busy("Wait.", 60))
        await settle()
        assert (here.view.activity, asked(here)) == (Idle(), [1, 2, 3])
        here.inbox.turn(1)
        here.inbox.turn(2)
        await settle()
        assert asked(here) == [1, 2, 3]
        here.inbox.turn(3)
        await here.service.answer_next()
        await here.until_idle()
        await settle()
        assert asked(here) == [1, 2, 3, 3, 4]


async def test_nothing_is_fetched_ahead_after_a_failure() -> None:
    async with desk(prefetch=True) as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).fail(LOST)
        await here.service.answer_next()
        await here.until_idle()
        await settle()
        assert asked(here) == [1, 1]
        here.inbox.turn(2)
        await here.service.answer_next()
        await here.until_idle()
        await settle()
        assert asked(here) == [1, 1, 2, 3]


async def test_nothing_is_fetched_ahead_while_a_request_has_failed_for_good() -> None:
    async with desk(prefetch=True, retry_policy=RetryPolicy(waits=())) as here:
        await here.opened(QUERY)
        await answered_all(here, 1)
        here.inbox.turn(2)
        here.inbox.turn(4)
        (await here.service.next_call()).fail(LOST)
        await here.until(lambda view: isinstance(view.activity, Failed))
        here.inbox.turn(1)
        here.inbox.turn(2)
        await settle()
        assert asked(here) == [1, 2, 4]


async def test_nothing_is_fetched_ahead_while_the_service_is_slow() -> None:
    async with desk(prefetch=True, slow=0) as here:
        await here.opened(QUERY)
        await settle()
        assert asked(here) == [1]


async def test_an_empty_page_fetched_ahead_is_not_kept() -> None:
    """The service told of a further page that is not there: the operator who turns to it is led to the last one."""
    async with desk(prefetch=True) as here:
        await here.opened(QUERY.at_page(2), pages=3)
        await here.service.answer_next(FaxPage(3, 50, (), has_previous=True, has_next=False, total=100, page_count=2))
        await here.service.answer_next()
        await settle()
        here.inbox.turn(3)
        await here.service.answer_next(FaxPage(3, 50, (), has_previous=True, has_next=False, total=100, page_count=2))
        await here.service.answer_next(page_of(2, pages=2))
        view = await here.until_idle()
        assert (view.note, here.rows) == ("There is no page 3: this is page 2.", ["2-0"])


async def test_closing_cancels_what_is_fetched_ahead() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        ahead = await here.service.next_call()
        await here.inbox.aclose()
        assert (ahead.was_cancelled, here.service.is_closed) == (True, True)
        assert not [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]


async def test_as_of_is_the_services_clock_when_the_page_came() -> None:
    async with desk(prefetch=True) as here:
        await here.opened(QUERY)
        view: InboxView = here.view
        assert view.shown is not None
        assert view.shown.as_of == NOW
