"""An operator's machine, with real files, and the service it talks to, at a real address: every sign-in is seen."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from console import SMALL, Console, started
from demo_server import serving
from wire import no_body

from faxtui.cli.browse import begin
from faxtui.cli.context import load_context
from faxtui.cli.options import parse
from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send, read_request
from faxtui.terminal.capabilities import Capabilities

LOGIN, PASSWORD = "60300.ward", "a secret of the ward"
NIGHT, NIGHT_PASSWORD = "60300.night", "a secret of the night"


@dataclass
class Service:
    """The demo with accounts of its own. ``sign_ins`` are ``login:password`` of every request, in order."""

    passwords: Mapping[str, str] = field(default_factory=lambda: {LOGIN: PASSWORD, NIGHT: NIGHT_PASSWORD})
    address: str = ""
    sign_ins: list[str] = field(default_factory=list)
    _open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.let_go()
        self.change_passwords(self.passwords)

    def change_passwords(self, passwords: Mapping[str, str]) -> None:
        self._demo = DemoService(accounts=passwords)

    def hold(self) -> None:
        """From here on, answers wait until the service is let go."""
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive)
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        self.sign_ins.append(base64.b64decode(given).decode())
        await asyncio.to_thread(self._open.wait)
        await self._demo(scope, no_body, send)


@dataclass
class Office:
    """``home`` is empty at first; ``service`` is at ``service.address``."""

    home: Path
    service: Service

    @property
    def config(self) -> Path:
        return self.home / "config" / "faxtui" / "config.toml"

    @property
    def state(self) -> Path:
        return self.home / "state" / "faxtui" / "state.toml"

    @property
    def written(self) -> list[str]:
        """The files there are, but for locks and logs."""
        files = [each for each in self.home.rglob("*") if each.is_file()]
        return sorted(each.name for each in files if each.suffix not in (".lock", ".log"))

    def configure(self, *, more: str = "", **passwords: str) -> None:
        """Write a configuration: profiles by their logins, each with the command that prints this password."""
        tables = [more]
        for name, login in {"main": LOGIN, "night": NIGHT}.items():
            if name in passwords:
                way = f'password_command = ["printf", "%s", "{passwords[name]}"]' if passwords[name] else ""
                tables.append(
                    f'[profiles.{name}]\nbase_url = "{self.service.address}"\nlogin = "{login}"\n'
                    f"prefetch = false\n{way}\n"
                )
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text("\n".join(tables))

    def close_folder(self) -> None:
        """From here on nothing can be saved: a file stands where the folder of the configuration should be."""
        folder = self.config.parent
        folder.rename(folder.with_name("away"))
        folder.write_text("")

    def open_folder(self) -> None:
        folder = self.config.parent
        folder.unlink()
        folder.with_name("away").rename(folder)

    @asynccontextmanager
    async def faxtui(
        self, *arguments: str, size: tuple[int, int] = SMALL, capabilities: Capabilities | None = None
    ) -> AsyncIterator[Console]:
        """The program as these arguments start it."""
        start = replace(begin(load_context(parse(arguments, {}))), capabilities=capabilities or Capabilities())
        async with started(start, size=size) as desk:
            yield desk


@contextmanager
def office(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    for name, folder in {"CONFIG_HOME": "config", "CONFIG_DIRS": "site", "STATE_HOME": "state"}.items():
        monkeypatch.setenv(f"XDG_{name}", str(home / folder))
    service = Service()
    with serving(service) as address:
        service.address = address
        try:
            yield Office(home, service)
        finally:
            service.let_go()
