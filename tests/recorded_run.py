"""What stock Textual writes while the real application is used: every write, key by key."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from console import IMPATIENT, LOOK, NOW, Wire
from stillness import settle
from textual import events
from textual.drivers.headless_driver import HeadlessDriver
from textual.keys import key_to_character
from textual.pilot import Pilot

from faxtui.config.settings import Settings, Ui
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery
from faxtui.inbox.view import Idle
from faxtui.terminal.capabilities import capabilities
from faxtui.ui.app import FaxApp
from faxtui.ui.session import AppConfig, SessionConfig

SMALL = (80, 24)
TRUECOLOUR: Mapping[str, str] = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
SIXTEEN: Mapping[str, str] = {"TERM": "xterm", "LANG": "C.UTF-8"}
NONE: Mapping[str, str] = {"TERM": "vt100", "LANG": "C.UTF-8"}
BROWSE = ("down", "down", "n", "n", "p", "o", "down", "i", "escape", "s", "escape", "f", "escape", "question_mark")


class RecordingDriver(HeadlessDriver):
    """Has everything painted, and keeps it."""

    def __init__(self, app: FaxApp, **options: object) -> None:
        super().__init__(app, size=SMALL)
        self.writes: list[str] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.writes.append(data)

    def take(self) -> list[str]:
        taken, self.writes = self.writes, []
        return taken


async def record(environ: Mapping[str, str], keys: Sequence[str] = BROWSE) -> list[list[str]]:
    """The writes of the start, and of each key."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("COLORTERM", "NO_COLOR"):
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, value)
        app = _app(environ)
    running = asyncio.create_task(app.run_async())
    while app._driver is None:
        await asyncio.wait([running], timeout=0)
    await _settle(app, until=lambda: isinstance(app.inbox.view.activity, Idle) and app.inbox.view.shown is not None)
    steps = []
    for key in ("", *keys):
        if key:
            app.post_message(events.Key(key, key_to_character(key)))
        await _settle(app)
        assert isinstance(app._driver, RecordingDriver)
        steps.append(app._driver.take())
    app.exit()
    await running
    return steps


def _app(environ: Mapping[str, str]) -> FaxApp:
    config = SessionConfig(
        profile="",
        title="demo · sample faxes",
        connector=Wire(),
        query=FaxQuery(),
        settings=replace(Settings(), ui=Ui(timezone="Europe/Paris")),
        fetch_policy=IMPATIENT,
        clock=ServiceClock(lambda: NOW),
    )
    app = FaxApp(AppConfig(config, capabilities=capabilities(environ)))
    app.driver_class = RecordingDriver
    return app


async def _settle(app: FaxApp, until: Callable[[], bool] = lambda: True) -> None:
    pilot = Pilot(app)
    with app._context():
        await settle(pilot)
        while not until():
            await asyncio.sleep(LOOK)
            await settle(pilot)
