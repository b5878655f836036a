"""A service that answers with far more than was asked for: the program stays small, and goes on taking keys."""

import gzip
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import serving
from pty_session import PtySession, in_terminal

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Response, Send, read_request
from faxtui.domain.clock import machine_now

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
JSON = {"Content-Type": "application/json; charset=utf-8"}
MANY = gzip.compress(b'{"Resources":[' + b"{}," * 10_900_000 + b"{}]}")
LARGE = gzip.compress(b'{"Resources":[' + b",".join([b'{"From":"0478000000","Pages":1}'] * 90_000) + b"]}")


@contextmanager
def browser_of(body: bytes, home: Path) -> Iterator[PtySession]:
    """The program with its first page on the screen, of a service that answers everything after it with ``body``."""
    demo = DemoService()
    asked: list[str] = []

    async def service(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and asked:
            await read_request(scope, receive)
            await Response(200, body, {**JSON, "Content-Encoding": "gzip"}).send(send, machine_now())
            return
        if scope["type"] == "http":
            asked.append(str(scope["path"]))
        await demo(scope, receive, send)

    with (
        serving(service) as address,
        in_terminal("--base-url", address, home=home, environ=SIGNED_IN) as terminal,
    ):
        terminal.wait_for("page 1 of")
        yield terminal


@pytest.mark.parametrize(
    ("body", "said"), [pytest.param(MANY, "4,194,304", id="bytes"), pytest.param(LARGE, "100,000", id="values")]
)
def test_the_rows_stay_the_keys_count_and_memory_is_not_spent(body: bytes, said: str, tmp_path: Path) -> None:
    with browser_of(body, tmp_path) as terminal:
        terminal.wait_until_silent()
        before = terminal.memory()
        terminal.type("r")
        terminal.type("?")
        terminal.wait_for("PgUp")
        terminal.type("\x1b")
        terminal.wait_for(said)
        assert "page 1 of" in terminal.text
        assert terminal.memory("VmHWM") - before < 150
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_it_ends_by_a_signal_as_ever(tmp_path: Path) -> None:
    with browser_of(MANY, tmp_path) as terminal:
        terminal.type("r")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_for_end() == 143
