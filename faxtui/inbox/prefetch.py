"""Fetching one page, the pages kept in memory, and those fetched before they are requested."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery, Filters, Sort, Window
from faxtui.domain.service import FaxService
from faxtui.errors import FaxtuiError
from faxtui.inbox.fetch_policy import TokenBucket
from faxtui.inbox.view import Shown

if TYPE_CHECKING:
    from faxtui.inbox.inbox import InboxObserver

log = logging.getLogger(__name__)
PAGES = 32
CHARACTERS = 4_000_000
STILLNESS = 0.4
"""Seconds that a page stays on the screen before the ones beside it are worth a request."""


async def fetch_page(service: FaxService, clock: ServiceClock, window: Window, page: int) -> Shown:
    """Send one request. The response to a window's opening request closes the window. Raises ServiceError."""
    requested = time.monotonic()
    listing = await service.list_faxes(window, page)
    now = clock.update(listing.served_at)
    # A clock that is not believed fixes no period.
    closed = window.closed(listing._replace(served_at=now), now)
    return Shown(closed, page, listing.page, now, requested)


class PageCache:
    """The pages shown or fetched last, bounded in number and in characters of the service's own text."""

    def __init__(self, pages: int = PAGES, characters: int = CHARACTERS) -> None:
        self._most_pages = pages
        self._most_characters = characters
        self._kept: OrderedDict[tuple[Window, int], Shown] = OrderedDict()
        self._characters = 0

    def keep(self, shown: Shown) -> None:
        key = (shown.window, shown.requested_page)
        self._drop(key)
        self._kept[key] = shown
        self._characters += _size(shown)
        while len(self._kept) > 1 and (len(self._kept) > self._most_pages or self._characters > self._most_characters):
            self._drop(next(iter(self._kept)))

    def get(self, window: Window, page: int) -> Shown | None:
        found = self._kept.get((window, page))
        if found is not None:
            self._kept.move_to_end((window, page))
        return found

    def seen_before(self, query: FaxQuery) -> Shown | None:
        """Return the page of that query as it was last fetched, in any window."""
        wanted = query.filters, query.sort, query.page_size, query.page
        seen = [each for each in self._kept.values() if _view(each) == wanted]
        return max(seen, key=lambda each: each.as_of, default=None)

    def forget(self, window: Window) -> None:
        """Drop the pages of a window that is opened again."""
        for key in [each for each in self._kept if each[0] == window]:
            self._drop(key)

    def of(self, window: Window) -> tuple[Shown, ...]:
        """Return the pages of a window, in order."""
        found = [each for (of, _), each in self._kept.items() if of == window]
        return tuple(sorted(found, key=lambda each: each.page.number))

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: tuple[Window, int]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._characters -= _size(dropped)


def _view(shown: Shown) -> tuple[Filters, Sort, int, int]:
    return shown.window.filters, shown.window.sort, shown.window.page_size, shown.requested_page


def _size(shown: Shown) -> int:
    return sum(len(fax.resource) for fax in shown.page.faxes)


class Prefetcher:
    """Fetches the next page, then the previous one, with what the bucket has to spare, one at a time.

    ``is_enabled`` is False while the service is slow or refuses requests: then nothing starts.
    """

    def __init__(
        self,
        service: FaxService,
        clock: ServiceClock,
        cache: PageCache,
        bucket: TokenBucket,
        observer: InboxObserver,
        *,
        stillness: float = STILLNESS,
    ) -> None:
        self.is_enabled = True
        self._service = service
        self._clock = clock
        self._cache = cache
        self._bucket = bucket
        self._observer = observer
        self._stillness = stillness
        self._task: asyncio.Task[None] | None = None
        self._requested: tuple[Window, int] | None = None

    def start(self, shown: Shown) -> None:
        """Fetch the pages beside this one, once it has been still for a moment."""
        self.stop()
        page = shown.page
        beside = ((page.number + 1, page.has_next), (page.number - 1, page.has_previous))
        wanted = [
            number
            for number, is_offered in beside
            if is_offered and number > 0 and self._cache.get(shown.window, number) is None
        ]
        if wanted and self.is_enabled:
            self._task = asyncio.create_task(self._fetch_in_turn(shown.window, wanted))
            self._task.add_done_callback(self._report_crash)

    def stop(self) -> asyncio.Task[None] | None:
        """Cancel the request that is running. Return the task that now ends."""
        task, self._task, self._requested = self._task, None, None
        if task is not None:
            task.cancel()
        return task

    def hand_over(self, window: Window, page: int) -> asyncio.Task[None] | None:
        """Return the task that is fetching that page right now; without one, cancel what is running.

        Once handed over it raises what the service raises.
        """
        task = self._task
        if task is None or self._requested != (window, page):
            self.stop()
            return None
        self._task, self._requested = None, None
        return task

    async def _fetch_in_turn(self, window: Window, pages: list[int]) -> None:
        await asyncio.sleep(self._stillness)
        me = asyncio.current_task()
        for page in pages:
            if self._task is not me or not self._bucket.spare():
                return
            self._requested = (window, page)
            try:
                shown = await fetch_page(self._service, self._clock, window, page)
            except FaxtuiError as error:
                self.is_enabled = False
                if self._task is not me:
                    raise
                log.info("a page could not be prefetched: %s", type(error).__name__)
                return
            if not shown.is_past_the_end:
                self._cache.keep(shown)

    def _report_crash(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, FaxtuiError):
            self._observer.crash(error)
