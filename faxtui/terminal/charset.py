"""The character set of the terminal, as the locale's environment variables say."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
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
