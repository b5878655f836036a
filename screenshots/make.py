"""Make the pictures of the README from the demo: the same bytes for the same code.

python screenshots/make.py [FOLDER]
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from httpx import ASGITransport
from textual.pilot import Pilot

from faxtui.cli.browse import WELCOME
from faxtui.config.new_account import NewAccount
from faxtui.config.settings import Download, Settings, Ui
from faxtui.config.toml_files import Change
from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Response, Send
from faxtui.domain.account import Account
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery
from faxtui.domain.service import DocumentService
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy
from faxtui.inbox.view import Failed, Fetching, Idle
from faxtui.odyssey.client import OdysseyService
from faxtui.operations.delete_queue import Clocks
from faxtui.terminal.capabilities import Capabilities, Colours
from faxtui.ui.app import FaxApp
from faxtui.ui.session import AppConfig, FirstRun, SessionConfig

NOW = datetime(2026, 11, 23, 9, 42, 7, tzinfo=UTC)
FOLDER = Path("/home/op/Downloads/faxes")
SMALL, LARGE = (80, 24), (120, 40)


def now() -> datetime:
    return NOW


class Stage:
    """The demo at a moment that stands, which can be told to fail."""

    def __init__(self) -> None:
        self.is_failing = False
        self._demo = DemoService(clock=now)

    def connect(self, password: str | None = None) -> DocumentService:
        return OdysseyService(Account("http://demo", "60300.demo", "demo"), transport=ASGITransport(self._answer))

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if self.is_failing:
            await Response(502, b"", {}).send(send, NOW)
        else:
            await self._demo(scope, receive, send)


@dataclass(frozen=True, slots=True)
class StageAccounts:
    """One account, and a configuration that is never written."""

    config: SessionConfig

    def open_profile(self, name: str) -> SessionConfig:
        return self.config

    def open_demo(self) -> SessionConfig:
        return self.config

    def read_account(self, new: NewAccount) -> Account:
        return Account(new.base_url, new.login, new.password)

    def connect(self, account: Account) -> DocumentService:
        return self.config.connector.connect()

    def save_account(self, new: NewAccount) -> SessionConfig:
        return self.config

    def save_settings(self, changes: Sequence[Change]) -> str:
        return ""

    def new_clock(self) -> ServiceClock:
        return ServiceClock(now)


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: how large, and what is pressed before it is taken. ``fails`` makes the service fail from there on,
    ``is_first_run`` begins without an account, ``saves`` gives it a folder that can be written to. Each key finds
    finished what the one before it began."""

    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    fails: bool = False
    is_first_run: bool = False
    saves: bool = False
    theme: str = "dark"
    colours: Colours = Colours.TRUE


SCENES: Mapping[str, Scene] = {
    "list-80x24": Scene(SMALL),
    "list-120x40": Scene(LARGE),
    "filters-80x24": Scene(SMALL, ("f", "tab", *"134296015")),
    "filters-120x40": Scene(LARGE, ("f", "up", "space", "end", "enter", *"2026-13-01", "enter")),
    "sort-80x24": Scene(SMALL, ("s", "down")),
    "sort-120x40": Scene(LARGE, ("s", "down")),
    "details-80x24": Scene(SMALL, ("down", "down", "i")),
    "details-120x40": Scene(LARGE, ("down", "down", "i")),
    "error-80x24": Scene(SMALL, ("r",), fails=True),
    "error-120x40": Scene(LARGE, ("r",), fails=True),
    "connect-80x24": Scene(SMALL, (*"60300.console", "tab", *"not a password", "enter"), is_first_run=True),
    "settings-80x24": Scene(SMALL, ("comma", "down", "down")),
    "help-80x24": Scene(SMALL, ("question_mark",)),
    "handling-80x24": Scene(
        SMALL,
        (
            *["space"] * 5,
            "d",
            "u",
            *["down"] * 3,
            "space",
            "space",
            "D",
            *"delete",
            *["up"] * 8,
            *["space"] * 5,
            "down",
        ),
        saves=True,
    ),
    "delete-80x24": Scene(SMALL, ("n", *["space"] * 2, "p", *["down"] * 2, *["space"] * 3, "D")),
    "text-80x24": Scene(SMALL, (*["down"] * 2, "enter")),
    "reading-80x24": Scene(SMALL, (*["down"] * 2, "enter", "t", "plus", "plus")),
    "light-80x24": Scene(SMALL, theme="light"),
    "16-colours-80x24": Scene(SMALL, ("s",), theme="ansi", colours=Colours.SIXTEEN),
    "no-colours-80x24": Scene(SMALL, ("space", "space", "f", "tab", *"1342"), theme="ansi", colours=Colours.NONE),
}


async def take(scene: Scene) -> str:
    """One picture, as SVG."""
    with TemporaryDirectory() as folder, patch("socket.gethostname", return_value="console7"):
        return await _take(scene, Path(folder) if scene.saves else FOLDER)


async def _take(scene: Scene, folder: Path) -> str:
    stage = Stage()
    config = SessionConfig(
        profile="",
        title="demo · sample faxes",
        connector=stage,
        query=FaxQuery(),
        settings=Settings(ui=Ui(theme=scene.theme, timezone="Europe/Paris"), download=Download(folder=folder)),
        fetch_policy=FetchPolicy(prefetch=False, retry_policy=RetryPolicy(waits=())),
        clock=ServiceClock(now),
        clocks=Clocks(monotonic=lambda: 0.0, wall=lambda: 0.0),
    )
    services = StageAccounts(config)
    first = FirstRun(WELCOME, services, config.settings) if scene.is_first_run else config
    app = FaxApp(AppConfig(first, services, Capabilities(scene.colours)))
    async with app.run_test(size=scene.size) as pilot:
        if not scene.is_first_run:
            await until(pilot, app, Idle)
        stage.is_failing = scene.fails
        for key in scene.keys:
            await pilot.press(key)
            await until_still(pilot, app)
        if scene.fails:
            await until(pilot, app, Failed)
        await until_still(pilot, app)
        app.clear_notifications()
        await pilot.pause()
        return app.export_screenshot(title="faxtui", simplify=True)


async def until(pilot: Pilot[None], app: FaxApp, doing: type[Idle | Failed]) -> None:
    """Wait for the inbox to have come to that."""
    while app.inbox.view.shown is None or not isinstance(app.inbox.view.activity, doing):
        if app.failure is not None:
            raise app.failure
        await pilot.pause()


async def until_still(pilot: Pilot[None], app: FaxApp) -> None:
    """Wait for whatever the last key began."""
    await pilot.pause()
    while app.session is not None and (app.session.operations.is_busy or is_fetching(app)):
        await pilot.pause()
    while any(not each.is_finished for each in app.workers):
        await app.workers.wait_for_complete()
        await pilot.pause()


def is_fetching(app: FaxApp) -> bool:
    return isinstance(app.inbox.view.activity, Fetching)


def make(folder: Path) -> None:
    """Every picture, into that folder."""
    logging.getLogger("faxtui").addHandler(logging.NullHandler())
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in SCENES.items():
        (folder / f"{name}.svg").write_text(asyncio.run(take(scene)), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
