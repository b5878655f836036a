"""Watching for faxes that arrive: which rows of a poll are new, and the polls, one after the other.

The service does not announce faxes, so they are polled (public). A fax may be listed some time after its date, and a
page may lack rows. So each poll goes back 15 minutes, a sweep each hour to an hour before the last complete sweep, and
a poll with fewer rows than the service counts moves neither of these forward. All moments are those of the service's
clock, as each response gives it: this computer may sleep, or have the wrong time.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from faxtui.domain.clock import ABSURD, ServiceClock
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.query import PERIOD, Filters, Sort, Window
from faxtui.domain.service import FaxService
from faxtui.errors import Busy, FaxtuiError, NoSignIn, SignInRefused
from faxtui.inbox.fetch_policy import TokenBucket
from faxtui.inbox.prefetch import fetch_page

log = logging.getLogger(__name__)
OVERLAP = timedelta(minutes=15)
"""How late a fax may be listed and still be found by the next poll (our decision)."""
SWEEP_OVERLAP = timedelta(hours=1)
"""How late it may be listed and still be found by the next sweep (our decision)."""
SWEEP_INTERVAL = timedelta(hours=1)
SHORTEST_INTERVAL = 15.0
"""Seconds between two polls, at least: comparable services allow 6 to 8 requests a minute for all consoles."""
_JITTER = 0.2
_LONGEST_INTERVAL = 300.0
_LONGEST_REQUESTED = 900.0
"""Seconds between two polls after failures; and at most if the service requests a longer wait."""
_PAGE_SIZE = 100
_MOST_PAGES = 100
"""Pages of one poll, at most: a service that promises pages permanently may not hold it up."""
_FAILURES_TO_REPORT = 2
_MOST_FORMER = 8
"""Other filters whose arrivals are kept for a return to them."""
_LONGEST_ABSENCE = timedelta(days=1)
"""How long they are kept; after that they are watched as if for the first time."""
_NO_TOKEN = 2.0
"""Seconds until the budget of requests is looked at again."""

ArrivalKey = tuple[FaxKey, str]
"""Folder, file name and date as sent; the whole resource for a fax without folder or file name."""


def arrival_key(fax: Fax) -> ArrivalKey:
    """Return what tells a fax from others in polls: names are reused, so the date counts too."""
    return fax.key, (fax.received_text or "") if fax.key.has_address else fax.resource


@dataclass(frozen=True, slots=True)
class Poll:
    """The rows of one poll: all pages of the faxes received since ``start``; ``as_of`` is the service's time then.

    ``total`` is the service's count, None if it gave none. ``has_ended`` is False if further pages were not fetched.
    """

    start: datetime
    as_of: datetime
    faxes: tuple[Fax, ...]
    total: int | None = None
    has_ended: bool = True
    is_sweep: bool = False

    @property
    def missing(self) -> int:
        """How many more faxes the service counts than it sent."""
        return max((self.total or 0) - len({arrival_key(fax) for fax in self.faxes}), 0)

    @property
    def is_complete(self) -> bool:
        return self.has_ended and not self.missing


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The faxes known so far, and since when the next poll has to look.

    ``known`` has the time of the last poll in which each was seen. ``covered`` is the time of the last complete poll,
    ``swept`` that of the last complete sweep. Until ``is_ready``, faxes received before ``listed_from`` are not
    new: they may have been there before.
    """

    covered: datetime
    swept: datetime
    known: Mapping[ArrivalKey, datetime] = field(default_factory=dict)
    is_ready: bool = False
    listed_from: datetime | None = None

    @classmethod
    def since(cls, moment: datetime, listed: Iterable[Fax] = (), listed_from: datetime | None = None) -> Arrivals:
        """Return arrivals from ``moment`` on. Those ``listed`` are known: all since ``listed_from``."""
        return cls(moment, moment, {arrival_key(fax): moment for fax in listed}, listed_from=listed_from)

    def needs_sweep(self, now: datetime) -> bool:
        """Return True if the next poll has to go back to the last complete sweep; ``now`` is the service's time."""
        return not self.is_ready or now - self.swept >= SWEEP_INTERVAL

    def start(self, *, is_sweep: bool) -> datetime:
        """Return the moment since when the next poll has to look."""
        return min(self.covered - OVERLAP, self.swept - SWEEP_OVERLAP) if is_sweep else self.covered - OVERLAP

    def after(self, poll: Poll) -> tuple[Arrivals, tuple[Fax, ...]]:
        """Return the arrivals after this poll, and its new faxes, the oldest first."""
        found: dict[ArrivalKey, Fax] = {}
        for fax in poll.faxes:
            key = arrival_key(fax)
            if key not in self.known and self._counts(fax):
                found.setdefault(key, fax)
        seen = {**self.known, **{arrival_key(fax): poll.as_of for fax in poll.faxes}}
        if not poll.is_complete:
            return replace(self, known=MappingProxyType(seen)), _oldest_first(found.values())
        swept = self.swept
        if poll.is_sweep:
            # What neither this sweep nor a poll since the last one has seen can't appear in a later one.
            listed = {arrival_key(fax) for fax in poll.faxes}
            seen = {key: last for key, last in seen.items() if key in listed or last >= self.swept}
            swept = poll.as_of
        later = Arrivals(poll.as_of, swept, MappingProxyType(seen), is_ready=True)
        return later, _oldest_first(found.values())

    def with_listed(self, faxes: Iterable[Fax]) -> tuple[Arrivals, tuple[Fax, ...]]:
        """Return the arrivals after the operator's own list has these rows, and those of them that are new."""
        unknown = {arrival_key(fax): fax for fax in faxes if arrival_key(fax) not in self.known}
        earliest = self.swept - SWEEP_OVERLAP if self.is_ready else self._first_new
        new = [fax for fax in unknown.values() if _received(fax) >= earliest]
        known = {**self.known, **dict.fromkeys(unknown, self.covered)}
        return replace(self, known=MappingProxyType(known)), _oldest_first(new)

    def _counts(self, fax: Fax) -> bool:
        return self.is_ready or fax.received is None or fax.received >= self._first_new

    @property
    def _first_new(self) -> datetime:
        """Since when an unlisted fax is new for the first poll."""
        return self.covered if self.listed_from is None else self.listed_from


