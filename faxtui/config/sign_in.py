"""Who signs in where: options and environment over the profile, never mixed across addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from faxtui.config.settings import DEFAULT_BASE_URL, OAUTH2, Profile
from faxtui.config.values import zone_named
from faxtui.domain.account import Account, OAuth2
from faxtui.errors import ConfigurationError, NoSignIn
from faxtui.network.loopback import is_loopback

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
        from faxtui.config.secrets import first_line, name_in_keyring, read_keyring, read_password_file, run_command

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
        from faxtui.config.secrets import run_command

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
