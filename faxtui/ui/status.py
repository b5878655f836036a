"""What the page bar says."""

from __future__ import annotations

from collections.abc import Sequence

from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery, others_in_words, period_in_words
from faxtui.domain.text import counted, visible
from faxtui.errors import FaxtuiError, Refused
from faxtui.inbox.view import Activity, Failed, Fetching, Idle, InboxView, Waiting, clock_time, retry_notice
from faxtui.operations.operations import FinalState, OperationsView
from faxtui.ui.keymap import Keys

PATIENCE_BEFORE_SAYING = 0.25
"""Seconds that a request may take before the page bar tells of it: most are quicker."""
PATIENCE_BEFORE_COUNTING = 2.0
"""Seconds after which it shows for how long there has been no response, and keys act on the rows still shown."""


def position(page: FaxPage) -> str:
    """``1–50 of 1,234 · page 1 of 25``: which part of how many; totals as the service told them."""
    rows = f"{page.first_row:,}–{page.last_row:,}" if page.faxes else "0"
    of_all = "" if page.total is None else f" of {page.total:,}"
    of_pages = "" if page.page_count is None else f" of {max(page.page_count, 1):,}"
    return f"{rows}{of_all} · page {page.number:,}{of_pages}"


def state(view: InboxView, now: float) -> str:
    """What there is to say beside the position; ``now`` is in seconds, monotonic."""
    busy = activity(view.activity, now)
    if busy or view.shown is None:
        return busy
    if view.note:
        return view.note
    if not view.shown.page.faxes and isinstance(view.activity, Idle):
        return nothing_found(view.query)
    return view.shown.disagreement


def handling(view: OperationsView, keys: Keys, now: float, *, leaves: bool = False) -> str:
    """What is being done with faxes, the most pressing first; ``leaves``: the program ends once that is through.

    ``now`` is in seconds, monotonic.
    """
    deletions = f"{view.deletions.progress}, then quitting" if leaves else view.deletions.progress
    undo = f"{keys.first('fax.undo')} undo" if view.deletions.unsent else ""
    retry = waiting(view.retry, now) if view.retry else ""
    return going_on(deletions, undo, retry, view.errand.words if view.errand else "")


def going_on(*parts: str) -> str:
    """All of it in one line: what is done with faxes may not hide that the service fails."""
    return " · ".join(part for part in parts if part)


def new(count: int) -> str:
    """``3 new ↑``: faxes that arrived above the row the operator is on."""
    return f"{count:,} new ↑" if count else ""


def right(view: OperationsView, here: Sequence[Fax], keys: Keys) -> str:
    """Which key cancels what goes on, and how many faxes are marked."""
    parts = []
    if view.errand is not None:
        parts.append(f"{keys.first('cancel')} cancels")
    if view.marks:
        away = len(view.marks.elsewhere(here))
        parts.append(f"{len(view.marks):,} marked{f', {away:,} not here' if away else ''}")
    return " · ".join(parts)


def farewell(ending: FinalState, why: str = "faxtui ended") -> str:
    """What a person must know of what went on until then: nothing is sent later."""
    parts = [ending.errand] if ending.errand else []
    if ending.closing.dropped:
        faxes = counted(len(ending.closing.dropped), "fax was", "faxes were")
        parts.append(f"{faxes} not deleted, because {why} before that: nothing was sent.")
    if ending.closing.unknown:
        faxes = counted(len(ending.closing.unknown), "fax was", "faxes were")
        parts.append(f"Whether {faxes} deleted is not known: look in the list, where they have a question mark.")
    if ending.unsaved:
        parts.append(ending.unsaved)
    return " ".join(parts)


def activity(doing: Activity, now: float) -> str:
    match doing:
        case Fetching(page=page, since=since):
            if now - since < PATIENCE_BEFORE_SAYING:
                return ""
            waited = f" no answer for {clock_time(now - since)}" if now - since >= PATIENCE_BEFORE_COUNTING else ""
            return f"fetching page {page:,} …{waited}"
        case Waiting():
            return waiting(doing, now)
        case Failed(error=error):
            return failure(error)
        case _:
            return ""


def waiting(retry: Waiting, now: float) -> str:
    """Why a request is sent again, and when; ``now`` is in seconds, monotonic."""
    return retry_notice(retry.error, retry.until - now, now - retry.since)


def failure(error: FaxtuiError) -> str:
    reasons = error.reasons if isinstance(error, Refused) else ()
    if reasons:
        told = "; ".join(f"{visible(name)}: {visible(reason)}" for name, reason in reasons)
        return f"the service refused: {told}"
    return visible(str(error))


def remedy(view: InboxView, keys: Keys) -> str:
    """Which key helps, where something went wrong."""
    match view.activity:
        case Failed(error=Refused(reasons=reasons)) if reasons:
            return f"{keys.first('filters.edit')} edit filters"
        case Failed():
            return f"{keys.first('page.refresh')} retry"
        case Waiting():
            return f"{keys.first('page.refresh')} retry"
        case Idle() if view.shown is not None and not view.shown.page.faxes:
            return f"{keys.first('filters.edit')} edit filters"
        case _:
            return ""


def nothing_found(query: FaxQuery) -> str:
    """``no faxes from 0478, last 7 days``."""
    others = others_in_words(query.filters)
    when = period_in_words(query.filters)
    return f"{' '.join(['no faxes', *others])}, {when[0].lower()}{when[1:]}"
