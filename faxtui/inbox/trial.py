"""Trying an account out: the cheapest question that needs a sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from faxtui.domain.query import FaxQuery
from faxtui.domain.window import open_window
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.pages import fetch_page
from faxtui.inbox.service import FaxService


@dataclass(frozen=True, slots=True)
class Trial:
    """How many faxes of the last 7 days the service counts, and how far its clock is ahead of this machine's."""

    total: int | None
    ahead: timedelta


async def try_out(service: FaxService, clock: ServiceClock) -> Trial:
    """List one fax. Closes the service afterwards. Raises FaxtuiError."""
    try:
        shown = await fetch_page(service, clock, open_window(FaxQuery(page_size=1), clock.now()), 1)
    finally:
        await service.aclose()
    return Trial(shown.page.total, clock.difference)
