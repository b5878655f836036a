"""How well and how fast faxes are read: `python benchmarks/reading.py [--pages N]`.

Pages of the demo are drawn in three typefaces, put askew, sprinkled with speckles, scanned at both resolutions of a
fax, and read as faxtui reads them. The text layer of the PDF that they were drawn from says what stood on them.
Numbers are what counts: how many are wrong, and how many of these are not marked as to be checked.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import math
import os
import random
import re
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pypdfium2
from PIL import Image

from faxtui.demo.data import history
from faxtui.demo.documents import write_pages, write_pdf
from faxtui.preview.client import DocumentReader
from faxtui.preview.protocol import Box
from faxtui.preview.recognition import FIRST_DPI, TextReader
from faxtui.preview.text import Word

WIDTH, HEIGHT = 1728, 2292
FONTS = (b"Helvetica", b"Times-Roman", b"Courier")
SKEWS = (0.0, 0.4, -0.7)
SPECKLES = (0.0, 0.001, 0.003)
"""Share of the pixels that are flipped."""


@dataclass(frozen=True, slots=True)
class Scan:
    name: str
    content: bytes
    truth: tuple[Word, ...]


@dataclass(slots=True)
class Score:
    numbers: int = 0
    wrong: int = 0
    unmarked: int = 0
    marked: int = 0
    units: int = 0
    units_unmarked: int = 0
    words: int = 0
    words_wrong: int = 0


async def scans(count: int) -> Sequence[Scan]:
    faxes = [fax for fax in reversed(history(60300, datetime(2026, 11, 23, 9, 42, tzinfo=UTC))) if fax.kind != "advert"]
    kinds = ("laboratory", "laboratory", "prescription", "claim", "letter", "order")
    found = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        fax = [fax for fax in faxes if fax.kind == kind][number]
        choose = random.Random(number)
        font, skew, speckle = choose.choice(FONTS), choose.choice(SKEWS), choose.choice(SPECKLES)
        is_standard = choose.random() < 0.5
        document = write_pdf(write_pages(fax)).replace(b"/BaseFont /Helvetica", b"/BaseFont /" + font)
        reader = DocumentReader(document)
        try:
            await reader.open()
            layer = await reader.text_layer(0)
            info = await reader.page_info(0)
        finally:
            await reader.aclose()
        down = HEIGHT / info.height / (2 if is_standard else 1)
        truth = tuple(Word(each.text, askew(each.box, info.height, skew, down)) for each in layer.words)
        image = scan(document, skew, speckle, is_standard, number)
        name = f"{kind:<12} {font.decode():<11} {skew:+.1f}° {speckle:.1%} {98 if is_standard else 196} dpi"
        found.append(Scan(name, image, truth))
    return found


def askew(box: Box, height: float, degrees: float, down: float) -> Box:
    """Where a box is after its page was turned about its middle, and its lines were squeezed."""
    angle, x, y = math.radians(degrees), WIDTH / 2, height / 2
    across, deep = (box.left + box.right) / 2 - x, (box.top + box.bottom) / 2 - y
    left = x + across * math.cos(angle) + deep * math.sin(angle) - (box.right - box.left) / 2
    top = y - across * math.sin(angle) + deep * math.cos(angle) - (box.bottom - box.top) / 2
    return Box(left, top * down, left + box.right - box.left, (top + box.bottom - box.top) * down)


def scan(document: bytes, skew: float, speckle: float, is_standard: bool, seed: int) -> bytes:
    page = pypdfium2.PdfDocument(document)[0].render(scale=WIDTH / 595, grayscale=True).to_pil()
    page = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    page = page.resize((WIDTH, HEIGHT), Image.Resampling.BOX).point([0] * 128 + [255] * 128)
    if is_standard:  # every second line is sent
        page = page.resize((WIDTH, HEIGHT // 2), Image.Resampling.NEAREST)
    pixels = page.load()
    choose = random.Random(seed)
    for _ in range(int(page.width * page.height * speckle)):
        x, y = choose.randrange(page.width), choose.randrange(page.height)
        pixels[x, y] = 255 - pixels[x, y]
    file = io.BytesIO()
    page.convert("1").save(file, "TIFF", compression="group4", dpi=(204, 98 if is_standard else 196))
    return file.getvalue()


def overlaps(box: Box, other: Box) -> bool:
    across = min(box.right, other.right) - max(box.left, other.left)
    down = min(box.bottom, other.bottom) - max(box.top, other.top)
    return across * 2 > min(box.right - box.left, other.right - other.left) and down * 3 > min(
        box.bottom - box.top, other.bottom - other.top
    )


def judge(scan: Scan, words: Sequence[Word], score: Score) -> Iterator[str]:
    for word in scan.truth:
        read = [each for each in words if overlaps(word.box, each.box)]
        wanted = [each for each in scan.truth if any(overlaps(each.box, other.box) for other in read)] or [word]
        is_right = plain("".join(each.text for each in read)) == plain("".join(each.text for each in wanted))
        is_marked = any(each.to_check for each in read)
        score.words += 1
        score.words_wrong += not is_right
        if word.is_number:
            score.numbers += 1
            score.marked += is_marked
            score.wrong += not is_right
            score.unmarked += not is_right and not is_marked
        elif re.match("[µ]", word.text):
            score.units += 1
            score.units_unmarked += not is_right and not is_marked
        else:
            continue
        if not is_right:
            texts = " ".join(each.text for each in read) or "nothing"
            yield f"    {word.text} read as {texts}{'' if is_marked else '   UNMARKED'}"


def plain(text: str) -> str:
    """Return a text without what does not change its meaning: a point for a comma, signs around it, an accent."""
    return re.sub("[.,;:]", ".", text.translate(str.maketrans("’–μ", "'-µ"))).strip(".'()[]|“”\"-").replace("à", "a")


def bare(image: bytes) -> float:
    """Seconds that Tesseract alone takes for a prepared page."""
    environ = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    command = ("tesseract", "stdin", "stdout", "-l", "fra+eng", "--psm", "3", "--dpi", str(FIRST_DPI), "tsv")
    start = time.perf_counter()
    subprocess.run(command, input=image, env=environ, check=True, capture_output=True)
    return time.perf_counter() - start


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=36)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    by_kind: dict[str, Score] = {}
    score, ratios, seconds, checks = Score(), list[float](), list[float](), list[float]()
    for page in await scans(options.pages):
        document = DocumentReader(page.content)
        try:
            await document.open()
            alone = bare(await document.scan(0, FIRST_DPI))
            reader = TextReader(document)
            start = time.perf_counter()
            text = await reader.read(0)
            first = time.perf_counter()
            text = await reader.check(text)
            checks.append(time.perf_counter() - first)
        finally:
            await document.aclose()
        seconds.append(first - start)
        ratios.append((first - start) / alone)
        mistakes = list(judge(page, text.words, score))
        kind = " ".join(page.name.split()[1:2] + page.name.split()[-2:])
        list(judge(page, text.words, by_kind.setdefault(kind, Score())))
        if not options.quiet:
            print(f"{page.name}  {first - start:.2f} s, {ratios[-1]:.2f} × bare, {text.to_check} to check", flush=True)
            print(*mistakes, sep="\n", end="\n" if mistakes else "")
    for kind, each in sorted(by_kind.items()):
        print(f"{kind:<20} {each.numbers} numbers, wrong {each.wrong}, wrong and unmarked {each.unmarked}")
    print(f"words           {score.words}, wrong {score.words_wrong / score.words:.2%}")
    print(f"numbers         {score.numbers}, marked {score.marked / score.numbers:.1%}")
    print(f"wrong           {score.wrong / score.numbers:.2%}   (at most 1 %)")
    print(f"wrong, unmarked {score.unmarked / score.numbers:.2%}   (at most 0.2 %)")
    print(f"µ units         {score.units}, wrong and unmarked {score.units_unmarked}")
    print(f"first reading   {statistics.median(seconds):.2f} s, {statistics.median(ratios):.2f} × bare tesseract")
    print(f"second reading  {statistics.median(checks):.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
