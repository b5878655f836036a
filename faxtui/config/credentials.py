"""Where to sign in and as whom, and the password from wherever it is stored.

Passwords are never in a log, a `repr` or an argument list. If there is none, NoSignIn says what to do.
"""

from __future__ import annotations

import os
import queue
import re
import stat
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faxtui.config.settings import OAUTH2, Profile, zone_named
from faxtui.domain.account import BASE_URL, TOKEN_URL, Account, OAuth2, holds_control_character, host_of, is_utf_8
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, NoSignIn, why
from faxtui.network import check_plain_http, parse_address
from faxtui.processes import run
from faxtui.storage.files import read_in_time
from faxtui.translation import N_, _

LARGEST = 65_536
"""Bytes: more than any secret has."""
COMMAND_LIMIT = 20.0
"""Seconds that a command may take: somebody may have to touch a key, or type a passphrase elsewhere."""
KEYRING_LIMIT = 3.0
"""Seconds that the keyring may take: a locked or missing agent must not hang a session over ssh."""
KEYRING_SERVICE = "faxtui"
_LONGEST_MESSAGE, _LONGEST_NAME = 200, 80


def read_password_file(path: Path, limit: float = COMMAND_LIMIT) -> str:
    """Return the first line of the file. Raises NoSignIn, also if others can read it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb"):
            mode = stat.S_IMODE(os.fstat(handle).st_mode)
            if mode & (stat.S_IRGRP | stat.S_IROTH):
                raise NoSignIn(
                    _("Others can read the password file {path} (mode {mode:04o}). Run chmod 600 on it.").format(
                        path=path, mode=mode
                    )
                )
            content = read_in_time(handle, LARGEST + 1, limit)
    except OSError as error:
        raise NoSignIn(
            _("The password file {path} can't be read: {reason}.").format(path=path, reason=why(error))
        ) from error
    if len(content) > LARGEST:
        raise NoSignIn(_("The password file {path} is far larger than a password.").format(path=path))
    return _first_line(content, _("The password file {path}").format(path=path))


def run_command(command: Sequence[str], limit: float = COMMAND_LIMIT) -> str:
    """Return the first line that a command prints; below it ``pass`` has further entries. Raises NoSignIn."""
    name = _shortened(" ".join(command), _LONGEST_NAME)
    try:
        result = run(command, limit, LARGEST)
    except TimeoutError as error:
        text = _("“{command}” printed no password within {seconds:.0f} s. Try it in a shell.")
        raise NoSignIn(text.format(command=name, seconds=limit)) from error
    except OSError as error:
        raise NoSignIn(_("“{command}” can't be run: {reason}.").format(command=name, reason=why(error))) from error
    except ValueError as error:
        text = _("“{command}” can't be run: its name or an argument contains an invalid character.")
        raise NoSignIn(text.format(command=name)) from error
    except OverflowError as error:
        text = _("“{command}” prints far more than a password. Try it in a shell.")
        raise NoSignIn(text.format(command=name)) from error
    message = _shortened(" ".join(result.errors.decode("utf-8", "replace").split()), _LONGEST_MESSAGE).rstrip(".")
    if result.exit_code:
        text = (
            _("“{command}” failed (exit code {code}): {message}.")
            if message
            else _("“{command}” failed (exit code {code}).")
        )
        raise NoSignIn(text.format(command=name, code=result.exit_code, message=message))
    if message and not result.output.strip():
        text = _("“{command}” printed no password, only an error: {message}.")
        raise NoSignIn(text.format(command=name, message=message))
    return _first_line(result.output, _("The output of “{command}”").format(command=name))


def name_in_keyring(login: str, base_url: str) -> str:
    """Return the name of a password in the keyring: the same login elsewhere has another one."""
    return f"{login}@{host_of(base_url)}"


def read_keyring(name: str, limit: float = KEYRING_LIMIT) -> str:
    """Return the password that the system's keyring has under this name. Raises NoSignIn."""

    def look_up() -> str | None:
        import keyring

        return keyring.get_password(KEYRING_SERVICE, name)

    found = _within(look_up, limit)
    if not found:
        text = _("The system's keyring has no password for {name}. Run keyring set {service} {name}.")
        raise NoSignIn(text.format(name=name, service=KEYRING_SERVICE))
    return first_line(found, _("The password for {name} in the system's keyring").format(name=name))


def write_keyring(name: str, password: str, limit: float = KEYRING_LIMIT) -> None:
    """Store a password in the system's keyring. Raises NoSignIn."""

    def store() -> str:
        import keyring

        keyring.set_password(KEYRING_SERVICE, name, password)
        return password

    try:
        _within(store, limit)
    except NoSignIn as error:
        # Back ends may well repeat what they were given.
        raise NoSignIn(str(error).replace(password, "…")) from None


def first_line(text: str, source: str) -> str:
    """Return the password that ``text`` begins with, without a byte order mark. Raises NoSignIn.

    What follows the first line break is ignored. ``source`` names the text at the beginning of a sentence. Bytes that
    are not UTF-8 are lone surrogates in ``text``.
    """
    line = re.split(r"\r\n?|\n", text.lstrip("\ufeff"), maxsplit=1)[0]
    if not text.strip("\ufeff \t\r\n"):
        raise NoSignIn(_("{source} is empty: it contains no password.").format(source=source))
    if not line.strip():
        raise NoSignIn(
            _("{source} begins with an empty line. Write the password on the first line.").format(source=source)
        )
    if not is_utf_8(line):
        raise NoSignIn(_("{source} is not UTF-8. Save it as UTF-8.").format(source=source))
    if holds_control_character(line):
        raise NoSignIn(
            _("{source} contains a control character on its first line. Save it as plain text in UTF-8.").format(
                source=source
            )
        )
    return line


