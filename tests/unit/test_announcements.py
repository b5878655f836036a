"""How faxes that arrive are announced, in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from virtual_time import run_virtually
from watched_office import DOWN, HOUR, MINUTE, Office, loop_time

from faxtui.config.settings import Watch
from faxtui.domain.fax import Fax
from faxtui.domain.query import FROM, UNTIL, FaxQuery, Filters
from faxtui.inbox.fetch_policy import RetryPolicy, TokenBucket
from faxtui.inbox.inbox import FetchPolicy, Inbox
from faxtui.inbox.view import Idle, InboxView, Shown
from faxtui.inbox.watch import WatchView
from faxtui.ui.announcements import Announcements


@dataclass
class Console:
    """A console with a list, and all that reaches its operator."""

    office: Office
    watch_settings: Watch = field(default_factory=Watch)
    query: FaxQuery = field(default_factory=FaxQuery)
    states: list[WatchView] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    desktop: list[str] = field(default_factory=list)
    bells: int = 0
    commands: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    _shown: Shown | None = None

    def __post_init__(self) -> None:
        policy = FetchPolicy(RetryPolicy(waits=()), TokenBucket(now=loop_time), prefetch=False)
        self.inbox = Inbox(self.office, self.query, self, zone=UTC, clock=self.office.clock(), policy=policy)
        self.announcements = Announcements(self.office, self.inbox, self)

    def inbox_changed(self, view: InboxView) -> None:
        if view.shown is not None and view.shown is not self._shown:
            self._shown = view.shown
            self.announcements.page_shown(view.shown)

    async def settle(self) -> None:
        await asyncio.sleep(1)
        assert isinstance(self.inbox.view.activity, Idle)

    @property
    def state(self) -> WatchView:
        return self.states[-1]

    def watch_changed(self, view: WatchView) -> None:
        self.states.append(view)

    def faxes_brought_in(self, faxes: tuple[Fax, ...]) -> None:
        self.marked += [fax.file_name or "" for fax in faxes]

    def is_untouched(self, fax: Fax) -> bool:
        return fax.file_name not in self.touched

    def clock_time(self, moment: datetime) -> str:
        return f"{moment:%H:%M}"

    def notify(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def warn(self, sentence: str) -> None:
        self.sentences.append(f"! {sentence}")

    def ring(self) -> None:
        self.bells += 1

    def notify_desktop(self, sentence: str) -> None:
        self.desktop.append(sentence)

    def run_for(self, faxes: tuple[Fax, ...]) -> None:
        self.commands += [fax.file_name or "" for fax in faxes]

    def crash(self, error: BaseException) -> None:
        raise error


@asynccontextmanager
async def console(settings: Watch | None = None, query: FaxQuery | None = None) -> AsyncIterator[Console]:
    """A console that shows its list."""
    here = Console(Office(), settings or Watch(), query or FaxQuery())
    here.inbox.open(here.query)
    await here.settle()
    try:
        yield here
    finally:
        here.announcements.stop()
        await here.inbox.aclose()


LOUD = Watch(bell=True, notify=True, command=("echo",))


def test_what_arrives_is_counted_at_once_and_marked_when_it_is_brought_in() -> None:
    async def shift() -> None:
        async with console() as here:
            here.office.arrive("a")
            here.office.arrive("b")
            await asyncio.sleep(MINUTE)
            assert [fax.file_name for fax in here.state.new] == ["a", "b"]
            assert (here.marked, here.sentences) == ([], [])
            here.inbox.refresh()
            await here.settle()
            assert (sorted(here.marked), here.state.new) == (["a", "b"], ())
            await asyncio.sleep(HOUR)
            assert sorted(here.marked) == ["a", "b"]

    run_virtually(shift())


def test_bell_desktop_and_command_once_for_each_arrival_and_with_counts_only() -> None:
    async def shift() -> None:
        async with console(LOUD) as here:
            here.office.arrive("a")
            here.office.arrive("b")
            await asyncio.sleep(10 * MINUTE)
            assert (here.bells, here.desktop, here.commands) == (1, ["2 new faxes"], ["a", "b"])
        async with console() as quiet:
            quiet.office.arrive("a")
            await asyncio.sleep(10 * MINUTE)
            assert (quiet.bells, quiet.desktop, quiet.commands) == (0, [], [])

    run_virtually(shift())


def test_an_outage_is_said_once_and_its_end_with_what_came() -> None:
    async def shift() -> None:
        async with console(LOUD) as here:
            await asyncio.sleep(2 * MINUTE)
            here.office.error = DOWN
            await asyncio.sleep(HOUR)
            assert len(here.sentences) == len(here.desktop) == here.bells == 1
            assert here.sentences[0].startswith("! Not watching since 09:4")
            here.office.arrive("a")
            here.office.error = None
            await asyncio.sleep(6 * MINUTE)
            assert here.sentences[1].startswith("1 fax arrived since 09:4")
            assert here.desktop[1:] == ["1 new fax"]
            here.office.error = DOWN
            await asyncio.sleep(HOUR)
            here.office.error = None
            await asyncio.sleep(6 * MINUTE)
            assert here.sentences[3].startswith("Watching again. No fax arrived since 10:")

    run_virtually(shift())


def test_a_fax_that_nobody_opened_is_said_once_more() -> None:
    async def shift() -> None:
        async with console(Watch(remind="30m", bell=True)) as here:
            here.office.arrive("opened")
            here.office.arrive("forgotten")
            await asyncio.sleep(10 * MINUTE)
            here.touched.add("opened")
            await asyncio.sleep(HOUR)
            assert here.sentences == ["1 fax has not been opened for 30m."]
            assert here.bells == 2

    run_virtually(shift())


def test_other_filters_are_watched_from_there_on() -> None:
    async def shift() -> None:
        async with console() as here:
            await asyncio.sleep(MINUTE)
            here.inbox.open(here.query.filtered(Filters({FROM.name: "0478"})))
            await here.settle()
            here.office.arrive("a")
            await asyncio.sleep(MINUTE)
            assert here.office.windows[-1].filters == Filters({FROM.name: "0478"})
            assert [fax.file_name for fax in here.state.new] == ["a"]

    run_virtually(shift())


@pytest.mark.parametrize("until", ["yesterday", "2026-11-01"])
def test_a_period_that_has_ended_is_not_watched(until: str) -> None:
    async def shift() -> None:
        query = FaxQuery(Filters({UNTIL.name: until, "since": "2026-10-01"}))
        async with console(query=query) as here:
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            assert len(here.office.asked_at) == asked
            here.announcements.toggle()
            assert here.sentences == ["Not watching: no fax can arrive in a period that has ended."]

    run_virtually(shift())


def test_switched_off_it_asks_nothing_until_it_is_switched_on() -> None:
    async def shift() -> None:
        async with console() as here:
            here.announcements.toggle()
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            here.inbox.refresh()
            await here.settle()
            assert len(here.office.asked_at) == asked + 1
            assert here.state.is_switched_off
            here.announcements.toggle()
            here.office.arrive("a")
            await asyncio.sleep(MINUTE)
            assert [fax.file_name for fax in here.state.new] == ["a"]
            assert here.sentences == ["Not watching for new faxes.", "Watching for new faxes."]

    run_virtually(shift())


def test_settings_apply_at_once() -> None:
    async def shift() -> None:
        async with console(Watch(enabled=False)) as here:
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            assert len(here.office.asked_at) == asked
            here.watch_settings = Watch(interval=600)
            here.announcements.apply()
            await asyncio.sleep(HOUR)
            assert 5 <= len(here.office.asked_at) - asked <= 8
            here.watch_settings = Watch(enabled=False)
            here.announcements.apply()
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            assert len(here.office.asked_at) == asked

    run_virtually(shift())
