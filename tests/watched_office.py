"""A service in memory, in virtual time, and what a watcher of it reports."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import Filters, Window
from faxtui.errors import FaxtuiError, NoResponse
from faxtui.inbox.fetch_policy import TokenBucket
from faxtui.inbox.watch import Watcher, WatchView

BEGIN = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
MINUTE = 60.0
HOUR = 3600.0
DOWN = NoResponse("No response came in time.")


def loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class Office:
    """A service in memory, dated by virtual time, and what a watcher of it reports."""

    begin: datetime = BEGIN
    faxes: list[Fax] = field(default_factory=list)
    error: FaxtuiError | None = None
    missing: int = 0
    machine_ahead: timedelta = timedelta()
    windows: list[Window] = field(default_factory=list)
    views: list[WatchView] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)
    interruptions: list[datetime] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    running: int = 0
    most_running: int = 0

    def now(self) -> datetime:
        return self.begin + timedelta(seconds=loop_time())

    def arrive(self, name: str, *, late: float = 0.0, zone: ZoneInfo = PARIS) -> Fax:
        """Receive a fax; it is listed ``late`` seconds after its date."""
        moment = (self.now() - timedelta(seconds=late)).astimezone(zone)
        fax = Fax(
            folder="f",
            file_name=name,
            received=moment,
            received_text=moment.replace(tzinfo=None).isoformat(timespec="seconds"),
        )
        self.faxes.append(fax)
        return fax

    async def list_faxes(self, window: Window, page: int) -> Listing:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(0.2)
        finally:
            self.running -= 1
        self.windows.append(window)
        self.asked_at.append(loop_time())
        if self.error is not None:
            raise self.error
        found = [fax for fax in self.faxes if fax.received is not None and fax.received > window.start]
        if window.end is not None:
            found = [fax for fax in found if fax.received is not None and fax.received < window.end]
        found.sort(key=lambda fax: fax.received or BEGIN, reverse=True)
        shown = found[(page - 1) * window.page_size :][: window.page_size]
        has_next = page * window.page_size < len(found)
        total = len(found)
        if self.missing and page == 1:
            shown = shown[self.missing :]
        return Listing(FaxPage(page, window.page_size, tuple(shown), page > 1, has_next, total, None), self.now())

    async def aclose(self) -> None:
        pass

    def watch_changed(self, view: WatchView) -> None:
        self.views.append(view)

    def faxes_arrived(self, faxes: tuple[Fax, ...], since: datetime | None) -> None:
        self.announced += [fax.file_name or "" for fax in faxes]
        if since is not None:
            self.interruptions.append(since)

    def crash(self, error: BaseException) -> None:
        raise error

    def watcher(self, listed: Iterable[Fax] = (), clock: ServiceClock | None = None) -> Watcher:
        clock = clock or self.clock()
        watcher = Watcher(self, clock, TokenBucket(now=loop_time), self, interval=30, chance=lambda: 0.5)
        watcher.start(Filters(), clock.now(), listed)
        return watcher

    def clock(self) -> ServiceClock:
        """The clock of a machine that may be wrong, corrected by what the service sends."""
        return ServiceClock(lambda: self.now() + self.machine_ahead)
