"""Styles as SGR: reading what is switched, and switching with the fewest bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from faxtui.terminal.thin.cells import PLAIN, Style

_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 21: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 51: 54, 52: 54, 53: 55}
"""The code that turns each attribute off (xterm's ctlseqs, ECMA-48). Some turn off two."""
_FOREGROUND = {*range(30, 38), *range(90, 98)}
_BACKGROUND = {*range(40, 48), *range(100, 108)}
_LENGTHS = {"5": 3, "2": 5}
"""How many parameters a colour of the palette, and one of red, green and blue, take."""


@lru_cache(maxsize=4096)
def switched(style: Style, parameters: str) -> Style:
    """The style after ``CSI parameters m``."""
    numbers = parameters.split(";")
    while numbers:
        taken = _length(numbers)
        style = _switched_by(style, numbers[:taken])
        numbers = numbers[taken:]
    return style


def _length(numbers: Sequence[str]) -> int:
    if numbers[0] in ("38", "48", "58") and len(numbers) > 1:
        return _LENGTHS.get(numbers[1], 1)
    return 1


def _switched_by(style: Style, numbers: Sequence[str]) -> Style:
    text = ";".join(numbers)
    first = numbers[0].partition(":")[0]
    code = int(first) if first else 0
    is_plain = text == first
    if code == 38:
        return replace(style, fg=text)
    if code == 48:
        return replace(style, bg=text)
    if is_plain and code == 0:
        return Style(link=style.link)
    if is_plain and code in _FOREGROUND:
        return replace(style, fg=text)
    if is_plain and code in _BACKGROUND:
        return replace(style, bg=text)
    if is_plain and code == 39:
        return replace(style, fg="")
    if is_plain and code == 49:
        return replace(style, bg="")
    if is_plain and code in _OFF:
        return replace(style, codes=style.codes | {code})
    off = {each for each, by in _OFF.items() if by == code}
    if is_plain and off:
        return replace(style, codes=style.codes - off)
    return replace(style, other=(*style.other, text))


@lru_cache(maxsize=16384)
def switching(pen: Style | None, wanted: Style, turns_off: bool) -> str:
    """What makes ``wanted`` of ``pen``, with the fewest bytes; of an unknown pen, by starting anew.

    Where attributes can't be turned off one by one, this starts anew as soon as one has to go.
    """
    link = "" if pen is not None and pen.link == wanted.link else f"\x1b]8;{wanted.link or ';'}\x1b\\"
    if pen is None:
        link = link if wanted.link else ""
    elif replace(pen, link="") == replace(wanted, link=""):
        return link
    anew = _sgr(["", *_all(wanted)])
    if pen is None or pen.other != wanted.other:
        return anew + link
    steps = _steps(pen, wanted, turns_off)
    return min(anew, anew if steps is None else _sgr(steps), key=len) + link


def _sgr(parameters: Sequence[str]) -> str:
    return f"\x1b[{';'.join(parameters)}m"


def _all(style: Style) -> list[str]:
    colours = [each for each in (style.fg, style.bg) if each]
    return [*map(str, sorted(style.codes)), *colours, *style.other]


def _steps(pen: Style, wanted: Style, turns_off: bool) -> list[str] | None:
    gone = pen.codes - wanted.codes
    off = {_OFF[code] for code in gone}
    on = {code for code in wanted.codes if code not in pen.codes or _OFF[code] in off}
    steps = [*map(str, sorted(off)), *map(str, sorted(on))]
    if pen.fg != wanted.fg:
        steps.append(wanted.fg or "39")
    if pen.bg != wanted.bg:
        steps.append(wanted.bg or "49")
    needs_off = bool(gone) or (pen.fg != PLAIN.fg and not wanted.fg) or (pen.bg != PLAIN.bg and not wanted.bg)
    return None if needs_off and not turns_off else steps
