"""Fetching one page of a window, opened or not.

What the operator is looking at, and how it comes to be.

Intents (`open`, `turn`, `refresh`) return at once; every change is told to one listener as a new InboxView. A newer
intent outranks an older one: only the answer to what is wanted now is ever shown, and until it is there the old
page stays.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from faxtui.domain.clock import ServiceClock
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, Window, open_window
from faxtui.domain.service import FaxService
from faxtui.errors import FaxtuiError
from faxtui.inbox.fetch_policy import RetryPolicy, TokenBucket
from faxtui.inbox.prefetch import STILLNESS, PageCache, Prefetcher
from faxtui.inbox.view import Failed, Fetching, Idle, InboxView, Shown, Waiting


async def fetch_page(service: FaxService, clock: ServiceClock, window: Window, page: int) -> Shown:
    """Ask once. The answer to a window's opening request closes it. Raises ServiceError."""
    requested = time.monotonic()
    listing = await service.list_faxes(window, page)
    now = clock.update(listing.served_at)
    # A clock that is not believed fixes no period.
    closed = window.closed(replace(listing, served_at=now), now)
    return Shown(closed, page, listing.page, now, requested)


log = logging.getLogger(__name__)
SLOW = 3.0
"""Seconds of waiting for a page after which nothing is fetched ahead of it, and it may be asked for once more."""
CLOSING = 1.0
"""Seconds that what is under way is given to end."""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How the inbox sends requests: retries, budget, and whether (after what stillness, in seconds) it fetches ahead.

    ``slow`` is how many seconds make the service a slow one.
    """

    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    bucket: TokenBucket = field(default_factory=TokenBucket)
    prefetch: bool = True
    stillness: float = STILLNESS
    slow: float = SLOW


class Inbox:
    """The received faxes of one account, as one operator looks at them."""

    def __init__(
        self,
        service: FaxService,
        query: FaxQuery,
        *,
        zone: tzinfo | None = None,
        clock: ServiceClock | None = None,
        fetch_policy: FetchPolicy | None = None,
        on_change: Callable[[InboxView], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.service = service
        self.clock = clock or ServiceClock()
        self.zone = zone
        self.view = InboxView(query)
        self._policy = fetch_policy or FetchPolicy()
        self._on_change = on_change
        self._on_crash = on_crash
        self._cache = PageCache()
        self._prefetcher = Prefetcher(
            self._fetch, self._cache, self._policy.bucket, self._policy.stillness, on_crash=on_crash
        )
        self._window: Window | None = None
        self._request: asyncio.Task[None] | None = None

    @property
    def retry_policy(self) -> RetryPolicy:
        return self._policy.retry_policy

    def open(self, query: FaxQuery) -> None:
        """Show another query: a new window. Raises InvalidValue, naming the filter, where its period has no length.

        Where just that is being opened already, that goes on.
        """
        window = open_window(query, self.clock.now(), self.zone)
        if self._is_fetching(window, query):
            return
        seen = self._cache.seen_before(query)
        self._cache.forget(window)
        self.view = replace(self.view, query=query, shown=seen or self.view.shown, note="")
        self._ask(window, query.page)

    def turn(self, page: int) -> None:
        """Show another page of the window on the screen. Where it is being asked for already, that goes on."""
        shown = self.view.shown
        if shown is None or self.view.current_page is None:
            return
        query = self.view.query.at_page(page)
        if self._is_fetching(shown.window, query) or self._is_waiting(shown.window, query):
            return
        self.view = replace(self.view, query=query, note="")
        fetched = self._cache.get(shown.window, page)
        if fetched is None:
            self._ask(shown.window, page)
        else:
            self._cancel()
            self._show(fetched, page)

    def refresh(self) -> None:
        """Look again at the service; after a failure, ask once more, and at once, for what failed.

        Raises InvalidValue where the period, at this time of the day, has no length any more.
        """
        window, query = self._window, self.view.query
        if window is None or window.end is None or isinstance(self.view.activity, Idle):
            self.open(query)
        elif not self._is_fetching(window, query):
            self._ask(window, query.page)

    async def aclose(self) -> None:
        """Stop everything, and close the service once that has ended."""
        ending = self._cancel()
        if ending:
            await asyncio.wait(ending, timeout=CLOSING)
        await self.service.aclose()

    def _is_fetching(self, window: Window, query: FaxQuery) -> bool:
        """Whether that is on its way, and not overdue; an opening is, whatever instant its period began at."""
        doing = self.view.activity
        is_young = isinstance(doing, Fetching) and time.monotonic() - doing.since < self._policy.slow
        return is_young and self._is_wanted(window, query)

    def _is_waiting(self, window: Window, query: FaxQuery) -> bool:
        return isinstance(self.view.activity, Waiting) and self._is_wanted(window, query)

    def _is_wanted(self, window: Window, query: FaxQuery) -> bool:
        return self._window is not None and (self._window.end, self.view.query) == (window.end, query)

    def _ask(self, window: Window, page: int) -> None:
        ahead = self._prefetcher.hand_over(window, page)
        if self._request is not None:
            self._request.cancel()
        self._window = window
        self._say(replace(self.view, activity=Fetching(page, time.monotonic())))
        self._request = asyncio.create_task(self._fetch_and_show(ahead, window, page))
        self._request.add_done_callback(self._report_crash)
        if ahead is not None:
            # Even where the request is cancelled before it began.
            self._request.add_done_callback(lambda _: ahead.cancel())

    def _cancel(self) -> list[asyncio.Task[None]]:
        """Gives the tasks that now end."""
        ending = [each for each in (self._request, self._prefetcher.stop()) if each is not None]
        if self._request is not None:
            self._request.cancel()
            self._request = None
        return ending

    async def _fetch_and_show(self, ahead: asyncio.Task[None] | None, window: Window, page: int) -> None:
        started = time.monotonic()
        shown = await self._fetch_patiently(window, page, started, ahead)
        is_past_the_end = shown is not None and shown.is_past_the_end
        if shown is not None and is_past_the_end:
            last = _last_page(shown.page, page)
            self._say(replace(self.view, activity=Fetching(last, started)))
            shown = await self._fetch_patiently(shown.window, last, started)
        if shown is None:
            return
        if not shown.is_past_the_end:
            self._cache.keep(shown)
        self._show(shown, page, is_past_the_end=is_past_the_end)

    async def _fetch_patiently(
        self, window: Window, page: int, started: float, ahead: asyncio.Task[None] | None = None
    ) -> Shown | None:
        """Return the page; None if it was given up, which the view then shows."""
        tries = 0

        async def attempt() -> Shown:
            nonlocal tries
            tries += 1
            return await self._fetch_if_wanted(window, page, ahead if tries == 1 else None)

        async def pause(error: FaxtuiError, seconds: float) -> None:
            log.warning("page %d did not come: %s", page, type(error).__name__)
            self._prefetcher.are_welcome = False
            self._say(replace(self.view, activity=Waiting(error, started, time.monotonic() + seconds)))
            await asyncio.sleep(seconds)
            self._say(replace(self.view, activity=Fetching(page, started)))

        try:
            shown = await self._policy.retry_policy.run(attempt, pause)
        except FaxtuiError as error:
            log.warning("page %d did not come: %s", page, type(error).__name__)
            self._prefetcher.are_welcome = False
            self._say(replace(self.view, activity=Failed(error)))
            return None
        self._prefetcher.are_welcome = tries == 1 and time.monotonic() - started <= self._policy.slow
        return shown

    async def _fetch_if_wanted(self, window: Window, page: int, ahead: asyncio.Task[None] | None) -> Shown:
        """Cancelled where another intent came meanwhile, even if the service did not mind the cancellation."""
        try:
            arrived = await self._arrived(ahead, window, page)
            return arrived or await self._fetch_for_operator(window, page)
        finally:
            if asyncio.current_task() is not self._request:
                raise asyncio.CancelledError

    async def _arrived(self, ahead: asyncio.Task[None] | None, window: Window, page: int) -> Shown | None:
        """The page, if it was on its way already and came. Raises FaxtuiError."""
        if ahead is None:
            return None
        await asyncio.wait([ahead])
        if isinstance(error := ahead.exception(), FaxtuiError):
            raise error
        return self._cache.get(window, page)

    async def _fetch_for_operator(self, window: Window, page: int) -> Shown:
        self._policy.bucket.drain()
        return await self._fetch(window, page)

    async def _fetch(self, window: Window, page: int) -> Shown:
        return await fetch_page(self.service, self.clock, window, page)

    def _show(self, shown: Shown, wanted: int, *, is_past_the_end: bool = False) -> None:
        number = max(shown.page.number, 1)
        note = "" if number == wanted else _other_page(shown.page, number, wanted, is_past_the_end)
        self._say(replace(self.view, query=self.view.query.at_page(number), shown=shown, activity=Idle(), note=note))
        if self._policy.prefetch:
            self._prefetcher.look_around(shown)

    def _say(self, view: InboxView) -> None:
        self.view = view
        self._on_change(view)

    def _report_crash(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_crash(error)


def _other_page(page: FaxPage, number: int, wanted: int, is_past_the_end: bool) -> str:
    """Return why another page is shown than the one that was requested."""
    if is_past_the_end or (number < wanted and not page.has_next):
        return f"There is no page {wanted:,}: this is page {number:,}."
    return f"The service sent page {number:,} instead of page {wanted:,}."


def _last_page(page: FaxPage, asked: int) -> int:
    """The last page as the service names it, where that is one before the page asked for; else the first."""
    return page.page_count if page.page_count is not None and 0 < page.page_count < asked else 1
