"""Passwords from outside. They are never in a log, a `repr` or an argument list.

Everything here raises NoSignIn, with a sentence that says what to mend, where there is no password to be had.
"""

from __future__ import annotations

import os
import queue
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from faxtui.domain.text import visible
from faxtui.errors import NoSignIn

COMMAND_LIMIT = 20.0
"""Seconds that a command may take: somebody may have to touch a key, or type a passphrase elsewhere."""
KEYRING_LIMIT = 3.0
"""Seconds that the keyring may take: a locked or missing agent must not hang a session over ssh."""
KEYRING_SERVICE = "faxtui"
_SAID = 200


def read_password_file(path: Path) -> str:
    """What the file holds, without one newline at its end; refused where others can read it."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & (stat.S_IRGRP | stat.S_IROTH):
                raise NoSignIn(f"Others can read the password file {path} (mode {mode:04o}): run chmod 600 on it.")
            content = file.read()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NoSignIn(f"The password file {path} can't be read: {reason}.") from error
    return _password(content, f"The password file {path}")


def run_command(command: Sequence[str], limit: float = COMMAND_LIMIT) -> str:
    """What a command prints, without one newline at its end. It has no terminal and no input; past ``limit`` seconds
    it is ended, with all that it started."""
    name = " ".join(command)
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise NoSignIn(f"“{name}” can't be run: {error.strerror or type(error).__name__}.") from error
    try:
        printed, said = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        raise NoSignIn(f"“{name}” gave no password within {limit:.0f} s: try it in a shell.") from error
    finally:
        _end(process)
    if process.returncode:
        words = visible(" ".join(said.decode("utf-8", "replace").split()))[:_SAID]
        raise NoSignIn(f"“{name}” failed (exit code {process.returncode}){f': {words}' if words else ''}.")
    return _password(printed, f"What “{name}” prints")


def read_keyring(login: str, limit: float = KEYRING_LIMIT) -> str:
    """The password that the system's keyring has for this login."""

    def look_up() -> str | None:
        import keyring

        return keyring.get_password(KEYRING_SERVICE, login)

    found = _within(look_up, limit)
    if not found:
        raise NoSignIn(f"The system's keyring has no password for {login}: run keyring set {KEYRING_SERVICE} {login}.")
    return found


def write_keyring(login: str, password: str, limit: float = KEYRING_LIMIT) -> None:
    """Keep a password in the system's keyring."""

    def keep() -> str:
        import keyring

        keyring.set_password(KEYRING_SERVICE, login, password)
        return password

    _within(keep, limit)


def _password(content: bytes, whence: str) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise NoSignIn(f"{whence} is not UTF-8: save it as UTF-8.") from error
    password = text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")
    if not password:
        raise NoSignIn(f"{whence} is empty: there is no password in it.")
    return password


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _within(look_up: Callable[[], str | None], limit: float) -> str | None:
    """Ask the keyring in a thread of its own, which is left behind where it hangs."""
    answer: queue.Queue[str | Exception | None] = queue.Queue()

    def ask() -> None:
        try:
            answer.put(look_up())
        except ImportError:
            answer.put(NoSignIn("The keyring needs an extra: install faxtui[keyring], or use password_command."))
        except Exception as error:  # noqa: BLE001 - back ends of the keyring raise whatever they like
            answer.put(NoSignIn(f"The system's keyring can't be used: {visible(str(error))[:_SAID]}."))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=limit)
    except queue.Empty as error:
        raise NoSignIn(f"The system's keyring did not answer within {limit:.0f} s: is it locked?") from error
    if isinstance(found, Exception):
        raise found
    return found
