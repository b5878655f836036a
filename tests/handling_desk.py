"""An operator who saves and deletes: the application, a demo behind a real socket, a folder and a journal of its own.

The demo can be told to answer something else, to hang, or to keep a request waiting until the test lets it go.
"""

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from console import IMPATIENT, NOW, SMALL, Console, console
from demo_server import serving
from wire import Resource, listing

from faxtui.config.settings import Delete, Download, Profile, Settings
from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Response, Send, read_request
from faxtui.domain.account import Account
from faxtui.domain.fax import Fax
from faxtui.domain.query import FaxQuery
from faxtui.domain.service import DocumentService
from faxtui.inbox.inbox import FetchPolicy
from faxtui.odyssey.client import OdysseyService
from faxtui.odyssey.transport import Limits
from faxtui.operations.delete_queue import Clocks
from faxtui.storage.journal import AccountName, Event, Journal, JournalEntry
from faxtui.ui.screens.fax import FaxScreen
from faxtui.ui.session import AccountServices, SessionConfig
from faxtui.ui.typed_keys import Silence
from faxtui.ui.widgets.fax_table import GUTTER

WITHOUT_COPIES = tuple("delete")
"""The keys that answer the question before a delete: no copies."""
FOREVER = 3600
"""Seconds of grace in which nothing is sent while a test looks."""
ACCOUNT = AccountName("demo", "60300.demo")
FORBIDDEN = Response.json(403, {"Message": "Not yours."})
DENIED = Response.json(401, {"Message": "Authorization has been denied for this request."})
GONE = Response.json(404, {"Message": "There is no such file."})
BROKEN = Response.json(500, {"Message": "An error has occurred."})
PORTAL = Response(200, b"<html>Please sign in to the network.</html>", {"Content-Type": "text/html"})
BRIEF = Limits(read=1.0, whole=5.0)
"""For tests in which no answer comes."""
_PATIENT = Limits()


class Door:
    """Holds requests up until it is opened; ``hang`` keeps the answers to them for good.

    What was asked for is done all the same before a door that hangs.
    """

    def __init__(self, *, hang: bool = False) -> None:
        self.hang = hang
        self._open = threading.Event()
        self.reached = threading.Event()

    async def passed(self) -> None:
        self.reached.set()
        await asyncio.to_thread(self._open.wait)

    def open(self) -> None:
        self._open.set()


