"""A response of the service, read within limits: status, headers and decoded body."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import httpx

from faxtui.odyssey.address import excerpt, first_words, place
from faxtui.odyssey.json_text import is_blank, is_json, member, parse_or_none
from faxtui.translation import _

DEFAULT_WAIT = 5.0
"""Seconds to wait if the service does not say how long (our decision)."""

_LONGEST_WAIT = 86_400.0
_BEGINNING = 65_536
_MESSAGE = 200
_CODE = 20
"""Characters of the service's message and code that are shown."""
_CHALLENGE = re.compile(r"(?:^|,)\s*(?:basic|bearer)\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


class Expected(NamedTuple):
    """The content that a request expects, for the limits and the errors of its response.

    ``wanted`` names it in a sentence, ``setting`` is the setting that holds the address, ``most`` the bytes that the
    body may have, ``remedy`` a sentence on what else helps if it is too long. Nothing of a secret body is shown.
    """

    wanted: str
    setting: str
    most: int
    remedy: str = ""
    is_secret: bool = False

    def with_remedy(self, sentence: str) -> str:
        """Return ``sentence``, followed by the remedy if there is one."""
        return f"{sentence} {_(self.remedy)}" if self.remedy else sentence


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and body of the response of ``url``; of a failure, only the beginning of the body."""

    expected: Expected
    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def place(self) -> str:
        return place(self.url)

    @property
    def served_at(self) -> datetime | None:
        """The service's clock in UTC (``Date``); None if it is missing or out of range.

        Also None for a response from a cache (``Age``), whose date is as old as the response.
        """
        if _first(self.headers, "age").strip().lstrip("0"):
            return None
        return _http_date(_first(self.headers, "date"))

    @property
    def encoding(self) -> str:
        """Content coding of the body, empty for none."""
        return coding_of(self.headers)

    @property
    def asks_to_wait(self) -> bool:
        return "retry-after" in self.headers

    @property
    def retry_after(self) -> float:
        """Seconds to wait before the next request: a day at most (our decision), 0 for a date in the past.

        `DEFAULT_WAIT` if the header is neither seconds nor a date. The limit keeps numbers of 300 digits off screens.
        """
        text = _first(self.headers, "retry-after").strip()
        if _SECONDS.fullmatch(text):
            wait = float(text)
        elif (until := _http_date(text)) is not None:
            sent = _http_date(_first(self.headers, "date")) or datetime.now(UTC)
            wait = (until - sent).total_seconds()
        else:
            return DEFAULT_WAIT
        return min(max(wait, 0.0), _LONGEST_WAIT)

    @property
    def sends_on_to(self) -> str:
        """Host that a redirect points to, empty if there is none."""
        location = self.headers.get("location")
        if location is None:
            return ""
        try:
            return place(self.url.join(location))
        except (httpx.InvalidURL, UnicodeError):
            return ""

    @property
    def is_html(self) -> bool:
        return "html" in self._content_type or self.body.lstrip()[:1] == b"<"

    @property
    def is_own_error(self) -> bool:
        """True if the service itself reports this failure: JSON with ``Code`` or ``Message``, spelled so (public).

        A gateway in front of the service uses the same statuses for reasons of its own.
        """
        said = parse_or_none(self.body)
        if not isinstance(said, dict):
            return False
        code, message = said.get("Code"), said.get("Message")
        return type(code) is int or any(isinstance(each, str) and bool(each.strip()) for each in (code, message))

    @property
    def is_foreign(self) -> bool:
        """True if this failure has a body that the service would not write: neither empty nor JSON.

        It is a page of a proxy, a gateway or a network's sign-in, whatever its status (our decision).
        """
        if not is_accepted(coding_of(self.headers)):
            return True
        return not is_blank(self.body) and not is_json(self.body)

    @property
    def refuses_sign_in(self) -> bool:
        """True if the service rejects the credentials: 401 with a challenge for them, or without a foreign page."""
        challenges = ", ".join(self.headers.get_list("www-authenticate"))
        return self.status == httpx.codes.UNAUTHORIZED and (
            not self.is_foreign or _CHALLENGE.search(challenges) is not None
        )

    @property
    def message(self) -> str:
        """The service's ``Message`` (documented), with its ``Code`` if it has one; empty if it has neither."""
        said = parse_or_none(self.body)
        message, code = member(said, "Message"), member(said, "Code")
        words = excerpt(message, _MESSAGE) if isinstance(message, str) else ""
        if not isinstance(code, int | str) or isinstance(code, bool) or not str(code).strip():
            return words
        return f"{words}, code {excerpt(str(code), _CODE)}" if words else f"code {excerpt(str(code), _CODE)}"

    @property
    def described(self) -> str:
        """The response in a few words: ``text/html, beginning “Welcome”``."""
        content_type = excerpt(self._content_type) or _("no content type")
        if self.expected.is_secret:
            return content_type
        words = first_words(self.body)
        if not words:
            return _("{content_type}, without text").format(content_type=content_type)
        return _("{content_type}, beginning “{words}”").format(content_type=content_type, words=words)

    @property
    def _content_type(self) -> str:
        return _first(self.headers, "content-type").partition(";")[0].strip().lower()


async def read_failure(response: httpx.Response, expected: Expected) -> Response:
    """Read the beginning of the body of a failure, as far as it can be read and decoded, and close it.

    It can be read again: its body is replaced by that beginning, so that httpx, too, does not read more of it.
    """
    stream, coding = response.stream, coding_of(response.headers)
    assert isinstance(stream, httpx.AsyncByteStream)
    raw, body = bytearray(), bytearray()
    if is_accepted(coding):
        decoder = Decoder(coding)
        with suppress(httpx.RequestError):
            async for chunk in stream:
                raw += chunk
                for piece in decoder.decode(chunk):
                    body += piece
                    if len(body) > _BEGINNING:
                        break
                if max(len(raw), len(body)) > _BEGINNING:
                    break
    await stream.aclose()
    response.stream = httpx.ByteStream(bytes(raw))
    return Response(expected, response.url, response.status_code, response.headers, bytes(body[:_BEGINNING]))


ACCEPTED = "gzip, deflate"
"""Content codings to request: one at a time, because two of them can turn a letter into a library."""
PIECE = 65_536
"""Bytes that are decoded at once: 32 kB of gzip can hold 33 MB."""

_CODINGS = {"gzip": zlib.MAX_WBITS + 16, "x-gzip": zlib.MAX_WBITS + 16, "deflate": zlib.MAX_WBITS}
_RAW_DEFLATE = -zlib.MAX_WBITS


def coding_of(headers: httpx.Headers) -> str:
    """Return the content coding in lower case, empty for none."""
    coding = ", ".join(headers.get_list("content-encoding")).strip().lower()
    return "" if coding == "identity" else coding


def is_accepted(coding: str) -> bool:
    """Return whether `Decoder` knows this coding."""
    return not coding or coding in _CODINGS


class Decoder:
    """Incremental decoder of one body in an accepted coding.

    Its checksum, and the end that the coding marks, are checked: after `finish` the body is known to be complete,
    unless it has no coding.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream = zlib.decompressobj(_CODINGS[coding]) if coding else None
        self._has_begun = False

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what ``chunk`` holds, in pieces of at most `PIECE` bytes. Raises httpx.DecodingError."""
        if self._stream is None:
            yield chunk
            return
        piece = b""
        # zlib may hold more than it gave, even if it has consumed all of the chunk.
        while chunk or (len(piece) == PIECE and not self._stream.eof):
            piece, chunk = self._step(self._stream, chunk)
            if piece:
                yield piece

    def finish(self) -> None:
        """Check that the body was complete. Raises httpx.DecodingError. An empty body needs no coding."""
        if self._stream is not None and self._has_begun and not self._stream.eof:
            raise httpx.DecodingError("truncated")

    def _step(self, stream: zlib._Decompress, chunk: bytes) -> tuple[bytes, bytes]:
        """Return the next piece, and what is left of ``chunk``."""
        if stream.eof:
            if self._coding == "deflate":
                raise httpx.DecodingError("more than one body")
            # A gzip file may have several members, and zeros to fill a block at its end.
            chunk = chunk.lstrip(b"\0")
            if not chunk:
                return b"", chunk
            self._stream = stream = zlib.decompressobj(_CODINGS[self._coding])
        try:
            piece = stream.decompress(chunk, PIECE)
        except zlib.error as error:
            if self._has_begun or self._coding != "deflate":
                raise httpx.DecodingError(str(error)) from error
            # Some servers send "deflate" without the header of zlib.
            self._stream, self._has_begun = zlib.decompressobj(_RAW_DEFLATE), True
            return b"", chunk
        self._has_begun = True
        return piece, stream.unused_data if stream.eof else stream.unconsumed_tail


def _first(headers: httpx.Headers, name: str) -> str:
    return next(iter(headers.get_list(name)), "")


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if not 1970 <= moment.year < 9999:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
