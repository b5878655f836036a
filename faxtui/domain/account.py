"""Whom the service knows the operator as, and where the service is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo

from faxtui.errors import ConfigurationError

SERVICE_ZONE = "Europe/Paris"
"""The zone of the service's wall clock unless a profile says otherwise (our decision: answers name none)."""
BASE_URL = "https://api.odyssey-services.fr"
"""Address of the service (documented)."""
TOKEN_URL = "https://oauth.odyssey-services.fr/connect/token"
"""Where the service gives out tokens (public)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """What exchanges login and password for tokens: an address, and a client known there by id and secret.

    The secret is in no representation of it. Raises ConfigurationError for what HTTP Basic can't carry.
    """

    token_url: str = TOKEN_URL
    client_id: str
    client_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _is_basic_name(self.client_id):
            raise ConfigurationError(
                "A client_id can't hold a colon or a control character: write it as the service's support gave it out."
            )
        _check_secret(self.client_secret, "The client's secret")


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the service at ``base_url``, which tells wall-clock times of ``service_zone``.

    It signs in with ``oauth2``, or where that is None with HTTP Basic. Without ``allow_http``, plain http never leaves
    this machine.
    The password is in no representation of it. Raises ConfigurationError for what HTTP Basic can't carry.
    """

    base_url: str
    login: str
    password: str = field(repr=False)
    service_zone: tzinfo = field(default_factory=lambda: ZoneInfo(SERVICE_ZONE))
    oauth2: OAuth2 | None = None
    allow_http: bool = False

    def __post_init__(self) -> None:
        if not _is_basic_name(self.login):
            raise ConfigurationError(
                "A login can't hold a colon or a control character: write it like 60300.console, without the password."
            )
        _check_secret(self.password, "The password")


def _is_basic_name(text: str) -> bool:
    return ":" not in text and text.isprintable()


def _check_secret(text: str, what: str) -> None:
    if not is_utf_8(text):
        raise ConfigurationError(f"{what} is not text in UTF-8: give it again, encoded that way.")
    if holds_control_character(text):
        raise ConfigurationError(f"{what} holds a line break or another control character: give it again without.")


def is_utf_8(text: str) -> bool:
    """Bytes that were no UTF-8, in the environment or a file, are lone surrogates in a ``str``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def holds_control_character(text: str) -> bool:
    """HTTP Basic can't carry them (RFC 7617). A tab is let through: some passwords have one (our decision)."""
    return any(each in "\u2028\u2029" or ord(each) < 32 or 127 <= ord(each) < 160 for each in text.replace("\t", ""))


def host_of(base_url: str) -> str:
    """The host of an address, with its port where it names one: what tells services apart."""
    address = base_url.rpartition("://")[2]
    return address.partition("/")[0].rpartition("@")[2].lower()
