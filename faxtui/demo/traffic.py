"""Faxes as a hospital and its insurer receive them: made up, but always the same for the same seed.

Each calendar day has its own generator, so a day's faxes do not depend on when somebody looks. Faxes lie on a grid of
`SLOT` seconds, at most one on each, which numbers them without a counter that would have to start somewhere.
Every number is from the ranges reserved for fiction, or plainly invented.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
HISTORY = timedelta(days=90)
SLOT = 40
LONGEST = 200

_NUMBERING_STARTS = datetime(2017, 7, 1, tzinfo=UTC)
_FIRST_FILE = 1_120_000
_FILE_TO_MESSAGE = -577_219


@dataclass(frozen=True, slots=True)
class ReceivedFax:
    """One fax as the service holds it. `received` is in UTC, `call_time` in seconds, `kind` what its pages show."""

    message_id: str
    received: datetime
    to: str
    sender: str | None
    folder: str
    file_name: str
    call_time: int
    pages: int
    baud_rate: int | None
    customer_number: int
    kind: str


class _Line(NamedTuple):
    number: str
    customer: int
    weight: float


class _Sender(NamedTuple):
    name: str | None
    weight: float
    kind: str
    pages: float
    baud: int
    line: _Line


ADMISSIONS = _Line("134296015", 60300, 48)
LABORATORY = _Line("134296018", 60300, 20)
PHARMACY = _Line("134296021", 60300, 12)
CLAIMS = _Line("134296040", 60314, 14)
CLINIC = _Line("134296077", 60327, 6)
LINES = (ADMISSIONS, LABORATORY, PHARMACY, CLAIMS, CLINIC)

_SENDERS = (
    _Sender("0478123456", 17, "letter", 2.4, 14400, ADMISSIONS),
    _Sender("Labo Mérieux", 15, "laboratory", 2.8, 33600, LABORATORY),
    _Sender("0199004512", 11, "prescription", 1.2, 14400, PHARMACY),
    _Sender("anonymous", 6, "advert", 1.1, 9600, ADMISSIONS),
    _Sender("Mutuelle Horizon", 6, "claim", 4.0, 33600, CLAIMS),
    _Sender("0465712208", 5, "letter", 1.8, 14400, ADMISSIONS),
    _Sender("0199007730", 4, "claim", 3.2, 14400, CLAIMS),
    _Sender("CHU Radiologie", 4, "letter", 3.0, 33600, ADMISSIONS),
    _Sender("0353018841", 3.5, "prescription", 1.1, 9600, PHARMACY),
    _Sender(None, 2, "letter", 1.6, 14400, ADMISSIONS),
    _Sender("", 1, "letter", 1.6, 14400, ADMISSIONS),
    _Sender("0536491207", 3, "laboratory", 2.0, 14400, LABORATORY),
    _Sender("+493023125481", 2, "letter", 2.2, 14400, ADMISSIONS),
    _Sender("Pharmacie du Marché", 2, "order", 1.3, 9600, PHARMACY),
    _Sender("+33 4 65 71 09 63", 2, "letter", 1.7, 14400, CLINIC),
    _Sender("0261914633", 2, "claim", 5.0, 14400, CLAIMS),
    _Sender("EHPAD Les Tilleuls", 1.6, "order", 2.0, 9600, ADMISSIONS),
    _Sender("DR B. LEFÈVRE", 1.4, "letter", 1.4, 9600, CLINIC),
    _Sender("0", 1, "advert", 1.0, 9600, ADMISSIONS),
    _Sender("+442079460182", 0.8, "claim", 6.0, 14400, CLAIMS),
    _Sender("Service Achats", 0.6, "order", 2.0, 33600, PHARMACY),
)
_FIRST_TIMERS = 9.0
_FIRST_TIMERS_RANGES = ("019900", "026191", "035301", "046571", "053649", "063998")

_WEEKDAY, _SATURDAY, _SUNDAY = 38, 9, 4
_HOLIDAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
_BY_HOUR = (0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1, 3, 8, 14, 14, 12, 5, 6, 11, 11, 9, 6, 3, 1.2, 0.7, 0.5, 0.4, 0.3)

_BAUD_RATES = (33600, 14400, 12000, 9600, 7200, 4800, 2400)
_BAUD_ODDS = (20, 60, 70, 90, 95, 98, 100)
_BITS_A_PAGE = 250_000

_HOUR_ODDS = tuple(accumulate(_BY_HOUR))
_LINE_ODDS = tuple(accumulate(line.weight for line in LINES))
_SENDER_ODDS = tuple(accumulate([*(sender.weight for sender in _SENDERS), _FIRST_TIMERS]))


def history(seed: int, until: datetime) -> list[ReceivedFax]:
    """The faxes of the 90 days up to `until`, oldest first."""
    since = until - HISTORY
    first, last = since.astimezone(PARIS).date(), until.astimezone(PARIS).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [fax for day in days for fax in _faxes_of(seed, day) if since < fax.received <= until]


def arrivals(seed: int, after: datetime) -> Iterator[ReceivedFax]:
    """What comes in after `after`, without end: the next fax 40 to 120 seconds after the one before.

    That is livelier than the history, so that somebody who watches for a minute or two sees one come.
    """
    rng = Random(f"{seed}/after/{after.isoformat()}")
    received = after
    while True:
        received += timedelta(seconds=SLOT * (1 + 2 * rng.random()))
        yield _fax(rng, received.replace(microsecond=0))


def _faxes_of(seed: int, day: date) -> list[ReceivedFax]:
    rng = Random(f"{seed}/{day.isoformat()}")
    by_slot: dict[int, datetime] = {}
    for _ in range(round(_usual_traffic(day) * (0.8 + 0.4 * rng.random()))):
        hour = rng.choices(range(24), cum_weights=_HOUR_ODDS)[0]
        minute, second = divmod(int(rng.random() * 3600), 60)
        received = datetime.combine(day, time(hour, minute, second), PARIS).astimezone(UTC)
        by_slot.setdefault(_slot(received), received)
    return [_fax(rng, by_slot[slot]) for slot in sorted(by_slot)]


def _usual_traffic(day: date) -> int:
    if day.weekday() == 6 or (day.month, day.day) in _HOLIDAYS:
        return _SUNDAY
    return _SATURDAY if day.weekday() == 5 else _WEEKDAY


def _slot(received: datetime) -> int:
    return int((received - _NUMBERING_STARTS).total_seconds()) // SLOT


def _fax(rng: Random, received: datetime) -> ReceivedFax:
    known = rng.choices((*_SENDERS, None), cum_weights=_SENDER_ODDS)[0]
    sender = known or _first_timer(rng)
    line = sender.line if rng.random() < 0.85 else rng.choices(LINES, cum_weights=_LINE_ODDS)[0]
    pages = _page_count(rng, sender.pages)
    baud_rate = sender.baud if rng.random() < 0.8 else rng.choices(_BAUD_RATES, cum_weights=_BAUD_ODDS)[0]
    call_time = 9 + 9 * rng.random() + pages * _BITS_A_PAGE / baud_rate * (0.7 + 0.7 * rng.random())
    number = _FIRST_FILE + _slot(received)
    ending = "TIF" if rng.random() < 0.07 else "PDF"
    return ReceivedFax(
        message_id="0" if rng.random() < 0.004 else str(number + _FILE_TO_MESSAGE),
        received=received,
        to=line.number,
        sender=sender.name,
        folder=line.number,
        file_name=f"0-{received.astimezone(PARIS):%Y%m%d-%H%M}-{number}.{ending}",
        call_time=round(call_time),
        pages=pages,
        baud_rate=None if rng.random() < 0.02 else baud_rate,
        customer_number=line.customer,
        kind=sender.kind,
    )


def _first_timer(rng: Random) -> _Sender:
    prefix = _FIRST_TIMERS_RANGES[int(rng.random() * len(_FIRST_TIMERS_RANGES))]
    number = f"{prefix}{int(rng.random() * 10_000):04}"
    kind = ("letter", "prescription", "claim")[int(rng.random() * 3)]
    return _Sender(number, 0, kind, 1.6, 14400, rng.choices(LINES, cum_weights=_LINE_ODDS)[0])


def _page_count(rng: Random, usual: float) -> int:
    pages = rng.lognormvariate(math.log(usual), 0.55)
    if rng.random() < 0.012:
        pages *= 8 + 24 * rng.random()
    return max(1, min(LONGEST, round(pages)))
