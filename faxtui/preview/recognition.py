"""Read the text of a page: its text layer, or what Tesseract recognises in it.

Tesseract is a program of its own (Debian: tesseract-ocr, tesseract-ocr-fra, tesseract-ocr-osd), run with one thread,
limits and low priority. It gets the page through its input and returns words through its output: no file is written,
and nothing of a fax becomes an argument.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import resource
import shutil
import signal
import statistics
from asyncio.subprocess import Process
from collections.abc import Sequence
from typing import NamedTuple

from faxtui.errors import TextUnavailable
from faxtui.preview.client import DocumentReader
from faxtui.preview.protocol import Box
from faxtui.preview.text import PageText, TextSource, Word, mark_unchecked, merge_readings
from faxtui.processes import start_worker
from faxtui.translation import _

FIRST_DPI, SECOND_DPI = 204, 306
"""The two readings see the letters in different sizes, and so make different mistakes."""
_TURNED_BELOW = 70
"""Mean confidence, in percent, below which a page may be turned: about 91 upright, 48 upside down."""
_NOISE_BELOW = 60
"""Confidence, in percent, below which a sign without a letter or digit may be none."""
_TIMEOUT = 60.0
_MAX_CPU, _MAX_MEMORY, _MAX_OUTPUT = 60, 2 << 30, 8 << 20
_NICE = 10
_CHUNK = 1 << 16
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
_ROTATE = re.compile(rb"^Rotate: (0|90|180|270)$", re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z0-9_/]+")


class Tesseract(NamedTuple):
    """An installed Tesseract and its languages, such as ``fra``; ``osd`` finds out how a page was turned."""

    command: str
    version: str
    languages: tuple[str, ...]


async def find_tesseract() -> Tesseract | None:
    """Return the Tesseract on the path, or None if there is none that works."""
    command = shutil.which("tesseract")
    if command is None:
        return None
    try:
        output = await _run((command, "--list-langs"), b"")
        _first, *languages = output.decode(errors="replace").splitlines()
        version = await _run((command, "--version"), b"")
    except (_Failed, ValueError):
        return None
    return Tesseract(command, version.decode(errors="replace").partition("\n")[0].strip(), tuple(languages))


def missing_recognition() -> str:
    """Return a sentence that says how to get Tesseract; an empty one if it is on the path. Starts no process."""
    if shutil.which("tesseract") is not None:
        return ""
    return _(
        "The text of this page needs Tesseract. Install it with: sudo apt install tesseract-ocr tesseract-ocr-fra"
        " tesseract-ocr-osd"
    )


class TextReader:
    """The text of a document's pages, counted from 0. It is kept in memory only.

    A cancelled call ends the recognition that it started. The methods raise UnreadableDocument and TextUnavailable.
    """

    def __init__(self, document: DocumentReader, languages: Sequence[str] = ("fra", "eng")) -> None:
        self._document = document
        self._languages = languages
        self._tesseract: Tesseract | None = None
        self._known: dict[tuple[int, int | None], PageText] = {}

    def known(self, page: int, turn: int | None = None) -> PageText | None:
        """Return the text of a page if it was read before."""
        return self._known.get((page, turn))

    async def read(self, page: int, turn: int | None = None) -> PageText:
        """Return the text of a page.

        If it is not final, its numbers are marked until `check` has read them again. A page that was fed upside down
        or sideways is read turned, unless ``turn`` says by how many degrees to turn it clockwise.
        """
        if (known := self._known.get((page, turn))) is not None:
            return known
        layer = await self._document.text_layer(page)
        if layer.words:
            words = tuple(Word(word.text, word.box, line=word.line) for word in layer.words)
            text = PageText(page, words, TextSource.LAYER, layer.turned)
        elif (await self._document.page_info(page)).is_blank:
            text = PageText(page)
        else:
            text = await self._recognise(page, turn)
        self._known[page, turn] = text
        return text

    async def check(self, text: PageText) -> PageText:
        """Read a page again, at another size, and return its text with only those words marked that differ."""
        if text.is_final:
            return text
        second = await self._words(text.page, text.turned, SECOND_DPI)
        checked = PageText(text.page, merge_readings(text.words, second), text.source, text.turned)
        self._known = {key: checked if each is text else each for key, each in self._known.items()}
        return checked

    async def _recognise(self, page: int, turn: int | None) -> PageText:
        text = await self._first_reading(page, turn or 0)
        if turn is None and text.confidence < _TURNED_BELOW and (turned := await self._orientation(page)):
            other = await self._first_reading(page, turned)
            text = max(text, other, key=lambda each: each.confidence)
        return text

    async def _first_reading(self, page: int, turn: int) -> PageText:
        words = mark_unchecked(await self._words(page, turn, FIRST_DPI))
        is_final = not any(word.to_check for word in words)
        return PageText(page, words, TextSource.RECOGNISED, turn, is_final)

    async def _orientation(self, page: int) -> int:
        """By how many degrees to turn a page clockwise; half a turn if it has too little text to say."""
        tesseract = await self._installed()
        if "osd" not in tesseract.languages:
            return 180
        image = await self._document.scan(page, FIRST_DPI)
        try:
            output = await _run((tesseract.command, "stdin", "stdout", "-l", "osd", "--psm", "0"), image)
        except _Failed:
            return 180
        found = _ROTATE.search(output)
        return int(found[1]) if found else 180

    async def _words(self, page: int, turn: int, dpi: int) -> tuple[Word, ...]:
        tesseract = await self._installed()
        image = await self._document.scan(page, dpi, turn)
        info = await self._document.page_info(page, turn)
        languages = [each for each in self._languages if each in tesseract.languages] or [tesseract.languages[0]]
        options = ("-l", "+".join(languages), "--psm", "3", "--dpi", str(dpi), "-c", "tessedit_create_tsv=1")
        try:
            output = await _run((tesseract.command, "stdin", "stdout", *options), image)
        except _Failed as error:
            raise TextUnavailable(
                _("Tesseract could not read page {page}: {reason}.").format(page=page + 1, reason=error)
            ) from error
        width, height = _size(image)
        return tuple(_parse(output, info.width / width, info.height / height))

    async def _installed(self) -> Tesseract:
        if self._tesseract is None:
            self._tesseract = await find_tesseract()
        if self._tesseract is None:
            raise TextUnavailable(
                missing_recognition() or _("Tesseract does not work. Run “tesseract --list-langs” to see why.")
            )
        if not self._tesseract.languages:
            raise TextUnavailable(_("Tesseract has no language. Install one with: sudo apt install tesseract-ocr-fra"))
        return self._tesseract


class _Failed(Exception):
    """Tesseract failed; the text says why."""


async def _run(command: Sequence[str], data: bytes) -> bytes:
    """Return what it prints. Raises _Failed. A cancelled call ends it."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        process = await start_worker(command, {**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"})
    except OSError as error:
        raise _Failed(error.strerror or str(error)) from error
    try:
        # Before its first byte of a stranger's page.
        _limit(process)
        async with asyncio.timeout(_TIMEOUT):
            output, _nothing = await asyncio.gather(_read(process), _write(process, data))
            if await process.wait():
                raise _Failed(_("it ended with exit code {code}").format(code=process.returncode))
    except TimeoutError as error:
        raise _Failed(_("it took longer than {seconds:g} seconds").format(seconds=_TIMEOUT)) from error
    finally:
        await _end(process)
    return output


