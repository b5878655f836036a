"""The pages beside the one shown, fetched before they are asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from faxtui.domain.window import Window
from faxtui.errors import ServiceError
from faxtui.inbox.bucket import Bucket
from faxtui.inbox.cache import PageCache
from faxtui.inbox.view import Shown

log = logging.getLogger(__name__)
STILLNESS = 0.4
"""Seconds that a page stays on the screen before its neighbours are worth a request."""

Fetch = Callable[[Window, int], Awaitable[Shown]]


class Neighbours:
    """Fetches the next page, then the previous one, with what the bucket has to spare, one at a time."""

    def __init__(self, fetch: Fetch, cache: PageCache, bucket: Bucket, stillness: float = STILLNESS) -> None:
        self._fetch = fetch
        self._cache = cache
        self._bucket = bucket
        self._stillness = stillness
        self._task: asyncio.Task[None] | None = None
        self._on_its_way: tuple[Window, int] | None = None

    def look_around(self, shown: Shown) -> None:
        """Begin once the page has been still for a moment."""
        self.stop()
        wanted = [
            page
            for page, offered in ((shown.asked + 1, shown.page.has_next), (shown.asked - 1, shown.page.has_previous))
            if offered and page > 0 and self._cache.get(shown.window, page) is None
        ]
        if wanted:
            self._task = asyncio.create_task(self._fetch_in_turn(shown.window, wanted))

    def stop(self) -> None:
        """The operator goes elsewhere: drop whatever is on its way."""
        if self._task is not None:
            self._task.cancel()
        self._task = None

    def hand_over(self, window: Window, page: int) -> asyncio.Task[None] | None:
        """The task that is fetching that page right now, if there is one; stops everything else."""
        task, self._task = self._task, None
        if task is not None and self._on_its_way != (window, page):
            task.cancel()
            return None
        return task

    async def _fetch_in_turn(self, window: Window, pages: list[int]) -> None:
        await asyncio.sleep(self._stillness)
        me = asyncio.current_task()
        for page in pages:
            if self._task is not me or not self._bucket.spare():
                return
            self._on_its_way = (window, page)
            try:
                self._cache.keep(await self._fetch(window, page))
            except ServiceError as error:
                log.info("a page fetched ahead did not come: %s", type(error).__name__)
                return
            finally:
                self._on_its_way = None
