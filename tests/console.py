"""The whole application on a screen that nobody sees: in front of the demo, or of answers that the test gives."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from headless_app import HeadlessApp, HeadlessCompositor
from rich.style import Style
from stillness import settle
from textual import events
from textual.geometry import Region
from textual.keys import key_to_character
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Label
from wire import NOW, Wire, listing, resource

from faxtui.config.settings import Reader, Settings, Ui
from faxtui.config.state import StateFile
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import Fax
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FaxQuery
from faxtui.inbox.connection import Connector
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy
from faxtui.inbox.view import Failed, Idle, InboxView
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.app import FaxApp
from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.session import AccountServices, AppConfig, SessionConfig
from faxtui.ui.typed_keys import Silence
from faxtui.ui.widgets.bars import KeyBar, PageBar
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.fields import Labelled, Line
from faxtui.ui.widgets.filter_sidebar import FilterSidebar

__all__ = ["LARGE", "NARROW", "NOW", "SMALL", "Console", "Wire", "console", "listing", "resource", "started"]

SMALL, LARGE, NARROW = (80, 24), (120, 40), (60, 16)
LOOK = 0.004
"""Seconds between two looks at what comes about by a timer, a thread or the wire."""
PATIENCE = 20.0
"""Seconds that anything waited for may take on a busy machine."""
IMPATIENT = FetchPolicy(prefetch=False, retry_policy=RetryPolicy(waits=()))


class SwiftClock:
    """A clock for silences, which are over at once: what sleeps moves it on."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def silence(self) -> Silence:
        return Silence(lambda: self.now, self.sleep)


