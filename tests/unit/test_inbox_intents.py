"""The newest intent outranks the others; what is on its way already is not asked for again."""

import pytest
from scripted_service import ScriptedService, desk, page_of, settle

from faxtui.domain.fax import BAUD, SORTABLE
from faxtui.domain.query import TO, FaxQuery, Filters, Sort
from faxtui.errors import NoResponse
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.view import Activity, Fetching, Idle, InboxView

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")
LOST = NoResponse("No answer came in time: try again.")


def doing(views: list[InboxView]) -> list[type[Activity]]:
    return [type(view.activity) for view in views]


@pytest.mark.parametrize("is_stubborn", [False, True], ids=["cancelled", "deaf to cancellation"])
async def test_an_old_answer_is_never_shown_even_when_it_comes_late(is_stubborn: bool) -> None:
    async with desk(service=ScriptedService(is_stubborn=is_stubborn)) as here:
        here.inbox.open(QUERY)
        old = await here.service.next_call()
        here.inbox.open(OTHER)
        new = await here.service.next_call()
        new.answer(page_of(1, rows=2))
        await here.until_idle()
        old.answer(page_of(1, rows=1))
        await settle()
        assert old.was_cancelled
        assert (here.rows, here.view.query) == (["1-0", "1-1"], OTHER)
        assert doing(here.views) == [Fetching, Fetching, Idle]


@pytest.mark.parametrize("is_stubborn", [False, True], ids=["cancelled", "deaf to cancellation"])
async def test_an_old_answer_that_comes_first_is_not_shown_either(is_stubborn: bool) -> None:
    async with desk(service=ScriptedService(is_stubborn=is_stubborn)) as here:
        here.inbox.open(QUERY)
        old = await here.service.next_call()
        old.answer(page_of(1, rows=1))
        here.inbox.open(OTHER)
        new = await here.service.next_call()
        await settle()
        assert (here.rows, doing(here.views)) == ([], [Fetching, Fetching])
        new.answer(page_of(1, rows=2))
        await here.until_idle()
        assert here.rows == ["1-0", "1-1"]


@pytest.mark.parametrize("is_stubborn", [False, True], ids=["cancelled", "deaf to cancellation"])
async def test_an_old_failure_is_not_told(is_stubborn: bool) -> None:
    async with desk(service=ScriptedService(is_stubborn=is_stubborn), retry_policy=RetryPolicy(waits=())) as here:
        here.inbox.open(QUERY)
        old = await here.service.next_call()
        here.inbox.open(OTHER)
        new = await here.service.next_call()
        old.fail(LOST)
        await settle()
        assert isinstance(here.view.activity, Fetching)
        new.answer()
        await here.until_idle()
        assert doing(here.views) == [Fetching, Fetching, Idle]
        assert old.outcome.exception() is LOST


async def test_intents_given_at_once_cost_one_request() -> None:
    async with desk() as here:
        for field in SORTABLE:
            here.inbox.open(QUERY.sorted_by(Sort.by(field)))
        await here.service.answer_next()
        view = await here.until_idle()
        assert (len(here.service.calls), view.query.sort) == (1, Sort.by(BAUD))


async def test_the_old_rows_stay_until_the_new_ones_are_there() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        old = here.view.shown
        here.inbox.open(OTHER)
        new = await here.service.next_call()
        assert (here.view.query, here.view.shown) == (OTHER, old)
        new.answer(page_of(1, rows=2))
        await here.until_idle()
        assert len(here.rows) == 2
        assert here.view.shown not in (None, old)


async def test_asking_again_for_what_is_on_its_way_lets_it_come() -> None:
    """A key held down must not keep the answer from coming, nor flood the service."""
    async with desk() as here:
        here.inbox.open(QUERY)
        opening = await here.service.next_call()
        here.inbox.open(QUERY)
        here.inbox.refresh()
        opening.answer()
        await here.until_idle()
        for _ in range(5):
            here.inbox.turn(2)
            await settle()
        here.inbox.refresh()
        await here.service.answer_next()
        await here.until_idle()
        for _ in range(5):
            here.inbox.refresh()
            await settle()
        await here.service.answer_next()
        await here.until_idle()
        assert [call.page for call in here.service.calls] == [1, 2, 2]
        assert not any(call.was_cancelled for call in here.service.calls)


async def test_opening_the_query_whose_page_is_on_its_way_opens_a_new_window() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        turning = await here.service.next_call()
        here.inbox.open(here.view.query)
        opening = await here.service.answer_next()
        await here.until_idle()
        assert (turning.was_cancelled, opening.page, opening.window.end) == (True, 2, None)


async def test_a_period_of_fixed_days_that_is_being_opened_is_not_opened_twice() -> None:
    yesterday = QUERY.filtered(Filters({"since": "yesterday", "until": "yesterday"}))
    async with desk() as here:
        for _ in range(3):
            here.inbox.open(yesterday)
            await settle()
        assert len(here.service.calls) == 1


async def test_what_is_overdue_can_be_asked_for_once_more() -> None:
    async with desk(slow=0) as here:
        here.inbox.open(QUERY)
        overdue = await here.service.next_call()
        here.inbox.refresh()
        await here.service.answer_next()
        await here.until_idle()
        assert overdue.was_cancelled
        here.inbox.turn(2)
        overdue = await here.service.next_call()
        here.inbox.refresh()
        again = await here.service.answer_next()
        await here.until_idle()
        assert (overdue.was_cancelled, again.page, again.window) == (True, 2, overdue.window)


async def test_another_page_size_is_another_query() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        await here.service.next_call()
        here.inbox.open(QUERY.with_page_size(10))
        assert (await here.service.answer_next()).window.page_size == 10
        await here.until_idle()
