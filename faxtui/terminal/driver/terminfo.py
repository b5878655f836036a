"""What the terminal can do beyond what all can, as terminfo tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terminfo:
    """Every one is False on a terminal that nothing is known of.

    ``ech``, ``rep``: it can erase, and repeat, a number of characters; ``bce``: erasing takes the background;
    ``hpa``, ``vpa``: it can go to a column, and a line, alone; ``tabs``: tab stops stand at every eighth column;
    ``rep_of_any``: it repeats characters beyond ASCII too, which tmux up to 3.3 forgets, and terminfo can't tell;
    ``turns_off``: attributes and colours can be turned off one by one; ``alternate``: it has a screen for programs.
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


def terminal_facts(term: str) -> Terminfo:
    """The facts of that entry of terminfo, or of the one that its name extends (``xterm-kitty``: ``xterm``).

    A process can ask for one terminal only: the answer to the first question is the answer to all (CPython).
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

    def says(name: str, *wanted: bytes) -> bool:
        said = curses.tigetstr(name) or b""
        return all(each in said for each in wanted)

    return Terminfo(
        ech=says("ech", b"\x1b[", b"X"),
        # Many that are like an xterm can't do this one.
        rep=is_exact and says("rep", b"\x1b[", b"b"),
        bce=curses.tigetflag("bce") == 1,
        hpa=says("hpa", b"\x1b[", b"G"),
        vpa=says("vpa", b"\x1b[", b"d"),
        tabs=curses.tigetnum("it") == 8 and says("ht", b"\t"),
        turns_off=says("rmul", b"\x1b[24m") and says("op", b"39", b"49"),
        alternate=says("smcup", b"\x1b[?"),
    )
