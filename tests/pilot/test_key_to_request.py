"""How many of our own functions lie between a key and its request: `pytest -s` prints them."""

import asyncio
import sys
from collections.abc import Coroutine, Generator
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from types import CodeType, FrameType
from typing import TypeVar

import httpx
import pytest
from console import console

from faxtui.config.settings import Delete, Download
from faxtui.demo import DemoService
from faxtui.domain.account import Account
from faxtui.odyssey.client import OdysseyService
from faxtui.storage.journal import Journal
from faxtui.ui.session import SessionConfig

T = TypeVar("T")
OWN = str(Path(sys.modules["faxtui"].__file__ or "").parent)
HTTPX = str(Path(httpx.__file__).parent)
Functions = tuple[CodeType, ...]
"""Functions that called each other, the outermost first."""


class Trace(httpx.AsyncBaseTransport):
    """The demo. Each request is noted with the functions that led to it: "GET", "DELETE", or "LIST".

    A task has the functions that started it before its own. An answer to a question has those that asked it.
    """

    def __init__(self) -> None:
        self.requests: dict[str, Functions] = {}
        self._demo = httpx.ASGITransport(DemoService())
        self._started_by: dict[object, Functions] = {}

    def connect(self, password: str | None = None) -> OdysseyService:
        return OdysseyService(Account("http://demo", "60300.demo", "demo"), transport=self)

    def start(
        self,
        loop: asyncio.AbstractEventLoop,
        work: Coroutine[object, object, T] | Generator[object, None, T],
        **options: object,
    ) -> asyncio.Task[T]:
        """Start a task, as a task factory."""
        assert isinstance(work, Coroutine)
        context = options.get("context")
        functions = self._functions(sys._getframe(1))
        task = asyncio.Task(work, loop=loop, context=context if isinstance(context, Context) else None)
        self._started_by[task] = functions
        return task

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        frame: FrameType | None = sys._getframe()
        into_httpx = frame
        while frame is not None:
            if frame.f_code.co_filename.startswith(HTTPX):
                into_httpx = frame
            frame = frame.f_back
        what = request.method if "HostedInboundFiles" in request.url.path else "LIST"
        self.requests.setdefault(what, self._functions(into_httpx))
        return await self._demo.handle_async_request(request)

    def _functions(self, frame: FrameType | None) -> Functions:
        """Return our own functions that led to ``frame``, from the last action of a key on."""
        found: list[CodeType] = []
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(OWN):
                found.append(code)
                if code.co_name.startswith("action_"):
                    return tuple(reversed(found))
            frame = frame.f_back
        task = asyncio.current_task()
        before = () if task is None else self._started_by.get(task, ())
        return *before, *reversed(found)


@pytest.mark.parametrize(
    ("keys", "what", "most"), [("n", "LIST", 10), ("d", "GET", 20), ("D enter", "DELETE", 20)], ids=["n", "d", "D"]
)
async def test_the_way_from_a_key_to_its_request_is_short(keys: str, what: str, most: int, tmp_path: Path) -> None:
    trace = Trace()

    def change(config: SessionConfig) -> SessionConfig:
        settings = replace(config.settings, download=Download(folder=tmp_path / "faxes"), delete=Delete(grace=0))
        return replace(config, settings=settings, journal=Journal(tmp_path / "journal.jsonl"))

    async with console(connector=trace, change=change) as desk:
        loop = asyncio.get_running_loop()
        trace.requests.clear()
        loop.set_task_factory(trace.start)
        await desk.press(*keys.split())
        await desk.until(lambda: what in trace.requests)
        loop.set_task_factory(None)
    functions = dict.fromkeys(trace.requests[what])
    names = [f"{Path(each.co_filename).relative_to(OWN)} {each.co_qualname}" for each in functions]
    print(f"\n{keys}: {len(names)} functions", *names, sep="\n  ")
    assert len(names) <= most, names
