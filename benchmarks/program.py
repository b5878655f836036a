"""A program on a pty of its own, and what comes out of it when."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|[\x00-\x1f\x7f]")
LIMIT = 30.0
"""Seconds after which a program is not waited for any longer."""
_QUERIES = {
    b"\x1b[?2026$p": b"\x1b[?2026;0$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[6n": b"\x1b[1;79R",
}


@dataclass(frozen=True, slots=True)
class Burst:
    """What a program wrote until it was quiet. Times are in seconds since it was started, or a key was pressed.

    ``first`` and ``last`` are those of the first and the last bytes, ``seen`` those at which a text first showed.
    """

    data: bytes
    first: float
    last: float
    seen: Mapping[str, float]


class Program:
    """A program on a terminal, started at once and ended when the block is left."""

    def __init__(self, command: Sequence[str], size: tuple[int, int], environ: Mapping[str, str]) -> None:
        self._started = time.perf_counter()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            _set_size(0, size)
            os.execvpe(command[0], list(command), dict(environ))

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self.pid, 0)

    def start(self, texts: Mapping[str, str], quiet: float = 0.5) -> Burst:
        """What comes from the start on, until nothing came for ``quiet`` seconds once every text has shown."""
        return self._read(self._started, texts, quiet)

    def listen(self, seconds: float) -> bytes:
        """What comes in the next ``seconds``, whatever it is."""
        until = time.perf_counter() + seconds
        data = bytearray()
        while (left := until - time.perf_counter()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                data += os.read(self._terminal, 65536)
        return bytes(data)

    def tell(self, keys: bytes) -> None:
        """Press these keys, and wait for nothing."""
        os.write(self._terminal, keys)

    def resize(self, size: tuple[int, int]) -> None:
        _set_size(self._terminal, size)

    def press(self, keys: bytes, quiet: float = 0.12, texts: Mapping[str, str] | None = None) -> Burst:
        """What comes after these keys."""
        pressed = time.perf_counter()
        os.write(self._terminal, keys)
        return self._read(pressed, texts or {}, quiet)

    def _read(self, since: float, texts: Mapping[str, str], quiet: float) -> Burst:
        data = bytearray()
        text = ""
        first = last = 0.0
        seen: dict[str, float] = {}
        while time.perf_counter() - since < LIMIT:
            waits = quiet if data and len(seen) == len(texts) else LIMIT
            if not select.select([self._terminal], [], [], min(waits, 5.0))[0]:
                if waits == quiet:
                    break
                continue
            try:
                chunk = os.read(self._terminal, 65536)
            except OSError:
                break
            last = time.perf_counter() - since
            first = first or last
            data += chunk
            for query, reply in _QUERIES.items():
                if query in chunk:
                    os.write(self._terminal, reply)
            text = _CONTROL.sub(b"", bytes(data)).decode("utf-8", "replace")
            for name, pattern in texts.items():
                if name not in seen and re.search(pattern, text):
                    seen[name] = last
        missing = texts.keys() - seen.keys()
        if missing:
            raise RuntimeError(f"It never showed {', '.join(sorted(missing))}. The last it wrote: {text[-600:]}")
        return Burst(bytes(data), first, last, seen)


def _set_size(terminal: int, size: tuple[int, int]) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
