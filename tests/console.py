"""The whole application on a screen that nobody sees: in front of the demo, or of answers that the test gives."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from httpx import ASGITransport
from rich.style import Style
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from faxtui.config.settings import Settings, Ui
from faxtui.config.state import StateFile
from faxtui.demo import DemoService
from faxtui.demo.asgi import Answer, Message, Receive, Request, Send, read_request
from faxtui.domain.account import Account
from faxtui.domain.fax import Fax
from faxtui.domain.query import FaxQuery
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.inbox import Manners
from faxtui.inbox.patience import Patience
from faxtui.inbox.service import FaxService
from faxtui.inbox.view import Failed, Idle, InboxView
from faxtui.odyssey.client import OdysseyService
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.app import FaxApp
from faxtui.ui.launch import Launch
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.filter_sidebar import FilterSidebar
from faxtui.ui.widgets.key_bar import KeyBar
from faxtui.ui.widgets.page_bar import PageBar

NOW = datetime(2026, 11, 23, 9, 42, 7, tzinfo=UTC)
SMALL, LARGE, NARROW = (80, 24), (120, 40), (60, 16)
ROUNDS = 300
"""How often a condition is looked at before the test gives up."""
IMPATIENT = Manners(prefetch=False, patience=Patience(waits=()))

Resource = Mapping[str, object]


async def _no_body() -> Message:
    return {"type": "http.request", "body": b""}


@cache
def _demo() -> DemoService:
    return DemoService(clock=lambda: NOW)


@dataclass
class Wire:
    """What lies between the application and the demo: it can hold answers back, and give others.

    ``queries`` are the parameters of every request, ``cancelled`` counts those whose answer nobody waited for.
    """

    says: Answer | Callable[[Mapping[str, str]], Answer] | None = None
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

    def connect(self) -> FaxService:
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
            await _demo()(scope, _no_body, send)
        else:
            await says.send(send, NOW)


@dataclass
class Console:
    """The application, the keyboard and mouse in front of it, and the wire behind it."""

    app: FaxApp
    pilot: Pilot[None]
    wire: Wire

    # What is on the screen

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    def text(self, widget: Widget | type[Widget]) -> str:
        """What is on the screen where that widget is."""
        shown = widget if isinstance(widget, Widget) else self.app.screen.query_one(widget)
        return "\n".join(line[shown.region.x : shown.region.right] for line in self._lines(shown.region))

    def style_at(self, x: int, y: int) -> Style:
        """How that cell of the screen is painted."""
        strip = self.app.screen._compositor.render_strips()[y]
        return next(iter(strip.crop(x, x + 1))).style or Style.null()

    @property
    def page_bar(self) -> str:
        return self.text(PageBar)

    @property
    def key_bar(self) -> str:
        return self.text(KeyBar)

    @property
    def header(self) -> str:
        return self.lines[0]

    @property
    def headings(self) -> str:
        return self.text(self.table).splitlines()[0]

    @property
    def rows(self) -> list[str]:
        return self.text(self.table).splitlines()[1:]

    # What it stands for

    @property
    def table(self) -> FaxTable:
        return self.app._browser.query_one(FaxTable)

    @property
    def sidebar(self) -> FilterSidebar:
        return self.app._browser.query_one(FilterSidebar)

    @property
    def view(self) -> InboxView:
        return self.app.inbox.view

    @property
    def current(self) -> Fax:
        """The fax under the cursor."""
        fax = self.table.current
        assert fax is not None
        return fax

    def _lines(self, region: Region) -> list[str]:
        return self.lines[region.y : region.bottom]

    # What a person does

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        self._check()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def click(self, x: int, y: int) -> None:
        await self.pilot.click(offset=(x, y))
        self._check()

    async def click_text(self, text: str) -> None:
        """Click the first place on the screen where that is written."""
        y = next(y for y, line in enumerate(self.lines) if text in line)
        await self.click(self.lines[y].index(text), y)

    async def resize(self, size: tuple[int, int]) -> None:
        await self.pilot.resize_terminal(*size)
        await self.settle()

    # Waiting

    async def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(ROUNDS):
            self._check()
            if is_so():
                return
            await self.pilot.pause()
        raise AssertionError(f"It never came about. The screen was:\n{self.screen}")

    async def until_shown(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.screen for text in texts))

    async def until_idle(self) -> None:
        await self.until(lambda: isinstance(self.view.activity, Idle) and self.view.shown is not None)
        await self.settle()

    async def until_failed(self) -> None:
        await self.until(lambda: isinstance(self.view.activity, Failed))
        await self.settle()

    async def until_asked(self, times: int) -> None:
        await self.until(lambda: len(self.wire.queries) >= times)

    async def settle(self) -> None:
        await self.pilot.pause()
        self._check()

    def _check(self) -> None:
        if self.app.failure is not None:
            raise self.app.failure


@asynccontextmanager
async def console(
    *,
    size: tuple[int, int] = SMALL,
    query: FaxQuery | None = None,
    ui: Ui | None = None,
    keys: Mapping[str, str] | None = None,
    wire: Wire | None = None,
    connect: Callable[[], FaxService] | None = None,
    state: StateFile | None = None,
    sidebar: bool = True,
    far_end: Capabilities | None = None,
    manners: Manners = IMPATIENT,
    notices: Sequence[str] = (),
    until: str = "idle",
) -> AsyncIterator[Console]:
    """The browser, started, once it has its first page; ``until`` may be "failed" or "started" as well."""
    wire = wire or Wire()
    launch = Launch(
        title="demo · sample faxes",
        connect=connect or wire.connect,
        query=query or FaxQuery(),
        settings=Settings(ui=ui or Ui(theme="dark", timezone="Europe/Paris"), keys=tuple((keys or {}).items())),
        far_end=far_end or Capabilities(),
        shows_sidebar=sidebar,
        state=state,
        notices=tuple(notices),
        manners=manners,
        clock=ServiceClock(lambda: NOW),
    )
    app = FaxApp(launch)
    async with app.run_test(size=size, notifications=True) as pilot:
        desk = Console(app, pilot, wire)
        match until:
            case "idle":
                await desk.until_idle()
            case "failed":
                await desk.until_failed()
            case _:
                await desk.settle()
        yield desk
    if app.failure is not None:
        raise app.failure


def connecting_to(base_url: str) -> Callable[[], FaxService]:
    """The service at a real address, as the demo's own user."""
    return lambda: OdysseyService(Account(base_url, "60300.demo", "demo"))


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


def listing(resources: Iterable[Resource], **changed: object) -> Answer:
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
    return Answer(200, json.dumps(content).encode(), {"Content-Type": "application/json"})
