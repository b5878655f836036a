"""Requests and answers, apart from what they mean: the little of ASGI 3 that the demo speaks.

Who may sign in, and how: by login and password, or with a token that was given out for them.

The file of a fax: drawn when it is asked for, and the same each time.

The list of received faxes: its parameters, their defaults and errors, and its JSON.

The service as an ASGI application: which address answers what."""

import asyncio
import base64
import hashlib
import json
import re
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from itertools import takewhile
from typing import TypeVar
from urllib.parse import parse_qsl, quote, unquote

from faxtui.demo.data import PARIS, SORT_COLUMNS, ReceivedFax, Selection, Store, arrivals, history
from faxtui.demo.documents import Page, scanner_of, write_pages, write_pdf, write_tiff

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Names of parameters and headers are in lower case; a name given twice keeps its first value."""

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> Mapping[str, str]:
        """The body as the fields of a form."""
        return _parameters(self.body.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: `headers` besides the length and the date."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, send: Send, date: datetime) -> None:
        """Send it, dated by the service's own clock."""
        headers = {**self.headers, "Content-Length": str(len(self.body)), "Date": format_datetime(date, usegmt=True)}
        raw = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


def json_answer(status: int, content: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:
    """An answer of JSON, as the service writes it: compact, UTF-8."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


async def read_request(scope: Message, receive: Receive) -> Request:
    """Read a request whole."""
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


CLIENTS = {"faxtui": "secret"}
"""Client ids of the token endpoint, and their secrets."""
TOKEN_LIFETIME = timedelta(hours=1)
_DOMAIN = "msg\\"
_SCOPE = "OMS"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Accounts:
    """The accounts of the service and the tokens they hold."""

    def __init__(self, passwords: Mapping[str, str], clock: Callable[[], datetime], seed: int) -> None:
        self._passwords = passwords
        self._clock = clock
        self._seed = seed
        self._valid_until: dict[str, datetime] = {}

    def admits(self, request: Request) -> bool:
        """Whether the request carries a password or a token that holds."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            until = self._valid_until.get(credentials.strip())
            return until is not None and self._clock() < until
        return _knows(self._passwords, request)

    def give_token(self, request: Request) -> Answer:
        """Answer `POST /connect/token` (public: password grant, user `msg\\LOGIN`, scope OMS, client by Basic)."""
        if not _knows(CLIENTS, request):
            return _refused(401, "invalid_client", {"WWW-Authenticate": 'Basic realm="token"'})
        form = request.form()
        if form.get("grant_type") != "password":
            return _refused(400, "unsupported_grant_type")
        if form.get("scope") != _SCOPE:
            return _refused(400, "invalid_scope")
        user = form.get("username", "")
        login = user.removeprefix(_DOMAIN)
        if login == user or self._passwords.get(login) != form.get("password", ""):
            return _refused(400, "invalid_grant")
        token = hashlib.sha256(f"{self._seed}/{login}/{len(self._valid_until)}".encode()).hexdigest()
        self._valid_until[token] = self._clock() + TOKEN_LIFETIME
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        return json_answer(200, {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}, _NO_STORE)


def _knows(passwords: Mapping[str, str], request: Request) -> bool:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, not even ASCII, or no UTF-8 in it
        return False
    return bool(colon) and passwords.get(name) == password


def _refused(status: int, error: str, headers: Mapping[str, str] | None = None) -> Answer:
    return json_answer(status, {"error": error}, {**_NO_STORE, **(headers or {})})


_NO_SUCH_FILE = 40401


async def document(fax: ReceivedFax, as_json: bool) -> Answer:
    """Answer with the file of a fax, raw or as base64 in JSON: the service's documentation leaves that open."""
    is_tiff = fax.file_name.upper().endswith(".TIF")
    content = await written(partial(write_tiff, scanner=scanner_of(fax)) if is_tiff else write_pdf, write_pages(fax))
    if as_json:
        return json_answer(200, {"FileName": fax.file_name, "Content": base64.b64encode(content).decode("ascii")})
    return Answer(200, content, {"Content-Type": "image/tiff" if is_tiff else "application/pdf"})


async def written(write: Callable[[Iterable[Page]], bytes], pages: Iterable[Page]) -> bytes:
    """The file of these pages, made in a thread: a long TIFF takes seconds, and others share the loop.

    Once nobody waits for it any more, the thread stops at the next page, so that a program can end at once.
    """
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(write, takewhile(lambda _: not given_up.is_set(), pages))
    finally:
        given_up.set()


def no_such_file(file_name: str) -> Answer:
    """Answer that there is no such file, or no longer."""
    return json_answer(404, {"Code": _NO_SUCH_FILE, "Message": f"File {file_name} does not exist"})


DEFAULT_PERIOD = timedelta(days=7)
DEFAULT_PAGE_SIZE = 10
LARGEST_PAGE = 1000
_LARGEST_INT = 2**31 - 1
_INT = re.compile(r"[+-]?0*[0-9]{1,10}")

T = TypeVar("T")


def list_faxes(store: Store, query: Mapping[str, str], now: datetime) -> Answer:
    """Answer the list request, or say with 400 which parameters can't be taken and why."""
    parameters = _Parameters(query)
    page_index = parameters.read("pageIndex", _int_from(1), 1)
    page_size = min(parameters.read("pageSize", _int_from(1), DEFAULT_PAGE_SIZE), LARGEST_PAGE)
    selection = Selection(
        since=parameters.read("filterStartDate", read_moment, now - DEFAULT_PERIOD),
        until=parameters.read("filterEndDate", read_moment, now),
        sender=parameters.read("filterFrom", str, None),
        recipient=parameters.read("filterTo", str, None),
        customer_number=parameters.read("customerNumber", _int_from(0), None),
        sort_field=parameters.read("sortField", _int_from(0, len(SORT_COLUMNS) - 1), 0),
        descending=parameters.read("sortDirection", _int_from(1, 2), 2) == 2,
    )
    if parameters.errors:
        return json_answer(400, {"Message": "The request is invalid.", "ModelState": parameters.errors})
    faxes, total = store.select(selection, page_size, (page_index - 1) * page_size)
    pages = -(-total // page_size)
    return json_answer(
        200,
        {
            "PageIndex": page_index,
            "PageSize": page_size,
            "TotalCount": total,
            "TotalPageCount": pages,
            "Resources": [_resource(fax) for fax in faxes],
            "HasPreviousPage": page_index > 1,
            "HasNextPage": page_index < pages,
        },
    )


def _resource(fax: ReceivedFax) -> Mapping[str, object]:
    return {
        "MessageId": fax.message_id,
        "ReceivedDate": f"{fax.received.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}",
        "To": fax.to,
        "From": fax.sender,
        "Folder": fax.folder,
        "FileName": fax.file_name,
        "CallTime": fax.call_time,
        "Pages": fax.pages,
        "BaudRate": fax.baud_rate,
        "CustomerNumber": fax.customer_number,
    }


@dataclass(frozen=True, slots=True)
class _Parameters:
    """Reads parameters by their documented names in any case, and gathers what is wrong with them."""

    query: Mapping[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def read(self, name: str, convert: Callable[[str], T], default: T) -> T:
        text = self.query.get(name.lower(), "").strip()
        if not text:
            return default
        try:
            return convert(text)
        except ValueError as error:
            self.errors[name] = [str(error)]
            return default


def _int_from(lowest: int, highest: int = _LARGEST_INT) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not _INT.fullmatch(text):
            raise ValueError(f"The value '{text}' is not valid for Int32.")
        number = int(text)
        if not lowest <= number <= highest:
            raise ValueError(f"The value '{text}' must be between {lowest} and {highest}.")
        return number

    return convert


def read_moment(text: str) -> datetime:
    """A point in time, in UTC; one without zone is taken as UTC (our decision). Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"The value '{text}' is not valid for DateTime.") from None


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
