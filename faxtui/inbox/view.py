"""What the operator looks at, as a value that each change replaces; and retries in progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, Window
from faxtui.errors import Busy, FaxtuiError, NoResponse, ServiceFailed
from faxtui.translation import _


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that was fetched, of which window, and the service's time then.

    ``requested_page`` is the number that was requested, ``requested`` when (seconds, monotonic).
    """

    window: Window
    requested_page: int
    page: FaxPage
    as_of: datetime
    requested: float = 0.0

    @property
    def is_past_the_end(self) -> bool:
        return not self.page.faxes and self.requested_page > 1

    @property
    def disagreement(self) -> str:
        """What does not fit together in the page, or with what was requested; else empty."""
        if self.page.disagreement:
            return self.page.disagreement
        is_one_of_several = self.page.number > 1 or self.page.has_next
        if self.page.faxes and is_one_of_several and self.page.size != self.window.page_size:
            text = _("the service's pages have {size:,} rows, not {requested:,} as requested")
            return text.format(size=self.page.size, requested=self.window.page_size)
        return ""


@dataclass(frozen=True, slots=True)
class Idle:
    """The page shown is the one wanted."""


@dataclass(frozen=True, slots=True)
class Fetching:
    """A request for ``page`` is running; the first try began at ``since`` (seconds, monotonic)."""

    page: int
    since: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """The last try failed with ``error``; the next one starts at ``until`` (seconds, monotonic)."""

    error: FaxtuiError
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Given up with ``error`` until the operator retries."""

    error: FaxtuiError


Activity = Idle | Fetching | Waiting | Failed


@dataclass(frozen=True, slots=True)
class InboxView:
    """The query wanted now, the page shown now (the old one until the new one is there), and the request in progress.

    ``note`` says why another page is shown than the one requested; else it is empty.
    """

    query: FaxQuery
    shown: Shown | None = None
    activity: Activity = Idle()
    note: str = ""

    @property
    def current_page(self) -> FaxPage | None:
        """The page shown, if it has the filters, sort and page size wanted, so that one can turn pages in it."""
        if self.shown is None:
            return None
        of_shown = self.shown.window.filters, self.shown.window.sort, self.shown.window.page_size
        return self.shown.page if of_shown == (self.query.filters, self.query.sort, self.query.page_size) else None

    @property
    def has_previous(self) -> bool:
        """The service's flag, with one guard: page 1 never has a previous page (our decision)."""
        page = self.current_page
        return page is not None and page.has_previous and page.number > 1

    @property
    def has_next(self) -> bool:
        """The service's flag."""
        page = self.current_page
        return page is not None and page.has_next

    @property
    def next_page(self) -> int | None:
        """The page after the one shown, or one page back from a page further on that is being fetched."""
        return self._page_beside(1)

    @property
    def previous_page(self) -> int | None:
        """The page before the one shown, or one page on from an earlier page that is being fetched."""
        return self._page_beside(-1)

    def _page_beside(self, by: int) -> int | None:
        page = self.current_page
        if page is None:
            return None
        return (self.query.page if self.turning * by < 0 else page.number) + by

    @property
    def awaits_page(self) -> bool:
        """True while another page than the one shown is being fetched and no try has failed since."""
        if self.shown is None:
            return not isinstance(self.activity, Waiting | Failed)
        page = self.current_page
        return isinstance(self.activity, Fetching) and (page is None or page.number != self.query.page)

    @property
    def turning(self) -> int:
        """How many pages further on the page is that is being fetched; 0 if none is."""
        page = self.current_page
        is_fetching = isinstance(self.activity, Fetching | Waiting) and page is not None
        return self.query.page - page.number if is_fetching and page is not None else 0


class Retries:
    """Requests that wait for their next try, by what they are for."""

    def __init__(self, on_change: Callable[[], None], now: Callable[[], float] = time.monotonic) -> None:
        self._on_change = on_change
        self._now = now
        self._waiting: dict[Hashable, Waiting] = {}

    @property
    def next(self) -> Waiting | None:
        """The request that is due first."""
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
    wait, age = math.ceil(seconds), "" if failing_for is None else clock_time(failing_for)
    reason = _reason(error)
    if wait <= 0 and not age:
        return _("{reason}, retrying now").format(reason=reason)
    if wait <= 0:
        return _("{reason} for {age}, retrying now").format(reason=reason, age=age)
    if not age:
        return _("{reason}, retrying in {wait:,} s").format(reason=reason, wait=wait)
    return _("{reason} for {age}, retrying in {wait:,} s").format(reason=reason, age=age, wait=wait)


def clock_time(seconds: float) -> str:
    """Return ``0:07``: minutes and seconds."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    return f"{minutes}:{rest:02}"


def _reason(error: FaxtuiError) -> str:
    match error:
        case Busy():
            return _("service busy")
        case NoResponse():
            return _("no complete response")
        case ServiceFailed():
            return _("service unavailable")
        case _:
            return _("no connection")
