"""Child processes: the one place that starts them. None of them inherits a secret of ours, or an open file.

Proxies keep their passwords in the environment of commands and of the desktop's programs, which may need the network
and get these variables from any other program, too (our decision); what displays documents gets none of them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process

SECRETS = ("FAXTUI_PASSWORD",)
"""Variables that only this program reads."""


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
