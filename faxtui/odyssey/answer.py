"""An answer of HTTP, as far as it is read."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from faxtui.errors import UnexpectedAnswer
from faxtui.odyssey.address import place
from faxtui.odyssey.content_coding import Decoder, coding_of, is_accepted
from faxtui.odyssey.jsontext import is_blank, is_json, member, parse_or_none
from faxtui.odyssey.words import excerpt, first_words

DEFAULT_WAIT = 5.0
"""Seconds to wait where a service asks to wait and does not say how long (our decision)."""

_LONGEST_WAIT = 86_400.0
_BEGINNING = 65_536
_MESSAGE = 200
_CODE = 20
"""Characters of what the service says."""
_CHALLENGE = re.compile(r"(?:^|,)\s*(?:basic|bearer)\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a request is for, as sentences about its answer need it.

    ``wanted`` is what is asked for, ``setting`` the setting that holds the address, ``most`` the bytes that an answer
    may have, ``way_out`` what else to do about one that is too long. Where ``is_secret``, no word of it is shown.
    """

    wanted: str
    setting: str
    most: int
    way_out: str = ""
    is_secret: bool = False

    @property
    def or_way_out(self) -> str:
        return f", or {self.way_out}" if self.way_out else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of what ``url`` answered; of a failure, only the beginning of its body."""

    purpose: Purpose
    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def place(self) -> str:
        return place(self.url)

    @property
    def served_at(self) -> datetime | None:
        """The service's clock in UTC, if it sent it and it can be a clock.

        None for a response that a cache has kept for a while (``Age``), whose date is as old as itself.
        """
        if _first(self.headers, "age").strip().lstrip("0"):
            return None
        return _http_date(_first(self.headers, "date"))

    @property
    def encoding(self) -> str:
        """How its body is packed; empty where it is not."""
        return coding_of(self.headers)

    @property
    def asks_to_wait(self) -> bool:
        return "retry-after" in self.headers

    @property
    def retry_after(self) -> float:
        """Seconds until the service wants the next request: a day at most (our decision), 0 for a date in the past.

        Nobody waits longer than that, and no screen shows a number of 300 digits. What is neither seconds nor a date
        is `DEFAULT_WAIT`.
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
        """The host that a redirect points to; empty where it points nowhere."""
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
        """Whether the service itself reports this failure: JSON with ``Code`` or ``Message``, spelled so (public).

        A gateway in front of the service uses the same statuses for reasons of its own.
        """
        said = parse_or_none(self.body)
        if not isinstance(said, dict):
            return False
        code, message = said.get("Code"), said.get("Message")
        return type(code) is int or any(isinstance(each, str) and bool(each.strip()) for each in (code, message))

    @property
    def is_foreign(self) -> bool:
        """Whether this failure has a body that the service would not write: neither empty nor JSON.

        It is a page of a proxy, a gateway or a network's sign-in, whatever its status (our decision).
        """
        if not is_accepted(coding_of(self.headers)):
            return True
        return not is_blank(self.body) and not is_json(self.body)

    @property
    def refuses_sign_in(self) -> bool:
        """Whether the service refuses the credentials: 401 with a challenge that they answer, or no foreign page."""
        challenges = ", ".join(self.headers.get_list("www-authenticate"))
        return self.status == httpx.codes.UNAUTHORIZED and (
            not self.is_foreign or _CHALLENGE.search(challenges) is not None
        )

    @property
    def message(self) -> str:
        """What the service says in ``Message`` (documented), with its ``Code`` if it has one; else empty."""
        said = parse_or_none(self.body)
        message, code = member(said, "Message"), member(said, "Code")
        words = excerpt(message, _MESSAGE) if isinstance(message, str) else ""
        if not isinstance(code, int | str) or isinstance(code, bool) or not str(code).strip():
            return words
        return f"{words}, code {excerpt(str(code), _CODE)}" if words else f"code {excerpt(str(code), _CODE)}"

    @property
    def described(self) -> str:
        """What came, in words: ``text/html, beginning “Welcome”``."""
        content_type = excerpt(self._content_type) or "no content type"
        if self.purpose.is_secret:
            return content_type
        words = first_words(self.body)
        return f"{content_type}, beginning “{words}”" if words else f"{content_type}, and no words in it"

    @property
    def _content_type(self) -> str:
        return _first(self.headers, "content-type").partition(";")[0].strip().lower()


async def receive(response: httpx.Response, purpose: Purpose) -> Answer:
    """Read ``response``: its body whole if it is a success, unpacked and no longer than its purpose allows.

    Raises UnexpectedAnswer where there is more than that, or where it is packed in a way nobody asked for, and
    httpx's own errors where it breaks off. A failure is told by its status, whatever becomes of its body.
    """
    read = _whole(response, purpose) if response.status_code == httpx.codes.OK else _beginning(response)
    return Answer(purpose, response.url, response.status_code, response.headers, await read)


def packed_unasked(url: httpx.URL, encoding: str, purpose: Purpose) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{place(url)} packed its answer as “{excerpt(encoding)}”, which faxtui did not ask for: "
        f"check {purpose.setting}, and any proxy in between."
    )


def too_long(url: httpx.URL, most: int, purpose: Purpose) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"{place(url)} sent more than {most:,} bytes, too many for {purpose.wanted}: "
        f"check {purpose.setting}{purpose.or_way_out}."
    )


async def _whole(response: httpx.Response, purpose: Purpose) -> bytes:
    coding = coding_of(response.headers)
    if not is_accepted(coding):
        raise packed_unasked(response.url, coding, purpose)
    decoder = Decoder(coding)
    body = bytearray()
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        for piece in decoder.decode(chunk):
            body += piece
            if len(body) > purpose.most:
                raise too_long(response.url, purpose.most, purpose)
        # A coding can pack nothing into any number of bytes.
        if received > purpose.most:
            raise too_long(response.url, purpose.most, purpose)
    decoder.finish()
    return bytes(body)


async def _beginning(response: httpx.Response) -> bytes:
    coding = coding_of(response.headers)
    if not is_accepted(coding):
        return b""
    decoder = Decoder(coding)
    body = bytearray()
    received = 0
    with suppress(httpx.RequestError):
        async for chunk in response.aiter_raw():
            received += len(chunk)
            for piece in decoder.decode(chunk):
                body += piece
                if len(body) > _BEGINNING:
                    return bytes(body[:_BEGINNING])
            if received > _BEGINNING:
                break
    return bytes(body)


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
