"""What the operator is looking at, and how it comes to be.

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

from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery
from faxtui.domain.window import Window, open_window
from faxtui.errors import ServiceError
from faxtui.inbox.bucket import Bucket
from faxtui.inbox.cache import PageCache
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.neighbours import STILLNESS, Neighbours
from faxtui.inbox.pages import fetch_page
from faxtui.inbox.patience import Patience
from faxtui.inbox.service import FaxService
from faxtui.inbox.view import Failed, Fetching, Idle, InboxView, Shown, Waiting

log = logging.getLogger(__name__)
SLOW = 3.0
"""Seconds of waiting for a page after which nothing is fetched ahead of it."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How the inbox asks: patience, budget, and whether (after what stillness, in seconds) it fetches ahead."""

    patience: Patience = field(default_factory=Patience)
    bucket: Bucket = field(default_factory=Bucket)
    prefetch: bool = True
    stillness: float = STILLNESS


class Inbox:
    """The received faxes of one account, as one operator looks at them."""

    def __init__(
        self,
        service: FaxService,
        query: FaxQuery,
        *,
        zone: tzinfo | None = None,
        clock: ServiceClock | None = None,
        manners: Manners | None = None,
        on_change: Callable[[InboxView], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.service = service
        self.clock = clock or ServiceClock()
        self.zone = zone
        self.view = InboxView(query)
        self._manners = manners or Manners()
        self._on_change = on_change
        self._on_crash = on_crash
        self._cache = PageCache()
        self._neighbours = Neighbours(self._fetch, self._cache, self._manners.bucket, self._manners.stillness)
        self._window: Window | None = None
        self._request: asyncio.Task[None] | None = None

    def open(self, query: FaxQuery) -> None:
        """Show another query: a new window. Raises InvalidValue where its period has no length."""
        window = open_window(query, self.clock.now(), self.zone)
        seen = self._cache.seen_before(query)
        self.view = replace(self.view, query=query, shown=seen or self.view.shown, note="")
        self._ask(window, query.page)

    def turn(self, page: int) -> None:
        """Show another page of the window on the screen."""
        shown = self.view.shown
        if shown is None or self.view.current_page is None:
            return
        self.view = replace(self.view, query=self.view.query.at_page(page), note="")
        fetched = self._cache.get(shown.window, page)
        if fetched is None:
            self._ask(shown.window, page)
        else:
            self._cancel()
            self._window = shown.window
            self._show(fetched)

    def refresh(self) -> None:
        """Look again at the service; after a failure, ask once more for what failed."""
        if self._window is not None and self._window.end is not None and not isinstance(self.view.activity, Idle):
            self._ask(self._window, self.view.query.page)
        else:
            self.open(self.view.query)

    async def aclose(self) -> None:
        self._cancel()
        await self.service.aclose()

    def _ask(self, window: Window, page: int) -> None:
        ahead = self._neighbours.hand_over(window, page)
        if self._request is not None:
            self._request.cancel()
        self._window = window
        self._manners.bucket.drain()
        self._say(replace(self.view, activity=Fetching(page, time.monotonic())))
        self._request = asyncio.create_task(self._fetch_and_show(ahead, window, page))
        self._request.add_done_callback(self._report_crash)

    def _cancel(self) -> None:
        self._neighbours.stop()
        if self._request is not None:
            self._request.cancel()
            self._request = None

    async def _fetch_and_show(self, ahead: asyncio.Task[None] | None, window: Window, page: int) -> None:
        started = time.monotonic()
        shown = await self._arrived(ahead, window, page) or await self._fetch_patiently(window, page, started)
        note = ""
        if shown is not None and shown.page.is_past_the_end:
            last = _last_page(shown.page, page)
            note = f"There is no page {page:,}: this is page {last:,}."
            shown = await self._fetch_patiently(shown.window, last, started)
        if shown is None:
            return
        self._window = shown.window
        self._cache.keep(shown)
        self._show(shown, note, is_slow=time.monotonic() - started > SLOW)

    async def _arrived(self, ahead: asyncio.Task[None] | None, window: Window, page: int) -> Shown | None:
        """The page, if it was on its way already and came."""
        if ahead is None:
            return None
        try:
            await asyncio.wait([ahead])
        finally:
            ahead.cancel()
        return self._cache.get(window, page)

    async def _fetch_patiently(self, window: Window, page: int, started: float) -> Shown | None:
        """None where it was given up, which has been said."""
        failures = 0
        while True:
            try:
                return await self._fetch(window, page)
            except ServiceError as error:
                log.warning("page %d did not come: %s", page, type(error).__name__)
                failures += 1
                wait = self._manners.patience.wait(error, failures)
                if wait is None:
                    self._say(replace(self.view, activity=Failed(error)))
                    return None
                self._say(replace(self.view, activity=Waiting(error, started, time.monotonic() + wait)))
            await asyncio.sleep(wait)
            self._say(replace(self.view, activity=Fetching(page, started)))

    async def _fetch(self, window: Window, page: int) -> Shown:
        return await fetch_page(self.service, self.clock, window, page)

    def _show(self, shown: Shown, note: str = "", *, is_slow: bool = False) -> None:
        query = self.view.query.at_page(shown.page.number)
        self._say(replace(self.view, query=query, shown=shown, activity=Idle(), note=note))
        if self._manners.prefetch and not is_slow:
            self._neighbours.look_around(shown)

    def _say(self, view: InboxView) -> None:
        self.view = view
        self._on_change(view)

    def _report_crash(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_crash(error)


def _last_page(page: FaxPage, asked: int) -> int:
    """The last page as the service names it, where that is one before the page asked for; else the first."""
    return page.page_count if page.page_count is not None and 0 < page.page_count < asked else 1
