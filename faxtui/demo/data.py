"""The demo's faxes, as a hospital and its insurer receive them: made up, always the same for the same seed, in sqlite.

Each calendar day has its own generator, so a day's faxes do not depend on when somebody looks. Faxes lie on a grid of
`SLOT` seconds, at most one on each, which numbers them without a counter that would have to start somewhere. None of
the people exist; every number is from the ranges reserved for fiction, or plainly invented.
"""

import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
PATIENTS = (
    *("ARNOUX Lucie", "BÉRAULT Thomas", "CHASTEL Inès", "DELORMEAU Paul", "ESNAULT Jeanne", "FAVERGE Louis"),
    *("GRIMONT Adèle", "HÉRISSON Marc", "JOUVENCE Camille", "LACAZE-ORY Hugo", "MORVILLE Rose", "NOIRETTE Émile"),
    *("ORSENNE Claire", "PÉRIGNAC Yves", "QUESNOY Alice", "RIVOIRE Nora", "SAUVETERRE Jean", "THIBAUDEL Zoé"),
)
DOCTORS = ("Dr B. Lefèvre", "Dr A. Kermadec", "Dr J. Vialatte", "Dr M. Okonjo", "Dr H. Sœurin", "Dr P. de Brézé")
SERVICES = (
    "Bureau des admissions",
    "Service de médecine interne",
    "Consultations de cardiologie",
    "Pharmacie à usage intérieur",
    "Service des soins externes",
)
ANALYSES = (
    (
        "HÉMATOLOGIE",
        (
            ("Hématies", "T/l", 4.2, 5.9),
            ("Hémoglobine", "g/dl", 12.0, 17.0),
            ("Hématocrite", "%", 37.0, 52.0),
            ("Leucocytes", "G/l", 4.0, 10.0),
            ("Plaquettes", "G/l", 150.0, 400.0),
        ),
    ),
    (
        "BIOCHIMIE",
        (
            ("Sodium", "mmol/l", 136.0, 145.0),
            ("Potassium", "mmol/l", 3.5, 5.1),
            ("Créatinine", "µmol/l", 50.0, 104.0),
            ("Urée", "mmol/l", 2.5, 7.5),
            ("Glycémie à jeun", "g/l", 0.7, 1.1),
        ),
    ),
    (
        "BILAN HÉPATIQUE",
        (
            ("ASAT (TGO)", "UI/l", 10.0, 40.0),
            ("ALAT (TGP)", "UI/l", 10.0, 45.0),
            ("Gamma-GT", "UI/l", 8.0, 60.0),
            ("Bilirubine totale", "µmol/l", 3.0, 21.0),
        ),
    ),
    (
        "BILAN LIPIDIQUE",
        (
            ("Cholestérol total", "g/l", 1.4, 2.0),
            ("Cholestérol HDL", "g/l", 0.4, 0.65),
            ("Cholestérol LDL", "g/l", 0.7, 1.6),
            ("Triglycérides", "g/l", 0.35, 1.5),
        ),
    ),
    (
        "INFLAMMATION ET HÉMOSTASE",
        (
            ("Protéine C réactive", "mg/l", 0.0, 5.0),
            ("Vitesse à 1 h", "mm", 2.0, 20.0),
            ("Taux de prothrombine", "%", 70.0, 100.0),
            ("INR", "", 0.9, 1.2),
        ),
    ),
)
MEDICINES = (
    ("PARACÉTAMOL 1 g, comprimé", "1 comprimé matin, midi et soir si douleur, pendant 5 jours"),
    ("AMOXICILLINE 500 mg, gélule", "2 gélules matin et soir pendant 7 jours"),
    ("OMÉPRAZOLE 20 mg, gélule", "1 gélule le soir pendant 28 jours"),
    ("AMLODIPINE 5 mg, comprimé", "1 comprimé le matin"),
    ("METFORMINE 850 mg, comprimé", "1 comprimé matin et soir au cours du repas"),
    ("ATORVASTATINE 20 mg, comprimé", "1 comprimé le soir"),
    ("LÉVOTHYROXINE 75 µg, comprimé", "1 comprimé le matin à jeun"),
    ("SÉRUM PHYSIOLOGIQUE 5 ml, unidose", "Lavage de nez 4 fois par jour"),
    ("VITAMINE D3 100 000 UI, ampoule", "1 ampoule, à renouveler dans 3 mois"),
    ("BANDE DE CONTENTION, classe 2", "1 paire, à porter dans la journée"),
)
FINDINGS = (
    "L'état général est conservé. Le poids est stable depuis la dernière consultation, l'appétit est bon.",
    "La tension artérielle est mesurée à 13/8 aux deux bras, au repos ; le pouls est régulier.",
    "L'auscultation cardiaque et pulmonaire est sans particularité. Il n'y a pas d'œdème des membres inférieurs.",
    "L'électrocardiogramme s'inscrit en rythme sinusal, sans trouble de la repolarisation.",
    "La radiographie du thorax ne montre pas de foyer ; la silhouette cardiaque est de taille normale.",
    "L'échographie abdominale est dans les limites de la normale, sous réserve de gaz digestifs abondants.",
    "La marche est possible sans aide sur 200 mètres. La rééducation se poursuit à raison de deux séances par semaine.",
    "Le traitement habituel est bien toléré et reste inchangé. Une ordonnance a été remise pour trois mois.",
    "Un bilan biologique de contrôle est demandé ; merci de bien vouloir nous en adresser les résultats par fax.",
    "Je propose de le ou la revoir dans six mois, plus tôt en cas de besoin.",
)
ACTS = (
    ("Consultation de spécialiste", 3000),
    ("Consultation de généraliste", 2650),
    ("Radiographie du thorax", 2128),
    ("Séance de rééducation", 1613),
    ("Prélèvement à domicile", 640),
    ("Soins infirmiers", 945),
    ("Échographie abdominale", 5670),
    ("Transport assis", 4180),
)
ARTICLES = (
    "Compresses stériles 10 x 10, boîte de 50",
    "Gants nitrile, taille M, boîte de 100",
    "Gants nitrile, taille L, boîte de 100",
    "Seringues 10 ml, boîte de 100",
    "Solution hydro-alcoolique, flacon de 500 ml",
    "Poches de recueil 2 l, lot de 10",
    "Masques chirurgicaux type IIR, boîte de 50",
    "Sparadrap microporeux 5 cm, lot de 6",
    "Collecteurs d'aiguilles 1,8 l",
    "Draps d'examen, rouleau de 150 formats",
)


