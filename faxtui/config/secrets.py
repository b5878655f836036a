"""Passwords from outside. They are never in a log, a `repr` or an argument list.

Everything here raises NoSignIn, with a sentence that says what to mend, where there is no password to be had.
"""

from __future__ import annotations

import os
import queue
import re
import stat
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from faxtui.config.commands import LARGEST, run
from faxtui.disk import read_in_time
from faxtui.domain.account import holds_control_character, host_of, is_utf_8
from faxtui.domain.text import visible
from faxtui.errors import NoSignIn, why

COMMAND_LIMIT = 20.0
"""Seconds that a command may take: somebody may have to touch a key, or type a passphrase elsewhere."""
KEYRING_LIMIT = 3.0
"""Seconds that the keyring may take: a locked or missing agent must not hang a session over ssh."""
KEYRING_SERVICE = "faxtui"
_SAID = 200


def read_password_file(path: Path, limit: float = COMMAND_LIMIT) -> str:
    """The first line of the file; refused if others can read it."""
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
    """The first line that a command prints, as ``pass`` has entries with more below the password.

    It has no shell, no terminal and no input; past ``limit`` seconds it is ended, with all that it started.
    """
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
    return first_line(found, f"The password for {name} in the system's keyring")


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


def first_line(text: str, whence: str) -> str:
    """The password that ``text`` begins with, without a byte order mark; what follows the first line break is ignored.

    ``whence`` begins a sentence. Bytes that are no UTF-8 are lone surrogates in ``text``.
    """
    line = re.split(r"\r\n?|\n", text.lstrip("\ufeff"), maxsplit=1)[0]
    if not text.strip("\ufeff \t\r\n"):
        raise NoSignIn(f"{whence} is empty: there is no password in it.")
    if not line.strip():
        raise NoSignIn(f"{whence} begins with an empty line: write the password on the first line.")
    if not is_utf_8(line):
        raise NoSignIn(f"{whence} is not UTF-8: save it as UTF-8.")
    if holds_control_character(line):
        raise NoSignIn(f"{whence} holds a control character on its first line: save it as plain text in UTF-8.")
    return line


def _password(content: bytes, whence: str) -> str:
    return first_line(content.decode("utf-8", "surrogateescape"), whence)


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
