"""What the terminal can do: its character set and colours by the environment, its sequences by terminfo."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
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
    """Number of colours, in steps."""

    NONE = 0
    SIXTEEN = 16
    PALETTE = 256
    TRUE = 2**24


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Capabilities of a terminal. ``is_dumb``: the cursor can't be moved, so there is no screen to draw on.

    ``notification`` is the sequence that shows a text on the desktop, empty if there is none.
    ``may_show_pictures``: it may be asked for graphics; the Linux console would print the question.
    """

    colours: Colours = Colours.TRUE
    utf8: bool = True
    is_remote: bool = False
    is_dumb: bool = False
    has_title: bool = True
    notification: str = ""

    def desktop_notification(self, text: str) -> str:
        """Return what shows ``text`` on the desktop; empty if the terminal can't."""
        return self.notification.replace("{text}", text)

    is_in_tmux: bool = False
    may_show_pictures: bool = False


def capabilities(environ: Mapping[str, str]) -> Capabilities:
    """Return what the environment says of the terminal."""
    term = environ.get("TERM", "")
    return Capabilities(
        colours=_colours(environ, term),
        utf8=_writes_utf8(environ),
        is_remote=any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")),
        is_dumb=term in ("", "dumb", "unknown"),
        has_title=not term.startswith(("linux", "vt")),
        notification=_notification(environ, term),
        is_in_tmux=bool(environ.get("TMUX")) or term.startswith(("tmux", "screen")),
        may_show_pictures=not term.startswith(("linux", "vt1", "vt2", "dumb", "screen.")),
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


_NOTIFICATIONS = {
    "kitty": "\x1b]99;;{text}\x1b\\",
    "iTerm": "\x1b]9;{text}\a",
    "WezTerm": "\x1b]9;{text}\a",
    "ghostty": "\x1b]9;{text}\a",
    "foot": "\x1b]777;notify;faxtui;{text}\x1b\\",
    "rxvt": "\x1b]777;notify;faxtui;{text}\a",
    "vte": "\x1b]777;notify;faxtui;{text}\a",
}
"""Sequences for a notification by terminal: OSC 99, 9 and 777."""


def _notification(environ: Mapping[str, str], term: str) -> str:
    """Return the terminal's sequence; none inside tmux or screen, which pass none of them on."""
    if environ.get("TMUX") or environ.get("STY") or term.startswith(("tmux", "screen")):
        return ""
    names = " ".join((term, environ.get("TERM_PROGRAM", ""), environ.get("LC_TERMINAL", "")))
    if environ.get("VTE_VERSION"):
        names += " vte"
    return next((sequence for name, sequence in _NOTIFICATIONS.items() if name in names), "")


def _writes_utf8(environ: Mapping[str, str]) -> bool:
    """Return what the locale says. The Linux console has UTF-8, but hardly a character of ours in its font."""
    return environ.get("TERM") != "linux" and charset(environ) == UTF8


@dataclass(frozen=True, slots=True)
class Terminfo:
    """Capabilities of a terminal, under their terminfo names where they have one; all False if nothing is known.

    ``ech``, ``rep``: erase, repeat a number of characters; ``bce``: erasing fills with the current background;
    ``hpa``, ``vpa``: move to a column, a line; ``tabs``: tab stops at every eighth column; ``turns_off``: attributes
    and colours can be turned off one by one; ``alternate``: has an alternate screen; ``rep_of_any``: repeats
    characters beyond ASCII too, which terminfo does not say and tmux up to 3.3 does not (observed).
    """

    ech: bool = False
    rep: bool = False
    bce: bool = False
    hpa: bool = False
    vpa: bool = False
    tabs: bool = False
    turns_off: bool = False
    alternate: bool = False
    rep_of_any: bool = False


UNKNOWN = Terminfo()


def read_terminfo(term: str) -> Terminfo:
    """Return the entry for this name, or for the one it extends (``xterm-kitty``: ``xterm``).

    CPython's curses reads one entry per process: every later call returns that of the first.
    """
    try:
        import curses
    except ImportError:
        return UNKNOWN
    for name in _names(term):
        try:
            curses.setupterm(name, fd=1)
        except curses.error:
            continue
        return _read_entry(is_exact=name == term)
    return UNKNOWN


def _names(term: str) -> Iterator[str]:
    while term:
        yield term
        term = term[: max(term.rfind("-"), term.rfind("."), 0)]


def _read_entry(*, is_exact: bool) -> Terminfo:
    import curses

    def has(name: str, *wanted: bytes) -> bool:
        sequence = curses.tigetstr(name) or b""
        return all(each in sequence for each in wanted)

    return Terminfo(
        ech=has("ech", b"\x1b[", b"X"),
        # Many terminals that call themselves xterm-something do not implement REP.
        rep=is_exact and has("rep", b"\x1b[", b"b"),
        bce=curses.tigetflag("bce") == 1,
        hpa=has("hpa", b"\x1b[", b"G"),
        vpa=has("vpa", b"\x1b[", b"d"),
        tabs=curses.tigetnum("it") == 8 and has("ht", b"\t"),
        turns_off=has("rmul", b"\x1b[24m") and has("op", b"39", b"49"),
        alternate=has("smcup", b"\x1b[?"),
    )
