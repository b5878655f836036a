"""What this terminal can show, as far as the environment tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from faxtui.terminal.charset import UTF8, charset

_TRUECOLOR = ("truecolor", "24bit")


class Colours(IntEnum):
    """How many colours there are, in steps."""

    NONE = 0
    SIXTEEN = 16
    PALETTE = 256
    TRUE = 2**24


@dataclass(frozen=True, slots=True)
class Capabilities:
    """``is_dumb``: the cursor can't be moved, so there is no screen to draw on."""

    colours: Colours = Colours.TRUE
    utf8: bool = True
    is_remote: bool = False
    is_dumb: bool = False


def capabilities(environ: Mapping[str, str]) -> Capabilities:
    term = environ.get("TERM", "")
    return Capabilities(
        colours=_colours(environ, term),
        utf8=_writes_utf8(environ),
        is_remote=any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")),
        is_dumb=term in ("", "dumb", "unknown"),
    )


def _colours(environ: Mapping[str, str], term: str) -> Colours:
    if environ.get("NO_COLOR"):
        return Colours.NONE
    if environ.get("COLORTERM", "").lower() in _TRUECOLOR or term.endswith("-direct"):
        return Colours.TRUE
    if "256color" in term:
        return Colours.PALETTE
    if term.startswith("vt") or term.endswith("-m"):
        return Colours.NONE
    return Colours.SIXTEEN


def _writes_utf8(environ: Mapping[str, str]) -> bool:
    """As the locale says; the Linux console has UTF-8 but hardly a character of ours in its font."""
    return environ.get("TERM") != "linux" and charset(environ) == UTF8