async def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # The event loop sees its end only after what it printed is read.
        while process.stdout is not None and await process.stdout.read(_CHUNK):
            pass
        await process.wait()


def _limit(process: Process) -> None:
    with contextlib.suppress(ValueError, OSError):
        for what, most in (
            (resource.RLIMIT_CPU, _MAX_CPU),
            (resource.RLIMIT_AS, _MAX_MEMORY),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.prlimit(process.pid, what, (most, most))
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)


async def _write(process: Process, data: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(ConnectionError):
            process.stdin.write(data)
            await process.stdin.drain()
        process.stdin.close()


async def _read(process: Process) -> bytes:
    parts: list[bytes] = []
    size = 0
    while process.stdout is not None and (part := await process.stdout.read(_CHUNK)):
        size += len(part)
        if size > _MAX_OUTPUT:
            raise _Failed(_("it returned too much text"))
        parts.append(part)
    return b"".join(parts)


def _size(image: bytes) -> tuple[int, int]:
    """The width and height of a PGM."""
    _magic, width, height = image.split(maxsplit=3)[:3]
    return int(width), int(height)


def _parse(tsv: bytes, across: float, down: float) -> list[Word]:
    """Return the words of Tesseract's table; ``across`` and ``down`` are pixels of the page a pixel of the image."""
    here, lines = ("", "", ""), list[list[Word]]()
    for row in tsv.decode("utf-8", "replace").splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or not (text := "".join(cells[11].split())):
            continue
        try:
            block = int(cells[2])
            left, top, width, height, confidence = map(float, cells[6:11])
        except ValueError:
            continue
        if (line := (cells[2], cells[3], cells[4])) != here:
            here = line
            lines.append([])
        box = Box(left * across, top * down, (left + width) * across, (top + height) * down)
        if all(map(math.isfinite, (*box, confidence))):
            lines[-1].append(Word(text, box, confidence, block, len(lines)))
    return [word for line in lines for word in line if not _is_noise(word, line)]


def _is_noise(word: Word, line: Sequence[Word]) -> bool:
    """Return True for a speckle or a part of a rule: an unsure sign that is not as tall as the letters beside it.

    One that is as tall may be a digit: it stays.
    """
    if word.confidence >= _NOISE_BELOW or any(map(str.isalnum, word.text)):
        return False
    tall = [each.box.bottom - each.box.top for each in line if any(map(str.isalnum, each.text))]
    return not tall or not 0.6 < (word.box.bottom - word.box.top) / max(statistics.median(tall), 1) < 1.4
