"""What the operator is looking at: windows and pages. Nothing is fetched ahead here."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from scripted_service import NOW, desk, page_of, settle

from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import SINCE, TO, FaxQuery, Filters
from faxtui.errors import InvalidValue
from faxtui.inbox.view import Idle, InboxView

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")
SECOND = timedelta(seconds=1)


async def test_before_anything_is_asked_the_screen_is_empty_and_no_page_can_be_turned() -> None:
    async with desk() as here:
        assert here.view == InboxView(QUERY)
        assert (here.view.current_page, here.view.has_next, here.view.has_previous) == (None, False, False)
        here.inbox.turn(2)
        await settle()
        assert (here.service.calls, here.views) == ([], [])


async def test_the_opening_request_has_a_start_and_no_end_and_later_ones_have_both() -> None:
    async with desk() as here:
        opening = await here.opened(QUERY)
        assert (opening.window.start, opening.window.end, opening.page) == (NOW - timedelta(days=7), None, 1)
        here.inbox.turn(2)
        turned = await here.service.answer_next()
        await here.until_idle()
        assert turned.window == replace(opening.window, end=NOW + SECOND)
        assert (turned.page, here.view.query.page, here.rows) == (2, 2, ["2-0"])


async def test_the_opening_request_may_be_for_any_page() -> None:
    async with desk() as here:
        opening = await here.opened(QUERY.at_page(3))
        assert (opening.page, opening.window.end, here.view.query.page) == (3, None, 3)
        here.inbox.turn(1)
        assert (await here.service.answer_next()).window.end == NOW + SECOND
        await here.until_idle()


async def test_the_operators_own_end_is_sent_from_the_start() -> None:
    async with desk() as here:
        opening = await here.opened(QUERY.filtered(Filters({"since": "yesterday", "until": "yesterday"})))
        assert opening.window.end == datetime.fromisoformat("2026-11-23T00:00+00:00")
        assert here.view.shown is not None
        assert here.view.shown.window == opening.window


async def test_periods_and_ends_go_by_the_services_clock_once_it_is_known() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).answer(served_at=NOW + 300 * SECOND)
        view = await here.until_idle()
        assert view.shown is not None
        assert (view.shown.as_of, view.shown.window.end) == (NOW + 300 * SECOND, NOW + 301 * SECOND)
        here.inbox.refresh()
        again = await here.service.next_call()
        assert again.window.start == NOW + 300 * SECOND - timedelta(days=7)
        again.answer(served_at=None)
        view = await here.until_idle()
        assert view.shown is not None
        assert view.shown.window.end == NOW + 301 * SECOND


async def test_a_refresh_opens_a_new_window_at_the_page_shown() -> None:
    machine = [NOW]
    async with desk(clock=ServiceClock(lambda: machine[0])) as here:
        await here.opened(QUERY.at_page(2))
        machine[0] += 60 * SECOND
        here.inbox.refresh()
        again = await here.service.answer_next()
        assert (again.page, again.window.end) == (2, None)
        assert again.window.start > NOW - timedelta(days=7)
        await here.until_idle()


async def test_the_first_refresh_opens_what_was_asked_for_at_the_start() -> None:
    async with desk(OTHER) as here:
        here.inbox.refresh()
        assert (await here.service.answer_next()).window.filters == OTHER.filters
        assert (await here.until_idle()).query == OTHER


async def test_a_filter_change_starts_at_page_1_of_a_new_window() -> None:
    async with desk() as here:
        await here.opened(QUERY.at_page(4))
        opening = await here.opened(here.view.query.with_filter(SINCE, "today"))
        assert (opening.page, opening.window.start) == (1, NOW.replace(hour=0, minute=0))


async def test_only_the_services_flags_say_where_one_can_turn_and_page_1_has_no_previous() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        (await here.service.next_call()).answer(replace(page_of(1, pages=1), has_previous=True, has_next=True))
        view = await here.until_idle()
        assert (view.has_previous, view.has_next) == (False, True)
        here.inbox.turn(2)
        (await here.service.next_call()).answer(replace(page_of(2, pages=99), has_next=False))
        view = await here.until_idle()
        assert (view.has_previous, view.has_next) == (True, False)


async def test_turning_to_a_page_already_fetched_makes_no_request() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        await here.service.answer_next()
        await here.until_idle()
        here.inbox.turn(1)
        assert (here.view.activity, here.view.query.page, here.rows) == (Idle(), 1, ["1-0"])
        await settle()
        assert len(here.service.calls) == 2


async def test_turning_to_a_page_already_fetched_cancels_what_is_on_its_way() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        here.inbox.turn(2)
        dropped = await here.service.next_call()
        here.inbox.turn(1)
        await settle()
        assert dropped.was_cancelled
        assert (here.view.activity, here.view.query.page) == (Idle(), 1)


async def test_pages_of_another_query_than_the_one_wanted_cannot_be_turned() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        here.inbox.open(OTHER)
        await here.service.next_call()
        assert (here.view.has_next, here.view.current_page, here.rows) == (False, None, ["1-0"])
        here.inbox.turn(2)
        await settle()
        assert len(here.service.calls) == 2


async def test_there_is_no_page_0() -> None:
    async with desk() as here:
        await here.opened(QUERY)
        before = here.view
        with pytest.raises(InvalidValue, match="there is no page 0"):
            here.inbox.turn(0)
        assert here.view == before


async def test_a_smaller_page_than_asked_for_is_believed_and_can_be_turned() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.with_page_size(1000))
        (await here.service.next_call()).answer(page_of(1, size=100, rows=100))
        view = await here.until_idle()
        assert view.current_page is not None
        assert (view.has_next, view.current_page.size, view.query.page_size) == (True, 100, 1000)
        here.inbox.turn(2)
        call = await here.service.next_call()
        assert call.window.page_size == 1000
        call.answer(page_of(2, size=100, rows=100))
        assert (await here.until_idle()).current_page == page_of(2, size=100, rows=100)
