"""Requests and responses: the little of ASGI 3 that the demo speaks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, unquote

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request. Names of parameters and headers are in lower case; a name given twice keeps its first value."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> Mapping[str, str]:
        """Return the body as the fields of a form."""
        return _parameters(self.body.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Response:
    """A response: `headers` besides the length and the date."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, content: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Response:
        """Return JSON as the service writes it: compact, UTF-8."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    async def send(self, send: Send, date: datetime) -> None:
        """Send it, dated by the service's own clock."""
        headers = {**self.headers, "Content-Length": str(len(self.body)), "Date": format_datetime(date, usegmt=True)}
        raw = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


async def read_request(scope: Message, receive: Receive) -> Request:
    """Read all of a request."""
    return Request(
        method=str(scope["method"]).upper(),
        segments=_segments(scope),
        query=_parameters(_bytes(scope.get("query_string")).decode("ascii", "replace")),
        headers=_headers(scope.get("headers")),
        body=await _body(receive),
    )


def _segments(scope: Message) -> tuple[str, ...]:
    # The decoded path would not tell a slash in a file's name from one between two names.
    path = _bytes(scope.get("raw_path")).decode("ascii", "replace") or quote(str(scope["path"]))
    return tuple(unquote(segment) for segment in path.split("?")[0].split("/")[1:])


def _parameters(text: str) -> Mapping[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parameters.setdefault(name.lower(), value)
    return parameters


def _headers(raw: object) -> Mapping[str, str]:
    pairs = raw if isinstance(raw, list | tuple) else ()
    return {_bytes(name).decode("latin-1").lower(): _bytes(value).decode("latin-1") for name, value in pairs}


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += _bytes(message.get("body"))
        if message["type"] != "http.request" or not message.get("more_body"):
            return body
