"""The list that the operator looks at: intents, the page wanted now, and the one shown.

Intents (`open`, `turn`, `refresh`) return at once; every change is reported to one observer as a new InboxView. A newer
intent outranks an older one: only the response to what is wanted now is ever shown, and until it is there the old page
stays.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Protocol

from faxtui.domain.clock import ServiceClock
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, Window, open_window
from faxtui.domain.service import FaxService
from faxtui.errors import FaxtuiError
from faxtui.inbox.fetch_policy import RetryPolicy, TokenBucket
from faxtui.inbox.prefetch import STILLNESS, PageCache, Prefetcher, fetch_page
from faxtui.inbox.view import Failed, Fetching, Idle, InboxView, Shown, Waiting
from faxtui.translation import _

log = logging.getLogger(__name__)
SLOW = 3.0
"""Seconds of waiting for a page after which nothing is fetched ahead of it, and it may be requested once more."""
CLOSING = 1.0
"""Seconds that running tasks get to end."""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Retries and budget of requests for pages. With ``prefetch``, pages are fetched ahead after ``stillness`` seconds.

    A response that takes longer than ``slow`` seconds makes the service a slow one.
    """

    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    bucket: TokenBucket = field(default_factory=TokenBucket)
    prefetch: bool = True
    stillness: float = STILLNESS
    slow: float = SLOW


class InboxObserver(Protocol):
    """What an inbox reports to."""

    def inbox_changed(self, view: InboxView) -> None:
        """Show this view."""

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""


