"""The service as an ASGI application: which address answers what."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from faxtui.demo.accounts import Accounts
from faxtui.demo.asgi import Answer, Message, Receive, Request, Send, json_answer, read_request
from faxtui.demo.documents import document, no_such_file
from faxtui.demo.listing import list_faxes
from faxtui.demo.store import Store
from faxtui.demo.traffic import arrivals, history

DEFAULT_SEED = 60300
DEFAULT_ACCOUNTS = {"60300.demo": "demo"}

_DENIED = json_answer(
    401,
    {"Message": "Authorization has been denied for this request."},
    {"WWW-Authenticate": 'Basic realm="odyssey"'},
)


def utcnow() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


class DemoService:
    """An Odyssey service with 90 days of faxes behind it and new ones on their way.

    The same seed and the same clock, whatever its zone, give the same bytes. `accounts` maps logins to passwords,
    `answers_json` sends documents as JSON with base64 content instead of raw bytes, `latency` holds every answer back
    by so many seconds.
    """

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        clock: Callable[[], datetime] = utcnow,
        accounts: Mapping[str, str] = DEFAULT_ACCOUNTS,
        answers_json: bool = False,
        latency: float = 0.0,
    ) -> None:
        self._clock = clock
        self._accounts = Accounts(accounts, self._now, seed)
        self._answers_json = answers_json
        self._latency = latency
        started = self._now()
        self._store = Store()
        self._store.add(history(seed, started))
        self._arrivals = arrivals(seed, started)
        self._next_arrival = next(self._arrivals)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection's worth, as ASGI 3 has it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            request = await read_request(scope, receive)
            await asyncio.sleep(self._latency)
            answer = await self._answer(request)
            await answer.send(send, self._now())

    async def _answer(self, request: Request) -> Answer:
        match tuple(segment.lower() for segment in request.segments):
            case ("connect", "token"):
                return self._accounts.give_token(request) if request.method == "POST" else _not_allowed("POST")
            case ("api", "v1", "inboundfax"):
                return self._turned_down(request, "GET") or self._list(request)
            case ("api", "v1", "inboundfolders", _, "hostedinboundfiles", _):
                return self._turned_down(request, "GET, DELETE") or await self._file(request)
        return json_answer(404, {"Message": "There is nothing at this address."})

    def _turned_down(self, request: Request, methods: str) -> Answer | None:
        """Why the request is turned down at the door, if it is."""
        if request.method not in methods.split(", "):
            return _not_allowed(methods)
        return None if self._accounts.admits(request) else _DENIED

    def _list(self, request: Request) -> Answer:
        now = self._now()
        self._take_in_arrivals(now)
        return list_faxes(self._store, request.query, now)

    async def _file(self, request: Request) -> Answer:
        *_, folder, _, file_name = request.segments
        self._take_in_arrivals(self._now())
        fax = self._store.find(folder, file_name)
        if fax is None:
            return no_such_file(file_name)
        if request.method == "DELETE":
            self._store.delete(folder, file_name)
            return Answer(200)
        return await document(fax, self._answers_json)

    def _take_in_arrivals(self, now: datetime) -> None:
        arrived = []
        while self._next_arrival.received <= now:
            arrived.append(self._next_arrival)
            self._next_arrival = next(self._arrivals)
        self._store.add(arrived)


def _not_allowed(allowed: str) -> Answer:
    return json_answer(405, {"Message": f"This address answers to {allowed}."}, {"Allow": allowed})


async def _live(receive: Receive, send: Send) -> None:
    """Tell a server that starts and stops applications that this one needs nothing for either."""
    for moment in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{moment}.complete"})
