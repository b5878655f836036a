"""JSON: each resource with every member that the service sent, in its own words, unknown ones too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from faxtui.domain.fax import Fax

_MAY_ACT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
"""Unicode's categories Cc, Cf, Zl, Zp and Cs, and what is default ignorable; not the white space of JSON."""
_BEYOND_ASCII = re.compile("[^\t\n\r\x20-\x7e]")


class JsonArray:
    """One array, a resource a line; cut short, it is no JSON, so that nobody takes it for the whole.

    Pages end with their line, so that words on the same terminal don't run into it: the comma which that takes is
    only known to be right when another resource comes, so the last one is held back until then.
    """

    def __init__(self, *, ascii_only: bool = False) -> None:
        self._ascii_only = ascii_only
        self._held_back: str | None = None

    def page(self, faxes: Sequence[Fax]) -> bytes:
        if not faxes:
            return b""
        resources = [_escaped(fax.resource, self._ascii_only) for fax in faxes]
        begin = "[\n" if self._held_back is None else f"{self._held_back},\n"
        self._held_back = resources.pop()
        return (begin + "".join(f"{each},\n" for each in resources)).encode()

    def end(self) -> bytes:
        return b"[]\n" if self._held_back is None else f"{self._held_back}\n]\n".encode()


class JsonLines:
    """A resource a line and nothing else."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        self._ascii_only = ascii_only

    def page(self, faxes: Sequence[Fax]) -> bytes:
        return "".join(f"{_escaped(fax.resource, self._ascii_only)}\n" for fax in faxes).encode()

    def end(self) -> bytes:
        return b""


def _escaped(resource: str, ascii_only: bool) -> str:
    """The same JSON, with ``\\u`` escapes for control, bidirectional and other invisible characters.

    They are data to a program and act on a terminal. A lone surrogate has no bytes in UTF-8 anyway.
    """
    return (_BEYOND_ASCII if ascii_only else _MAY_ACT).sub(_escape, resource)


def _escape(character: re.Match[str]) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _units(ord(character[0])))


def _units(code: int) -> tuple[int, ...]:
    """The code units of UTF-16."""
    return (code,) if code < 0x10000 else (0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF))
