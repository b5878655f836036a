"""Texts of the page bar, and of the end of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, others_in_words, period_in_words
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, Refused
from faxtui.inbox.view import Activity, Failed, Fetching, Idle, InboxView, Waiting, clock_time, retry_notice
from faxtui.operations.operations import FinalState, OperationsView
from faxtui.translation import _, ngettext
from faxtui.ui.display import DisplayOptions
from faxtui.ui.keymap import Keys

if TYPE_CHECKING:
    from faxtui.inbox.watch import WatchView

SHOW_AFTER = 0.25
"""Seconds that a request may take before the page bar shows it: most are quicker."""
COUNT_AFTER = 2.0
"""Seconds after which it shows for how long there has been no response, and keys act on the rows still shown."""


def position(page: FaxPage) -> str:
    """Return ``1–50 of 1,234 · page 1 of 25``; the totals are the service's."""
    first, last, total, pages = page.first_row, page.last_row, page.total, page.page_count
    if total is None:
        rows = _("{first:,}–{last:,}").format(first=first, last=last) if page.faxes else "0"
    elif page.faxes:
        rows = _("{first:,}–{last:,} of {total:,}").format(first=first, last=last, total=total)
    else:
        rows = _("0 of {total:,}").format(total=total)
    if pages is None:
        return joined(rows, _("page {number:,}").format(number=page.number))
    return joined(rows, _("page {number:,} of {count:,}").format(number=page.number, count=max(pages, 1)))


def joined(*parts: str) -> str:
    """Return all parts in one line: a running task may not hide that the service fails."""
    return " · ".join(part for part in parts if part)


def state(view: InboxView, now: float) -> str:
    """Return what to say beside the position; ``now`` is in seconds, monotonic."""
    running = activity(view.activity, now)
    if running or view.shown is None:
        return running
    if view.note:
        return view.note
    if not view.shown.page.faxes and isinstance(view.activity, Idle):
        return nothing_found(view.query)
    return view.shown.disagreement


def operations(view: OperationsView, keys: Keys, now: float, *, leaves: bool = False) -> str:
    """Return what is being done with faxes, the most pressing first. ``leaves``: the program ends after that.

    ``now`` is in seconds, monotonic.
    """
    deletions, undo = "", ""
    if view.deletions is not None:
        deletions = view.deletions.progress
        undo = _("{key} undo").format(key=keys.first("fax.undo")) if view.deletions.unsent else ""
    if leaves:
        deletions = _("{progress}, then quitting").format(progress=deletions)
    retry = "" if view.retry is None else waiting(view.retry, now)
    return joined(deletions, undo, retry, view.task)


def new(count: int, *, is_newest_first: bool) -> str:
    """Return ``3 new ↑``: faxes that arrived, above the row under the cursor if the newest come first."""
    if not count:
        return ""
    return _("{count:,} new ↑").format(count=count) if is_newest_first else _("{count:,} new").format(count=count)


def watching(view: WatchView | None, options: DisplayOptions) -> str:
    """Return why silence may not mean that no fax came; empty if it does, or if watching is off by the settings."""
    if view is None:
        return ""
    if view.failing_since is not None:
        return _("! not watching since {time}").format(time=options.time_of_day(view.failing_since))
    if view.missing:
        return ngettext(
            "! the service counts {count:,} more fax than it lists",
            "! the service counts {count:,} more faxes than it lists",
            view.missing,
        ).format(count=view.missing)
    return _("not watching") if view.is_switched_off else ""


def remark(view: OperationsView, here: Sequence[Fax], keys: Keys) -> str:
    """Return which key cancels the running task, and how many faxes are marked."""
    cancel = _("{key} cancels").format(key=keys.first("cancel")) if view.task else ""
    return joined(cancel, _marked(len(view.marks), len(view.marks.elsewhere(here))))


def _marked(count: int, away: int) -> str:
    if not count:
        return ""
    if not away:
        return ngettext("{count:,} marked", "{count:,} marked", count).format(count=count)
    return _("{count:,} marked, {away:,} not here").format(count=count, away=away)


def farewell(ending: FinalState, why: str = "") -> str:
    """Return what the end left undone, because of ``why``; nothing is sent later."""
    parts = [ending.task] if ending.task else []
    deletes = ending.deletes
    if deletes is not None and (dropped := len(deletes.dropped)):
        text = ngettext(
            "{count:,} fax was not deleted, because {why} before that: nothing was sent.",
            "{count:,} faxes were not deleted, because {why} before that: nothing was sent.",
            dropped,
        )
        parts.append(text.format(count=dropped, why=why or _("faxtui ended")))
    if deletes is not None and (unknown := len(deletes.unknown)):
        text = ngettext(
            "It is not known whether {count:,} fax was deleted: it has a question mark in the list.",
            "It is not known whether {count:,} faxes were deleted: they have a question mark in the list.",
            unknown,
        )
        parts.append(text.format(count=unknown))
    return " ".join([*parts, *([ending.unsaved] if ending.unsaved else [])])


def activity(doing: Activity, now: float) -> str:
    """Return what a request for a page is doing; ``now`` is in seconds, monotonic."""
    match doing:
        case Fetching(page=page, since=since) if now - since >= COUNT_AFTER:
            text = _("fetching page {page:,} … no response for {age}")
            return text.format(page=page, age=clock_time(now - since))
        case Fetching(page=page, since=since) if now - since >= SHOW_AFTER:
            return _("fetching page {page:,} …").format(page=page)
        case Waiting():
            return waiting(doing, now)
        case Failed(error=error):
            return failure(error)
        case _:
            return ""


def waiting(retry: Waiting, now: float) -> str:
    """Return why a request is sent again, and when; ``now`` is in seconds, monotonic."""
    return retry_notice(retry.error, retry.until - now, now - retry.since)


def failure(error: FaxtuiError) -> str:
    """Return why a request was given up."""
    reasons = error.reasons if isinstance(error, Refused) else ()
    if not reasons:
        return visible(str(error))
    shown = "; ".join(f"{visible(name)}: {visible(reason)}" for name, reason in reasons)
    return _("the service rejected the request: {reasons}").format(reasons=shown)


def remedy(view: InboxView, keys: Keys) -> str:
    """Return which key helps after a failure."""
    is_empty = view.shown is not None and not view.shown.page.faxes
    match view.activity:
        case Failed(error=Refused(reasons=reasons)) if reasons:
            return _("{key} edit filters").format(key=keys.first("filters.edit"))
        case Failed() | Waiting():
            return _("{key} retry").format(key=keys.first("page.refresh"))
        case Idle() if is_empty:
            return _("{key} edit filters").format(key=keys.first("filters.edit"))
        case _:
            return ""


def nothing_found(query: FaxQuery) -> str:
    """Return ``no faxes from 0478, last 7 days``."""
    period, others = period_in_words(query.filters), others_in_words(query.filters)
    period = f"{period[0].lower()}{period[1:]}"
    if not others:
        return _("no faxes, {period}").format(period=period)
    return _("no faxes {filters}, {period}").format(filters=" ".join(others), period=period)
