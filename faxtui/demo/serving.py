"""The demo on a real socket, by uvicorn: the only module here that needs more than the standard library."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import NoReturn

import uvicorn

from faxtui.demo.asgi import Message, Receive, Send
from faxtui.demo.service import DemoService

Application = Callable[[Message, Receive, Send], Awaitable[None]]
"""Any ASGI application."""


def serve(service: DemoService, listener: socket.socket) -> NoReturn:
    """Serve on a listening socket, print the address on stdout once it responds, until a signal comes.

    SIGINT and SIGTERM end the process at once, with 130 and 143: nothing is to be saved, and uvicorn's own shutdown
    waits for open requests.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    asyncio.run(_serve(service, listener))


def _end(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(128 + number)


async def _serve(service: DemoService, listener: socket.socket) -> NoReturn:
    await started(service, listener)
    host, port = listener.getsockname()
    print(f"http://{host}:{port}", flush=True)
    while True:
        await asyncio.Event().wait()


async def started(application: Application, listener: socket.socket) -> uvicorn.Server:
    """Return a server on a listening socket, without headers of its own: the service dates its responses."""
    config = uvicorn.Config(
        application,
        http="h11",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    return server
