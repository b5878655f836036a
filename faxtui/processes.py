"""Child processes: the one place that starts them. None of them inherits a secret of ours, or an open file.

Proxies keep their passwords in the environment of commands and of the desktop's programs, which may need the network
and get these variables from any other program, too (our decision); what displays documents gets none of them.
"""

from __future__ import annotations

import math
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING, NamedTuple

from faxtui.signals import clean_up_with

if TYPE_CHECKING:
    from asyncio.subprocess import Process

SECRETS = ("FAXTUI_PASSWORD",)
"""Variables that only this program reads."""
MOST_OUTPUT = 65_536
"""Bytes of what a command prints that are kept."""
_POLL_SECONDS = 0.1
"""Seconds between two checks that a silent program is still running."""
_START_LIMIT = 1.0
"""Seconds that starting a program may take when all are to end."""
_running: set[subprocess.Popen[bytes]] = set()
_starting = threading.Lock()
"""Held while a program runs that is not yet in ``_running``."""


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in SECRETS}


def start(
    command: Sequence[str],
    environ: Mapping[str, str] | None = None,
    *,
    is_read: bool = False,
    is_written: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, without a shell or a terminal.

    What it prints can be read if ``is_read``, and is lost otherwise; it has input only if ``is_written``. ``environ``
    is this process's unless given. Raises OSError or ValueError.
    """
    output = PIPE if is_read else DEVNULL
    return subprocess.Popen(
        list(command),
        env=without_secrets(os.environ if environ is None else environ),
        stdin=PIPE if is_written else DEVNULL,
        stdout=output,
        stderr=output,
        close_fds=True,
        start_new_session=True,
    )


async def start_worker(command: Sequence[str], environ: Mapping[str, str]) -> Process:
    """Start a program to talk to, with nothing but ``environ``. Raises OSError."""
    import asyncio

    return await asyncio.create_subprocess_exec(
        *command,
        env=without_secrets(environ),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        close_fds=True,
        start_new_session=True,
    )


class CommandResult(NamedTuple):
    """Exit code of a command and what it printed: ``output`` on standard output, ``errors`` on standard error."""

    exit_code: int
    output: bytes
    errors: bytes


def run(command: Sequence[str], limit: float, most: int) -> CommandResult:
    """Run a program to its end and return what it printed, of its errors only the first ``most`` bytes.

    After ``limit`` seconds, or if the wait is interrupted, it is killed with all that it started; what it leaves
    running on purpose, such as an agent, is not. Raises OSError or ValueError if it can't be started, TimeoutError,
    and OverflowError for an output of more than ``most`` bytes.
    """
    process = _start_registered(command)
    return _run_to_end(process, limit=limit, most=most)


async def run_with_input(
    command: Sequence[str],
    data: bytes,
    environ: Mapping[str, str] | None = None,
    *,
    limit: float = math.inf,
    most: int = MOST_OUTPUT,
) -> CommandResult:
    """Run a program of the operator's with ``data`` as its input, beside everything else.

    Of what it prints the first ``most`` bytes are returned, and the rest is read and dropped. After ``limit`` seconds,
    or if this is cancelled, it is killed with all that it started. Raises OSError or ValueError if it can't be started,
    and TimeoutError.
    """
    import asyncio

    stop = threading.Event()

    def work() -> CommandResult:
        process = _start_registered(command, environ, is_written=True)
        return _run_to_end(process, data, limit=limit, most=most, drops_rest=True, stop=stop)

    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([task])
        # What became of a program that was killed interests nobody.
        task.exception()
        raise


def end_commands() -> None:
    """Kill the programs of `run` that still run, or are being started: nobody waits for them any more."""
    is_alone = _starting.acquire(timeout=_START_LIMIT)
    for each in list(_running):
        _kill(each)
    if is_alone:
        _starting.release()


clean_up_with(end_commands)


def _start_registered(
    command: Sequence[str], environ: Mapping[str, str] | None = None, *, is_written: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program and note it as running, in a thread.

    A signal's handler runs in the main thread, and there could come between a program that runs and the number to kill
    it by. Raises OSError or ValueError.
    """
    starting: Future[subprocess.Popen[bytes]] = Future()

    def begin() -> None:
        try:
            with _starting:
                process = start(command, environ, is_read=True, is_written=is_written)
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
            _kill(starting.result(1))
        raise


def _run_to_end(
    process: subprocess.Popen[bytes],
    data: bytes = b"",
    *,
    limit: float,
    most: int,
    drops_rest: bool = False,
    stop: threading.Event | None = None,
) -> CommandResult:
    """Return what became of a program; whatever ends the wait before its end kills it with all that it started."""
    try:
        output, errors = _communicate(process, data, limit=limit, most=most, drops_rest=drops_rest, stop=stop)
    except subprocess.TimeoutExpired as error:
        _kill(process)
        raise TimeoutError from error
    except BaseException:
        _kill(process)
        raise
    finally:
        _running.discard(process)
    return CommandResult(process.returncode, output, errors)


def _communicate(
    process: subprocess.Popen[bytes],
    data: bytes = b"",
    *,
    limit: float,
    most: int,
    drops_rest: bool = False,
    stop: threading.Event | None = None,
) -> tuple[bytes, bytes]:
    """Write ``data`` to a program and read what it prints until it ends.

    Raises TimeoutError or TimeoutExpired past the limit, or once ``stop`` is set, and OverflowError if it prints more
    than ``most`` bytes, unless the rest is dropped.
    """

    def seconds_left() -> float:
        left = deadline - time.monotonic()
        if left <= 0 or (stop is not None and stop.is_set()):
            raise TimeoutError
        return left

    assert process.stdout is not None
    assert process.stderr is not None
    deadline = time.monotonic() + limit
    output, errors = bytearray(), bytearray()
    with ExitStack() as stack:
        stack.enter_context(process.stdout)
        stack.enter_context(process.stderr)
        open_pipes = stack.enter_context(selectors.DefaultSelector())
        open_pipes.register(process.stdout, selectors.EVENT_READ, output)
        open_pipes.register(process.stderr, selectors.EVENT_READ, errors)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            open_pipes.register(process.stdin, selectors.EVENT_WRITE)
        left = memoryview(data)
        while open_pipes.get_map():
            ready = open_pipes.select(min(_POLL_SECONDS, seconds_left()))
            if not ready and process.poll() is not None:
                break
            for pipe, _ in ready:
                if pipe.fileobj is process.stdin:
                    left = _written(process, left)
                    if not left:
                        open_pipes.unregister(process.stdin)
                        _close_input(process)
                    continue
                chunk = os.read(pipe.fd, 65_536)
                pipe.data.extend(chunk)
                if not chunk:
                    open_pipes.unregister(pipe.fileobj)
                if drops_rest:
                    del pipe.data[most:]
            if len(output) > most:
                raise OverflowError
            del errors[most:]
        _close_input(process)
        while process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(min(_POLL_SECONDS, seconds_left()))
    return bytes(output), bytes(errors)


def _written(process: subprocess.Popen[bytes], data: memoryview) -> memoryview:
    """Write what the program's input accepts and return the rest: nothing if it reads no more."""
    assert process.stdin is not None
    try:
        return data[os.write(process.stdin.fileno(), data) :] if data else data
    except BlockingIOError:
        return data
    except OSError:
        return data[:0]


def _close_input(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the program's group, which may outlive it; it may have become a user whom we can't kill."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