def service_time(clock: ServiceClock, as_of: datetime, faxes: Iterable[Fax]) -> datetime:
    """Return the moment of a response, ``as_of`` unless the service's clock and this computer's differ absurdly.

    It is not known then which is right. A moment too late would leave faxes out, so the earlier one counts, but not one
    before the newest fax that the response lists.
    """
    if abs(clock.difference) <= ABSURD:
        return as_of
    latest = as_of + max(clock.difference, timedelta())
    listed = [fax.received for fax in faxes if fax.received is not None and fax.received <= latest]
    return max([as_of + min(clock.difference, timedelta()), *listed])


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _received(fax: Fax) -> datetime:
    return fax.received or _LONG_AGO


def _oldest_first(faxes: Iterable[Fax]) -> tuple[Fax, ...]:
    return tuple(sorted(faxes, key=_received))


async def fetch_poll(
    service: FaxService, clock: ServiceClock, filters: Filters, start: datetime, *, is_sweep: bool = False
) -> Poll:
    """Fetch all faxes received since ``start`` that match these filters without their period. Raises ServiceError."""
    plain = filters
    for each in PERIOD:
        plain = plain.with_value(each, "")
    window, number, faxes = Window(plain, Sort(), _PAGE_SIZE, start), 1, list[Fax]()
    while True:
        shown = await fetch_page(service, clock, window, number)
        window, page = shown.window, shown.page
        faxes += page.faxes
        if not page.has_next or number == _MOST_PAGES or not page.faxes:
            as_of = service_time(clock, shown.as_of, faxes)
            return Poll(start, as_of, tuple(faxes), page.total, not page.has_next, is_sweep)
        number += 1


