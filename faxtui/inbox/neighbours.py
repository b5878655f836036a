"""The pages beside the one shown, fetched before they are asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from faxtui.domain.window import Window
from faxtui.errors import FaxtuiError
from faxtui.inbox.bucket import Bucket
from faxtui.inbox.cache import PageCache
from faxtui.inbox.view import Shown

log = logging.getLogger(__name__)
STILLNESS = 0.4
"""Seconds that a page stays on the screen before its neighbours are worth a request."""

Fetch = Callable[[Window, int], Awaitable[Shown]]


class Neighbours:
    """Fetches the next page, then the previous one, with what the bucket has to spare, one at a time.

    ``are_welcome`` is False while the service is slow or refuses: then nothing begins.
    """

    def __init__(
        self,
        fetch: Fetch,
        cache: PageCache,
        bucket: Bucket,
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