PARIS = ZoneInfo("Europe/Paris")
HISTORY = timedelta(days=90)
SLOT = 40
LONGEST = 200

_NUMBERING_STARTS = datetime(2017, 7, 1, tzinfo=UTC)
_FIRST_FILE = 1_120_000
_FILE_TO_MESSAGE = -577_219


@dataclass(frozen=True, slots=True)
class ReceivedFax:
    """A fax as the service stores it. `received` is in UTC, `call_time` in seconds, `kind` what its pages show."""

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
    """Return the faxes of the 90 days up to `until`, oldest first."""
    since = until - HISTORY
    first, last = since.astimezone(PARIS).date(), until.astimezone(PARIS).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [fax for day in days for fax in _faxes_of(seed, day) if since < fax.received <= until]


def arrivals(seed: int, after: datetime) -> Iterator[ReceivedFax]:
    """Yield the faxes received after `after`, without end: each 40 to 120 seconds after the one before.

    That is livelier than the history: someone who watches for a minute or two sees one arrive.
    """
    rng = Random(f"{seed}/after/{after.isoformat()}")
    received = after
    while True:
        received += timedelta(seconds=SLOT * (1 + 2 * rng.random()))
        yield _fax(rng, received.replace(microsecond=0))


@lru_cache(maxsize=2 * HISTORY.days)
def _faxes_of(seed: int, day: date) -> tuple[ReceivedFax, ...]:
    rng = Random(f"{seed}/{day.isoformat()}")
    by_slot: dict[int, datetime] = {}
    for _ in range(round(_usual_traffic(day) * (0.8 + 0.4 * rng.random()))):
        hour = rng.choices(range(24), cum_weights=_HOUR_ODDS)[0]
        minute, second = divmod(int(rng.random() * 3600), 60)
        received = datetime.combine(day, time(hour, minute, second), PARIS).astimezone(UTC)
        by_slot.setdefault(_slot(received), received)
    return tuple(_fax(rng, by_slot[slot]) for slot in sorted(by_slot))


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


