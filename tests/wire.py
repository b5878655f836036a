"""What lies between the application and its service: the demo, held back or answered for by the test."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from httpx import ASGITransport

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Request, Response, Send, read_request
from faxtui.domain.account import Account
from faxtui.domain.service import DocumentService
from faxtui.odyssey.client import OdysseyService

NOW = datetime(2026, 11, 23, 9, 42, 7, tzinfo=UTC)
Resource = Mapping[str, object]


async def no_body() -> Message:
    return {"type": "http.request", "body": b""}


@cache
def _demo() -> DemoService:
    return DemoService(clock=lambda: NOW)


@dataclass
class Wire:
    """What lies between the application and the demo: it can hold answers back, and give others.

    ``queries`` are the parameters of every request, ``cancelled`` counts those whose answer nobody waited for.
    """

    says: Response | Callable[[Mapping[str, str]], Response] | None = None
    queries: list[Mapping[str, str]] = field(default_factory=list)
    cancelled: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._open.set()

    def hold(self) -> None:
        """From here on, answers wait until the wire is let go."""
        self._open = asyncio.Event()

    def let_go(self) -> None:
        self._open.set()

    @property
    def last(self) -> Mapping[str, str]:
        return self.queries[-1]

    def connect(self, password: str | None = None) -> DocumentService:
        return OdysseyService(Account("http://demo", "60300.demo", "demo"), transport=ASGITransport(self._answer))

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        request: Request = await read_request(scope, receive)
        self.queries.append(request.query)
        try:
            await self._open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        says = self.says(request.query) if callable(self.says) else self.says
        if says is None:
            await _demo()(scope, no_body, send)
        else:
            await says.send(send, NOW)


@dataclass
class RealService:
    """The service at a real address, as the demo's own user."""

    address: str

    def connect(self, password: str | None = None) -> DocumentService:
        return OdysseyService(Account(self.address, "60300.demo", "demo"))


@dataclass
class Connects:
    """Connects with this function, whatever the password."""

    function: Callable[[], DocumentService]

    def connect(self, password: str | None = None) -> DocumentService:
        return self.function()


def resource(number: int, **changed: object) -> Resource:
    """A resource as the service lists it, with what the test changes of it."""
    plain: Resource = {
        "MessageId": str(7_945_000 + number),
        "ReceivedDate": f"2026-11-23T{9 - number // 60:02}:{59 - number % 60:02}:00",
        "To": "134296015",
        "From": "0478123456",
        "Folder": "134296015",
        "FileName": f"0-20261123-0959-{number:07}.PDF",
        "CallTime": 62,
        "Pages": 3,
        "BaudRate": 14400,
        "CustomerNumber": 60300,
    }
    return {**plain, **changed}


def listing(resources: Iterable[Resource], **changed: object) -> Response:
    """An answer to the list call: the one and only page unless changed."""
    rows = list(resources)
    content = {
        "PageIndex": 1,
        "PageSize": 50,
        "TotalCount": len(rows),
        "TotalPageCount": 1,
        "Resources": rows,
        "HasPreviousPage": False,
        "HasNextPage": False,
        **changed,
    }
    return Response(200, json.dumps(content).encode(), {"Content-Type": "application/json"})
