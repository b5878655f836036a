"""``faxtui list``: the faxes that match, as a table, CSV or JSON."""

from __future__ import annotations

import errno
import math
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, TextIO

from faxtui.commands.formats import Format, Writer, writer_of
from faxtui.domain.fields import Reading
from faxtui.domain.period import in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.text import counted, visible
from faxtui.errors import InvalidValue, ServiceError, StorageError
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.patience import Patience
from faxtui.inbox.service import FaxService
from faxtui.inbox.view import Shown
from faxtui.inbox.walk import Tally, walk

DONE = 0


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What to list, and how: the query's page, or with ``all_pages`` that page and every one after it.

    ``output`` is a file to write instead of standard output, ``excel`` makes CSV safe for Excel, ``zone`` is the
    operator's (None: this machine's). Raises InvalidValue where ``excel`` is asked of anything but CSV.
    """

    query: FaxQuery
    format: Format = Format.TABLE
    all_pages: bool = False
    output: Path | None = None
    excel: bool = False
    zone: tzinfo | None = None
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        if self.excel and self.format is not Format.CSV:
            raise InvalidValue("--excel is about CSV: add --format csv, or leave --excel out.", "excel")


@dataclass(frozen=True, slots=True)
class Streams:
    """Where data and words go.

    ``width`` is in cells: that of the terminal which ``out`` is, None where it is none. ``utf8``: whether the
    terminal shows it.
    """

    out: BinaryIO
    err: TextIO
    width: int | None = None
    err_is_terminal: bool = False
    utf8: bool = True


async def list_faxes(service: FaxService, clock: ServiceClock, request: ListRequest, streams: Streams) -> int:
    """List what is asked for; returns the exit code. A reader that has had enough is no failure: that ends quietly.

    ``request.output`` is there whole or, after a failure or a cancellation, as it was before. Raises InvalidValue,
    ServiceError, and StorageError where the data can't be written.
    """
    words = _Words(streams)
    tally = Tally()
    pages = walk(service, clock, request.query, request.zone, request.patience, tally=tally, on_wait=words.tell_of_wait)
    writer = _writer(clock, request, streams)
    last: Shown | None = None
    try:
        with _destination(request, streams) as out:
            words.show("Asking for faxes …")
            async with aclosing(pages):
                async for last in pages:
                    words.clear()
                    out.write(writer.page(last.page.faxes))
                    out.flush()
                    if not request.all_pages:
                        break
                    words.show(_progress(tally))
            words.clear()
            out.write(writer.end())
    except BrokenPipeError:
        return DONE
    finally:
        words.clear()
    if last is not None:
        for sentence in _remarks(request, tally, last, is_watched=streams.err_is_terminal):
            words.say(sentence)
    return DONE


class _Words:
    """What is said to a person: lines for good, and on a terminal one that is rewritten in place."""

    def __init__(self, streams: Streams) -> None:
        self._err = streams.err
        self._is_terminal = streams.err_is_terminal
        self._utf8 = streams.utf8
        self._shown = 0

    def say(self, sentence: str) -> None:
        self.clear()
        self._write(f"faxtui: {sentence}\n")

    def show(self, text: str) -> None:
        if self._is_terminal:
            self.clear()
            written = text if self._utf8 else text.replace("…", "..")
            self._write(written)
            self._shown = len(written)

    def clear(self) -> None:
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def tell_of_wait(self, error: ServiceError, seconds: float) -> None:
        when = f"in {counted(math.ceil(seconds), 'second', 'seconds')}" if seconds else "at once"
        self.say(f"{visible(str(error))} faxtui does so by itself {when}.")

    def _write(self, text: str) -> None:
        """Where nobody listens any more, the data still counts."""
        with suppress(OSError):
            self._err.write(text)
            self._err.flush()


def _writer(clock: ServiceClock, request: ListRequest, streams: Streams) -> Writer:
    reading = Reading(clock.now().astimezone(request.zone).year, request.zone)
    if request.output is not None or streams.width is None:
        return writer_of(request.format, reading, excel=request.excel)
    return writer_of(request.format, reading, excel=request.excel, width=streams.width, utf8=streams.utf8)


def _progress(tally: Tally) -> str:
    of_all = "" if tally.total is None else f" of {tally.total:,}"
    return f"{tally.faxes:,}{of_all} faxes …"


def _remarks(request: ListRequest, tally: Tally, last: Shown, *, is_watched: bool) -> Iterator[str]:
    """What there is to say at the end; to a person who watches, some help as well."""
    page = last.page
    if not tally.faxes and request.query.page > 1:
        count = "" if page.page_count is None else f": the service counts {counted(page.page_count, 'page', 'pages')}"
        yield f"There is no page {request.query.page:,}{count}."
    elif not tally.faxes and is_watched:
        yield f"There are no faxes: {in_words(request.query.filters)}."
    if request.all_pages and tally.remark:
        yield tally.remark
    elif not request.all_pages and page.disagreement:
        yield f"{page.disagreement[0].upper()}{page.disagreement[1:]}: list again to be sure."
    if is_watched and request.output is not None:
        yield f"{counted(tally.faxes, 'fax is', 'faxes are')} in {visible(str(request.output))}."
    if is_watched and page.has_next and not request.all_pages:
        of_all = "" if page.page_count is None else f" of {page.page_count:,}"
        yield f"This is page {page.number:,}{of_all}: --page {page.number + 1} lists the next one, --all every page."


def _destination(request: ListRequest, streams: Streams) -> AbstractContextManager[BinaryIO]:
    return _standard_output(streams.out) if request.output is None else _file(request.output)


@contextmanager
def _standard_output(out: BinaryIO) -> Iterator[BinaryIO]:
    """Raises BrokenPipeError where nobody reads any more, else StorageError; it takes no more data then."""
    try:
        yield out
        out.flush()
    except OSError as error:
        _silence(out)
        if isinstance(error, BrokenPipeError):
            raise
        raise StorageError(
            f"The list can't be written to standard output: {_reason(error)}. What came out of it is not whole."
        ) from error


def _silence(out: BinaryIO) -> None:
    """What is still buffered goes nowhere, so that the interpreter's own flush at its end does not fail once more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, out.fileno())
    os.close(null)


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    """A device or a pipe is written to as it is, anything else whole or not at all. Raises StorageError."""
    try:
        if _is_special(path):
            with path.open("wb") as file:
                yield file
        else:
            with _whole_file(path.resolve()) as file:
                yield file
    except FileNotFoundError as error:
        folder = visible(str(path.parent))
        raise StorageError(f"There is no folder {folder}: make it, or name a file elsewhere.") from error
    except OSError as error:
        raise StorageError(
            f"{visible(str(path))} can't be written: {_reason(error)}. Nothing was saved: mend that, or name a file "
            "elsewhere, and list again."
        ) from error


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """Mode 0600, in the same folder, fsynced, and renamed once it is whole."""
    handle, name = tempfile.mkstemp(prefix=".faxtui-list-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_special(path: Path) -> bool:
    """Raises IsADirectoryError for a folder, and other OSErrors where it can't be looked at."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return not stat.S_ISREG(mode)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
