"""Iteration over all pages of a query, for lists, downloads and exports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from datetime import tzinfo
from functools import partial

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, open_window
from faxtui.domain.service import FaxService
from faxtui.errors import FaxtuiError, UnexpectedResponse
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.prefetch import fetch_page
from faxtui.inbox.view import Shown
from faxtui.translation import _, ngettext

log = logging.getLogger(__name__)
MOST_BARREN = 3
"""Pages in a row with nothing new on them after which a further page that is promised is not requested."""

OnWait = Callable[[FaxtuiError, float], None]


class PageStats:
    """Sums over the pages of a list, and whether they fit together.

    Keeps a hash of 64 bits of each fax, so that it grows by less than 100 bytes a fax, however long its page is; two
    faxes of one hash among a million happen once in tens of millions of lists.
    """

    def __init__(self) -> None:
        self.faxes = 0
        self.twice = 0
        self.total: int | None = None
        self._totals: set[int] = set()
        self._seen: set[int] = set()
        self._began_at_row_one = True

    def add(self, page: FaxPage) -> bool:
        """Count a page. Return True if it has a fax that was not there before."""
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
        """True if at least as many different faxes came as the service counts."""
        return self.total is not None and len(self._seen) >= self.total

    @property
    def remark(self) -> str:
        """Sentences on what does not fit together after the last page; empty if everything does."""
        found = []
        if self.twice:
            twice = ngettext(
                "The service sent {count:,} fax twice.", "The service sent {count:,} faxes twice.", self.twice
            )
            found.append(twice.format(count=self.twice))
        if len(self._totals) > 1:
            changed = _("The service's total changed between {lowest:,} and {highest:,}.")
            found.append(changed.format(lowest=min(self._totals), highest=max(self._totals)))
        elif self.total is not None and self._began_at_row_one and self.faxes != self.total:
            differs = ngettext(
                "The service counts {total:,} fax but sent {count:,}.",
                "The service counts {total:,} faxes but sent {count:,}.",
                self.total,
            )
            found.append(differs.format(total=self.total, count=self.faxes))
        return " ".join([*found, _("Some may be missing: retry to be sure.")]) if found else ""


def _identity(fax: Fax) -> int:
    """Hash folder and file name, which identify a fax; without both, its whole resource."""
    return hash((fax.folder, fax.file_name) if fax.folder and fax.file_name else fax.resource)


async def iter_pages(
    service: FaxService,
    clock: ServiceClock,
    query: FaxQuery,
    zone: tzinfo | None = None,
    retry_policy: RetryPolicy | None = None,
    *,
    stats: PageStats | None = None,
    on_wait: OnWait | None = None,
) -> AsyncGenerator[Shown, None]:
    """Fetch the pages of one window, from the query's page to the last, as ``HasNextPage`` alone leads.

    One page is held at a time; a fax that comes twice is given twice. ``stats`` counts each page before it is given.
    ``on_wait`` is given each failure and the seconds until the next try. Raises InvalidValue if the query's period has
    no length, ServiceError if a page can't be fetched, and UnexpectedResponse if the service promises further pages
    permanently and sends nothing new.
    """
    retry_policy = retry_policy or RetryPolicy()
    stats = stats or PageStats()
    window = open_window(query, clock.now(), zone)
    page = query.page
    barren = 0

    async def pause(error: FaxtuiError, seconds: float) -> None:
        log.warning("page %d could not be fetched: %s", page, type(error).__name__)
        if on_wait is not None:
            on_wait(error, seconds)
        await asyncio.sleep(seconds)

    while True:
        shown = await retry_policy.run(partial(fetch_page, service, clock, window, page), pause)
        barren = 0 if stats.add(shown.page) else barren + 1
        yield shown
        if not shown.page.has_next:
            return
        if barren == MOST_BARREN:
            log.warning("page %d is not the last by its flag, but the last %d held nothing new", page, barren)
            if stats.is_complete:
                return
            raise UnexpectedResponse(_endless(stats, page))
        window = shown.window
        page += 1


def _endless(stats: PageStats, page: int) -> str:
    """Return why no further page is requested after ``page``."""
    text = _(
        "The service promises pages after page {page:,}, but the last {barren} held nothing new, and only {count:,} "
        "faxes came. Retry with another page size or a shorter period."
    )
    if stats.total is not None:
        text = _(
            "The service promises pages after page {page:,}, but the last {barren} held nothing new, and only "
            "{count:,} of {total:,} faxes came. Retry with another page size or a shorter period."
        )
    return text.format(page=page, barren=MOST_BARREN, count=stats.faxes - stats.twice, total=stats.total)
