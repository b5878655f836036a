"""Start the program by forking a process that has loaded it: Python and Textual take most of a second each time.

The parent side is `spawn`; the other side is this file, run as a program, once per pytest worker. A program started
this way differs from a fresh one only in what was loaded and computed before: tests of start-up, locale and interpreter
flags start Python themselves.
"""

import asyncio
import atexit
import ctypes
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

_LARGEST = 1 << 20
_PR_SET_CHILD_SUBREAPER = 36
PRELOADED = (
    "faxtui.cli.browse",
    "faxtui.cli.config",
    "faxtui.cli.download",
    "faxtui.cli.list",
    "faxtui.demo",
    "faxtui.operations.delete_queue",
    "faxtui.operations.saver",
    "faxtui.odyssey.client",
    "faxtui.ui.app",
    "faxtui.ui.screens.connect",
    "faxtui.ui.screens.questions",
    "faxtui.ui.screens.fax",
    "faxtui.ui.screens.help",
    "faxtui.ui.screens.settings",
)


@dataclass(frozen=True)
class Request:
    """How a program is to be started; with a ``terminal`` (its path) as the leader of a session on it."""

    arguments: list[str]
    environ: dict[str, str]
    folder: str
    terminal: str | None


class Forked:
    """A program that was started by the server, and is a child of this process like any other."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
                os.close(self._handle)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for the signal that ended it. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if not select.select([self._handle], [], [], None if left is None else max(left, 0))[0]:
                raise subprocess.TimeoutExpired("faxtui", timeout or 0)
        return code


def spawn(
    arguments: Sequence[str], environ: Mapping[str, str], streams: Sequence[int], terminal: str | None = None
) -> Forked:
    """Start faxtui with these three descriptors, or as the leader of a session on this terminal."""
    request = Request(list(arguments), dict(environ), str(Path.cwd()), terminal)
    server = _server()
    with _adopting():
        socket.send_fds(server, [json.dumps(asdict(request)).encode()], list(streams))
        return Forked(int(server.recv(32)))


@contextmanager
def _adopting() -> Iterator[None]:
    """Whatever loses its parent meanwhile becomes a child of this process."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        server = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": ""},
        )
    atexit.register(server.wait)
    atexit.register(ours.close)
    return ours


# The other side


def serve(connection: socket.socket) -> None:
    """Start what is requested until nobody requests any more."""
    for module in PRELOADED:
        import_module(module)
    asyncio.run(_warm_up())
    while True:
        message, streams, _, _ = socket.recv_fds(connection, _LARGEST, 3)
        if not message:
            return
        request = Request(**json.loads(message))
        reading, writing = os.pipe()
        middle = os.fork()
        if not middle:
            pid = os.fork()
            if pid:
                os.write(writing, str(pid).encode())
                os._exit(0)
            _become(request, streams)
        os.close(writing)
        os.waitpid(middle, 0)
        pid_text = os.read(reading, 32)
        for handle in (reading, *streams):
            os.close(handle)
        connection.send(pid_text)


async def _warm_up() -> None:
    """Run the application up to its first rows, on no terminal: every program needs what that computes and keeps."""
    from faxtui.cli.browse import begin
    from faxtui.cli.context import load_context
    from faxtui.cli.options import parse
    from faxtui.ui.app import FaxApp

    with TemporaryDirectory() as home:
        os.environ.update(XDG_CONFIG_HOME=home, XDG_CONFIG_DIRS=home, XDG_STATE_HOME=home)
        app = FaxApp(begin(load_context(parse(["--demo"], {}))))
        async with app.run_test() as pilot:
            while app.inbox.view.shown is None:
                await pilot.pause()


def _become(request: Request, streams: Sequence[int]) -> None:
    """Run the program as if it had just been started. Does not return."""
    try:
        if request.terminal is not None:
            os.setsid()
            handle = os.open(request.terminal, os.O_RDWR)
            streams = (handle, handle, handle)
        for number, each in enumerate(streams):
            os.dup2(each, number, inheritable=True)
        os.closerange(3, 256)
        os.environ.clear()
        os.environ.update(request.environ)
        time.tzset()
        os.chdir(request.folder)
        # Python opened its streams for this server: what they know of its files, such as a position, is not so here.
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
        sys.argv = ["faxtui", *request.arguments]
        runpy.run_module("faxtui", run_name="__main__", alter_sys=False)
    finally:
        os._exit(120)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
