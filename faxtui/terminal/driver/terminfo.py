"""Terminal capabilities from the terminfo database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


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
        return _read(is_exact=name == term)
    return UNKNOWN


def _names(term: str) -> Iterator[str]:
    while term:
        yield term
        term = term[: max(term.rfind("-"), term.rfind("."), 0)]


def _read(*, is_exact: bool) -> Terminfo:
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
