"""Watching for faxes that arrive, in virtual time: each is announced once, whatever happens in between."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from virtual_time import VirtualLoop, run_virtually
from watched_office import BEGIN, DOWN, HOUR, MINUTE, Office

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import Listing
from faxtui.domain.query import SINCE, TO, Filters, Window
from faxtui.errors import Busy, FaxtuiError, SignInRefused
from faxtui.inbox.watch import OVERLAP, SWEEP_OVERLAP, Arrivals, Poll, fetch_poll, poll_delay


def test_a_fax_is_announced_once_and_the_list_before_is_not() -> None:
    async def shift() -> None:
        office = Office()
        old = office.arrive("old", late=60)
        watcher = office.watcher([old])
        await asyncio.sleep(MINUTE)
        office.arrive("new")
        await asyncio.sleep(10 * MINUTE)
        assert office.announced == ["new"]
        assert [fax.file_name for fax in watcher.view.new] == ["new"]
        watcher.stop()

    run_virtually(shift())


def test_what_arrived_before_the_first_poll_is_announced_and_what_nobody_had_listed_is_not() -> None:
    async def shift() -> None:
        office = Office()
        office.arrive("on another page", late=5 * MINUTE)
        watcher = office.watcher()
        office.arrive("right away", late=-0.1)
        await asyncio.sleep(MINUTE)
        assert office.announced == ["right away"]
        watcher.stop()

    run_virtually(shift())


@pytest.mark.parametrize("late", [0.0, 5 * MINUTE, 14 * MINUTE, 50 * MINUTE])
def test_a_fax_that_is_listed_late_is_announced_once(late: float) -> None:
    """After a quarter of an hour only the sweep finds it, up to an hour later."""

    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(2 * HOUR)
        office.arrive("late", late=late)
        await asyncio.sleep(3 * HOUR)
        assert office.announced == ["late"]
        watcher.stop()

    run_virtually(shift())


def test_a_name_that_is_used_again_is_another_fax() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher([office.arrive("same", late=MINUTE)])
        await asyncio.sleep(MINUTE)
        office.arrive("same")
        await asyncio.sleep(MINUTE)
        assert office.announced == ["same"]
        watcher.stop()

    run_virtually(shift())


def test_polls_come_every_interval_never_two_at_once_and_cost_few_requests() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(HOUR)
        watcher.stop()
        assert 100 <= len(office.asked_at) <= 121
        assert office.most_running == 1
        await asyncio.sleep(HOUR)
        assert len(office.asked_at) <= 121

    run_virtually(shift())


def test_an_hour_without_the_service_is_said_and_every_fax_of_it_announced_once() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(5 * MINUTE)
        office.error = DOWN
        before = office.now()
        await asyncio.sleep(MINUTE)
        failing = watcher.view.failing_since
        assert failing is not None
        assert before - timedelta(minutes=1) < failing <= before
        for number in range(30):
            office.arrive(f"{number}")
            await asyncio.sleep(2 * MINUTE)
        assert watcher.view.failing_since == failing
        assert office.announced == []
        office.error = None
        await asyncio.sleep(6 * MINUTE)
        assert sorted(office.announced, key=int) == [f"{number}" for number in range(30)]
        assert office.interruptions == [failing]
        assert watcher.view.failing_since is None
        watcher.stop()

    run_virtually(shift())


def test_one_failure_is_not_worth_a_word() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(MINUTE + 10)
        office.error = DOWN
        await asyncio.sleep(25)
        assert len(office.asked_at) == 3
        office.error = None
        await asyncio.sleep(MINUTE)
        assert watcher.view.failing_since is None
        watcher.stop()

    run_virtually(shift())


def test_a_rejected_sign_in_is_sent_once_and_said_until_somebody_signs_in() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(MINUTE)
        office.error = SignInRefused("The password is not valid.")
        await asyncio.sleep(MINUTE)
        asked = len(office.asked_at)
        assert watcher.view.failing_since is not None
        await asyncio.sleep(HOUR)
        assert len(office.asked_at) == asked
        office.arrive("meanwhile")
        office.error = None
        watcher.resume()
        await asyncio.sleep(1)
        assert office.announced == ["meanwhile"]
        assert watcher.view.failing_since is None
        watcher.stop()

    run_virtually(shift())


def test_after_a_sleep_of_the_machine_it_catches_up_and_says_since_when() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(5 * MINUTE)
        fell_asleep = office.now()
        office.arrive("at night")
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.jump(9 * HOUR)
        office.arrive("in the morning")
        await asyncio.sleep(MINUTE)
        assert office.announced == ["at night", "in the morning"]
        assert [abs(each - fell_asleep) < timedelta(minutes=1) for each in office.interruptions] == [True]
        watcher.stop()

    run_virtually(shift())


def test_rows_that_the_service_counts_but_does_not_send_are_said_and_found_later() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(MINUTE)
        office.missing = 1
        office.arrive("held back")
        await asyncio.sleep(20 * MINUTE)
        assert (office.announced, watcher.view.missing) == ([], 1)
        office.missing = 0
        await asyncio.sleep(MINUTE)
        assert (office.announced, watcher.view.missing) == (["held back"], 0)
        watcher.stop()

    run_virtually(shift())


@pytest.mark.parametrize("ahead", [timedelta(hours=-7), timedelta(hours=3), timedelta(days=400), timedelta(days=-400)])
def test_a_wrong_clock_of_this_machine_loses_nothing(ahead: timedelta) -> None:
    async def shift() -> None:
        office = Office(machine_ahead=ahead)
        office.arrive("long ago", late=24 * HOUR)
        listed = office.arrive("listed", late=MINUTE)
        first = await fetch_poll(office, clock := office.clock(), Filters(), BEGIN - OVERLAP)
        assert first.faxes == (listed,)
        watcher = office.watcher([listed], clock)
        await asyncio.sleep(MINUTE)
        office.arrive("one")
        await asyncio.sleep(MINUTE)
        office.machine_ahead = -ahead
        office.arrive("two")
        await asyncio.sleep(2 * HOUR)
        office.arrive("late", late=10 * MINUTE)
        await asyncio.sleep(MINUTE)
        assert office.announced == ["one", "two", "late"]
        watcher.stop()

    run_virtually(shift())


@pytest.mark.parametrize(("month", "day"), [(10, 25), (3, 29)])
def test_a_change_of_summer_time_repeats_and_loses_nothing(month: int, day: int) -> None:
    """The dates as sent repeat an hour in autumn, and lack one in spring."""

    async def shift() -> None:
        office = Office(begin=datetime(2026, month, day, 0, 30, tzinfo=UTC))
        watcher = office.watcher()
        names = []
        for number in range(40):
            await asyncio.sleep(5 * MINUTE)
            names.append(f"{number}")
            office.arrive(names[-1])
        await asyncio.sleep(2 * HOUR)
        assert office.announced == names
        watcher.stop()

    run_virtually(shift())


def test_midnight_loses_nothing() -> None:
    async def shift() -> None:
        office = Office(begin=datetime(2026, 11, 23, 22, 50, tzinfo=UTC))
        watcher = office.watcher()
        await asyncio.sleep(10 * MINUTE - 2)
        office.arrive("before")
        await asyncio.sleep(4)
        office.arrive("after")
        await asyncio.sleep(MINUTE)
        assert office.announced == ["before", "after"]
        watcher.stop()

    run_virtually(shift())


def test_what_the_list_brings_in_is_marked_and_not_announced_again() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        await asyncio.sleep(MINUTE)
        first = office.arrive("first")
        await asyncio.sleep(MINUTE)
        second = office.arrive("second")
        assert watcher.bring_in([second, first]) == ((first,), (second,))
        assert watcher.view.new == ()
        await asyncio.sleep(10 * MINUTE)
        assert office.announced == ["first"]
        assert watcher.bring_in([second, first]) == ((), ())
        watcher.stop()

    run_virtually(shift())


def test_memory_stays_flat_over_days() -> None:
    async def shift() -> None:
        office = Office()
        watcher = office.watcher()
        for number in range(2 * 24 * 2):
            office.arrive(f"{number}")
            await asyncio.sleep(HOUR / 2)
            office.faxes = office.faxes[-20:]
            watcher.bring_in(office.faxes)
        assert len(office.announced) == 2 * 24 * 2
        assert watcher._arrivals is not None
        assert len(watcher._arrivals.known) < 40
        watcher.stop()

    run_virtually(shift())


def test_a_poll_asks_for_the_filters_but_not_the_period_and_reads_every_page() -> None:
    async def polls() -> Poll:
        office = Office()
        for number in range(250):
            office.arrive(f"{number}", late=250.0 - number)
        filters = Filters({TO.name: "134296015", SINCE.name: "today"})
        poll = await fetch_poll(office, ServiceClock(office.now), filters, BEGIN - OVERLAP)
        assert [window.filters.as_text() for window in office.windows] == [{"to": "134296015"}] * 3
        return poll

    poll = run_virtually(polls())
    assert (len(poll.faxes), poll.total, poll.is_complete) == (250, 250, True)


def test_a_poll_with_fewer_rows_than_the_service_counts_is_not_complete() -> None:
    fax = Fax(folder="f", file_name="a", received=BEGIN, received_text="x")
    whole = Poll(BEGIN, BEGIN, (fax, fax), 1)
    assert (whole.is_complete, whole.missing) == (True, 0)
    assert (replace(whole, total=2).is_complete, replace(whole, total=2).missing) == (False, 1)
    assert replace(whole, total=None).is_complete
    assert not replace(whole, has_ended=False).is_complete


@dataclass
class UnrulyOffice(Office):
    """A service that sorts each page in another way: some rows come on two pages, and some on none."""

    is_unruly: bool = True

    async def list_faxes(self, window: Window, page: int) -> Listing:
        if not self.is_unruly:
            return await super().list_faxes(window, page)
        whole = await super().list_faxes(replace(window, page_size=1000), 1)
        rows = list(whole.page.faxes)
        Random(page).shuffle(rows)
        end = page * window.page_size
        shown = tuple(rows[end - window.page_size : end])
        return whole._replace(page=replace(whole.page, number=page, faxes=shown, has_next=end < len(rows)))


def test_rows_that_are_repeated_dropped_and_reordered_between_pages_are_announced_once() -> None:
    async def shift() -> None:
        office = UnrulyOffice()
        watcher = office.watcher()
        await asyncio.sleep(2 * MINUTE)
        names = {office.arrive(f"{number}", late=number / 10).file_name for number in range(250)}
        await asyncio.sleep(3 * HOUR)
        assert 0 < watcher.view.missing == 250 - len(office.announced)
        office.is_unruly = False
        await asyncio.sleep(5 * MINUTE)
        assert watcher.view.missing == 0
        assert len(office.announced) == 250
        assert set(office.announced) == names
        watcher.stop()

    run_virtually(shift())


def test_an_incomplete_poll_moves_nothing_forward() -> None:
    arrivals = replace(Arrivals.since(BEGIN), is_ready=True)
    later, _ = arrivals.after(Poll(BEGIN, BEGIN + timedelta(hours=1), (), 1))
    assert later.start(is_sweep=False) == BEGIN - OVERLAP
    later, _ = arrivals.after(Poll(BEGIN, BEGIN + timedelta(hours=1), (), 0))
    assert later.start(is_sweep=False) == BEGIN + timedelta(minutes=45)
    assert later.start(is_sweep=True) == BEGIN - SWEEP_OVERLAP


def test_a_service_clock_that_is_set_back_repeats_nothing() -> None:
    fax = Fax(folder="f", file_name="a", received=BEGIN, received_text="x")
    arrivals, new = Arrivals.since(BEGIN - timedelta(minutes=1)).after(Poll(BEGIN, BEGIN, (fax,), 1, is_sweep=True))
    assert new == (fax,)
    for _ in range(3):
        back = BEGIN - timedelta(hours=1)
        arrivals, new = arrivals.after(Poll(back, back, (fax,), 1, is_sweep=True))
        assert new == ()


def test_a_fax_without_an_address_is_known_by_its_whole_resource() -> None:
    one, two = Fax(resource='{"a": 1}'), Fax(resource='{"a": 2}')
    arrivals, new = replace(Arrivals.since(BEGIN), is_ready=True).after(Poll(BEGIN, BEGIN, (one, two, one), None))
    assert new == (one, two)
    assert arrivals.after(Poll(BEGIN, BEGIN, (two, one), None))[1] == ()


@pytest.mark.parametrize(
    ("interval", "failures", "error", "chance", "seconds"),
    [
        (30, 0, None, 0.5, 30),
        (30, 0, None, 0.0, 24),
        (30, 0, None, 1.0, 36),
        (1, 0, None, 0.5, 15),
        (30, 1, DOWN, 0.5, 15),
        (30, 3, DOWN, 0.5, 60),
        (30, 50, DOWN, 0.5, 300),
        (30, 1, Busy("Wait.", 77), 0.5, 77),
        (30, 1, Busy("Wait.", 1e9), 0.5, 900),
    ],
)
def test_polls_keep_their_distance(
    interval: float, failures: int, error: FaxtuiError | None, chance: float, seconds: float
) -> None:
    assert poll_delay(interval, failures, error, chance) == pytest.approx(seconds)