SORT_COLUMNS = (
    "received",
    "message_id",
    "sender",
    "recipient",
    "folder",
    "file_name",
    "call_time",
    "pages",
    "baud_rate",
)
"""The columns that `sortField` 0 to 8 sort by."""

_COLUMNS = (
    "message_id, received, recipient, sender, folder, file_name, call_time, pages, baud_rate, customer_number, kind"
)
_SCHEMA = """
create table fax (
    message_id text not null collate nocase,
    received integer not null,
    recipient text not null collate nocase,
    sender text collate nocase,
    folder text not null collate nocase,
    file_name text not null collate nocase,
    call_time integer not null,
    pages integer not null,
    baud_rate integer,
    customer_number integer not null,
    kind text not null,
    primary key (folder, file_name)
)
"""
_Row = tuple[str, int, str, str | None, str, str, int, int, int | None, int, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Filters and sort of a request. Both bounds belong to the period; parts of numbers match."""

    since: datetime
    until: datetime
    sender: str | None = None
    recipient: str | None = None
    customer_number: int | None = None
    sort_field: int = 0
    descending: bool = True


class Store:
    """All faxes that are not deleted."""

    def __init__(self) -> None:
        # A server may make it in one thread and serve from another, but never from two at a time.
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._database.execute(_SCHEMA)

    def add(self, faxes: Iterable[ReceivedFax]) -> None:
        """Add faxes."""
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        self._database.execute("begin")
        self._database.executemany(f"insert into fax ({_COLUMNS}) values ({marks})", map(_row_of, faxes))
        self._database.execute("commit")

    def select(self, selection: Selection, limit: int, offset: int) -> tuple[list[ReceivedFax], int]:
        """Return one page of the selection, and the number of faxes in all of it."""
        conditions = ["received >= ?", "received <= ?"]
        values: list[str | int | float] = [selection.since.timestamp(), selection.until.timestamp()]
        for column, part in (("sender", selection.sender), ("recipient", selection.recipient)):
            if part is not None:
                conditions.append(f"instr(lower({column}), lower(?)) > 0")
                values.append(part)
        if selection.customer_number is not None:
            conditions.append("customer_number = ?")
            values.append(selection.customer_number)
        where = " and ".join(conditions)
        direction = "desc" if selection.descending else "asc"
        # The rowid settles ties, so that no fax is on two pages and none on no page.
        order = f"{SORT_COLUMNS[selection.sort_field]} {direction}, received {direction}, rowid {direction}"
        (total,) = self._database.execute(f"select count(*) from fax where {where}", values).fetchone()
        rows: list[_Row] = self._database.execute(
            f"select {_COLUMNS} from fax where {where} order by {order} limit ? offset ?", [*values, limit, offset]
        ).fetchall()
        return [_fax_of(row) for row in rows], int(total)

    def find(self, folder: str, file_name: str) -> ReceivedFax | None:
        """Return the fax with this file; None if it was deleted or never existed."""
        row: _Row | None = self._database.execute(
            f"select {_COLUMNS} from fax where folder = ? and file_name = ?", (folder, file_name)
        ).fetchone()
        return _fax_of(row) if row else None

    def delete(self, folder: str, file_name: str) -> None:
        """Delete the fax with this file, if there is one."""
        self._database.execute("delete from fax where folder = ? and file_name = ?", (folder, file_name))


def _row_of(fax: ReceivedFax) -> _Row:
    return (
        fax.message_id,
        int(fax.received.timestamp()),
        fax.to,
        fax.sender,
        fax.folder,
        fax.file_name,
        fax.call_time,
        fax.pages,
        fax.baud_rate,
        fax.customer_number,
        fax.kind,
    )


def _fax_of(row: _Row) -> ReceivedFax:
    message_id, received, to, sender, folder, file_name, call_time, pages, baud_rate, customer_number, kind = row
    return ReceivedFax(
        message_id,
        datetime.fromtimestamp(received, UTC),
        to,
        sender,
        folder,
        file_name,
        call_time,
        pages,
        baud_rate,
        customer_number,
        kind,
    )
