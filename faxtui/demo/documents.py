"""The pages of the demo's faxes, all of them invented, and how they become PDFs and scanned TIFFs.

A page is texts and rules on a sheet of A4, in points from its top left corner. A PDF is as small as a valid one can be;
a TIFF is a scan, one bit a pixel, drawn with a font of dots.
"""

import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from textwrap import wrap
from typing import NamedTuple, Protocol

from faxtui.demo.data import (
    ACTS,
    ANALYSES,
    ARTICLES,
    DOCTORS,
    FINDINGS,
    MEDICINES,
    MONTHS,
    PARIS,
    PATIENTS,
    SERVICES,
    ReceivedFax,
)

WIDTH = 595
HEIGHT = 842
LEFT = 57
RIGHT = 538

_BODY = 10
_LEADING = 15
_LINE_LENGTH = 78


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its baseline."""

    x: float
    y: float
    size: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule, `y` being its top."""

    x: float
    y: float
    width: float
    thickness: float = 0.8


@dataclass(slots=True)
class Page:
    """A page, written from top to bottom."""

    y: float = 76
    texts: list[Text] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def put(self, x: float, y: float, text: str, size: float = _BODY, bold: bool = False) -> None:
        """Put a text anywhere."""
        self.texts.append(Text(x, y, size, text, bold))

    def title(self, text: str, size: float = 17) -> None:
        """Write a title."""
        self.y += size
        self.put(LEFT, self.y, text, size, bold=True)
        self.y += 12

    def line(self, text: str, bold: bool = False, x: float = LEFT) -> None:
        """Write one line."""
        self.y += _LEADING
        self.put(x, self.y, text, bold=bold)

    def paragraph(self, text: str) -> None:
        """Write a text over as many lines as it takes, and leave a gap after it."""
        for line in wrap(text, _LINE_LENGTH):
            self.line(line)
        self.gap()

    def row(self, stops: Sequence[float], cells: Sequence[str], bold: bool = False) -> None:
        """Write one row of a table, each cell at its stop."""
        self.y += _LEADING
        for x, cell in zip(stops, cells, strict=True):
            self.put(x, self.y, cell, bold=bold)

    def rule(self, thickness: float = 0.8) -> None:
        """Draw a rule from margin to margin."""
        self.y += 6
        self.rules.append(Rule(LEFT, self.y, RIGHT - LEFT, thickness))
        self.y += 4

    def gap(self, height: float = 10) -> None:
        """Leave some white."""
        self.y += height


CHARACTERS = "".join(map(chr, range(32, 127))) + "ÀÂÇÈÉÊËÎÏÔÙÛÜàâçèéêëîïôùûüœ°€«»’–µ"
FONT_SIZES = ((8, False), (9, False), (10, False), (10, True), (14, True), (17, True))
"""The sizes in points that the font has, in regular and bold; larger ones are scaled."""
FONT_FILE = Path(__file__).parent / "font.bin"
"""DejaVu Sans Condensed (font-licence.txt), made by tests/demo_font.py: the width of each character, and its rows."""


def glyph_height(size: int) -> int:
    """Return the dots from the top of an accent to the foot of a g."""
    return size * 4


