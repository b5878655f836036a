"""Addresses of the service's resources, and short, safe excerpts of received text for error messages."""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import quote

import httpx

from faxtui.domain.account import BASE_URL, TOKEN_URL
from faxtui.domain.fax import FaxKey
from faxtui.domain.text import visible
from faxtui.errors import WrongAddress
from faxtui.network import invalid_address, parse_address
from faxtui.translation import _

URL: TypeAlias = httpx.URL
"""Address of a resource, for modules that send no requests."""
EXCERPT = 60
"""Characters of received text that an error shows."""
_WORTH_READING = 16_384
_MARKUP = r"(?is)<(script|style)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)|</?[a-z!?][^>]*(>|\Z)"
"""Compiled when an error shows a page: that takes as long as reading a list."""


def excerpt(text: str, most: int = EXCERPT) -> str:
    """Return the beginning of ``text`` on one line, at most ``most`` characters, with visible control characters."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def named(key: FaxKey) -> str:
    """Return a fax's file and folder: ``“0-20170711-0714-1126279.PDF” in folder “134296015”``."""
    return _("“{file}” in folder “{folder}”").format(file=excerpt(key.file_name), folder=excerpt(key.folder))


def first_words(body: bytes) -> str:
    """Return the beginning of the text in ``body``, without markup."""
    import html

    text = body[:_WORTH_READING].decode("utf-8", "replace")
    return excerpt(html.unescape(re.sub(_MARKUP, " ", text)))


_LIST = "/api/V1/InboundFax"
_DOCUMENT = "/api/V1/InboundFolders/{}/HostedInboundFiles/{}"


def list_address(base_url: str) -> httpx.URL:
    """Return the address of the list call (documented) below ``base_url``, whose own path is kept.

    Raises ConfigurationError if ``base_url`` can't be the address of a service.
    """
    return _address("base_url", base_url, base_url.rstrip("/") + _LIST, BASE_URL)


def document_address(base_url: str, key: FaxKey) -> httpx.URL:
    """Return the address of a fax's file (public) below a valid ``base_url``, with percent-encoded segments.

    Raises WrongAddress if it has none: its last six segments would not arrive as they were built (our decision).
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
    """Return the address that issues tokens. Raises ConfigurationError if ``token_url`` is not valid."""
    return _address("token_url", token_url, token_url, TOKEN_URL)


def place(url: httpx.URL) -> str:
    """Return host and port for an error message."""
    return excerpt(url.netloc.decode("ascii"))


def _no_address(key: FaxKey) -> WrongAddress:
    return WrongAddress(
        _(
            "The fax {fax} cannot be downloaded or deleted: it has no valid folder or file name. Contact support."
        ).format(fax=named(key))
    )


def _address(setting: str, value: str, address: str, example: str) -> httpx.URL:
    """Check the ``value`` of a setting, and return the ``address`` made from it. Raises ConfigurationError."""
    parse_address(setting, value, example)
    try:
        url = httpx.URL(address)
        is_valid = bool(url.host)
    except (httpx.InvalidURL, UnicodeError):
        is_valid = False
    if not is_valid:
        raise invalid_address(setting, value, example)
    return url
