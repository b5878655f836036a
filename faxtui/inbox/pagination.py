"""Every page of a query, one after the other: what lists, downloads and exports go by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from datetime import tzinfo
from functools import partial

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, Window, open_window
from faxtui.domain.service import FaxService
from faxtui.domain.text import counted
from faxtui.errors import FaxtuiError, UnexpectedResponse
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import fetch_page
from faxtui.inbox.view import Shown

log = logging.getLogger(__name__)
MOST_BARREN = 3
"""Pages in a row with nothing new on them after which a further page that is promised is not asked for."""

OnWait = Callable[[FaxtuiError, float], None]


class PageStats:
    """What the pages of one walk add up to, and whether they fit together.

    Remembers a hash of 64 bits of each fax, so that it grows by less than 100 bytes a fax, however long its page is;
    two faxes of one hash among a million are a matter of one walk in tens of millions.
    """

    def __init__(self) -> None:
        self.faxes = 0
        self.twice = 0
        self.total: int | None = None
        self._totals: set[int] = set()
        self._seen: set[int] = set()
        self._began_at_row_one = True

    def add(self, page: FaxPage) -> bool:
        """Count a page; returns whether any fax of it was not there before."""
        if self.faxes == 0:
            self._began_at_row_one = page.number == 1
        known = len(self._seen)
        self._seen.update(_identity(fax) for fax in page.faxes)
        new = len(self._seen) - known
        self.faxes += len(page.faxes)
        self.twice += len(page.faxes) - new
        if page.total is not None:
            self.total = page.total
            self._totals.add(page.total)
        return new > 0

    @property
    def is_complete(self) -> bool:
        """Whether at least as many different faxes came as the service counts."""
        return self.total is not None and len(self._seen) >= self.total

    @property
    def remark(self) -> str:
        """One sentence on what does not fit together once the walk is over; empty where everything does."""
        parts = []
        if self.twice:
            parts.append(f"{counted(self.twice, 'fax', 'faxes')} came twice")
        if len(self._totals) > 1:
            parts.append(f"the service's count moved between {min(self._totals):,} and {max(self._totals):,}")
        elif self.total is not None and self._began_at_row_one and self.faxes != self.total:
            parts.append(f"the service counts {counted(self.total, 'fax', 'faxes')} but sent {self.faxes:,}")
        if not parts:
            return ""
        found = " and ".join(parts)
        return f"{found[0].upper()}{found[1:]}, so that some may be missing: ask again to be sure."


def _identity(fax: Fax) -> int:
    """Folder and file name identify a fax; what lacks one of them, only its whole resource does."""
    return hash((fax.folder, fax.file_name) if fax.folder and fax.file_name else fax.resource)


def _say_nothing(error: FaxtuiError, seconds: float) -> None:
    pass


async def fetch_patiently(
    service: FaxService,
    clock: ServiceClock,
    window: Window,
    page: int,
    retry_policy: RetryPolicy,
    on_wait: OnWait = _say_nothing,
) -> Shown:
    """One page, asked for as often as ``retry_policy`` says. Raises ServiceError once that is at an end.

    ``on_wait`` is told of each failure, and of the seconds until the page is asked for again.
    """

    async def pause(error: FaxtuiError, seconds: float) -> None:
        log.warning("page %d did not come: %s", page, type(error).__name__)
        on_wait(error, seconds)
        await asyncio.sleep(seconds)

    return await retry_policy.run(partial(fetch_page, service, clock, window, page), pause)


async def iter_pages(
    service: FaxService,
    clock: ServiceClock,
    query: FaxQuery,
    zone: tzinfo | None = None,
    retry_policy: RetryPolicy | None = None,
    *,
    stats: PageStats | None = None,
    on_wait: OnWait = _say_nothing,
) -> AsyncGenerator[Shown, None]:
    """The pages of one window, from the query's page to the last, as ``HasNextPage`` alone leads.

    One page is held at a time; a fax that comes twice is given twice. ``stats`` counts along, each page before it is
    given. Raises InvalidValue where the query's period has no length, ServiceError where a page does not come, and
    UnexpectedResponse where the service promises further pages for good and sends nothing new.
    """
    retry_policy = retry_policy or RetryPolicy()
    stats = stats or PageStats()
    window = open_window(query, clock.now(), zone)
    page = query.page
    barren = 0
    while True:
        shown = await fetch_patiently(service, clock, window, page, retry_policy, on_wait)
        barren = 0 if stats.add(shown.page) else barren + 1
        yield shown
        if not shown.page.has_next:
            return
        if barren == MOST_BARREN:
            log.warning("page %d is said not to be the last, but the last %d held nothing new", page, barren)
            if stats.is_complete:
                return
            raise UnexpectedResponse(_endless(stats, page))
        window = shown.window
        page += 1


def _endless(stats: PageStats, page: int) -> str:
    of_all = "" if stats.total is None else f" of {stats.total:,}"
    return (
        f"The service promises pages after page {page:,}, but the last {MOST_BARREN} held nothing new, and only "
        f"{stats.faxes - stats.twice:,}{of_all} faxes came: ask again with another page size or a shorter period."
    )
