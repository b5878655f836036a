"""An Odyssey service in a box: sign-in, the list of received faxes, their files, and which address answers what."""

import asyncio
import base64
import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import TypeVar

from faxtui.demo.asgi import Message, Receive, Request, Response, Send, read_request
from faxtui.demo.data import PARIS, SORT_COLUMNS, ReceivedFax, Selection, Store, arrivals, history
from faxtui.demo.documents import Page, scanner_of, write_pages, write_pdf, write_tiff

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
        """Return True if the request carries a password or a valid token."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            until = self._valid_until.get(credentials.strip())
            return until is not None and self._clock() < until
        return _has_password(self._passwords, request)

    def issue_token(self, request: Request) -> Response:
        """Response `POST /connect/token` (public: password grant, user `msg\\LOGIN`, scope OMS, client by Basic)."""
        if not _has_password(CLIENTS, request):
            return _token_error(401, "invalid_client", {"WWW-Authenticate": 'Basic realm="token"'})
        form = request.form()
        if form.get("grant_type") != "password":
            return _token_error(400, "unsupported_grant_type")
        if form.get("scope") != _SCOPE:
            return _token_error(400, "invalid_scope")
        user = form.get("username", "")
        login = user.removeprefix(_DOMAIN)
        if login == user or self._passwords.get(login) != form.get("password", ""):
            return _token_error(400, "invalid_grant")
        token = hashlib.sha256(f"{self._seed}/{login}/{len(self._valid_until)}".encode()).hexdigest()
        self._valid_until[token] = self._clock() + TOKEN_LIFETIME
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        return Response.json(200, {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}, _NO_STORE)


def _has_password(passwords: Mapping[str, str], request: Request) -> bool:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, not even ASCII, or no UTF-8 in it
        return False
    return bool(colon) and passwords.get(name) == password


def _token_error(status: int, error: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response.json(status, {"error": error}, {**_NO_STORE, **(headers or {})})


_NO_SUCH_FILE = 40401


async def file_response(fax: ReceivedFax, as_json: bool) -> Response:
    """Response with the file of a fax, raw or as base64 in JSON: the service's documentation leaves that open."""
    is_tiff = fax.file_name.upper().endswith(".TIF")
    content = await written(partial(write_tiff, scanner=scanner_of(fax)) if is_tiff else write_pdf, write_pages(fax))
    if as_json:
        return Response.json(200, {"FileName": fax.file_name, "Content": base64.b64encode(content).decode("ascii")})
    return Response(200, content, {"Content-Type": "image/tiff" if is_tiff else "application/pdf"})


async def written(write: Callable[[Iterable[Page]], bytes], pages: Iterable[Page]) -> bytes:
    """Return the file of these pages, written in a thread: a long TIFF takes seconds, and others share the loop.

    Once nobody waits for it any more, the thread stops at the next page, so that a program can end at once.
    """
    given_up = threading.Event()
    try:
        return await asyncio.to_thread(write, takewhile(lambda _: not given_up.is_set(), pages))
    finally:
        given_up.set()


def no_such_file(file_name: str) -> Response:
    """Response that there is no such file, or no longer."""
    return Response.json(404, {"Code": _NO_SUCH_FILE, "Message": f"File {file_name} does not exist"})


DEFAULT_PERIOD = timedelta(days=7)
DEFAULT_PAGE_SIZE = 10
LARGEST_PAGE = 1000
_LARGEST_INT = 2**31 - 1
_INT = re.compile(r"[+-]?0*[0-9]{1,10}")

T = TypeVar("T")


def list_faxes(store: Store, query: Mapping[str, str], now: datetime) -> Response:
    """Response the list request, or say with 400 which parameters can't be taken and why."""
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
        return Response.json(400, {"Message": "The request is invalid.", "ModelState": parameters.errors})
    faxes, total = store.select(selection, page_size, (page_index - 1) * page_size)
    pages = -(-total // page_size)
    return Response.json(
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
    """Query parameters by their documented names in any case, and what is wrong with them."""

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
    """Return a point in time, in UTC; one without a zone counts as UTC (our decision). Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"The value '{text}' is not valid for DateTime.") from None


DEFAULT_SEED = 60300
DEFAULT_ACCOUNTS = {"60300.demo": "demo"}

_UNAUTHORIZED = Response.json(
    401,
    {"Message": "Authorization has been denied for this request."},
    {"WWW-Authenticate": 'Basic realm="odyssey"'},
)


def utcnow() -> datetime:
    """Return the time of this machine's clock."""
    return datetime.now(UTC)


class DemoService:
    """An Odyssey service with 90 days of faxes behind it and new ones on their way.

    The same seed and the same clock, whatever its zone, give the same bytes. `accounts` maps logins to passwords,
    `answers_json` sends documents as JSON with base64 content instead of raw bytes, `latency` delays every response
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
        """Serve a request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            request = await read_request(scope, receive)
            await asyncio.sleep(self._latency)
            response = await self._respond(request)
            await response.send(send, self._now())

    async def _respond(self, request: Request) -> Response:
        match tuple(segment.lower() for segment in request.segments):
            case ("connect", "token"):
                return self._accounts.issue_token(request) if request.method == "POST" else _not_allowed("POST")
            case ("api", "v1", "inboundfax"):
                return self._denied(request, "GET") or self._list(request)
            case ("api", "v1", "inboundfolders", _, "hostedinboundfiles", _):
                return self._denied(request, "GET, DELETE") or await self._file(request)
        return Response.json(404, {"Message": "There is nothing at this address."})

    def _denied(self, request: Request, methods: str) -> Response | None:
        """Return the refusal of a request that has the wrong method or no sign-in, if it has."""
        if request.method not in methods.split(", "):
            return _not_allowed(methods)
        return None if self._accounts.admits(request) else _UNAUTHORIZED

    def _list(self, request: Request) -> Response:
        now = self._now()
        self._add_arrivals(now)
        return list_faxes(self._store, request.query, now)

    async def _file(self, request: Request) -> Response:
        *_, folder, _, file_name = request.segments
        self._add_arrivals(self._now())
        fax = self._store.find(folder, file_name)
        if fax is None:
            return no_such_file(file_name)
        if request.method == "DELETE":
            self._store.delete(folder, file_name)
            return Response(200)
        return await file_response(fax, self._answers_json)

    def _add_arrivals(self, now: datetime) -> None:
        arrived = []
        while self._next_arrival.received <= now:
            arrived.append(self._next_arrival)
            self._next_arrival = next(self._arrivals)
        self._store.add(arrived)


def _not_allowed(allowed: str) -> Response:
    return Response.json(405, {"Message": f"This address answers to {allowed}."}, {"Allow": allowed})


async def _lifespan(receive: Receive, send: Send) -> None:
    """Report to a server that starts and stops applications that this one needs nothing for either."""
    for moment in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{moment}.complete"})
