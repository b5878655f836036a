"""Where the service's resources are."""

from __future__ import annotations

import httpx

from faxtui.domain.account import TOKEN_URL
from faxtui.errors import ConfigurationError
from faxtui.odyssey.words import excerpt

_LIST = "/api/V1/InboundFax"


def list_address(base_url: str) -> httpx.URL:
    """The address of the list call (documented) under ``base_url``, whose own path is kept.

    Raises ConfigurationError where ``base_url`` can't be the address of a service.
    """
    return _address("base_url", base_url, base_url.rstrip("/") + _LIST, "https://api.odyssey-services.fr")


def token_address(token_url: str) -> httpx.URL:
    """Raises ConfigurationError where ``token_url`` can't be an address that gives out tokens."""
    return _address("token_url", token_url, token_url, TOKEN_URL)


def place(url: httpx.URL) -> str:
    """Host and port, for a sentence."""
    return excerpt(url.netloc.decode("ascii"))


def _address(setting: str, value: str, address: str, example: str) -> httpx.URL:
    """``address``, made from the ``value`` of a setting. A value that may hold a password is never shown."""
    try:
        url = httpx.URL(address)
        reason = _why_not(value, url)
    except (httpx.InvalidURL, UnicodeError):
        url, reason = httpx.URL(), "it is not a web address"
    if reason:
        shown = "" if "@" in value else f" “{excerpt(value)}”"
        raise ConfigurationError(f"{setting}{shown} can't be used: {reason}. Write it like {example}.")
    return url


def _why_not(value: str, url: httpx.URL) -> str:
    if url.userinfo:
        return "login and password don't belong in it but in settings of their own"
    if url.scheme not in ("http", "https"):
        return "it does not begin with https://"
    if not url.host:
        return "it names no host"
    if any(character.isspace() for character in value):
        return "there are blanks in it"
    if "?" in value or "#" in value:
        return "it must end before any ? or #"
    if url.port is not None and not 0 < url.port < 65536:
        return "its port is not between 1 and 65535"
    return ""
