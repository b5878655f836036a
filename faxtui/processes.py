"""Child processes: the one place that starts them. None of them inherits a secret of ours, or an open file.

Proxies keep their passwords in the environment of commands and of the desktop's programs, which may need the network
and get these variables from any other program, too (our decision); what displays documents gets none of them.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

from faxtui.signals import clean_up_with

if TYPE_CHECKING:
    from asyncio.subprocess import Process

SECRETS = ("FAXTUI_PASSWORD",)
"""Variables that only this program reads."""
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
    command: Sequence[str], environ: Mapping[str, str] | None = None, *, is_read: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, without a shell, a terminal or input.

    What it prints can be read if ``is_read``, and is lost otherwise. ``environ`` is this process's unless given.
    Raises OSError or ValueError.
    """
    output = PIPE if is_read else DEVNULL
    return subprocess.Popen(
        list(command),
        env=without_secrets(os.environ if environ is None else environ),
        stdin=DEVNULL,
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


@dataclass(frozen=True, slots=True)
class CommandResult:
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
    try:
        output, errors = _read_outputs(process, limit, most)
    except subprocess.TimeoutExpired as error:
        _kill(process)
        raise TimeoutError from error
    except BaseException:
        _kill(process)
        raise
    finally:
        _running.discard(process)
    return CommandResult(process.returncode, output, errors)


def end_commands() -> None:
    """Kill the programs of `run` that still run, or are being started: nobody waits for them any more."""
    is_alone = _starting.acquire(timeout=_START_LIMIT)
    for each in list(_running):
        _kill(each)
    if is_alone:
        _starting.release()


clean_up_with(end_commands)


def _start_registered(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program and note it as running, in a thread.

    A signal's handler runs in the main thread, and there could come between a program that runs and the number to kill
    it by. Raises OSError or ValueError.
    """
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
            _kill(starting.result(1))
        raise


def _read_outputs(process: subprocess.Popen[bytes], limit: float, most: int) -> tuple[bytes, bytes]:
    """Raises TimeoutError or TimeoutExpired past the limit, OverflowError if it prints too much."""

    def seconds_left() -> float:
        left = deadline - time.monotonic()
        if left <= 0:
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
        while open_pipes.get_map():
            ready = open_pipes.select(min(_POLL_SECONDS, seconds_left()))
            if not ready and process.poll() is not None:
                break
            for pipe, _ in ready:
                chunk = os.read(pipe.fd, 65_536)
                pipe.data.extend(chunk)
                if not chunk:
                    open_pipes.unregister(pipe.fileobj)
            if len(output) > most:
                raise OverflowError
            del errors[most:]
        process.wait(seconds_left())
    return bytes(output), bytes(errors)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the program's group, which may outlive it; it may have become a user whom we can't kill."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