@dataclass
class Console:
    """The application, the keyboard and mouse in front of it, and the wire behind it."""

    app: FaxApp
    pilot: Pilot[None]
    wire: Wire

    # What is on the screen

    @property
    def lines(self) -> list[str]:
        return self._compositor.lines

    @property
    def _compositor(self) -> HeadlessCompositor:
        compositor = self.app.screen._compositor
        assert isinstance(compositor, HeadlessCompositor)
        return compositor

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    def text(self, widget: Widget | type[Widget]) -> str:
        """What is on the screen where that widget is."""
        shown = widget if isinstance(widget, Widget) else self.app.screen.query_one(widget)
        return "\n".join(line[shown.region.x : shown.region.right] for line in self._lines(shown.region))

    def words(self, widget: Widget | type[Widget]) -> str:
        """The same as one line, wherever it was wrapped, without frames."""
        return " ".join(self.text(widget).replace("│", " ").split())

    def style_at(self, x: int, y: int) -> Style:
        """How that cell of the screen is painted."""
        strip = self._compositor.frame[y]
        return next(iter(strip.crop(x, x + 1))).style or Style.null()

    @property
    def told(self) -> str:
        """What pops up beside what is shown, however it is wrapped."""
        return "\n".join(each.message for each in self.app._notifications)

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
        """The lines of the table, without the bar at the right that shows which part of the page they are."""
        return [line.replace("▐", " ") for line in self.text(self.table).splitlines()[1:]]

    # What it stands for

    @property
    def browser(self) -> BrowserScreen:
        assert self.app.session is not None
        return self.app.session.browser

    @property
    def table(self) -> FaxTable:
        return self.browser.query_one(FaxTable)

    @property
    def sidebar(self) -> FilterSidebar:
        return self.browser.query_one(FilterSidebar)

    @property
    def view(self) -> InboxView:
        return self.app.inbox.view

    @property
    def page(self) -> FaxPage:
        """The page shown."""
        assert self.view.shown is not None
        return self.view.shown.page

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
        for key in keys:
            self._post(events.Key(key, key_to_character(key)))
            await self.settle()

    async def press_at_once(self, *keys: str) -> None:
        """The second key comes before anything was done about the first."""
        for key in keys:
            self._post(events.Key(key, key_to_character(key)))
        await self.settle()

    def _post(self, event: events.Key | events.Paste) -> None:
        """It comes in now, on the clock of silences."""
        event.time = self.app.silence.now()
        self.app.post_message(event)

    async def pause(self) -> None:
        """Type nothing for half a second."""
        await self.app.silence.wait(lambda: True)

    async def fill(self, label: str, text: str) -> None:
        """Write into the field of a form that has this label, in place of what is there."""
        line = self.field(label).query_one(Line)
        line.focus()
        await self.settle()
        await self.press("end", "ctrl+u")
        await self.paste(text)

    def field(self, label: str) -> Labelled:
        """The field of the screen on top that has this label, with what is said about it."""
        return next(each for each in self.app.screen.query(Labelled) if str(each.query(Label).first().content) == label)

    async def paste(self, text: str) -> None:
        """What a terminal sends for a text that is pasted."""
        self._post(events.Paste(text))
        await self.settle()

    async def click(self, x: int, y: int) -> None:
        widget, region = self.app.screen.get_widget_at(x, y)
        await self.pilot.click(widget, offset=(x - region.x, y - region.y))
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
        deadline = time.monotonic() + PATIENCE
        while True:
            self._check()
            if is_so():
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"It never came about. The screen was:\n{self.screen}")
            await settle(self.pilot)
            await asyncio.sleep(LOOK)

    async def until_shown(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.screen for text in texts))

    async def until_told(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.told for text in texts))

    async def until_idle(self) -> None:
        await self.until(lambda: isinstance(self.view.activity, Idle) and self.view.shown is not None)
        await self.settle()

    async def until_failed(self) -> None:
        await self.until(lambda: isinstance(self.view.activity, Failed))
        await self.settle()

    async def until_asked(self, times: int) -> None:
        await self.until(lambda: len(self.wire.queries) >= times)

    async def settle(self) -> None:
        """Let everything happen that happens at once."""
        await settle(self.pilot)
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
    connector: Connector | None = None,
    state: StateFile | None = None,
    sidebar: bool = True,
    capabilities: Capabilities | None = None,
    fetch_policy: FetchPolicy = IMPATIENT,
    notices: Sequence[str] = (),
    until: str = "idle",
    change: Callable[[SessionConfig], SessionConfig] = lambda config: config,
    services: AccountServices | None = None,
    silence: Silence | None = None,
    view: str = "picture",
    paints: bool = False,
) -> AsyncIterator[Console]:
    """The browser, started, once it has its first page; ``until`` may be "failed" or "started" as well.

    ``change`` makes of what it is started with what the test needs. ``paints`` has every frame drawn, as on a terminal,
    not only those that the test looks at.
    """
    wire = wire or Wire()
    config = SessionConfig(
        profile="",
        title="demo · sample faxes",
        connector=connector or wire,
        query=query or FaxQuery(),
        settings=Settings(
            ui=ui or Ui(theme="dark", timezone="Europe/Paris"),
            reader=Reader(view=view),
            keys=tuple((keys or {}).items()),
        ),
        shows_sidebar=sidebar,
        state=state,
        notices=tuple(notices),
        fetch_policy=fetch_policy,
        clock=ServiceClock(lambda: NOW),
    )
    start = AppConfig(change(config), services, capabilities or Capabilities())
    async with started(start, size=size, wire=wire, silence=silence, paints=paints) as desk:
        match until:
            case "idle":
                await desk.until_idle()
            case "failed":
                await desk.until_failed()
        yield desk


@asynccontextmanager
async def started(
    start: AppConfig,
    *,
    size: tuple[int, int] = SMALL,
    wire: Wire | None = None,
    silence: Silence | None = None,
    paints: bool = False,
) -> AsyncIterator[Console]:
    """The application, begun in whatever way; silences are over at once unless ``silence`` is given."""
    app = HeadlessApp(replace(start, silence=silence or SwiftClock().silence), paints=paints)
    async with app.run_test(size=size, notifications=True) as pilot:
        desk = Console(app, pilot, wire or Wire())
        await desk.until(lambda: bool(app.screen_stack))
        await desk.settle()
        yield desk
    if app.failure is not None:
        raise app.failure
