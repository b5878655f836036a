"""What the faxes say: letters, results, prescriptions, claims, orders and adverts, all of them invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from faxtui.demo.page import HEIGHT, LEFT, RIGHT, Page
from faxtui.demo.traffic import PARIS, ReceivedFax
from faxtui.demo.wording import (
    ACTS,
    ANALYSES,
    ARTICLES,
    DOCTORS,
    FINDINGS,
    MEDICINES,
    MONTHS,
    PATIENTS,
    SERVICES,
)


@dataclass(frozen=True, slots=True)
class _Letter:
    """What all pages of one fax have in common."""

    fax: ReceivedFax
    written: datetime
    sender: str
    patient: str
    born: str
    doctor: str
    service: str
    reference: str


class _Writer(Protocol):
    def __call__(self, page: Page, letter: _Letter, number: int, rng: Random) -> None: ...


def write_pages(fax: ReceivedFax) -> Iterator[Page]:
    """Write the pages of a fax, one after the other."""
    rng = Random(f"{fax.folder}/{fax.file_name}")
    letter = _letter(fax, rng)
    write = _WRITERS[fax.kind]
    for number in range(1, fax.pages + 1):
        page = Page()
        _sending_line(page, fax, number)
        if number == 1:
            _letterhead(page, letter)
        write(page, letter, number, rng)
        page.put(RIGHT - 50, HEIGHT - 40, f"Page {number}/{fax.pages}", 8)
        yield page


def _letter(fax: ReceivedFax, rng: Random) -> _Letter:
    named = fax.sender is not None and any(character.isalpha() for character in fax.sender)
    return _Letter(
        fax=fax,
        written=fax.received.astimezone(PARIS) - timedelta(minutes=rng.choice((4, 11, 35, 90))),
        sender=fax.sender if named and fax.sender and fax.sender != "anonymous" else _NAMELESS[fax.kind],
        patient=rng.choice(PATIENTS),
        born=f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1931, 2019)}",
        doctor=rng.choice(DOCTORS),
        service=rng.choice(SERVICES),
        reference=f"{fax.received:%y}-{rng.randint(10_000, 99_999)}",
    )


def _sending_line(page: Page, fax: ReceivedFax, number: int) -> None:
    """The line that the sending machine prints over every page."""
    sent = fax.received.astimezone(PARIS)
    sender = (fax.sender or "").upper()[:20]
    text = f"{sent:%d/%m/%Y %H:%M}    DE : {sender:<20}    A : {fax.to}    P. {number:02}/{fax.pages:02}"
    page.put(LEFT, 34, text, 9)


def _letterhead(page: Page, letter: _Letter) -> None:
    page.title(letter.sender)
    written = letter.written
    page.line(f"Le {written.day} {MONTHS[written.month - 1]} {written.year}, {written:%H:%M}")
    page.line(f"À l'attention de : {letter.service}")
    page.rule(1.6)
    page.gap()


def _about_patient(page: Page, letter: _Letter) -> None:
    page.row((LEFT, 320), (f"Patient : {letter.patient}", f"Né(e) le : {letter.born}"), bold=True)
    page.row((LEFT, 320), (f"Médecin : {letter.doctor}", f"Dossier : {letter.reference}"))
    page.rule()
    page.gap()


def _laboratory(page: Page, letter: _Letter, number: int, rng: Random) -> None:
    stops = (LEFT, 250, 330, 420)
    page.title("Résultats d'analyses" if number == 1 else "Résultats d'analyses (suite)", 14)
    _about_patient(page, letter)
    page.row(stops, ("Analyse", "Résultat", "Unité", "Valeurs usuelles"), bold=True)
    page.rule()
    for offset in range(2 if number == 1 else 3):
        group, analyses = ANALYSES[(number * 2 + offset) % len(ANALYSES)]
        page.gap(6)
        page.line(group, bold=True)
        for name, unit, low, high in analyses:
            digits = 0 if high >= 30 else 1 if high >= 8 else 2
            value = low + (high - low) * rng.triangular(-0.35, 1.35)
            outside = not low <= value <= high
            usual = f"{low:.{digits}f} à {high:.{digits}f}"
            cells = (name, f"{max(value, 0):.{digits}f}{' *' if outside else ''}", unit, usual)
            page.row(stops, cells, bold=outside)
    page.gap()
    page.line("* valeur hors des limites usuelles")
    if number == letter.fax.pages:
        _signature(page, "Validé par le biologiste", "Dr S. Aubertin")


def _prescription(page: Page, letter: _Letter, number: int, rng: Random) -> None:
    page.title("Ordonnance" if number == 1 else "Ordonnance (suite)", 14)
    _about_patient(page, letter)
    for medicine, dosage in rng.sample(MEDICINES, rng.randint(3, 6)):
        page.line(medicine, bold=True)
        page.line(dosage, x=LEFT + 16)
        page.gap(8)
    if number == letter.fax.pages:
        page.line(f"À renouveler {rng.randint(1, 5)} fois." if rng.random() < 0.4 else "Non renouvelable.")
        _signature(page, "Signature et cachet", letter.doctor)


def _consultation(page: Page, letter: _Letter, number: int, rng: Random) -> None:
    page.title("Compte rendu de consultation" if number == 1 else "Compte rendu (suite)", 14)
    _about_patient(page, letter)
    if number == 1:
        page.paragraph("Cher confrère, chère consœur,")
        page.paragraph(f"J'ai vu ce jour votre patient(e) {letter.patient}, né(e) le {letter.born}.")
    for finding in rng.sample(FINDINGS, min(len(FINDINGS), 5 if number == 1 else 8)):
        page.paragraph(finding)
    if number == letter.fax.pages:
        page.paragraph("Je reste à votre disposition et vous prie de croire à mes sentiments les meilleurs.")
        _signature(page, "", letter.doctor)


def _claim(page: Page, letter: _Letter, number: int, rng: Random) -> None:
    stops = (LEFT, 130, 380, 460)
    page.title("Demande de prise en charge" if number == 1 else "Détail des actes (suite)", 14)
    _about_patient(page, letter)
    if number == 1:
        page.line(f"N° d'adhérent : {rng.randint(100_000, 999_999)}")
        page.line(f"N° de dossier : {letter.reference}")
        page.gap()
    page.row(stops, ("Date", "Acte", "Base", "Demandé"), bold=True)
    page.rule()
    total = 0
    for _ in range(rng.randint(6, 12) if number == 1 else rng.randint(18, 28)):
        day = letter.written - timedelta(days=rng.randint(1, 60))
        act, base = rng.choice(ACTS)
        total += base
        page.row(stops, (f"{day:%d/%m/%Y}", act, _euros(base), _euros(round(base * 1.3))))
    page.rule()
    page.row(stops, ("", "Total de cette page", _euros(total), ""), bold=True)
    if number == letter.fax.pages:
        _signature(page, "Fait pour valoir ce que de droit", letter.doctor)


def _order(page: Page, letter: _Letter, number: int, rng: Random) -> None:
    stops = (LEFT, 110, 180)
    page.title(f"Bon de commande {letter.reference}", 14)
    page.line(f"Livraison : {letter.service}, quai B, de 8 h à 16 h")
    page.gap()
    page.row(stops, ("Qté", "Réf.", "Désignation"), bold=True)
    page.rule()
    for article in rng.sample(ARTICLES, rng.randint(5, len(ARTICLES))):
        page.row(stops, (str(rng.randint(1, 48)), f"{rng.randint(1000, 9999)}", article))
    if number == letter.fax.pages:
        _signature(page, "Bon pour accord", "Le responsable des achats")


def _advert(page: Page, letter: _Letter, number: int, rng: Random) -> None:
    page.gap(40)
    page.title("OFFRE SPÉCIALE", 34)
    page.title(f"- {rng.choice((20, 30, 40, 50))} % sur les toners", 24)
    page.gap(20)
    for sentence in (
        "Jusqu'à la fin du mois seulement !",
        "Livraison gratuite sous 48 heures.",
        "Devis par retour de fax.",
    ):
        page.title(sentence, 14)
    page.gap(30)
    page.line(f"Pour ne plus recevoir nos offres, renvoyez cette page avec la mention STOP {letter.reference}.")
    if number < letter.fax.pages:
        page.line("Suite page suivante.")


def _signature(page: Page, caption: str, name: str) -> None:
    page.gap(24)
    page.line(caption, x=340)
    page.line(name, bold=True, x=340)


def _euros(amount: int) -> str:
    return f"{amount // 100},{amount % 100:02} €"


_WRITERS: dict[str, _Writer] = {
    "laboratory": _laboratory,
    "prescription": _prescription,
    "letter": _consultation,
    "claim": _claim,
    "order": _order,
    "advert": _advert,
}
_NAMELESS = {
    "laboratory": "Laboratoire de biologie médicale",
    "prescription": "Cabinet médical",
    "letter": "Centre de consultations",
    "claim": "Service des remboursements",
    "order": "Service des achats",
    "advert": "Bureau Express",
}
