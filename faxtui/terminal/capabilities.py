"""The character set of the terminal, as the locale's environment variables say.

What this terminal can show, as far as the environment tells."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

UTF8 = "utf-8"
ASCII = "ascii"
"""The locale C, or none: what such a terminal shows beyond ASCII is not known."""
_LATIN1 = "iso8859-1"
_MODIFIERS = {"euro": "iso8859-15", "cyrillic": "iso8859-5"}
_ISO = re.compile(r"(?i)iso[-_]?8859[-_]?(\d+)")
"""As locales spell it, also without hyphens."""
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to (PEP 538)."""
_INITIAL = Path("/proc/self/environ")


def written_environment(environ: Mapping[str, str], initial: Path = _INITIAL) -> Mapping[str, str]:
    """Return the environment without the LC_CTYPE that Python sets if this machine does not have the locale.

    ``initial`` is the environment as this process got it, which only Linux shows. Elsewhere, LC_CTYPE is not believed
    if LANG is no UTF-8.
    """
    if environ.get("LC_CTYPE") not in _COERCED:
        return environ
    try:
        is_written = any(each.startswith(b"LC_CTYPE=") for each in initial.read_bytes().split(b"\0"))
    except OSError:
        is_written = charset({"LANG": environ.get("LANG", "")}) == UTF8
    return environ if is_written else {name: value for name, value in environ.items() if name != "LC_CTYPE"}


def charset(environ: Mapping[str, str]) -> str:
    """Return the codec of the first of LC_ALL, LC_CTYPE and LANG that is set, whether this machine has it or not."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "C")
    name, _, modifier = locale.partition("@")
    language, _, codeset = name.partition(".")
    if not codeset and language.upper() in ("UTF-8", "UTF8"):
        return UTF8
    if not codeset and language in ("C", "POSIX"):
        return ASCII
    written = _ISO.sub(r"iso8859-\1", codeset) or _MODIFIERS.get(modifier.lower(), _LATIN1)
    try:
        return codecs.lookup(written).name
    except LookupError:
        return ASCII


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
