"""Pages already fetched, by window and page.

The pages beside the one shown, fetched before they are asked for."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from faxtui.domain.query import FaxQuery, Filters, Window
from faxtui.domain.sort import Sort
from faxtui.errors import FaxtuiError
from faxtui.inbox.fetch_policy import TokenBucket
from faxtui.inbox.view import Shown

PAGES = 32
CHARACTERS = 4_000_000


class PageCache:
    """The pages shown or fetched last, bounded in number and in characters of the service's own text."""

    def __init__(self, pages: int = PAGES, characters: int = CHARACTERS) -> None:
        self._most_pages = pages
        self._most_characters = characters
        self._kept: OrderedDict[tuple[Window, int], Shown] = OrderedDict()
        self._characters = 0

    def keep(self, shown: Shown) -> None:
        key = (shown.window, shown.asked)
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
        """The page of that query as it was when it was last fetched, in whatever window that was."""
        wanted = query.filters, query.sort, query.page_size, query.page
        seen = [each for each in self._kept.values() if _view(each) == wanted]
        return max(seen, key=lambda each: each.as_of, default=None)

    def forget(self, window: Window) -> None:
        """Drop the pages of a window that is opened anew."""
        for key in [each for each in self._kept if each[0] == window]:
            self._drop(key)

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: tuple[Window, int]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._characters -= _size(dropped)


def _view(shown: Shown) -> tuple[Filters, Sort, int, int]:
    return shown.window.filters, shown.window.sort, shown.window.page_size, shown.asked


def _size(shown: Shown) -> int:
    return sum(len(fax.resource) for fax in shown.page.faxes)


log = logging.getLogger(__name__)
STILLNESS = 0.4
"""Seconds that a page stays on the screen before its neighbours are worth a request."""

Fetch = Callable[[Window, int], Awaitable[Shown]]


class Prefetcher:
    """Fetches the next page, then the previous one, with what the bucket has to spare, one at a time.

    ``are_welcome`` is False while the service is slow or refuses: then nothing begins.
    """

    def __init__(
        self,
        fetch: Fetch,
        cache: PageCache,
        bucket: TokenBucket,
        stillness: float = STILLNESS,
        *,
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.are_welcome = True
        self._fetch = fetch
        self._cache = cache
        self._bucket = bucket
        self._stillness = stillness
        self._on_crash = on_crash
        self._task: asyncio.Task[None] | None = None
        self._on_its_way: tuple[Window, int] | None = None

    def look_around(self, shown: Shown) -> None:
        """Begin once the page has been still for a moment."""
        self.stop()
        page = shown.page
        beside = ((page.number + 1, page.has_next), (page.number - 1, page.has_previous))
        wanted = [
            number
            for number, is_offered in beside
            if is_offered and number > 0 and self._cache.get(shown.window, number) is None
        ]
        if wanted and self.are_welcome:
            self._task = asyncio.create_task(self._fetch_in_turn(shown.window, wanted))
            self._task.add_done_callback(self._report_crash)

    def stop(self) -> asyncio.Task[None] | None:
        """The operator goes elsewhere: drop whatever is on its way. Gives the task that now ends."""
        task, self._task, self._on_its_way = self._task, None, None
        if task is not None:
            task.cancel()
        return task

    def hand_over(self, window: Window, page: int) -> asyncio.Task[None] | None:
        """The task that is fetching that page right now, if there is one; stops everything else.

        Once handed over it raises what the service raises.
        """
        task = self._task
        if task is None or self._on_its_way != (window, page):
            self.stop()
            return None
        self._task, self._on_its_way = None, None
        return task

    async def _fetch_in_turn(self, window: Window, pages: list[int]) -> None:
        await asyncio.sleep(self._stillness)
        me = asyncio.current_task()
        for page in pages:
            if self._task is not me or not self._bucket.spare():
                return
            self._on_its_way = (window, page)
            try:
                shown = await self._fetch(window, page)
            except FaxtuiError as error:
                self.are_welcome = False
                if self._task is not me:
                    raise
                log.info("a page fetched ahead did not come: %s", type(error).__name__)
                return
            if not shown.is_past_the_end:
                self._cache.keep(shown)

    def _report_crash(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, FaxtuiError):
            self._on_crash(error)
