"""Fetching one page of a window, opened or not."""

from __future__ import annotations

import time
from dataclasses import replace

from faxtui.domain.window import Window
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.service import FaxService
from faxtui.inbox.view import Shown


async def fetch_page(service: FaxService, clock: ServiceClock, window: Window, page: int) -> Shown:
    """Ask once. The answer to a window's opening request closes it. Raises ServiceError."""
    requested = time.monotonic()
    listing = await service.list_faxes(window, page)
    now = clock.heard(listing.served_at)
    # A clock that is not believed fixes no period.
    closed = window.closed(replace(listing, served_at=now), now)
    return Shown(closed, page, listing.page, now, requested)
