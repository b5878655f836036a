"""What a place on the screen shows: a character and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

SEEN_ON_A_BLANK = frozenset({4, 7, 9, 21, 51, 52, 53})
"""The SGR codes that show on a space too: underline, reverse, strike, double underline, frames, overline."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a character looks, in the terms of SGR (ECMA-48 8.3.117).

    ``fg`` and ``bg`` are the parameters that choose the colour, empty for the terminal's own; ``codes`` the
    attributes that are on; ``other`` the parameters nobody here knows, in order; ``link`` the body of OSC 8.
    """

    fg: str = ""
    bg: str = ""
    codes: frozenset[int] = frozenset()
    other: tuple[str, ...] = ()
    link: str = ""

    @property
    def shows_on_blanks(self) -> bool:
        return bool(self.codes & SEEN_ON_A_BLANK) or bool(self.other)

    @property
    def erases(self) -> bool:
        """Whether erasing leaves just this: at most a background."""
        return not (self.fg or self.codes or self.other or self.link)


PLAIN = Style()


@lru_cache(maxsize=4096)
def on_blank(style: Style) -> Style:
    """What of it can be seen on a space: its colour and weight can't."""
    return style if style.shows_on_blanks else replace(style, fg="", codes=frozenset())


@lru_cache(maxsize=65536)
def fits_blank(pen: Style, blank: Style) -> bool:
    """Whether a space painted with ``pen`` looks like one in ``blank``."""
    return on_blank(pen) == blank


class Cell(NamedTuple):
    """``text`` is one character with what is combined with it; empty for the right half of a wide one."""

    text: str
    style: Style


class _CellsInStyle(dict[str, Cell]):
    """The cells of one style by their text, made when they are first asked for."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._style = style

    def __missing__(self, text: str) -> Cell:
        blank = on_blank(self._style)
        made = cells_in(blank)[text] if text == " " and blank != self._style else Cell(text, self._style)
        self[text] = made
        return made


@lru_cache(maxsize=1024)
def cells_in(style: Style) -> Mapping[str, Cell]:
    """The cell of any text in that style. Equal cells are mostly the same object: comparing screens is fast."""
    return _CellsInStyle(style)


def cell(text: str, style: Style) -> Cell:
    return cells_in(style)[text]


BLANK = cell(" ", PLAIN)
