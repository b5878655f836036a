"""Command ``faxtui text``: the text of faxes and files on standard output; and text files beside saved faxes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from faxtui.cli.context import CommandContext, connect_for_command, run_to_end
from faxtui.cli.output import Messages, Streams, open_output, standard_streams
from faxtui.domain.fax import FaxKey
from faxtui.domain.service import DocumentService
from faxtui.domain.text import in_ascii, visible
from faxtui.errors import (
    FaxtuiError,
    PreviewNotInstalled,
    ServiceError,
    SignInRefused,
    StorageError,
    UsageError,
    why,
)
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.saver import read_document
from faxtui.preview.client import DocumentReader
from faxtui.preview.recognition import TextReader
from faxtui.preview.text import PageText, TextSource, Word
from faxtui.storage.files import read_limited, replaced
from faxtui.translation import _, ngettext

DONE, INCOMPLETE = 0, 1
MOST_BYTES = 64_000_000
"""Bytes of a document that is read into memory."""
TEXT, JSON = "text", "json"
_FORM_FEED = "\f"


@dataclass(frozen=True, slots=True)
class TextRequest:
    """Documents to read: files and faxes, in their order. ``languages`` are as Tesseract names them.

    ``reading_order`` gives the text block by block, without columns.
    """

    documents: Sequence[Path | FaxKey]
    languages: Sequence[str] = ("fra", "eng")
    format: str = TEXT
    reading_order: bool = False
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


async def write_texts(service: DocumentService | None, request: TextRequest, streams: Streams) -> int:
    """Write the text of each document and return the exit code: 0 if every page was read.

    A document that can't be read is reported, and the next one is read. ``service`` is needed for faxes. Raises
    SignInRefused, PreviewNotInstalled, and StorageError if standard output fails.
    """
    messages, code = Messages(streams), DONE
    is_first = True
    try:
        with open_output(None, streams) as out:
            if request.format == JSON:
                out.write(b"[")
            for document in request.documents:
                name = document.shown if isinstance(document, FaxKey) else visible(str(document))
                try:
                    pages = await _read(service, document, request, messages)
                except (SignInRefused, PreviewNotInstalled):
                    raise
                except FaxtuiError as error:
                    messages.write(str(error) if isinstance(error, StorageError) else f"{name}: {error}")
                    code = INCOMPLETE
                    continue
                messages.clear()
                if request.format == JSON:
                    out.write(b"\n" if is_first else b",\n")
                    out.write(json.dumps(as_json(name, pages), ensure_ascii=False).encode())
                else:
                    between = "\n" if streams.is_terminal else _FORM_FEED
                    text = as_text(pages, between, streams.width or 0, reading_order=request.reading_order)
                    shown = text if streams.utf8 or not streams.is_terminal else in_ascii(text)
                    out.write(("" if is_first else between).encode() + shown.encode("utf-8", "backslashreplace"))
                out.flush()
                is_first = False
                if remark := _remark(name, pages):
                    messages.write(remark)
            if request.format == JSON:
                out.write(b"\n]\n")
    except BrokenPipeError:
        return code
    finally:
        messages.clear()
    return code


async def _read(
    service: DocumentService | None, document: Path | FaxKey, request: TextRequest, messages: Messages
) -> list[PageText]:
    if isinstance(document, Path):
        content = await asyncio.to_thread(_content, document)
    else:
        assert service is not None
        content = await _fetch(service, document, request.retry_policy, messages)
    return [page async for page in read_pages(content, request.languages, messages.show_progress)]


async def read_pages(
    content: bytes, languages: Sequence[str], show_progress: Callable[[str], None]
) -> AsyncGenerator[PageText, None]:
    """Yield the text of each page of a document.

    Raises UnreadableDocument, TextUnavailable and PreviewNotInstalled.
    """
    reader = DocumentReader(content)
    try:
        await reader.open()
        texts = TextReader(reader, languages)
        for number in range(reader.pages):
            show_progress(_("Reading page {number:,} of {count:,} …").format(number=number + 1, count=reader.pages))
            yield await texts.check(await texts.read(number))
    finally:
        await reader.aclose()


def as_text(pages: Sequence[PageText], between: str, columns: int = 0, *, reading_order: bool = False) -> str:
    """Return the text of a document; each page ends with a line end, and ``between`` stands between two."""
    return between.join("".join(f"{line}\n" for line in _lines(page, columns, reading_order)) for page in pages)


def _lines(page: PageText, columns: int, reading_order: bool) -> Iterator[str]:
    if reading_order:
        return map(visible, page.reading_order.splitlines())
    return (line.text for line in page.lay_out(columns))


def as_json(name: str, pages: Sequence[PageText]) -> dict[str, object]:
    """Return the JSON object of a document. Boxes are left, top, right, bottom in pixels of the turned page."""
    return {
        "name": name,
        "pages": [
            {
                "page": page.page + 1,
                "source": page.source.value,
                "turned": page.turned,
                "confidence": round(page.confidence, 1),
                "to_check": page.to_check,
                "words": [_word(each) for each in page.words],
            }
            for page in pages
        ],
    }


def _word(word: Word) -> dict[str, object]:
    return {
        "text": word.text,
        "box": [round(each, 1) for each in word.box],
        "confidence": round(word.confidence, 1),
        "block": word.block,
        "line": word.line,
        "to_check": word.to_check,
    }


def _remark(name: str, pages: Sequence[PageText]) -> str:
    """Return a warning about recognised text; empty if the text came with the document."""
    if all(page.source is TextSource.LAYER or not page.words for page in pages):
        return ""
    count = sum(page.to_check for page in pages)
    if not count:
        return _("{name}: recognised text, may contain errors.").format(name=name)
    return ngettext(
        "{name}: recognised text, may contain errors; {count:,} word in brackets to check.",
        "{name}: recognised text, may contain errors; {count:,} words in brackets to check.",
        count,
    ).format(name=name, count=count)


async def _fetch(service: DocumentService, key: FaxKey, policy: RetryPolicy, messages: Messages) -> bytes:
    async def pause(error: FaxtuiError, seconds: float) -> None:
        if isinstance(error, ServiceError):
            messages.write_retry(error, seconds, key.shown)
        await asyncio.sleep(seconds)

    messages.show_progress(_("Requesting {fax} …").format(fax=key.shown))
    return await policy.run(lambda: read_document(service, key, MOST_BYTES), pause)


def _content(path: Path) -> bytes:
    """Return what a file holds. Raises StorageError."""
    try:
        return read_limited(path, MOST_BYTES)
    except OSError as error:
        text = _("{path} can't be read: {reason}.")
        raise StorageError(text.format(path=visible(str(path)), reason=why(error))) from error


async def write_text_beside(path: Path, languages: Sequence[str], show_progress: Callable[[str], None]) -> bool:
    """Write the text of a saved document into a file beside it, unless there is one. Return True if it was written.

    Raises FaxtuiError.
    """
    target = path.with_suffix(".txt")
    if target == path or await asyncio.to_thread(target.exists):
        return False
    content = await asyncio.to_thread(_content, path)
    async with aclosing(read_pages(content, languages, show_progress)) as pages:
        text = as_text([page async for page in pages], _FORM_FEED)
    return await asyncio.to_thread(_write_new, target, text.encode("utf-8", "backslashreplace"))


def _write_new(path: Path, content: bytes) -> bool:
    try:
        with replaced(path, only_new=True) as file:
            file.write(content)
    except FileExistsError:
        return False
    except OSError as error:
        raise StorageError(
            _("{path} can't be written: {reason}.").format(path=visible(str(path)), reason=why(error))
        ) from error
    return True


def run_text(context: CommandContext, environ: Mapping[str, str]) -> int:
    """Run ``faxtui text`` and return the exit code. Raises FaxtuiError."""
    options, streams = context.options, standard_streams(environ, needs_output=True)
    request = TextRequest(
        documents=[_document(each) for each in options.documents],
        languages=context.settings.reader.languages,
        format=options.text_format,
        reading_order=options.reading_order,
    )
    needs_service = any(isinstance(each, FaxKey) for each in request.documents)
    service = connect_for_command(context, environ) if needs_service else None
    return run_to_end(_write_and_close(service, request, streams))


async def _write_and_close(service: DocumentService | None, request: TextRequest, streams: Streams) -> int:
    try:
        return await write_texts(service, request, streams)
    finally:
        if service is not None:
            await service.aclose()


def _document(named: str) -> Path | FaxKey:
    """Return an existing file, else the fax of that name. Raises UsageError if it can't be one."""
    path = Path(named)
    if path.is_file():
        return path
    folder, _slash, file_name = named.partition("/")
    key = FaxKey(folder, file_name)
    if not key.has_address:
        raise UsageError(
            _("There is no file {name}. Name a file, or a fax as FOLDER/FILE.").format(name=visible(named))
        )
    return key
