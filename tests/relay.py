"""A bad line: a TCP relay that delays, stalls, breaks, and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PIECE = 65536
_RESET = struct.pack("ii", 1, 0)
"""Lingers for no time: closing tells the other end that the connection was reset (socket(7))."""


@dataclass
class Relay:
    """To be set from any thread. ``delay``: seconds that everything takes, each way.

    ``requests`` are the first lines of all HTTP requests that came in.
    """

    target: tuple[str, int]
    delay: float = 0.0
    requests: list[str] = field(default_factory=list)
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _flows: asyncio.Event = field(default_factory=asyncio.Event)
    _is_cut: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _carrying: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stall(self) -> None:
        """From here on nothing gets through, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def cut(self) -> None:
        """Every connection is reset, and every new one, until it is mended."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        """Everything gets through again, what was held back included."""
        self._loop.call_soon_threadsafe(self._mend)

    # In the relay's own thread

    def _cut(self) -> None:
        self._is_cut = True
        for each in self._open:
            _reset(each)

    def _mend(self) -> None:
        self._is_cut = False
        self._flows.set()

    async def serve(self, listener: socket.socket, stop: asyncio.Event) -> None:
        self._flows.set()
        server = await asyncio.start_server(self._take, sock=listener)
        await stop.wait()
        server.close()
        self._mend()
        for each in self._open:
            _reset(each)
        await asyncio.gather(*self._carrying)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            _reset(writer)
            return
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        ways = [
            asyncio.create_task(self._carry(reader, far_writer, looks_at_requests=True)),
            asyncio.create_task(self._carry(far_reader, writer, looks_at_requests=False)),
        ]
        self._carrying += ways
        self._open |= {writer, far_writer}
        await asyncio.wait(ways)
        self._open -= {writer, far_writer}

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, looks_at_requests: bool
    ) -> None:
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sending = asyncio.create_task(self._deliver(pieces, writer))
        data = b"-"
        while data:
            try:
                data = await reader.read(_PIECE)
            except OSError:
                data = b""
            if looks_at_requests and data.startswith((b"GET ", b"POST ", b"DELETE ")):
                self.requests.append(data.partition(b"\r\n")[0].decode())
            pieces.put_nowait((self._loop.time() + self.delay, data))
        await sending

    async def _deliver(self, pieces: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = await pieces.get()
                await asyncio.sleep(due - self._loop.time())
                await self._flows.wait()
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


@contextmanager
def relay_to(address: str) -> Iterator[Relay]:
    """A relay to ``host:port``, or to ``http://host:port``, for the length of a test."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay((host, int(port)), port=listener.getsockname()[1])
        stop = asyncio.Event()
        thread = threading.Thread(target=_run, args=(relay, listener, stop), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay._loop.call_soon_threadsafe(stop.set)
            thread.join()


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that answers to nothing, not even to a connection: its queue is full (Linux)."""
    with contextlib.ExitStack() as open_:
        hole = open_.enter_context(socket.socket())
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(hole.getsockname())
        yield f"http://127.0.0.1:{hole.getsockname()[1]}"


def _run(relay: Relay, listener: socket.socket, stop: asyncio.Event) -> None:
    with asyncio.Runner(loop_factory=lambda: relay._loop) as runner:
        runner.run(relay.serve(listener, stop))


def _reset(writer: asyncio.StreamWriter) -> None:
    if not writer.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()