def _first_line(content: bytes, source: str) -> str:
    return first_line(content.decode("utf-8", "surrogateescape"), source)


def _shortened(text: str, length: int) -> str:
    written = visible(text)
    return written if len(written) <= length else f"{written[:length]}…"


def _within(request: Callable[[], str | None], limit: float) -> str | None:
    """Run a request to the keyring in a thread of its own, which is left behind if it hangs. Raises NoSignIn."""
    outcome: queue.Queue[str | Exception | None] = queue.Queue()

    def run_request() -> None:
        try:
            outcome.put(request())
        except ImportError:
            outcome.put(NoSignIn(_("The keyring needs an extra. Install faxtui[keyring], or use password_command.")))
        except Exception as error:  # noqa: BLE001 - back ends of the keyring raise whatever they like
            words = visible(" ".join(str(error).split()))[:_LONGEST_MESSAGE].rstrip(".") or type(error).__name__
            outcome.put(NoSignIn(_("The system's keyring can't be used: {reason}.").format(reason=words)))

    threading.Thread(target=run_request, daemon=True).start()
    try:
        found = outcome.get(timeout=limit)
    except queue.Empty as error:
        text = _("The system's keyring did not respond within {seconds:.0f} s. Is it locked?")
        raise NoSignIn(text.format(seconds=limit)) from error
    if isinstance(found, Exception):
        raise found
    return found


_SETUP_HINT = N_(
    "Give --login with FAXTUI_PASSWORD or --password-file, or write login and password_command into "
    "[profiles.{profile}] of {config}. Without an account, faxtui --demo shows sample faxes."
)


@dataclass(frozen=True, slots=True)
class GivenSignIn:
    """Sign-in given by options or the environment; None for what is not. ``password`` is the environment's."""

    base_url: str | None = None
    login: str | None = None
    password_file: Path | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where to sign in and as whom; the password is looked up when it is needed.

    ``profile`` is the part of the profile that may be used: all of it, or none if the address was given otherwise.
    ``hint`` is a sentence on how to provide what is missing.
    """

    base_url: str
    login: str
    profile: Profile
    given: GivenSignIn
    service_timezone: str
    hint: str

    def account(self, password: str | None = None) -> Account:
        """Return the account, with this password or the stored one. May take as long as a command or the keyring.

        Raises NoSignIn if there is no password, ConfigurationError for other problems.
        """
        self._check_oauth2()
        found = password or self._password()
        if not found:
            raise NoSignIn(_("There is no password for {login}. {hint}").format(login=self.login, hint=self.hint))
        zone = zone_named(self.service_timezone)
        return Account(self.base_url, self.login, found, zone, self._oauth2(), allow_http=self.profile.allow_http)

    @property
    def password_file(self) -> Path | None:
        """The file that the password comes from, if it comes from one."""
        if self.given.password_file is not None:
            return self.given.password_file
        return self.profile.password_file if self._is_stored and not self.profile.password_command else None

    @property
    def _is_stored(self) -> bool:
        """True if the profile says where the password is: it goes only with the profile's login."""
        return self.given.password is None and self.login == self.profile.login

    def _password(self) -> str | None:
        if self.password_file is not None:
            return read_password_file(self.password_file)
        if not self._is_stored:
            return self.given.password and first_line(self.given.password, _("The given password"))
        if self.profile.password_command:
            return run_command(self.profile.password_command)
        if self.profile.keyring:
            return read_keyring(name_in_keyring(self.login, self.base_url))
        return None

    def _check_oauth2(self) -> None:
        """Raise ConfigurationError, before anybody or any command is asked for a password."""
        if self.profile.auth != OAUTH2:
            return
        if not self.profile.client_id or not self.profile.client_secret_command:
            raise ConfigurationError(
                _(
                    "Signing in by oauth2 needs client_id and client_secret_command in the profile. Both come from the "
                    "service's support."
                )
            )
        _check_address(self.profile.token_url, "token_url", TOKEN_URL, allow_http=self.profile.allow_http)

    def _oauth2(self) -> OAuth2 | None:
        if self.profile.auth != OAUTH2:
            return None
        try:
            secret = run_command(self.profile.client_secret_command)
        except NoSignIn as error:
            raise ConfigurationError(_("There is no client secret. {error}").format(error=error)) from error
        return OAuth2(token_url=self.profile.token_url, client_id=self.profile.client_id, client_secret=secret)


def resolve_sign_in(profile: Profile, given: GivenSignIn, config: Path, name: str = "main") -> SignIn:
    """Return who signs in where. Raises NoSignIn without a login, ConfigurationError for a bad address.

    An address that was given gets only credentials given the same way, and the profile's password goes only with the
    profile's login.
    """
    own = profile if given.base_url is None else Profile()
    base_url, login = given.base_url or own.base_url, given.login or own.login
    _check_address(base_url, _("The address"), BASE_URL, allow_http=own.allow_http)
    hint = _(_SETUP_HINT).format(profile=name, config=config)
    if not login:
        raise NoSignIn(_("There is no login. {hint}").format(hint=hint))
    if ":" in login:
        raise ConfigurationError(_("A login contains no colon. Write it like 60300.console, without the password."))
    return SignIn(base_url, login, own, given, profile.service_timezone, hint)


def _check_address(address: str, name: str, example: str, *, allow_http: bool) -> None:
    """Check an address that a sentence calls ``name``. Raises ConfigurationError, which never shows a password."""
    parsed = parse_address(name, address, example)
    check_plain_http(f"{name} {address}", parsed, allow_http=allow_http)
