"""An account of the service, and its addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo

from faxtui.errors import ConfigurationError
from faxtui.translation import _

SERVICE_ZONE = "Europe/Paris"
"""The zone of the service's wall clock unless a profile sets another (our decision: responses have none)."""
BASE_URL = "https://api.odyssey-services.fr"
"""Address of the service (documented)."""
TOKEN_URL = "https://oauth.odyssey-services.fr/connect/token"
"""Address that issues tokens (public)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """A token service, and the client that it knows by id and secret.

    No representation shows the secret. Raises ConfigurationError for what HTTP Basic can't carry.
    """

    token_url: str = TOKEN_URL
    client_id: str
    client_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _is_basic_name(self.client_id):
            raise ConfigurationError(
                _("A client_id contains no colon or control character. Write it exactly as support issued it.")
            )
        _check_secret(self.client_secret, _("The client's secret"))


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the service at ``base_url``, whose wall clock is that of ``service_zone``.

    It signs in with ``oauth2``, or with HTTP Basic if that is None. Without ``allow_http``, plain http never leaves
    this machine. No representation shows the password. Raises ConfigurationError for what HTTP Basic can't carry.
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
                _("A login contains no colon or control character. Write it like 60300.console, without the password.")
            )
        _check_secret(self.password, _("The password"))


def _is_basic_name(text: str) -> bool:
    return ":" not in text and text.isprintable()


def _check_secret(text: str, what: str) -> None:
    if not is_utf_8(text):
        raise ConfigurationError(_("{secret} is not UTF-8 text. Enter it again.").format(secret=what))
    if holds_control_character(text):
        raise ConfigurationError(
            _("{secret} contains a line break or another control character. Enter it without.").format(secret=what)
        )


def is_utf_8(text: str) -> bool:
    """Return False for bytes that were not UTF-8 in the environment or a file: lone surrogates in a ``str``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def holds_control_character(text: str) -> bool:
    """Return True if HTTP Basic can't carry it (RFC 7617). Tabs are allowed: some passwords have one (our decision)."""
    return any(each in "\u2028\u2029" or ord(each) < 32 or 127 <= ord(each) < 160 for each in text.replace("\t", ""))


def host_of(base_url: str) -> str:
    """Return the host of an address, with its port if it has one, which identifies a service."""
    address = base_url.rpartition("://")[2]
    return address.partition("/")[0].rpartition("@")[2].lower()