def poll_delay(interval: float, failures: int, error: FaxtuiError | None, chance: float) -> float:
    """Return the seconds until the next poll after so many failures in a row; ``chance`` is from 0 to 1."""
    wait = interval if not failures else min(SHORTEST_INTERVAL * 2.0 ** (failures - 1), _LONGEST_INTERVAL)
    requested = min(error.retry_after, _LONGEST_REQUESTED) if isinstance(error, Busy) else 0.0
    return max(wait * (1 + _JITTER * (2 * chance - 1)), SHORTEST_INTERVAL, requested)


@dataclass(frozen=True, slots=True)
class WatchView:
    """State of the watching, for the page bar.

    ``new`` are the faxes that arrived and are not in the list yet. ``failing_since`` is the time of the last complete
    poll (the service's) once polls fail, for the reason ``error``. ``missing`` is how many faxes the service counts
    beyond those it sent. ``is_switched_off``: the operator stopped it.
    """

    is_on: bool = False
    is_switched_off: bool = False
    new: tuple[Fax, ...] = ()
    failing_since: datetime | None = None
    error: FaxtuiError | None = None
    missing: int = 0


class WatchObserver(Protocol):
    """What a watcher reports to."""

    def watch_changed(self, view: WatchView) -> None:
        """Show this state, as after each poll."""

    def faxes_arrived(self, faxes: tuple[Fax, ...], since: datetime | None) -> None:
        """Announce these; ``since`` is when watching was interrupted, None if it was not."""

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""


