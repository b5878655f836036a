"""What the operator is looking at: a value, made anew at every change.

Retries in progress: which requests failed, why, and when they are sent again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, Window
from faxtui.errors import Busy, FaxtuiError, NoResponse, ServiceFailed


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that was fetched: as page ``asked`` of which window, and what the service's clock showed then.

    ``requested`` is when the request was sent (seconds, monotonic).
    """

    window: Window
    asked: int
    page: FaxPage
    as_of: datetime
    requested: float = 0.0

    @property
    def is_past_the_end(self) -> bool:
        return not self.page.faxes and self.asked > 1

    @property
    def disagreement(self) -> str:
        """What does not fit together in the page, or with what was requested, in words; else empty."""
        if self.page.disagreement:
            return self.page.disagreement
        is_one_of_several = self.page.number > 1 or self.page.has_next
        if self.page.faxes and is_one_of_several and self.page.size != self.window.page_size:
            return f"the service's pages have {self.page.size:,} rows, not {self.window.page_size:,} as requested"
        return ""


@dataclass(frozen=True, slots=True)
class Idle:
    """What is shown is what was asked for."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """Asking for ``page``; the first attempt began at ``since`` (seconds, monotonic)."""

    page: int
    since: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """The last attempt failed with ``error``; the next one starts at ``until`` (seconds, monotonic)."""

    error: FaxtuiError
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Given up with ``error`` until the operator asks again."""

    error: FaxtuiError


Activity = Idle | Fetching | Waiting | Failed


@dataclass(frozen=True, slots=True)
class InboxView:
    """The query now wanted, the page now shown (still the old one until the new one is there), and what goes on.

    ``note`` is a sentence about how the page shown came to be, empty where there is nothing to say.
    """

    query: FaxQuery
    shown: Shown | None = None
    activity: Activity = Idle()
    note: str = ""

    @property
    def current_page(self) -> FaxPage | None:
        """The page shown, if it is of the filters, sort and page size wanted, so that one can turn pages in it."""
        if self.shown is None:
            return None
        of_shown = self.shown.window.filters, self.shown.window.sort, self.shown.window.page_size
        return self.shown.page if of_shown == (self.query.filters, self.query.sort, self.query.page_size) else None

    @property
    def has_previous(self) -> bool:
        """The service's own word, and nothing else; one guard: page 1 never has a previous page (our decision)."""
        page = self.current_page
        return page is not None and page.has_previous and page.number > 1

    @property
    def has_next(self) -> bool:
        """The service's own word, and nothing else."""
        page = self.current_page
        return page is not None and page.has_next

    @property
    def awaits_page(self) -> bool:
        """True while another page than the one shown is on its way, and no attempt has failed since."""
        if self.shown is None:
            return not isinstance(self.activity, Waiting | Failed)
        page = self.current_page
        return isinstance(self.activity, Fetching) and (page is None or page.number != self.query.page)

    @property
    def turning(self) -> int:
        """How many pages further on the page is that is on its way; 0 if none is."""
        page = self.current_page
        is_on_its_way = isinstance(self.activity, Fetching | Waiting) and page is not None
        return self.query.page - page.number if is_on_its_way and page is not None else 0


class Retries:
    """Requests that wait for their next try, by what they are for."""

    def __init__(self, on_change: Callable[[], None], now: Callable[[], float] = time.monotonic) -> None:
        self._on_change = on_change
        self._now = now
        self._waiting: dict[Hashable, Waiting] = {}

    @property
    def next(self) -> Waiting | None:
        """The one that is due first."""
        return min(self._waiting.values(), key=lambda each: each.until, default=None)

    def wait(self, what: Hashable, error: FaxtuiError, seconds: float) -> None:
        """Note a failure, and in how many seconds the request is sent again."""
        now = self._now()
        before = self._waiting.get(what, Waiting(error, now, now))
        self._waiting[what] = replace(before, error=error, until=now + seconds)
        self._on_change()

    def end(self, what: Hashable) -> None:
        """Note that a response came, or that the request was given up."""
        if self._waiting.pop(what, None) is not None:
            self._on_change()


def retry_notice(error: FaxtuiError, seconds: float, failing_for: float | None = None) -> str:
    """Return ``service unavailable for 0:07, retrying in 6 s``: the reason, and the next try in so many seconds."""
    since = "" if failing_for is None else f" for {clock_time(failing_for)}"
    when = f"in {math.ceil(seconds):,} s" if seconds > 0 else "now"
    return f"{_reason(error)}{since}, retrying {when}"


def clock_time(seconds: float) -> str:
    """Return ``0:07``: minutes and seconds."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    return f"{minutes}:{rest:02}"


def _reason(error: FaxtuiError) -> str:
    match error:
        case Busy():
            return "service busy"
        case NoResponse():
            return "no complete response"
        case ServiceFailed():
            return "service unavailable"
        case _:
            return "no connection"