@dataclass
class ToldDemo:
    """``asked`` are method and file name of every request for a document, ``list`` for each listing."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    rows: Sequence[Resource] | None = None
    limits: Limits = _PATIENT
    services: list[Door] = field(default_factory=list)
    _answers: dict[str, deque[Response | Door]] = field(default_factory=lambda: defaultdict(deque))

    def says(self, method: str, *answers: Response | Door) -> None:
        """To the next requests of that method, or "list", in turn; the demo answers those after them."""
        self._answers[method].extend(answers)
        self.services += [each for each in answers if isinstance(each, Door)]

    def holds(self, method: str) -> Door:
        door = Door()
        self.says(method, door)
        return door

    def deleted(self) -> list[str]:
        return [each.removeprefix("DELETE ") for each in self.asked if each.startswith("DELETE ")]

    def next_answer(self, method: str) -> Response | Door | None:
        return self._answers[method].popleft() if self._answers[method] else None

    def connect(self, password: str | None = None) -> DocumentService:
        return OdysseyService(Account(self.address, "60300.demo", "demo"), limits=self.limits)


@contextmanager
def told_demo(rows: Sequence[Resource] | None = None, limits: Limits = _PATIENT) -> Iterator[ToldDemo]:
    """``rows`` are what it lists, in place of its own."""
    told = ToldDemo(rows=rows, limits=limits)
    demo = DemoService(clock=lambda: NOW)

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await answer_to(scope, receive, send)
        else:
            await demo(scope, receive, send)

    async def answer_to(scope: Message, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        if "HostedInboundFiles" not in request.segments:
            kind = "list"
            told.asked.append(kind)
        else:
            kind = request.method
            told.asked.append(f"{kind} {request.segments[-1]}")
        says = told.next_answer(kind)
        if isinstance(says, Door):
            if says.hang:
                await demo(scope, _no_body, _nobody)
            await says.passed()
        if isinstance(says, Response):
            await says.send(send, NOW)
        elif kind == "list" and told.rows is not None:
            await listing(told.rows).send(send, NOW)
        else:
            await demo(scope, _no_body, send)

    with serving(answer) as told.address:
        try:
            yield told
        finally:
            for each in told.services:
                each.open()


async def _no_body() -> Message:
    return {"type": "http.request", "body": b""}


async def _nobody(_: Message) -> None:
    pass


@dataclass
class Desk:
    """The console, what is behind it, and where it saves to."""

    console: Console
    demo: ToldDemo
    folder: Path
    journal: Journal

    @property
    def saved(self) -> list[str]:
        """The files in the folder, without the manifest."""
        if not self.folder.is_dir():
            return []
        return sorted(each.name for each in self.folder.iterdir() if each.name != "faxes.jsonl")

    @property
    def faxes(self) -> tuple[Fax, ...]:
        return self.console.page.faxes

    def beside(self, row: int) -> str:
        """What stands beside that row, the cursor's bar aside: its mark and its letter."""
        return self.console.rows[row][1 : GUTTER - 1]

    def is_struck(self, row: int) -> bool:
        table = self.console.table
        y = table.region.y + table.header_height + row
        return bool(self.console.style_at(table.region.x + GUTTER, y).strike)

    async def press(self, *keys: str) -> None:
        await self.console.press(*keys)

    async def type(self, text: str) -> None:
        await self.console.press(*text)

    async def until_shown(self, *texts: str) -> None:
        """Wherever they were wrapped."""
        await self.console.until(lambda: all("".join(text.split()) in self.said for text in texts))

    async def until(self, is_so: Callable[[], bool]) -> None:
        await self.console.until(is_so)

    async def until_beside(self, row: int, signs: str) -> None:
        await self.console.until(lambda: self.beside(row) == signs)

    async def until_read(self, number: int) -> None:
        """Until the fax of that number in the list is on the screen, and everything of it that is wanted."""
        ending = f" {number} of {self.console.page.total}"
        await self.until(lambda: self.console.header.rstrip().endswith(ending) and self.is_drawn)
        await self.console.settle()

    @property
    def is_drawn(self) -> bool:
        screen = self.console.app.screen
        return isinstance(screen, FaxScreen) and screen._pane.is_drawn and not screen._awaits

    async def reached(self, door: Door) -> None:
        await self.console.until(door.reached.is_set)

    @property
    def said(self) -> str:
        """Everything on the screen, without blanks."""
        return "".join(self.console.screen.replace("▌", " ").split())


def note(journal: Journal, event: Event, fax: Fax, **copy: str) -> None:
    """As an earlier run did."""
    journal.append(JournalEntry(event=event, account=ACCOUNT, fax=fax.identity, **copy))


@asynccontextmanager
async def handling(
    tmp_path: Path,
    *,
    rows: Sequence[Resource] | None = None,
    grace: int = FOREVER,
    read_only: bool = False,
    size: tuple[int, int] = SMALL,
    fetch_policy: FetchPolicy = IMPATIENT,
    services: Callable[[SessionConfig], AccountServices] | None = None,
    clocks: Clocks | None = None,
    keys: Mapping[str, str] | None = None,
    folder: Path | None = None,
    journal: Path | None = None,
    limits: Limits = _PATIENT,
    silence: Silence | None = None,
    view: str = "picture",
    paints: bool = False,
) -> AsyncIterator[Desk]:
    """``services`` makes ways to other accounts from the config of this one."""
    with told_demo(rows, limits) as demo:
        place = folder or tmp_path / "faxes"
        written = Journal(journal or tmp_path / "state" / "journal.jsonl")

        def change(config: SessionConfig) -> SessionConfig:
            settings: Settings = replace(
                config.settings,
                profile=Profile(read_only=read_only),
                download=Download(folder=place),
                delete=Delete(grace=grace),
            )
            return replace(config, settings=settings, journal=written, account=ACCOUNT, clocks=clocks or config.clocks)

        plain = SessionConfig("other", "another account", demo, query=FaxQuery(), fetch_policy=fetch_policy)
        others = None if services is None else services(change(plain))
        async with console(
            size=size,
            connector=demo,
            change=change,
            fetch_policy=fetch_policy,
            keys=keys,
            services=others,
            silence=silence,
            view=view,
            paints=paints,
        ) as desk:
            yield Desk(desk, demo, place, written)
