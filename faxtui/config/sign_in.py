"""Who signs in where: options and environment over the profile, never mixed across addresses."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from faxtui.config.secrets import read_password_file
from faxtui.config.settings import Profile
from faxtui.config.values import zone_named
from faxtui.domain.account import Account
from faxtui.errors import ConfigurationError, NoSignIn

_WAYS = (
    "Give --login with FAXTUI_PASSWORD or --password-file, or write login and password_file into [profiles.main] "
    "of {config}. Without an account, faxtui --demo shows sample faxes."
)


@dataclass(frozen=True, slots=True)
class Given:
    """What options or the environment say; None where they say nothing. ``password`` is the environment's."""

    base_url: str | None = None
    login: str | None = None
    password_file: Path | None = None
    password: str | None = field(default=None, repr=False)


def settle_account(profile: Profile, given: Given, config: Path) -> Account:
    """The account to use. Raises NoSignIn where there is no login or no password, ConfigurationError where one is bad.

    An address that was given gets only credentials given the same way, and the profile's password goes only with the
    profile's login.
    """
    own = profile if given.base_url is None else Profile()
    base_url, login = given.base_url or own.base_url, given.login or own.login
    _check_address(base_url, allow_http=own.allow_http)
    if not login:
        raise NoSignIn(f"There is no login. {_WAYS.format(config=config)}")
    if ":" in login:
        raise ConfigurationError(f"A login holds no colon: mend “{login}”.")
    password_file = given.password_file or (None if given.password else _file_for(login, own))
    password = read_password_file(password_file) if password_file is not None else given.password
    if not password:
        raise NoSignIn(f"There is no password for {login}. {_WAYS.format(config=config)}")
    return Account(base_url, login, password, zone_named(profile.service_timezone))


def _file_for(login: str, profile: Profile) -> Path | None:
    return profile.password_file if login == profile.login else None


def _check_address(base_url: str, *, allow_http: bool) -> None:
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or any(each.isspace() for each in base_url):
        raise ConfigurationError(f"“{base_url}” is no address: write it like https://api.odyssey-services.fr.")
    if parts.username is not None:
        raise ConfigurationError("The address holds a login: leave it out there, and give it as login.")
    if parts.scheme == "http" and not allow_http and not _is_loopback(host):
        raise ConfigurationError(
            f"The address {base_url} is plain http, which anybody on the way can read: write https, "
            "or allow_http = true in the profile where the way is safe."
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
