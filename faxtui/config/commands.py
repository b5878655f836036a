"""Running a program for what it prints: without a shell, a terminal or input, and not for ever."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from faxtui.domain.text import visible
from faxtui.errors import NoSignIn, why
from faxtui.processes import start
from faxtui.signals import clean_up_with

LARGEST = 65_536
"""Bytes: more than any secret has."""
_ROUND = 0.1
"""Seconds between two looks at whether a silent program is still there."""
_SAID, _NAME = 200, 80
_STARTING = 1.0
"""Seconds that starting a program may take where all are to end."""
_running: set[subprocess.Popen[bytes]] = set()
_starting = threading.Lock()
"""Held while a program is there that is not among those running as yet."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What came out of a command: ``said`` is its standard error, made safe to look at, ``name`` is the command."""

    output: bytes
    said: str
    name: str


def run(command: Sequence[str], limit: float) -> Printed:
    """Run a program to its end. Past ``limit`` seconds, and where the wait is interrupted, it is ended with all that
    it started. What it leaves running on purpose, such as an agent, stays. Raises NoSignIn where it fails."""
    name = _short(" ".join(command), _NAME)
    try:
        process = _started(command)
    except OSError as error:
        raise NoSignIn(f"“{name}” can't be run: {why(error)}.") from error
    except ValueError as error:
        raise NoSignIn(f"“{name}” can't be run: no program's name or argument holds such a character.") from error
    try:
        output, said = _outputs(process, limit)
    except (TimeoutError, subprocess.TimeoutExpired) as error:
        _end(process)
        raise NoSignIn(f"“{name}” gave no password within {limit:.0f} s: try it in a shell.") from error
    except OverflowError as error:
        _end(process)
        raise NoSignIn(f"“{name}” prints far more than a password: try it in a shell.") from error
    except BaseException:
        _end(process)
        raise
    finally:
        _running.discard(process)
    words = _short(" ".join(said.decode("utf-8", "replace").split()), _SAID).rstrip(".")
    if process.returncode:
        raise NoSignIn(f"“{name}” failed (exit code {process.returncode}){f': {words}' if words else ''}.")
    return Printed(output, words, name)


def end_commands() -> None:
    """End what still runs, as nobody waits for it any more, what is being started just now too."""
    is_alone = _starting.acquire(timeout=_STARTING)
    for each in list(_running):
        _end(each)
    if is_alone:
        _starting.release()


clean_up_with(end_commands)


def _started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Started in a thread, and noted there as running: a signal's handler runs in the main one, and there could come
    between a program that runs and the number to end it by. Raises OSError or ValueError."""
    starting: Future[subprocess.Popen[bytes]] = Future()

    def begin() -> None:
        try:
            with _starting:
                process = start(command, is_read=True)
                _running.add(process)
        except (OSError, ValueError) as error:
            starting.set_exception(error)
        else:
            starting.set_result(process)

    try:
        threading.Thread(target=begin, daemon=True).start()
        return starting.result()
    except (OSError, ValueError):
        raise
    except BaseException:
        # A signal, as a handler raises it: the program may run by now, or be about to.
        with suppress(OSError, ValueError, TimeoutError):
            _end(starting.result(1))
        raise


def _outputs(process: subprocess.Popen[bytes], limit: float) -> tuple[bytes, bytes]:
    """Raises TimeoutError or TimeoutExpired past the limit, and OverflowError where it prints too much."""
    assert process.stdout is not None
    assert process.stderr is not None
    deadline = time.monotonic() + limit
    output, said = bytearray(), bytearray()
    with ExitStack() as stack:
        stack.enter_context(process.stdout)
        stack.enter_context(process.stderr)
        open_ends = stack.enter_context(selectors.DefaultSelector())
        open_ends.register(process.stdout, selectors.EVENT_READ, output)
        open_ends.register(process.stderr, selectors.EVENT_READ, said)
        while open_ends.get_map():
            ready = open_ends.select(min(_ROUND, _left(deadline)))
            if not ready and process.poll() is not None:
                break
            for end, _ in ready:
                chunk = os.read(end.fd, LARGEST)
                end.data.extend(chunk)
                if not chunk:
                    open_ends.unregister(end.fileobj)
            if len(output) > LARGEST:
                raise OverflowError
            del said[LARGEST:]
        process.wait(_left(deadline))
    return bytes(output), bytes(said)


def _left(deadline: float) -> float:
    """Raises TimeoutError where nothing is left."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its group may well outlive it, and it may have become somebody else whom we can't kill."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)


def _short(text: str, length: int) -> str:
    seen = visible(text)
    return seen if len(seen) <= length else f"{seen[:length]}…"
