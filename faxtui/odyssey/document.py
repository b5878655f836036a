"""The file of a fax, read from a response whose form is not documented: as it is, or in JSON as base64 ``Content``.

It must be a PDF or a TIFF, whatever its content type. Length, framing, gzip's checksum or base64 prove that it is
complete; without any of these, only its own content can. (All our decisions.)
"""

from __future__ import annotations

import asyncio
import codecs
import re
from binascii import a2b_base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx

from faxtui.domain.document import HEAD, DocumentType, ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.errors import NoResponse, UnexpectedResponse
from faxtui.odyssey.errors import damaged, no_document, too_long, unsupported_coding, while_fetching
from faxtui.odyssey.json_text import member, parse_or_none
from faxtui.odyssey.response import Decoder, Response, is_accepted
from faxtui.odyssey.transport import Limits, StreamedResponse
from faxtui.translation import _, number

TYPES = "application/pdf, image/tiff, application/octet-stream, application/json;q=0.5, */*;q=0.1"
"""Accepted types: the file as it is rather than JSON, which is a third larger and has to be held in memory."""

_CHUNK = 65_536
_BLOCK = 1_048_576
_CONTENT = "Content"
_CHECKED = frozenset({"gzip", "x-gzip"})
"""Content codings that end with a checksum of their content. (That of "deflate" may be missing.)"""
_BOMB, _MOST_TIMES = 32 * 1024 * 1024, 200
"""Bytes above which decoded content may not be more than so many times its coded size: white paper is some hundreds."""
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]*"')
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Document:
    """A `faxtui.domain.service.Document`: the file of the fax ``key``."""

    key: FaxKey
    length: int | None
    _chunks: AsyncIterator[bytes]
    start: int = 0
    version: str | None = None
    proves_end: bool = True

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield its bytes from ``start`` on, once, only while it is open. Raises ServiceError if any are missing."""
        with while_fetching(self.key):
            async for chunk in self._chunks:
                yield chunk


async def read_document(streamed: StreamedResponse, key: FaxKey, limits: Limits) -> Document:
    """Read the document in a successful response: its beginning, or all of it if it is in JSON. Raises ServiceError."""
    response = streamed.head
    if not is_accepted(response.encoding):
        raise unsupported_coding(response.url, response.encoding, response.expected)
    length = _length(response, limits.document)
    body = _counted(streamed.chunks(), response, length, limits.document)
    if response.encoding:
        body = _decoded(body, response, limits.document)
    beginning = await _beginning(body)
    whole = _after(beginning, body)
    if DocumentType.of(beginning) is not None:
        is_framed = length is not None or "transfer-encoding" in response.headers
        return Document(
            key,
            None if response.encoding else length,
            whole,
            version=None if length is None else _version(response),
            proves_end=is_framed or response.encoding in _CHECKED,
        )
    begun = replace(response, body=beginning)
    if _is_json(beginning):
        text = await _read(whole, begun)
        content = await asyncio.to_thread(_content, text, begun)
        return Document(key, len(content), _sliced(content))
    if not beginning:
        raise UnexpectedResponse(
            _("{host} sent an empty file. Retry; if it persists, contact support.").format(host=response.place)
        )
    raise no_document(begun, _("It is neither a PDF nor a TIFF."))


def resuming(resume: ResumePoint) -> dict[str, str]:
    """Return the headers that request the rest of a document, with the last bytes again to compare them."""
    return {"Range": f"bytes={resume.received - len(resume.tail)}-", "If-Range": resume.version}


async def read_rest(streamed: StreamedResponse, key: FaxKey, resume: ResumePoint) -> Document | None:
    """Read the document whose rest is in a response of status 206; None unless it is proved to be the rest of it."""
    response = streamed.head
    begin = resume.received - len(resume.tail)
    headers = [response.headers.get_list(name) for name in ("Content-Range", "ETag")]
    told = _RANGE.fullmatch(headers[0][0]) if len(headers[0]) == 1 else None
    wanted = (begin, resume.length - 1, resume.length)
    if told is None or tuple(map(int, told.groups())) != wanted or headers[1] != [resume.version]:
        return None
    size = resume.length - begin
    if response.encoding or response.headers.get_list("Content-Length") != [str(size)]:
        return None
    body = _counted(streamed.chunks(), response, size, size)
    beginning = await _beginning(body, len(resume.tail))
    if not beginning.startswith(resume.tail):
        return None
    rest = _after(beginning.removeprefix(resume.tail), body)
    return Document(key, resume.length, rest, start=resume.received, version=resume.version)


def _version(response: Response) -> str | None:
    """Return the strong ETag that the rest of this body can be requested with, if there is one."""
    tags = response.headers.get_list("ETag")
    is_original = response.status == httpx.codes.OK and not response.encoding
    return tags[0] if is_original and len(tags) == 1 and _STRONG_ETAG.fullmatch(tags[0]) else None


def _is_json(beginning: bytes) -> bool:
    return beginning[:HEAD].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def _length(response: Response, most: int) -> int | None:
    """Return the Content-Length, in bytes before decoding. Raises UnexpectedResponse if it is above ``most``."""
    told = response.headers.get("Content-Length")
    if told is None:
        return None
    length = int(told)
    if length > most:
        raise too_long(response.url, most, response.expected)
    return length


def _content(text: bytes, begun: Response) -> bytes:
    path = f"$.{_CONTENT}"
    encoded = member(parse_or_none(text), _CONTENT)
    if not isinstance(encoded, str):
        raise no_document(begun, _("It is not complete JSON with a file in base64 at {path}.").format(path=path), path)
    try:
        content = decode_base64(encoded)
    except ValueError:
        raise no_document(begun, _("The base64 at {path} is incomplete or damaged.").format(path=path), path) from None
    if not content:
        raise no_document(begun, _("The file at {path} is empty.").format(path=path), path)
    if DocumentType.of(content) is None:
        raise no_document(begun, _("The file at {path} is neither a PDF nor a TIFF.").format(path=path), path)
    return content


def decode_base64(text: str) -> bytes:
    """Decode base64 that may be broken into lines. Raises ValueError if any of it is missing or wrong.

    In small blocks: meanwhile no other thread runs, the screen's included.
    """
    decoded: list[bytes] = []
    left = ""
    is_over = False
    for start in range(0, len(text), _BLOCK):
        left += "".join(text[start : start + _BLOCK].split())
        ready = len(left) // 4 * 4
        if left and is_over:
            raise ValueError("data after the padding")
        decoded.append(a2b_base64(left[:ready], strict_mode=True))
        is_over = left[:ready].endswith("=")
        left = left[ready:]
    if left:
        raise ValueError("incomplete")
    return b"".join(decoded)


async def _beginning(body: AsyncIterator[bytes], size: int = HEAD) -> bytes:
    """Read at least ``size`` bytes, or all."""
    beginning = b""
    while len(beginning) < size:
        chunk = await anext(body, None)
        if chunk is None:
            break
        beginning += chunk
    return beginning


async def _after(beginning: bytes, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for chunk in body:
        yield chunk


async def _read(whole: AsyncIterator[bytes], begun: Response) -> bytes:
    """Read all of it. Raises UnexpectedResponse if it is longer than expected."""
    chunks: list[bytes] = []
    came = 0
    async for chunk in whole:
        came += len(chunk)
        if came > begun.expected.most:
            raise too_long(begun.url, begun.expected.most, begun.expected)
        chunks.append(chunk)
    return b"".join(chunks)


async def _counted(
    body: AsyncIterator[bytes], response: Response, length: int | None, most: int
) -> AsyncIterator[bytes]:
    """Yield the body as it is sent. Raises ServiceError if it is longer than ``most``, or does not have its length."""
    came = 0
    async for chunk in body:
        came += len(chunk)
        if came > most:
            raise too_long(response.url, most, response.expected)
        yield chunk
    if length is not None and came != length:
        raise NoResponse(
            _("{host} announced {length} bytes, but sent {count}. Try again in a moment.").format(
                host=response.place, length=number(length), count=number(came)
            )
        )


async def _decoded(body: AsyncIterator[bytes], response: Response, most: int) -> AsyncIterator[bytes]:
    """Yield the decoded body in pieces, and let other tasks run between them. Raises ServiceError."""
    decoder = Decoder(response.encoding)
    packed = unpacked = 0
    try:
        async for chunk in body:
            packed += len(chunk)
            for piece in decoder.decode(chunk):
                unpacked += len(piece)
                if unpacked > most:
                    raise too_long(response.url, most, response.expected)
                if unpacked > max(_BOMB, packed * _MOST_TIMES):
                    raise UnexpectedResponse(
                        _(
                            "{host} sent a compressed file that expands more than {times} times. Check any proxy in "
                            "between, or contact support."
                        ).format(host=response.place, times=_MOST_TIMES)
                    )
                yield piece
                await asyncio.sleep(0)
        decoder.finish()
    except httpx.DecodingError as error:
        raise damaged(response.url, response.encoding) from error


async def _sliced(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]
