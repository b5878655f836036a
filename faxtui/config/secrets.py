"""Passwords from outside. They are never in a log, a `repr` or an argument list.

Everything here raises NoSignIn, with a sentence that says what to mend, where there is no password to be had.
"""

from __future__ import annotations

import os
import queue
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from faxtui.config.commands import LARGEST, run
from faxtui.disk import read_in_time
from faxtui.domain.account import host_of
from faxtui.domain.text import visible
from faxtui.errors import NoSignIn, why

COMMAND_LIMIT = 20.0
"""Seconds that a command may take: somebody may have to touch a key, or type a passphrase elsewhere."""
KEYRING_LIMIT = 3.0
"""Seconds that the keyring may take: a locked or missing agent must not hang a session over ssh."""
KEYRING_SERVICE = "faxtui"
_SAID = 200


def read_password_file(path: Path, limit: float = COMMAND_LIMIT) -> str:
    """What the file holds, without one newline at its end; refused where others can read it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb"):
            mode = stat.S_IMODE(os.fstat(handle).st_mode)
            if mode & (stat.S_IRGRP | stat.S_IROTH):
                raise NoSignIn(f"Others can read the password file {path} (mode {mode:04o}): run chmod 600 on it.")
            content = read_in_time(handle, LARGEST + 1, limit)
    except OSError as error:
        raise NoSignIn(f"The password file {path} can't be read: {why(error)}.") from error
    if len(content) > LARGEST:
        raise NoSignIn(f"The password file {path} is far larger than a password.")
    return _password(content, f"The password file {path}")


def run_command(command: Sequence[str], limit: float = COMMAND_LIMIT) -> str:
    """What a command prints, without one newline at its end. It has no shell, no terminal and no input; past ``limit``
    seconds it is ended, with all that it started."""
    printed = run(command, limit)
    if not printed.output.strip() and printed.said:
        raise NoSignIn(f"“{printed.name}” printed no password, but said: {printed.said}.")
    return _password(printed.output, f"What “{printed.name}” prints")


def name_in_keyring(login: str, base_url: str) -> str:
    """What the keyring knows a password by: the same login elsewhere has another one."""
    return f"{login}@{host_of(base_url)}"


def read_keyring(name: str, limit: float = KEYRING_LIMIT) -> str:
    """The password that the system's keyring has under this name."""

    def look_up() -> str | None:
        import keyring

        return keyring.get_password(KEYRING_SERVICE, name)

    found = _within(look_up, limit)
    if not found:
        raise NoSignIn(f"The system's keyring has no password for {name}: run keyring set {KEYRING_SERVICE} {name}.")
    return found


def write_keyring(name: str, password: str, limit: float = KEYRING_LIMIT) -> None:
    """Keep a password in the system's keyring."""

    def keep() -> str:
        import keyring

        keyring.set_password(KEYRING_SERVICE, name, password)
        return password

    try:
        _within(keep, limit)
    except NoSignIn as error:
        # Back ends may well repeat what they were given.
        raise NoSignIn(str(error).replace(password, "…")) from None


def _password(content: bytes, whence: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise NoSignIn(f"{whence} is not UTF-8: save it as UTF-8.") from error
    password = text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")
    if not password.strip("\r\n"):
        raise NoSignIn(f"{whence} is empty: there is no password in it.")
    if sum(1 for line in password.splitlines() if line) > 1:
        raise NoSignIn(f"{whence} is more than one line: it takes the password alone.")
    return password


def _within(look_up: Callable[[], str | None], limit: float) -> str | None:
    """Ask the keyring in a thread of its own, which is left behind where it hangs."""
    answer: queue.Queue[str | Exception | None] = queue.Queue()

    def ask() -> None:
        try:
            answer.put(look_up())
        except ImportError:
            answer.put(NoSignIn("The keyring needs an extra: install faxtui[keyring], or use password_command."))
        except Exception as error:  # noqa: BLE001 - back ends of the keyring raise whatever they like
            words = visible(" ".join(str(error).split()))[:_SAID].rstrip(".") or type(error).__name__
            answer.put(NoSignIn(f"The system's keyring can't be used: {words}."))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=limit)
    except queue.Empty as error:
        raise NoSignIn(f"The system's keyring did not answer within {limit:.0f} s: is it locked?") from error
    if isinstance(found, Exception):
        raise found
    return found