class Watcher:
    """Polls the service with the filters of the list on the screen, one request at a time.

    A rejected sign-in stops it until `resume`, because repeated failures may lock the account.
    """

    def __init__(
        self,
        service: FaxService,
        clock: ServiceClock,
        bucket: TokenBucket,
        observer: WatchObserver,
        *,
        interval: float = 30.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.view = WatchView()
        self.interval = interval
        self._service = service
        self._clock = clock
        self._bucket = bucket
        self._observer = observer
        self._chance = chance
        self._filters = Filters()
        self._arrivals: Arrivals | None = None
        self._former: dict[Filters, Arrivals] = {}
        self._reported: dict[ArrivalKey, datetime] = {}
        self._polled_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(
        self, filters: Filters, as_of: datetime, listed: Iterable[Fax], listed_from: datetime | None = None
    ) -> None:
        """Watch for faxes that match these filters, after the rows ``listed`` at ``as_of``.

        ``listed_from`` is given if these are all faxes since then.
        """
        self.stop()
        known = tuple(listed)
        self._filters = filters
        self._arrivals = Arrivals.since(service_time(self._clock, as_of, known), known, listed_from)
        self._report(WatchView(is_on=True))
        self._run(poll_delay(self.interval, 0, None, self._chance()))

    def change_filters(self, filters: Filters) -> None:
        """Watch for what these filters let through, from the last complete poll on: the last with them, if any."""
        before = self._arrivals
        if before is None:
            return
        kept = {**self._former, self._filters: before}
        recent = [each for each in kept.items() if before.covered - each[1].covered <= _LONGEST_ABSENCE]
        self._former = dict(recent[-_MOST_FORMER:])
        earlier = self._former.pop(filters, None) or Arrivals(before.covered, before.covered)
        self._filters = filters
        self._arrivals = replace(earlier, known=MappingProxyType({**earlier.known, **self._reported}))
        self._run(poll_delay(self.interval, 0, None, self._chance()))

    def stop(self) -> None:
        """Stop watching. Nothing is reported from here on."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._arrivals = None
        self._former.clear()
        self._reported.clear()
        self.view = WatchView()

    def resume(self) -> None:
        """Poll at once, as after a sign-in."""
        if self.view.is_on:
            self._run()

    def bring_in(self, faxes: Iterable[Fax], *, is_new_list: bool = True) -> tuple[tuple[Fax, ...], tuple[Fax, ...]]:
        """Note the rows of a page that was fetched just now.

        Return the arrivals that were reported before and are in the list now, and those that no poll has reported. A
        page of a new list brings in all that was reported, also on its other pages; one of an older list only its rows.
        """
        if self._arrivals is None:
            return (), ()
        listed = tuple(faxes)
        self._arrivals, unknown = self._arrivals.with_listed(listed)
        keys = {arrival_key(fax) for fax in listed}
        brought_in = [fax for fax in self.view.new if is_new_list or arrival_key(fax) in keys]
        if brought_in:
            self._report(replace(self.view, new=tuple(fax for fax in self.view.new if fax not in brought_in)))
        self._note_reported(unknown)
        return tuple(brought_in), unknown

    def _run(self, delay: float = 0.0) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._poll_forever(delay))
        self._task.add_done_callback(self._report_crash)

    async def _poll_forever(self, delay: float) -> None:
        failures, failure = 0, None
        await asyncio.sleep(delay)
        while True:
            if not self._bucket.spare():
                await asyncio.sleep(_NO_TOKEN)
                continue
            try:
                await self._poll()
            except FaxtuiError as error:
                failures, failure = failures + 1, error
                log.warning("a poll failed: %s", type(error).__name__)
                is_final = isinstance(error, SignInRefused | NoSignIn)
                if failures >= _FAILURES_TO_REPORT or is_final:
                    self._report_failure(error)
                if is_final:
                    return
            else:
                failures, failure = 0, None
            await asyncio.sleep(poll_delay(self.interval, failures, failure, self._chance()))

    def _report_failure(self, error: FaxtuiError) -> None:
        since = self.view.failing_since or (None if self._arrivals is None else self._arrivals.covered)
        self._report(replace(self.view, failing_since=since, error=error))

    async def _poll(self) -> None:
        before = self._arrivals
        assert before is not None
        now = asyncio.get_running_loop().time()
        is_sweep = before.needs_sweep(before.covered + timedelta(seconds=now - self._polled_at))
        start = before.start(is_sweep=is_sweep)
        poll = await fetch_poll(self._service, self._clock, self._filters, start, is_sweep=is_sweep)
        if asyncio.current_task() is not self._task or self._arrivals is None:
            # Stopped meanwhile, even if the service ignored the cancellation.
            raise asyncio.CancelledError
        # What the list brought in meanwhile is known by now.
        self._arrivals, new = self._arrivals.after(poll)
        if poll.is_complete:
            self._polled_at = now
        if not poll.is_complete:
            log.warning("a poll lacks %d faxes that the service counts", poll.missing)
        gap = poll.as_of - before.covered
        was_interrupted = before.is_ready and gap > timedelta(seconds=3 * max(self.interval, SHORTEST_INTERVAL))
        self._report(WatchView(True, new=(*self.view.new, *new), missing=poll.missing))
        self._note_reported(new)
        if new:
            self._observer.faxes_arrived(new, before.covered if was_interrupted else None)

    def _note_reported(self, faxes: Iterable[Fax]) -> None:
        """Keep what was reported for a change of filters, as long as a poll could list it again."""
        kept = [*self._former.values(), *([] if self._arrivals is None else [self._arrivals])]
        latest = max((each.covered for each in kept), default=_LONG_AGO)
        self._reported.update((arrival_key(fax), max(latest, _received(fax))) for fax in faxes)
        earliest = min((each.start(is_sweep=True) for each in kept), default=latest)
        for key in [key for key, at in self._reported.items() if at < earliest]:
            del self._reported[key]

    def _report(self, view: WatchView) -> None:
        self.view = view
        self._observer.watch_changed(view)

    def _report_crash(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._observer.crash(error)
