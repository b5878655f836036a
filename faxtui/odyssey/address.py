"""What others sent, as words that may stand in a sentence of ours: plain, safe to look at, and short.

Where the service's resources are."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import httpx

from faxtui.domain.account import TOKEN_URL
from faxtui.domain.fax import FaxKey
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, WrongAddress

EXCERPT = 60
"""Characters of an answer that a sentence shows."""
_WORTH_READING = 16_384
_MARKUP = re.compile(
    r"<(script|style)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)|</?[a-z!?][^>]*(>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def excerpt(text: str, most: int = EXCERPT) -> str:
    """The beginning of ``text`` on one line, at most ``most`` characters, with control characters made visible."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def named(key: FaxKey) -> str:
    """A fax by its file and folder: ``“0-20170711-0714-1126279.PDF” in folder “134296015”``."""
    return f"“{excerpt(key.file_name)}” in folder “{excerpt(key.folder)}”"


def first_words(body: bytes) -> str:
    """The beginning of the text in ``body``, without its markup."""
    text = body[:_WORTH_READING].decode("utf-8", "replace")
    return excerpt(html.unescape(_MARKUP.sub(" ", text)))


_LIST = "/api/V1/InboundFax"
_DOCUMENT = "/api/V1/InboundFolders/{}/HostedInboundFiles/{}"


def list_address(base_url: str) -> httpx.URL:
    """The address of the list call (documented) under ``base_url``, whose own path is kept.

    Raises ConfigurationError where ``base_url`` can't be the address of a service.
    """
    return _address("base_url", base_url, base_url.rstrip("/") + _LIST, "https://api.odyssey-services.fr")


def document_address(base_url: str, key: FaxKey) -> httpx.URL:
    """The address of a fax's file (public) under a ``base_url`` that has a list; each segment is encoded whole.

    Raises WrongAddress where it has none: its last six segments would not arrive as they were built (our decision).
    """
    try:
        path = _DOCUMENT.format(*(quote(segment, safe="") for segment in key))
        url = httpx.URL(base_url.rstrip("/") + path)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _no_address(key) from error
    if not key.has_address or not url.raw_path.endswith(path.encode("ascii")):
        raise _no_address(key)
    return url


def token_address(token_url: str) -> httpx.URL:
    """Raises ConfigurationError where ``token_url`` can't be an address that gives out tokens."""
    return _address("token_url", token_url, token_url, TOKEN_URL)


def place(url: httpx.URL) -> str:
    """Host and port, for a sentence."""
    return excerpt(url.netloc.decode("ascii"))


def _no_address(key: FaxKey) -> WrongAddress:
    return WrongAddress(
        f"The fax {named(key)} has no address at the service, so it can be neither fetched nor deleted: ask the "
        "service's support about it."
    )


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