class Inbox:
    """The received faxes of one account, as one operator looks at them."""

    def __init__(
        self,
        service: FaxService,
        query: FaxQuery,
        observer: InboxObserver,
        *,
        zone: tzinfo | None = None,
        clock: ServiceClock | None = None,
        policy: FetchPolicy | None = None,
    ) -> None:
        self.service = service
        self.clock = clock or ServiceClock()
        self.zone = zone
        self.policy = policy or FetchPolicy()
        self.view = InboxView(query)
        self._observer = observer
        self._cache = PageCache()
        self._prefetcher = Prefetcher(
            service, self.clock, self._cache, self.policy.bucket, observer, stillness=self.policy.stillness
        )
        self._window: Window | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def loaded(self) -> tuple[Shown, ...]:
        """The pages of the window on the screen that are in memory, in order."""
        shown = self.view.shown
        return () if shown is None or self.view.current_page is None else self._cache.of(shown.window)

    def open(self, query: FaxQuery) -> None:
        """Show another query, in a new window; if just that is being opened, it continues.

        Raises InvalidValue, naming the filter, if the period has no length.
        """
        window = open_window(query, self.clock.now(), self.zone)
        if self._is_fetching(window, query):
            return
        seen = self._cache.seen_before(query)
        self._cache.forget(window)
        self.view = replace(self.view, query=query, shown=seen or self.view.shown, note="")
        self._request(window, query.page)

    def turn(self, page: int | None) -> None:
        """Show another page of the window on the screen, if there is one; a running request for it continues."""
        shown = self.view.shown
        if page is None or shown is None or self.view.current_page is None:
            return
        query = self.view.query.at_page(page)
        if self._is_fetching(shown.window, query) or self._is_waiting(shown.window, query):
            return
        self.view = replace(self.view, query=query, note="")
        fetched = self._cache.get(shown.window, page)
        if fetched is None:
            self._request(shown.window, page)
        else:
            self._cancel()
            self._show(fetched, page)

    def refresh(self) -> None:
        """Open the query again; after a failure, request at once what failed.

        Raises InvalidValue if the period, at this time of the day, has no length any more.
        """
        window, query = self._window, self.view.query
        if window is None or window.end is None or isinstance(self.view.activity, Idle):
            self.open(query)
        elif not self._is_fetching(window, query):
            self._request(window, query.page)

    async def aclose(self) -> None:
        """Stop everything, then close the service."""
        ending = self._cancel()
        if ending:
            await asyncio.wait(ending, timeout=CLOSING)
        await self.service.aclose()

    def _is_fetching(self, window: Window, query: FaxQuery) -> bool:
        """Return whether a request for it is running and not overdue; an opening one, whenever its period began."""
        doing = self.view.activity
        is_young = isinstance(doing, Fetching) and time.monotonic() - doing.since < self.policy.slow
        return is_young and self._is_wanted(window, query)

    def _is_waiting(self, window: Window, query: FaxQuery) -> bool:
        return isinstance(self.view.activity, Waiting) and self._is_wanted(window, query)

    def _is_wanted(self, window: Window, query: FaxQuery) -> bool:
        return self._window is not None and (self._window.end, self.view.query) == (window.end, query)

    def _request(self, window: Window, page: int) -> None:
        prefetching = self._prefetcher.hand_over(window, page)
        if self._task is not None:
            self._task.cancel()
        self._window = window
        self._change(replace(self.view, activity=Fetching(page, time.monotonic())))
        self._task = asyncio.create_task(self._fetch_and_show(window, page, prefetching))
        self._task.add_done_callback(self._report_crash)
        if prefetching is not None:
            # Even if the task is cancelled before it began.
            self._task.add_done_callback(lambda _: prefetching.cancel())

    def _cancel(self) -> list[asyncio.Task[None]]:
        """Cancel all requests. Return the tasks that now end."""
        ending = [each for each in (self._task, self._prefetcher.stop()) if each is not None]
        if self._task is not None:
            self._task.cancel()
            self._task = None
        return ending

    async def _fetch_and_show(self, window: Window, wanted: int, prefetching: asyncio.Task[None] | None) -> None:
        """Show the page, or the last one if it is past the end, or why neither can be shown."""
        started, page, tries, is_past_the_end = time.monotonic(), wanted, 0, False

        async def attempt() -> Shown:
            nonlocal tries, prefetching
            tries += 1
            try:
                before, prefetching = prefetching, None
                if before is not None:
                    await asyncio.wait([before])
                    if isinstance(error := before.exception(), FaxtuiError):
                        raise error
                    if (prefetched := self._cache.get(window, page)) is not None:
                        return prefetched
                self.policy.bucket.drain()
                return await fetch_page(self.service, self.clock, window, page)
            finally:
                # Another intent came meanwhile, even if the service ignored the cancellation.
                if asyncio.current_task() is not self._task:
                    raise asyncio.CancelledError

        async def pause(error: FaxtuiError, seconds: float) -> None:
            log.warning("page %d could not be fetched: %s", page, type(error).__name__)
            self._prefetcher.is_enabled = False
            self._change(replace(self.view, activity=Waiting(error, started, time.monotonic() + seconds)))
            await asyncio.sleep(seconds)
            self._change(replace(self.view, activity=Fetching(page, started)))

        while True:
            try:
                shown = await self.policy.retry_policy.run(attempt, pause)
            except FaxtuiError as error:
                log.warning("page %d could not be fetched: %s", page, type(error).__name__)
                self._prefetcher.is_enabled = False
                self._change(replace(self.view, activity=Failed(error)))
                return
            self._prefetcher.is_enabled = tries == 1 and time.monotonic() - started <= self.policy.slow
            if is_past_the_end or not shown.is_past_the_end:
                break
            window, page, tries, is_past_the_end = shown.window, _last_page(shown.page, wanted), 0, True
            self._change(replace(self.view, activity=Fetching(page, started)))
        if not shown.is_past_the_end:
            self._cache.keep(shown)
        self._show(shown, wanted, is_past_the_end=is_past_the_end)

    def _show(self, shown: Shown, wanted: int, *, is_past_the_end: bool = False) -> None:
        number = max(shown.page.number, 1)
        note = "" if number == wanted else _other_page(shown.page, number, wanted, is_past_the_end)
        self._change(replace(self.view, query=self.view.query.at_page(number), shown=shown, activity=Idle(), note=note))
        if self.policy.prefetch:
            self._prefetcher.start(shown)

    def _change(self, view: InboxView) -> None:
        self.view = view
        self._observer.inbox_changed(view)

    def _report_crash(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._observer.crash(error)


def _other_page(page: FaxPage, number: int, wanted: int, is_past_the_end: bool) -> str:
    """Return why another page is shown than the one that was requested."""
    if is_past_the_end or (number < wanted and not page.has_next):
        return _("There is no page {wanted:,}: this is page {number:,}.").format(wanted=wanted, number=number)
    return _("The service sent page {number:,} instead of page {wanted:,}.").format(wanted=wanted, number=number)


def _last_page(page: FaxPage, requested: int) -> int:
    """Return the service's last page if that is before the one requested, else the first."""
    return page.page_count if page.page_count is not None and 0 < page.page_count < requested else 1
