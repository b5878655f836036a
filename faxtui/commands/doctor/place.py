"""Where doctor goes: the service's host, or a proxy's."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from faxtui.errors import ConfigurationError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A host and port; ``setting`` is where they are written, and so what to mend."""

    host: str
    port: int
    setting: str

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """The service's place, and the scheme by which it is asked."""

    place: Place
    scheme: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def name(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        return self.place.host if self.has_usual_port else str(self.place)

    @property
    def has_usual_port(self) -> bool:
        return self.place.port == _PORTS[self.scheme]


def target_of(base_url: str) -> Target:
    """Raises ConfigurationError, which never shows what may be a password, where this is no address."""
    try:
        parts = urlsplit(base_url)
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise _unusable(base_url) from error
    if parts.scheme not in _PORTS or not host or port == 0 or any(each.isspace() for each in base_url):
        raise _unusable(base_url)
    if parts.username is not None:
        raise ConfigurationError("The address in base_url holds a login: leave it out there, and give it as login.")
    return Target(Place(host, port or _PORTS[parts.scheme], "base_url"), parts.scheme)


def ascii_host(host: str) -> str:
    """The host as it is looked up. Raises ValueError where it can't be."""
    return host.encode("idna").decode()


def _unusable(base_url: str) -> ConfigurationError:
    shown = "" if "@" in base_url else f" “{base_url}”"
    return ConfigurationError(
        f"base_url{shown} is no address of a service: write it like https://api.odyssey-services.fr."
    )