def baseline(size: int) -> int:
    """Return the dots above the baseline."""
    return size * 3


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character as rows of 64 dots, of which it takes ``width``, two to the right of its left edge."""

    width: int
    rows: tuple[int, ...]


@cache
def _glyphs(size: int, is_bold: bool) -> Mapping[str, Glyph]:
    data = zlib.decompress(FONT_FILE.read_bytes())
    start = 0
    for each in FONT_SIZES:
        length = 1 + 8 * glyph_height(each[0])
        if each == (size, is_bold):
            break
        start += length * len(CHARACTERS)
    glyphs = {}
    for number, character in enumerate(CHARACTERS):
        width, *rows = struct.unpack_from(f">B{glyph_height(size)}Q", data, start + number * length)
        glyphs[character] = Glyph(width, tuple(rows))
    return glyphs


def draw(text: str, size: int, is_bold: bool = False) -> tuple[int, Sequence[int]]:
    """Return the width of a text in dots, and its rows as numbers of which each bit is a dot."""
    glyphs = _glyphs(size, is_bold)
    rows, width = [0] * glyph_height(size), 0
    for character in unicodedata.normalize("NFC", text):
        glyph = glyphs.get(character, glyphs["?"])
        width += glyph.width
        # The dots left of its edge lie over the character before, those right of it over the next one.
        rows = [row << glyph.width | dots >> (62 - glyph.width) for row, dots in zip(rows, glyph.rows, strict=True)]
    return width, rows


# Every page names the page tree, which comes after them all: it has a number that is known beforehand.
_CATALOG, _TREE, _REGULAR, _BOLD, _FIRST_PAGE = 1, 2, 3, 4, 5


def write_pdf(pages: Iterable[Page]) -> bytes:
    """Write the pages as one PDF."""
    objects: dict[int, bytes] = {
        _CATALOG: b"<< /Type /Catalog /Pages %d 0 R >>" % _TREE,
        _REGULAR: _font(b"Helvetica"),
        _BOLD: _font(b"Helvetica-Bold"),
    }
    numbers: list[int] = []
    for number, page in enumerate(pages):
        leaf = _FIRST_PAGE + 2 * number
        numbers.append(leaf)
        objects[leaf] = b"<< /Type /Page /Parent %d 0 R /Contents %d 0 R >>" % (_TREE, leaf + 1)
        objects[leaf + 1] = _stream(_drawing(page))
    objects[_TREE] = (
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 %d %d]"
        b" /Resources << /Font << /R %d 0 R /B %d 0 R >> >> >>"
    ) % (len(numbers), b" ".join(b"%d 0 R" % number for number in numbers), WIDTH, HEIGHT, _REGULAR, _BOLD)
    return _file(objects)


def _file(objects: dict[int, bytes]) -> bytes:
    # The four bytes above 127 tell transfer programs that this is no text.
    body = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number in sorted(objects):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(body)
    size = len(objects) + 1
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, entries)
    body += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, _CATALOG, start)
    return bytes(body)


def _font(name: bytes) -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def _drawing(page: Page) -> bytes:
    return b"\n".join([*map(_rule, page.rules), b"BT", *map(_text, page.texts), b"ET"])


def _rule(rule: Rule) -> bytes:
    return b"%g %g %g %g re f" % (rule.x, HEIGHT - rule.y - rule.thickness, rule.width, rule.thickness)


def _text(text: Text) -> bytes:
    font = b"B" if text.bold else b"R"
    return b"/%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj" % (font, text.size, text.x, HEIGHT - text.y, _escaped(text.text))


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


class Scanner(NamedTuple):
    """How a fax is scanned: at fine or standard resolution, with so many speckles a page, one page fed upside down."""

    is_standard: bool = False
    speckles: int = 0
    turned_page: int = 0


FINE = Scanner()


def scanner_of(fax: ReceivedFax) -> Scanner:
    """Return the scanner that a fax was sent from: many are in standard resolution, some have dust on their glass."""
    rng = Random(f"{fax.file_name}/scanner")
    is_standard, is_dusty, is_turned = rng.random() < 0.4, rng.random() < 0.4, rng.random() < 0.25
    return Scanner(is_standard, 1200 if is_dusty else 0, fax.pages if is_turned else 0)


PIXELS_WIDE = 1728
"""The line of a fax machine: 215 mm at 204 pixels an inch."""
_X_DPI, _Y_DPI = 204, 196
_PIXELS_HIGH = HEIGHT * _Y_DPI // 72

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_HEIGHT, _STRIP, _X_RESOLUTION, _Y_RESOLUTION, _ROWS, _LENGTH = 257, 273, 282, 283, 278, 279
# Tag, type, value. What is 0 here is filled in page by page.
_TAGS = (
    (254, _LONG, 2),  # one page of many
    (256, _LONG, PIXELS_WIDE),
    (_HEIGHT, _LONG, 0),
    (258, _SHORT, 1),  # bit a pixel
    (259, _SHORT, 8),  # packed by deflate
    (262, _SHORT, 0),  # white is zero
    (_STRIP, _LONG, 0),
    (277, _SHORT, 1),  # sample a pixel
    (_ROWS, _LONG, 0),  # all of them in one strip
    (_LENGTH, _LONG, 0),
    (_X_RESOLUTION, _RATIONAL, 0),
    (_Y_RESOLUTION, _RATIONAL, 0),
    (296, _SHORT, 2),  # an inch
)
_DIRECTORY = 2 + 12 * len(_TAGS) + 4


def write_tiff(pages: Iterable[Page], scanner: Scanner = FINE) -> bytes:
    """Write the pages as one TIFF, one directory a page: the directory, the resolutions, the scan."""
    resolution = struct.pack("<4I", _X_DPI, 1, _Y_DPI // 2 if scanner.is_standard else _Y_DPI, 1)
    parts: list[bytes] = []
    start = 8
    for number, page in enumerate(pages, 1):
        rows = _scan(page, scanner, number)
        scan = zlib.compress(b"".join(row.to_bytes(PIXELS_WIDE // 8, "big") for row in rows), 1)
        resolutions = start + _DIRECTORY
        image = resolutions + len(resolution)
        places = {_STRIP: image, _LENGTH: len(scan), _X_RESOLUTION: resolutions, _Y_RESOLUTION: resolutions + 8}
        places |= {_HEIGHT: len(rows), _ROWS: len(rows)}
        entries = [struct.pack("<HHII", tag, kind, 1, places.get(tag, value)) for tag, kind, value in _TAGS]
        # A directory starts at an even offset.
        padding = bytes(len(scan) % 2)
        start = image + len(scan) + len(padding)
        parts.append(struct.pack("<H", len(_TAGS)) + b"".join(entries) + struct.pack("<I", start))
        parts.append(resolution + scan + padding)
    # The last directory names none after it.
    parts[-2] = parts[-2][:-4] + bytes(4)
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(parts)


def _scan(page: Page, scanner: Scanner, number: int) -> Sequence[int]:
    """The rows of a page as numbers of which each bit is a pixel."""
    rows = [0] * _PIXELS_HIGH
    for rule in page.rules:
        width = _across(rule.width)
        for row in range(_down(rule.y), _down(rule.y) + max(2, _down(rule.thickness))):
            rows[row] |= _placed((1 << width) - 1, _across(rule.x), width)
    for text in page.texts:
        _draw_text(rows, text)
    dust = Random(number)
    for _ in range(scanner.speckles):
        rows[dust.randrange(_PIXELS_HIGH)] ^= 1 << dust.randrange(PIXELS_WIDE)
    if number == scanner.turned_page:
        rows = [int(f"{row:0{PIXELS_WIDE}b}"[::-1], 2) for row in reversed(rows)]
    return rows[::2] if scanner.is_standard else rows


def _draw_text(rows: list[int], text: Text) -> None:
    fonts = [(size, bold) for size, bold in FONT_SIZES if bold == text.bold or size < 9]
    size, bold = min(fonts, key=lambda font: abs(text.size - font[0] * max(1, text.size // font[0])))
    scale = max(1, int(text.size // size))
    width, dots = draw(text.text, size, bold)
    top = _down(text.y) - baseline(size) * scale
    for number, row in enumerate(dots):
        wide = int("".join(bit * scale for bit in f"{row:0{width}b}"), 2) if scale > 1 else row
        for place in range(top + number * scale, top + (number + 1) * scale):
            rows[place] |= _placed(wide, _across(text.x), width * scale)


def _placed(bits: int, left: int, width: int) -> int:
    """Return a row with `width` bits `left` pixels from its left edge; an overhang on the right is dropped."""
    shift = PIXELS_WIDE - left - width
    return bits << shift if shift >= 0 else bits >> -shift


def _across(points: float) -> int:
    return round(points * PIXELS_WIDE / WIDTH)


def _down(points: float) -> int:
    return round(points * _Y_DPI / 72)


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
    """Write the line that the sending machine prints over every page."""
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
