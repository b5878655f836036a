"""A page past the end of the list: the last one is shown, once, and it is said."""

from dataclasses import replace
from datetime import timedelta

import pytest
from scripted_service import NOW, desk, page_of, settle

from faxtui.domain.page import FaxPage
from faxtui.domain.query import TO, FaxQuery
from faxtui.errors import SignInRefused
from faxtui.inbox.view import Failed, Fetching, InboxView

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")
SECOND = timedelta(seconds=1)


def is_failed(view: InboxView) -> bool:
    return isinstance(view.activity, Failed)


def nothing_at(number: int, pages: int | None) -> FaxPage:
    return FaxPage(number, 50, (), has_previous=True, has_next=False, total=130, page_count=pages)


async def test_a_page_past_the_end_goes_to_the_last_one_the_service_names_and_says_so() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        opening = await here.service.answer_next(nothing_at(99, pages=3))
        last = await here.service.next_call()
        assert (last.page, last.window) == (3, replace(opening.window, end=NOW + SECOND))
        assert isinstance(here.view.activity, Fetching)
        assert here.view.activity.page == 3
        last.answer(page_of(3, pages=3))
        view = await here.until_idle()
        assert (view.query.page, view.note, here.rows) == (3, "There is no page 99: this is page 3.", ["3-0"])
        here.inbox.turn(2)
        assert here.view.note == ""
        await here.service.answer_next(pages=3)
        assert (await here.until_idle()).note == ""


async def test_what_was_said_of_a_page_is_not_said_of_the_next_query() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(page_of(9))
        assert (await here.until_idle()).note
        here.inbox.open(OTHER)
        assert here.view.note == ""


@pytest.mark.parametrize("named", [None, 0, 99, 100])
async def test_where_the_service_names_no_earlier_page_the_first_is_shown(named: int | None) -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(nothing_at(99, pages=named))
        await here.service.answer_next(page_of(1, pages=3))
        assert (await here.until_idle()).note == "There is no page 99: this is page 1."


async def test_a_page_past_the_end_is_left_once_and_no_more() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(nothing_at(99, pages=3))
        await here.service.answer_next(nothing_at(3, pages=2))
        view = await here.until_idle()
        await settle()
        assert len(here.service.calls) == 2
        assert (view.query.page, here.rows, view.note) == (3, [], "There is no page 99: this is page 3.")
        # Nothing is kept of it: the operator's next wish asks anew.
        here.inbox.turn(3)
        assert (await here.service.answer_next(page_of(3, pages=3))).page == 3
        assert (await here.until_idle()).note == ""


async def test_an_empty_answer_that_calls_itself_page_1_is_past_the_end_too() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(nothing_at(1, pages=3))
        assert (await here.service.answer_next(page_of(3, pages=3))).page == 3
        assert (await here.until_idle()).note == "There is no page 99: this is page 3."


async def test_an_empty_first_page_is_no_page_past_the_end() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        await here.service.answer_next(nothing_at(1, pages=0))
        view = await here.until_idle()
        await settle()
        assert (len(here.service.calls), view.note, here.rows) == (1, "", [])


async def test_another_page_than_asked_for_is_shown_as_what_it_is() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(page_of(9))
        view = await here.until_idle()
        assert (view.query.page, view.note) == (9, "There is no page 99: this is page 9.")
        # And so it is said where it comes from the pages kept.
        here.inbox.turn(99)
        assert (here.view.query.page, here.view.note) == (9, "There is no page 99: this is page 9.")


@pytest.mark.parametrize(("asked", "sent"), [(2, 1), (2, 7), (1, 3), (2, 10**18)])
async def test_a_page_that_is_not_the_one_asked_for_is_said_to_be_another(asked: int, sent: int) -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(asked))
        await here.service.answer_next(page_of(sent, pages=sent + 1))
        view = await here.until_idle()
        assert (view.query.page, view.note) == (sent, f"The service sent page {sent:,} instead of page {asked:,}.")
        assert (view.has_previous, view.has_next) == (sent > 1, True)
        assert here.rows == [f"{sent}-0"]


async def test_a_service_that_counts_its_pages_from_0_breaks_nothing() -> None:
    async with desk() as here:
        here.inbox.open(QUERY)
        await here.service.answer_next(page_of(0))
        assert (await here.until_idle()).query.page == 1


async def test_a_failure_on_the_way_to_the_last_page_is_tried_again_from_the_start() -> None:
    async with desk() as here:
        here.inbox.open(QUERY.at_page(99))
        await here.service.answer_next(nothing_at(99, pages=3))
        (await here.service.next_call()).fail(SignInRefused("Sign in again."))
        await here.until(is_failed)
        here.inbox.refresh()
        await here.service.answer_next(nothing_at(99, pages=3))
        await here.service.answer_next(page_of(3, pages=3))
        assert (await here.until_idle()).note == "There is no page 99: this is page 3."
