"""One call of the list, and what its answer says: of the clock, the sign-in and the list itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from faxtui.commands.doctor.finding import Finding, Topic, failed, ok, skipped, warning
from faxtui.commands.doctor.subject import Subject
from faxtui.commands.doctor.words import span
from faxtui.domain.page import Listing
from faxtui.domain.query import FaxQuery
from faxtui.domain.text import counted
from faxtui.domain.window import open_window
from faxtui.errors import Forbidden, NoAnswer, ServiceError, SignInRefused
from faxtui.inbox.clock import machine_now
from faxtui.inbox.service import FaxService

_EXACT = timedelta(seconds=2)
_WRONG = timedelta(seconds=30)
_HALF_A_DATE = timedelta(seconds=0.5)
"""``Date`` has whole seconds: on average it is half a second old."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """``sent`` is by this machine's clock, ``seconds`` how long the answer took."""

    listing: Listing
    sent: datetime
    seconds: float


async def ask(service: FaxService, subject: Subject) -> Iterator[Finding]:
    """Asks once: a refused sign-in is never repeated."""
    try:
        answered = await _first_fax(service, subject)
    except ServiceError as error:
        return _refused(error, subject)
    return iter((_clock(answered), _signed_in(subject), _list(answered)))


async def _first_fax(service: FaxService, subject: Subject) -> _Answered:
    sent, started = machine_now(), time.perf_counter()
    window = open_window(FaxQuery(page_size=1), sent, subject.zone)
    try:
        async with asyncio.timeout(subject.limits.answer):
            listing = await service.list_faxes(window, 1)
    except TimeoutError as error:
        raise NoAnswer(
            f"The service did not answer within {span(subject.limits.answer)}: try again in a moment; if it lasts, "
            "tell the service's support."
        ) from error
    return _Answered(listing, sent, time.perf_counter() - started)


def _refused(error: ServiceError, subject: Subject) -> Iterator[Finding]:
    yield skipped(Topic.CLOCK, "not known: the service gave no list.")
    if isinstance(error, SignInRefused):
        yield failed(Topic.SIGN_IN, error)
        yield skipped(Topic.LIST, "not given: the sign-in was refused.")
        return
    yield _signed_in(subject) if isinstance(error, Forbidden) else skipped(Topic.SIGN_IN, "not known: see the list.")
    yield failed(Topic.LIST, error)


def _signed_in(subject: Subject) -> Finding:
    return ok(Topic.SIGN_IN, f"{subject.method}, as {subject.login}")


def _list(answered: _Answered) -> Finding:
    total = answered.listing.page.total
    what = "the faxes of" if total is None else f"{counted(total, 'fax', 'faxes')} in"
    return ok(Topic.LIST, f"{what} the last 7 days, answered in {span(answered.seconds)}")


def _clock(answered: _Answered) -> Finding:
    served_at = answered.listing.served_at
    if served_at is None:
        return skipped(Topic.CLOCK, "not known: the service tells no date.")
    half_a_trip = timedelta(seconds=answered.seconds / 2)
    behind = served_at + _HALF_A_DATE - (answered.sent + half_a_trip)
    off = abs(behind)
    if off <= _EXACT + _HALF_A_DATE + half_a_trip:
        return ok(Topic.CLOCK, "this machine and the service agree")
    whole, ahead = round(off.total_seconds()), behind < timedelta()
    said = f"this machine is {whole:,} s {'ahead of' if ahead else 'behind'} the service"
    if off <= _WRONG:
        return ok(Topic.CLOCK, said)
    return warning(Topic.CLOCK, f"{said}: “today” begins {'early' if ahead else 'late'}. Set the clock (NTP).")
