"""The demo, or any ASGI application, served by uvicorn over a real socket for the length of a test."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ParamSpec

from faxtui.demo import DemoService
from faxtui.demo.serving import Application, started

P = ParamSpec("P")


@contextmanager
def serving(application: Application) -> Iterator[str]:
    """Serve an application on a loopback port of its own; gives its address, without a slash at the end.

    What is still being answered at the end is cut off.
    """
    # It listens from here on: who connects before uvicorn is up waits in the socket's queue.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()
        thread = threading.Thread(target=_run, args=(loop, _serve(application, listener, stop)), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()


def _made_by(make: Callable[P, Application]) -> Callable[P, AbstractContextManager[str]]:
    def serve(*args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[str]:
        return serving(make(*args, **kwargs))

    return serve


demo_server = _made_by(DemoService)
"""`with demo_server() as address`: a demo service, taking the same arguments as `DemoService`."""


def _run(loop: asyncio.AbstractEventLoop, serve: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(serve)


async def _serve(application: Application, listener: socket.socket, stop: asyncio.Event) -> None:
    server = await started(application, listener)
    await stop.wait()
    # uvicorn's own shutdown waits for open requests, and sleeps a while even where there are none.
    for each in server.servers:
        each.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    await server.lifespan.shutdown()
