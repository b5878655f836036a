"""A fax service in memory whose answers the test gives, and an operator's desk that looks at it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import FaxQuery, Window
from faxtui.inbox.fetch_policy import RetryPolicy, TokenBucket
from faxtui.inbox.inbox import FetchPolicy, Inbox
from faxtui.inbox.view import Idle, InboxView

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
TOO_LONG = 20
"""Seconds after which a test gives up waiting for what should happen at once."""
AT_ONCE = RetryPolicy(waits=(0, 0, 0))
NEVER = RetryPolicy(waits=(3600, 3600, 3600), jitter=0)


def page_of(
    number: int, *, pages: int = 9, size: int = 50, rows: int = 1, received: datetime | None = NOW - timedelta(hours=1)
) -> FaxPage:
    """Page ``number`` of ``pages``; its faxes are called after it."""
    faxes = tuple(Fax(folder="f", file_name=f"{number}-{row}", received=received) for row in range(rows))
    return FaxPage(number, size, faxes, number > 1, number < pages, pages * size, pages)


@dataclass
class Call:
    """A listing that is asked for; the test answers it."""

    window: Window
    page: int
    outcome: asyncio.Future[Listing] = field(default_factory=asyncio.Future)
    is_stubborn: bool = False
    was_cancelled: bool = False

    def answer(self, page: FaxPage | None = None, *, served_at: datetime | None = NOW, pages: int = 9) -> None:
        """With the page asked for unless told otherwise."""
        self.outcome.set_result(Listing(page or page_of(self.page, pages=pages), served_at))

    def fail(self, error: Exception) -> None:
        self.outcome.set_exception(error)


class ScriptedService:
    """Takes calls; each waits until the test answers it. A stubborn one answers even after it was cancelled."""

    def __init__(self, *, is_stubborn: bool = False) -> None:
        self.calls: list[Call] = []
        self.is_closed = False
        self._is_stubborn = is_stubborn
        self._coming: asyncio.Queue[Call] = asyncio.Queue()

    async def list_faxes(self, window: Window, page: int) -> Listing:
        assert not self.is_closed
        call = Call(window, page, is_stubborn=self._is_stubborn)
        self.calls.append(call)
        self._coming.put_nowait(call)
        try:
            return await asyncio.shield(call.outcome)
        except asyncio.CancelledError:
            call.was_cancelled = True
            if not call.is_stubborn:
                raise
            return await call.outcome

    async def aclose(self) -> None:
        self.is_closed = True

    async def next_call(self) -> Call:
        """The next call that the test has not seen yet."""
        return await asyncio.wait_for(self._coming.get(), TOO_LONG)

    async def answer_next(self, page: FaxPage | None = None, *, pages: int = 9) -> Call:
        call = await self.next_call()
        call.answer(page, pages=pages)
        return call


@dataclass
class Observer:
    """Everything that an inbox reports."""

    views: list[InboxView] = field(default_factory=list)
    crashes: list[BaseException] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def inbox_changed(self, view: InboxView) -> None:
        self.views.append(view)
        self.changed.set()

    def crash(self, error: BaseException) -> None:
        self.crashes.append(error)
        self.changed.set()


@dataclass
class Desk:
    """An inbox, everything that it ever told its listener, and what crashed in it."""

    service: ScriptedService
    inbox: Inbox
    views: list[InboxView]
    crashes: list[BaseException]
    changed: asyncio.Event

    @property
    def view(self) -> InboxView:
        return self.inbox.view

    @property
    def rows(self) -> list[str | None]:
        return [] if self.view.shown is None else [fax.file_name for fax in self.view.shown.page.faxes]

    async def until(self, is_so: Callable[[InboxView], bool]) -> InboxView:
        async with asyncio.timeout(TOO_LONG):
            while not is_so(self.view):
                self.changed.clear()
                await self.changed.wait()
        return self.view

    async def until_idle(self) -> InboxView:
        return await self.until(lambda view: isinstance(view.activity, Idle))

    async def opened(self, query: FaxQuery, *, pages: int = 9) -> Call:
        """Open a query, answer it, and wait until it is shown."""
        self.inbox.open(query)
        call = await self.service.answer_next(pages=pages)
        await self.until_idle()
        return call


@asynccontextmanager
async def desk(
    query: FaxQuery | None = None,
    *,
    service: ScriptedService | None = None,
    clock: ServiceClock | None = None,
    retry_policy: RetryPolicy = AT_ONCE,
    bucket: TokenBucket | None = None,
    prefetch: bool = False,
    slow: float = 3600,
) -> AsyncIterator[Desk]:
    """A desk whose clock stands at NOW, in UTC, with an empty screen; at the end nothing may have crashed."""
    service = service or ScriptedService()
    observer = Observer()
    inbox = Inbox(
        service,
        query or FaxQuery(),
        observer,
        zone=UTC,
        clock=clock or ServiceClock(lambda: NOW),
        policy=FetchPolicy(retry_policy, bucket or TokenBucket(), prefetch, stillness=0, slow=slow),
    )
    try:
        yield Desk(service, inbox, observer.views, observer.crashes, observer.changed)
    finally:
        await inbox.aclose()
    assert observer.crashes == []


async def settle() -> None:
    """Let everything run that can run now."""
    for _ in range(50):
        await asyncio.sleep(0)
