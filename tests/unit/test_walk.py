"""Every page of a query, one after the other, and what `faxtui list` says of them."""

import asyncio
import io
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from scripted_service import AT_ONCE, NOW, TOO_LONG, ScriptedService, page_of

from faxtui.cli.list import ListRequest, list_faxes
from faxtui.cli.output import Streams
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import FaxQuery, Filters, Window
from faxtui.errors import Busy, FaxtuiError, InvalidValue, NoResponse, ServiceError, SignInRefused, UnexpectedResponse
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import MOST_BARREN, PageStats, iter_pages
from faxtui.inbox.view import Shown
from faxtui.operations.formats import Format

CLOCK = ServiceClock(lambda: NOW)
ALL = ListRequest(FaxQuery(), Format.JSONL, all_pages=True)
BUSY = Busy("The service is busy.", 0)


class PreparedService:
    """Gives its answers in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers: FaxPage | ServiceError) -> None:
        self._answers = answers
        self.asked: list[tuple[Window, int]] = []

    @property
    def pages(self) -> list[int]:
        return [page for _, page in self.asked]

    async def list_faxes(self, window: Window, page: int) -> Listing:
        self.asked.append((window, page))
        answer = self._answers[min(len(self.asked), len(self._answers)) - 1]
        if isinstance(answer, ServiceError):
            raise answer
        return Listing(answer, NOW)

    async def aclose(self) -> None:
        pass


def faxes(*names: str) -> tuple[Fax, ...]:
    return tuple(Fax(folder="f", file_name=name) for name in names)


def page(number: int, names: Sequence[str], *, more: bool, total: int | None = None) -> FaxPage:
    return FaxPage(number, 2, faxes(*names), number > 1, more, total)


async def walked(
    service: PreparedService,
    query: FaxQuery | None = None,
    *,
    stats: PageStats | None = None,
    retry_policy: RetryPolicy = AT_ONCE,
) -> list[Shown]:
    return [each async for each in iter_pages(service, CLOCK, query or FaxQuery(), None, retry_policy, stats=stats)]


async def remark_on(*pages: FaxPage) -> str:
    stats = PageStats()
    await walked(PreparedService(*pages), stats=stats)
    return stats.remark


async def test_pages_are_walked_as_the_flags_lead_whatever_the_totals_say() -> None:
    service = PreparedService(*(page_of(number, pages=3) for number in (1, 2, 3)))
    shown = await walked(service)
    assert [each.page.number for each in shown] == service.pages == [1, 2, 3]
    service = PreparedService(FaxPage(1, 1, faxes("a"), False, False, total=3, page_count=3))
    assert len(await walked(service)) == 1


async def test_every_page_after_the_first_is_of_the_window_that_the_first_one_closed() -> None:
    service = PreparedService(*(page_of(number, pages=3) for number in (1, 2, 3)))
    await walked(service)
    (opening, _), (second, _), (third, _) = service.asked
    assert (opening.start, opening.end) == (NOW - timedelta(days=7), None)
    assert second == third
    assert (second.start, second.end) == (opening.start, NOW + timedelta(seconds=1))


async def test_a_walk_begins_at_the_page_asked_for() -> None:
    service = PreparedService(page_of(8), page_of(9))
    stats = PageStats()
    await walked(service, FaxQuery(page=8), stats=stats)
    assert service.pages == [8, 9]
    assert stats.remark == ""


async def test_a_period_without_length_is_told_before_anything_is_asked() -> None:
    service = PreparedService(page_of(1))
    with pytest.raises(InvalidValue, match="end is not after the start"):
        await walked(service, FaxQuery(Filters({"since": "1h", "until": "2h"})))
    assert service.asked == []


async def test_a_page_that_fails_is_asked_for_again_and_said_to_be() -> None:
    service = PreparedService(page_of(1, pages=2), NoResponse("Nothing came."), BUSY, page_of(2, pages=2))
    told: list[tuple[FaxtuiError, float]] = []

    def note(error: FaxtuiError, seconds: float) -> None:
        told.append((error, seconds))

    pages = iter_pages(service, CLOCK, FaxQuery(), None, AT_ONCE, on_wait=note)
    assert [each.page.number async for each in pages] == [1, 2]
    assert service.pages == [1, 2, 2, 2]
    assert [(str(error), seconds) for error, seconds in told] == [("Nothing came.", 0), ("The service is busy.", 0)]


async def test_patience_begins_anew_with_each_page_and_comes_to_an_end() -> None:
    tries = [BUSY] * 3
    service = PreparedService(*tries, page_of(1), *tries, page_of(2), *tries, BUSY)
    with pytest.raises(Busy):
        await walked(service)
    assert service.pages == [1] * 4 + [2] * 4 + [3] * 4


async def test_a_refused_sign_in_is_never_tried_again() -> None:
    service = PreparedService(page_of(1), SignInRefused("Wrong password."))
    with pytest.raises(SignInRefused):
        await walked(service)
    assert service.pages == [1, 2]


async def test_the_usual_patience_needs_no_mention() -> None:
    service = PreparedService(page_of(1, pages=1))
    assert len([each async for each in iter_pages(service, CLOCK, FaxQuery())]) == 1
    with pytest.raises(SignInRefused):
        await anext(iter_pages(PreparedService(SignInRefused("No.")), CLOCK, FaxQuery()))
    busy = PreparedService(BUSY, page_of(1, pages=1))
    assert len([each async for each in iter_pages(busy, CLOCK, FaxQuery())]) == 1


async def test_no_page_is_asked_for_before_the_last_one_was_used() -> None:
    service = PreparedService(page_of(1), page_of(2))
    async with aclosing(iter_pages(service, CLOCK, FaxQuery())) as pages:
        await anext(pages)
        assert service.pages == [1]
    assert service.pages == [1]


async def test_a_walk_that_is_cancelled_drops_its_request() -> None:
    service = ScriptedService()

    async def first_page() -> Shown:
        return await anext(iter_pages(service, CLOCK, FaxQuery()))

    task = asyncio.create_task(first_page())
    call = await service.next_call()
    task.cancel()
    await asyncio.wait([task], timeout=TOO_LONG)
    assert (task.cancelled(), call.was_cancelled) == (True, True)


@pytest.mark.parametrize(
    "endless",
    [page(1, ["a", "b"], more=True, total=9), page(1, [], more=True), page(2, ["a"], more=True)],
    ids=["the same page", "nothing", "the same fax"],
)
async def test_pages_that_are_promised_for_ever_and_bring_nothing_new_end_in_an_error(endless: FaxPage) -> None:
    service = PreparedService(endless)
    with pytest.raises(UnexpectedResponse, match="promises pages after page"):
        await walked(service)
    new = 1 if endless.faxes else 0
    assert len(service.asked) == MOST_BARREN + new


async def test_how_much_came_is_told_where_pages_are_promised_for_ever() -> None:
    with pytest.raises(UnexpectedResponse, match=r"after page 4, .* only 2 of 9 faxes came"):
        await walked(PreparedService(page(1, ["a", "b"], more=True, total=9)))
    with pytest.raises(UnexpectedResponse, match=r"after page 3, .* only 0 faxes came"):
        await walked(PreparedService(page(1, [], more=True)))


async def test_pages_promised_after_everything_came_are_no_error() -> None:
    service = PreparedService(page(1, ["a", "b"], more=True, total=2), page(2, [], more=True, total=2))
    assert len(await walked(service)) == 1 + MOST_BARREN


async def test_a_few_empty_pages_on_the_way_are_passed_over() -> None:
    empty = [page(number, [], more=True) for number in (2, 3)]
    service = PreparedService(page(1, ["a"], more=True), *empty, page(4, ["b"], more=True), page(5, ["c"], more=False))
    assert [fax.file_name for each in await walked(service) for fax in each.page.faxes] == ["a", "b", "c"]


async def test_there_is_nothing_to_say_where_everything_fits() -> None:
    assert await remark_on(page(1, ["a", "b"], more=True, total=3), page(2, ["c"], more=False, total=3)) == ""
    assert await remark_on(page(1, ["a", "b"], more=True), page(2, ["c"], more=False)) == ""
    assert await remark_on(page(1, [], more=False, total=0)) == ""


async def test_a_fax_that_came_twice_is_given_twice_and_told() -> None:
    pages = page(1, ["a", "b"], more=True, total=4), page(2, ["b", "c"], more=False, total=4)
    shown = await walked(PreparedService(*pages))
    assert [fax.file_name for each in shown for fax in each.page.faxes] == ["a", "b", "b", "c"]
    assert await remark_on(*pages) == "The service sent 1 fax twice. Some may be missing: retry to be sure."


async def test_the_same_name_in_another_folder_is_another_fax() -> None:
    two = (Fax(folder="f", file_name="a"), Fax(folder="g", file_name="a"))
    assert await remark_on(FaxPage(1, 2, two, False, False, 2)) == ""


async def test_faxes_without_folder_or_file_are_told_apart_by_all_that_was_sent() -> None:
    nameless = (Fax(resource='{"From":"1"}'), Fax(resource='{"From":"2"}'), Fax(folder="f", resource='{"From":"3"}'))
    assert await remark_on(FaxPage(1, 3, nameless, False, False, 3)) == ""
    assert (await remark_on(FaxPage(1, 3, nameless + nameless, False, False, 6))).startswith(
        "The service sent 3 faxes twice."
    )


async def test_a_count_that_moved_on_the_way_is_told() -> None:
    pages = [page(1, ["a", "b"], more=True, total=3), page(2, ["b", "c"], more=False, total=4)]
    assert (await remark_on(*pages)).startswith(
        "The service sent 1 fax twice. The service's total changed between 3 and 4. Some"
    )


async def test_a_count_that_moved_and_came_back_is_told() -> None:
    totals = enumerate((3, 1203, 3), start=1)
    pages = [page(number, [f"{number}"], more=number < 3, total=total) for number, total in totals]
    assert (await remark_on(*pages)).startswith("The service's total changed between 3 and 1,203.")


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (1, "The service counts 1 fax but sent 2."),
        (1203, "The service counts 1,203 faxes but sent 2."),
        (0, "The service counts 0 faxes but sent 2."),
    ],
)
async def test_more_or_fewer_faxes_than_the_service_counts_are_told(total: int, told: str) -> None:
    assert (await remark_on(page(1, ["a", "b"], more=False, total=total))).startswith(told)


async def listed(
    answer: FaxPage, person: io.StringIO, asked: ListRequest = ALL, *, is_watched: bool = True, utf8: bool = True
) -> bytes:
    out = io.BytesIO()
    await list_faxes(PreparedService(answer), CLOCK, asked, Streams(out, person, 80, is_watched, utf8))
    return out.getvalue()


async def words_on(answer: FaxPage, asked: ListRequest = ALL, *, is_watched: bool = False) -> str:
    """What stays to be read of what a person is told."""
    person = io.StringIO()
    await listed(answer, person, asked, is_watched=is_watched)
    return person.getvalue().rpartition("\r")[2]


async def test_whoever_watches_is_told_how_to_see_more() -> None:
    one = replace(ALL, all_pages=False)
    first, second = page_of(1), replace(page_of(2), page_count=None)
    assert await words_on(first, one, is_watched=True) == (
        "faxtui: This is page 1 of 9. Use --page 2 for the next one, --all for every page.\n"
    )
    told = await words_on(second, replace(one, query=one.query.at_page(2)), is_watched=True)
    assert told.startswith("faxtui: This is page 2. Use --page 3 for")
    assert await words_on(first, one) == await words_on(page_of(1, pages=1, size=1), one, is_watched=True) == ""


async def test_another_page_than_the_one_asked_for_is_told() -> None:
    one = replace(ALL, all_pages=False)
    assert await words_on(page_of(2), one) == "faxtui: The service sent page 2 instead of page 1.\n"
    other_size = await words_on(page_of(1, size=20), one)
    assert other_size == "faxtui: The service's pages have 20 rows, not 50 as requested. List again to be sure.\n"


async def test_whoever_watches_is_told_that_there_are_no_faxes() -> None:
    nobody = replace(ALL, query=FaxQuery(Filters({"from": "nobody"})))
    told = "faxtui: No faxes: Last 7 days · from nobody.\n"
    assert await words_on(page(1, [], more=False), nobody, is_watched=True) == told
    assert await words_on(page(1, [], more=False), nobody) == ""


@pytest.mark.parametrize("all_pages", [False, True])
async def test_a_page_past_the_end_is_empty_and_said_to_be_none(all_pages: bool) -> None:
    asked = replace(ALL, query=FaxQuery(page=999), all_pages=all_pages)
    empty = FaxPage(999, 50, (), True, False, 120, 3)
    assert await words_on(empty, asked) == "faxtui: There is no page 999: the service has 3 pages.\n"
    assert await words_on(replace(empty, page_count=None), asked) == "faxtui: There is no page 999.\n"


async def test_a_page_whose_numbers_disagree_is_told() -> None:
    told = await words_on(page(1, ["a", "b"], more=False, total=3), replace(ALL, all_pages=False))
    assert told == "faxtui: The service counts more faxes than it lists. List again to be sure.\n"


async def test_progress_does_without_a_total_and_without_utf8() -> None:
    person = io.StringIO()
    await listed(page(1, ["a"], more=False), person, utf8=False)
    assert person.getvalue().split("\r")[::2] == ["Requesting faxes ..", "1 fax ..", ""]


async def test_data_comes_whole_where_nobody_listens_to_words_any_more() -> None:
    class Gone(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    assert await listed(page(1, ["a", "b"], more=False), Gone()) == b"{}\n{}\n"
