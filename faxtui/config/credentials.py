"""Running a program for what it prints: without a shell, a terminal or input, and not for ever.

Passwords from outside. They are never in a log, a `repr` or an argument list.

Everything here raises NoSignIn, with a sentence that says what to mend, where there is no password to be had.


Who signs in where: options and environment over the profile, never mixed across addresses."""

from __future__ import annotations

import os
import queue
import re
import selectors
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from faxtui.config.settings import DEFAULT_BASE_URL, OAUTH2, Profile, zone_named
from faxtui.domain.account import Account, OAuth2, holds_control_character, host_of, is_utf_8
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, NoSignIn, why
from faxtui.network import is_loopback
from faxtui.processes import start
from faxtui.signals import clean_up_with
from faxtui.storage.files import read_in_time

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


COMMAND_LIMIT = 20.0
"""Seconds that a command may take: somebody may have to touch a key, or type a passphrase elsewhere."""
KEYRING_LIMIT = 3.0
"""Seconds that the keyring may take: a locked or missing agent must not hang a session over ssh."""
KEYRING_SERVICE = "faxtui"
_PRINTED = 200


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
            words = visible(" ".join(str(error).split()))[:_PRINTED].rstrip(".") or type(error).__name__
            answer.put(NoSignIn(f"The system's keyring can't be used: {words}."))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answer.get(timeout=limit)
    except queue.Empty as error:
        raise NoSignIn(f"The system's keyring did not answer within {limit:.0f} s: is it locked?") from error
    if isinstance(found, Exception):
        raise found
    return found


_WAYS = (
    "Give --login with FAXTUI_PASSWORD or --password-file, or write login and password_command into "
    "[profiles.{profile}] of {config}. Without an account, faxtui --demo shows sample faxes."
)


@dataclass(frozen=True, slots=True)
class Given:
    """What options or the environment say; None where they say nothing. ``password`` is the environment's."""

    base_url: str | None = None
    login: str | None = None
    password_file: Path | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where to sign in and as whom; the password is looked for when it is needed.

    ``profile`` is the part of the profile that may be used: all of it, or none where the address was given otherwise.
    """

    base_url: str
    login: str
    profile: Profile
    given: Given
    service_timezone: str
    ways: str

    def account(self, password: str | None = None) -> Account:
        """The account, with this password or the one that is kept. May take as long as a command or the keyring does.

        Raises NoSignIn where there is no password, ConfigurationError where something is wrong with the rest.
        """
        self._check_oauth2()
        found = password or self._password()
        if not found:
            raise NoSignIn(f"There is no password for {self.login}. {self.ways}")
        zone = zone_named(self.service_timezone)
        return Account(self.base_url, self.login, found, zone, self._oauth2(), allow_http=self.profile.allow_http)

    @property
    def password_file(self) -> Path | None:
        """The file that the password comes from, if it comes from one."""
        if self.given.password_file is not None:
            return self.given.password_file
        return self.profile.password_file if self._is_kept and not self.profile.password_command else None

    @property
    def _is_kept(self) -> bool:
        """Whether the profile says where the password is: it goes only with the profile's login."""
        return self.given.password is None and self.login == self.profile.login

    def _password(self) -> str | None:

        if self.password_file is not None:
            return read_password_file(self.password_file)
        if not self._is_kept:
            return self.given.password and first_line(self.given.password, "The given password")
        if self.profile.password_command:
            return run_command(self.profile.password_command)
        if self.profile.keyring:
            return read_keyring(name_in_keyring(self.login, self.base_url))
        return None

    def _check_oauth2(self) -> None:
        """Before anybody is asked for a password, or a command for one."""
        if self.profile.auth != OAUTH2:
            return
        if not self.profile.client_id or not self.profile.client_secret_command:
            raise ConfigurationError(
                "Signing in by oauth2 takes client_id and client_secret_command in the profile: "
                "the service's support gives out both."
            )
        _check_address(self.profile.token_url, "token_url", allow_http=self.profile.allow_http)

    def _oauth2(self) -> OAuth2 | None:
        if self.profile.auth != OAUTH2:
            return None

        try:
            secret = run_command(self.profile.client_secret_command)
        except NoSignIn as error:
            raise ConfigurationError(f"There is no client's secret. {error}") from error
        return OAuth2(token_url=self.profile.token_url, client_id=self.profile.client_id, client_secret=secret)


def settle_sign_in(profile: Profile, given: Given, config: Path, name: str = "main") -> SignIn:
    """Who signs in where. Raises NoSignIn where there is no login, ConfigurationError where the address is bad.

    An address that was given gets only credentials given the same way, and the profile's password goes only with the
    profile's login.
    """
    own = profile if given.base_url is None else Profile()
    base_url, login = given.base_url or own.base_url, given.login or own.login
    _check_address(base_url, "address", allow_http=own.allow_http)
    ways = _WAYS.format(profile=name, config=config)
    if not login:
        raise NoSignIn(f"There is no login. {ways}")
    if ":" in login:
        raise ConfigurationError("A login holds no colon: write it like 60300.console, without the password.")
    return SignIn(base_url, login, own, given, profile.service_timezone, ways)


def _check_address(address: str, called: str, *, allow_http: bool) -> None:
    if "@" in address:
        raise ConfigurationError(f"The {called} holds a login: leave it out there, and give it as login.")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or any(each.isspace() for each in address):
        whose = "" if called == "address" else f", which {called} takes"
        raise ConfigurationError(f"“{address}” is no address{whose}: write it like {DEFAULT_BASE_URL}.")
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise ConfigurationError(
            f"The {called} {address} is plain http, which anybody on the way can read: write https or, "
            f"where the way is safe, a profile with that {'base_url' if called == 'address' else called} and "
            "allow_http = true."
        )
