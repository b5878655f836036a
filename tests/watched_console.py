"""A console that watches, in virtual time, and all that reaches its operator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watched_office import Office, loop_time

from faxtui.config.settings import Watch
from faxtui.domain.fax import Fax
from faxtui.domain.query import FaxQuery
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
async def console(
    settings: Watch | None = None, query: FaxQuery | None = None, office: Office | None = None
) -> AsyncIterator[Console]:
    """A console that shows its list."""
    here = Console(office or Office(), settings or Watch(), query or FaxQuery())
    here.inbox.open(here.query)
    await here.settle()
    try:
        yield here
    finally:
        here.announcements.stop()
        await here.inbox.aclose()
