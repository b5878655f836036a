"""The file of a fax, read from an answer whose form is not documented: as it is, or in JSON as base64 ``Content``.

It is given out only where one can tell that it is whole: by its length or its framing, or because the base64 decodes.
And it must begin like a PDF or a TIFF, whatever type it says it has. (All our decisions.)
"""

from __future__ import annotations

import codecs
from binascii import a2b_base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from faxtui.domain.document import HEAD, DocumentType
from faxtui.domain.fax import FaxKey
from faxtui.errors import NoAnswer, UnexpectedAnswer
from faxtui.odyssey.answer import Answer, packed_unasked, too_long
from faxtui.odyssey.connection import Limits
from faxtui.odyssey.document_failures import no_document, while_fetching
from faxtui.odyssey.exchange import Incoming
from faxtui.odyssey.jsontext import Json, member, parse_or_none

TYPES = "application/pdf, image/tiff, application/octet-stream, application/json;q=0.5, */*;q=0.1"
"""What is asked for: the file as it is, rather than in JSON, which takes a third more and has to be read whole."""

_CHUNK = 65_536
_CONTENT = "Content"


@dataclass(frozen=True, slots=True)
class Document:
    """The file of the fax ``key`` on its way (see `faxtui.inbox.service`); ``length`` in bytes, where it was told."""

    key: FaxKey
    length: int | None
    _chunks: AsyncIterator[bytes]

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, once, and only while it is open. Raises ServiceError where they are not all that there are."""
        with while_fetching(self.key):
            async for chunk in self._chunks:
                yield chunk


async def read_document(incoming: Incoming, key: FaxKey, limits: Limits) -> Document:
    """The document in an answer of status 200, once its beginning has come; where it is in JSON, all of it.

    Raises ServiceError where there is none, or where nobody could tell whether it came whole.
    """
    answer = incoming.answer
    if answer.encoding:
        raise packed_unasked(answer.url, answer.encoding, answer.purpose)
    body = incoming.chunks()
    beginning = await _beginning(body)
    whole = _after(beginning, body)
    if DocumentType.of(beginning):
        length = _length(answer, limits.document)
        return Document(key, length, _counted(whole, answer, length, limits.document))
    begun = replace(answer, body=beginning)
    if _is_json(beginning):
        content = _content(parse_or_none(await _read(whole, begun)), begun)
        return Document(key, len(content), _sliced(content))
    if not beginning:
        raise UnexpectedAnswer(
            f"{answer.place} sent an empty file: ask again; if it lasts, tell the service's support."
        )
    raise no_document(begun, "It is neither a PDF nor a TIFF.")


def _is_json(beginning: bytes) -> bool:
    return beginning[:HEAD].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def _length(answer: Answer, most: int) -> int | None:
    told = answer.headers.get("content-length")
    if told is None:
        if "transfer-encoding" in answer.headers:
            return None
        raise UnexpectedAnswer(
            f"{answer.place} does not say where the file ends, so that nobody can tell whether all of it came: check "
            "any proxy in between, or tell the service's support."
        )
    length = int(told)
    if length > most:
        raise too_long(answer.url, most, answer.purpose)
    return length


def _content(said: Json, begun: Answer) -> bytes:
    path = f"$.{_CONTENT}"
    text = member(said, _CONTENT)
    if not isinstance(text, str):
        raise no_document(begun, f"It is not whole JSON with a file in base64 at {path}.", path)
    try:
        content = a2b_base64("".join(text.split()), strict_mode=True)
    except ValueError:
        raise no_document(begun, f"What is at {path} is not whole base64.", path) from None
    if not content:
        raise no_document(begun, f"The file at {path} is empty.", path)
    if DocumentType.of(content) is None:
        raise no_document(begun, f"The file at {path} is neither a PDF nor a TIFF.", path)
    return content


async def _beginning(body: AsyncIterator[bytes]) -> bytes:
    beginning = b""
    async for chunk in body:
        beginning += chunk
        if len(beginning) >= HEAD:
            break
    return beginning


async def _after(beginning: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for chunk in body:
        yield chunk


async def _read(whole: AsyncIterator[bytes], begun: Answer) -> bytes:
    """All of it, as far as its purpose allows."""
    chunks: list[bytes] = []
    came = 0
    async for chunk in whole:
        came += len(chunk)
        if came > begun.purpose.most:
            raise too_long(begun.url, begun.purpose.most, begun.purpose)
        chunks.append(chunk)
    return b"".join(chunks)


async def _counted(whole: AsyncIterator[bytes], answer: Answer, length: int | None, most: int) -> AsyncIterator[bytes]:
    came = 0
    async for chunk in whole:
        came += len(chunk)
        if came > most:
            raise too_long(answer.url, most, answer.purpose)
        yield chunk
    if length is not None and came != length:
        raise NoAnswer(f"{answer.place} promised {length:,} bytes, but sent {came:,}: ask again in a moment.")


async def _sliced(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]
