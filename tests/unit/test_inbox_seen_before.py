"""What was seen before is shown at once, and what can't be asked for changes nothing."""

import pytest
from scripted_service import NOW, desk, page_of, settle

from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import TO, FaxQuery, Filters
from faxtui.errors import InvalidValue
from faxtui.inbox.view import Fetching

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")


async def test_a_sort_or_filter_seen_before_is_shown_at_once_and_then_freshened() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        seen = here.view.shown
        await here.opened(OTHER)
        here.inbox.open(QUERY)
        assert (here.view.shown, here.view.query) == (seen, QUERY)
        assert isinstance(here.view.activity, Fetching)
        assert here.view.has_next
        fresh = await here.service.next_call()
        assert fresh.window.end is None
        fresh.answer(page_of(1, rows=3))
        await here.until_idle()
        assert len(here.rows) == 3


async def test_the_pages_of_something_seen_before_can_be_turned_while_it_is_freshened() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        seen = here.view.shown
        await here.opened(OTHER)
        here.inbox.open(QUERY)
        freshening = await here.service.next_call()
        here.inbox.turn(2)
        turned = await here.service.answer_next()
        await here.until_idle()
        assert seen is not None
        assert (freshening.was_cancelled, turned.window, here.rows) == (True, seen.window, ["2-0"])


async def test_a_refresh_of_fixed_days_forgets_their_other_pages_too() -> None:
    yesterday = QUERY.filtered(Filters({"since": "yesterday", "until": "yesterday"}))
    async with desk() as here:
        await here.opened(yesterday.at_page(2))
        here.inbox.turn(1)
        await here.service.answer_next()
        await here.until_idle()
        here.inbox.refresh()
        await here.service.answer_next()
        await here.until_idle()
        here.inbox.turn(2)
        assert (await here.service.answer_next()).page == 2
        await here.until_idle()


async def test_a_query_without_length_changes_nothing() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        before = here.view
        with pytest.raises(InvalidValue) as refused:
            here.inbox.open(QUERY.filtered(Filters({"since": "today", "until": "yesterday"})))
        await settle()
        assert refused.value.field == "until"
        assert (here.view, len(here.service.calls)) == (before, 1)
        here.inbox.turn(2)
        assert (await here.service.answer_next()).page == 2
        await here.until_idle()


async def test_a_refused_query_leaves_what_is_on_its_way() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        coming = await here.service.next_call()
        with pytest.raises(InvalidValue):
            here.inbox.open(QUERY.filtered(Filters({"since": "today", "until": "yesterday"})))
        coming.answer()
        assert (await here.until_idle()).query == QUERY


async def test_a_night_shifts_period_that_has_no_length_in_the_evening_is_refused_and_the_rows_stay() -> None:
    machine = [NOW]
    night = QUERY.filtered(Filters({"since": "22:00", "until": "06:00"}))
    async with desk(clock=ServiceClock(lambda: machine[0])) as here:
        await here.opened(night)
        machine[0] = NOW.replace(hour=23)
        here.inbox.clock.update(machine[0])
        before = here.view
        with pytest.raises(InvalidValue, match="The end is not after the start"):
            here.inbox.refresh()
        assert here.view == before
