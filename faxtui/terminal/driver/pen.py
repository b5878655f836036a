"""The shortest way for the cursor.

Styles as SGR: reading what is switched, and switching with the fewest bytes.

The far terminal's cursor and pen, and the bytes that move and switch them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from faxtui.terminal.driver.diff import Run
from faxtui.terminal.driver.screen import PLAIN, SEEN_ON_A_BLANK, Row, Screen, Style, fits_blank, is_sure
from faxtui.terminal.driver.terminfo import Terminfo

Place = tuple[int, int]
"""Line and column, from 0."""
TAB = 8
_FAR = 5
"""More backspaces, line feeds and reverse line feeds than this are longer than any address."""


@lru_cache(maxsize=65536)
def shortest_move(line: int | None, column: int | None, to: Place, columns: int, facts: Terminfo) -> str:
    """From the place to the other; None is a coordinate that is not known.

    The screen has that many ``columns``. A line feed must keep the column: the tty must not put a carriage return
    before it. No way leads past an edge of the screen, or over the last tab stop.
    """
    if line is None:
        return _address(to)
    return min(_vertical(line, to[0], facts) + _horizontal(column, to[1], columns, facts), _address(to), key=len)


def move_length(line: int | None, column: int | None, to: Place, columns: int, facts: Terminfo) -> int:
    """How many bytes it takes, found faster."""
    address = 4 + len(str(to[0] + 1)) + len(str(to[1] + 1))
    if line is None:
        return address
    return min(len(_vertical(line, to[0], facts)) + len(_horizontal(column, to[1], columns, facts)), address)


@lru_cache(maxsize=4096)
def _vertical(line: int, to: int, facts: Terminfo) -> str:
    return min(_verticals(line, to, facts), key=len)


@lru_cache(maxsize=65536)
def _horizontal(column: int | None, to: int, columns: int, facts: Terminfo) -> str:
    return min(_horizontals(column, to, columns, facts), key=len)


def _address(to: Place) -> str:
    line, column = to
    if not column:
        return f"\x1b[{line + 1}H" if line else "\x1b[H"
    return f"\x1b[{line + 1 if line else ''};{column + 1}H"


def _verticals(line: int, to: int, facts: Terminfo) -> Iterator[str]:
    by = to - line
    if not by:
        yield ""
        return
    if facts.vpa:
        yield f"\x1b[{to + 1}d"
    count = abs(by) if abs(by) > 1 else ""
    if by > 0:
        yield f"\x1b[{count}B"
        if by <= _FAR:
            yield "\n" * by
    else:
        yield f"\x1b[{count}A"
        if -by <= _FAR:
            yield "\x1bM" * -by


def _horizontals(column: int | None, to: int, columns: int, facts: Terminfo) -> Iterator[str]:
    if column == to:
        yield ""
        return
    if facts.hpa:
        yield f"\x1b[{to + 1}G"
    for way in _rightward(0, to, columns, facts):
        yield "\r" + way
    if column is None:
        return
    if column < to:
        yield from _rightward(column, to, columns, facts)
        return
    by = column - to
    yield f"\x1b[{by if by > 1 else ''}D"
    if by <= _FAR:
        yield "\b" * by


def _rightward(column: int, to: int, columns: int, facts: Terminfo) -> Iterator[str]:
    by = to - column
    if not by:
        yield ""
        return
    yield f"\x1b[{by if by > 1 else ''}C"
    if not facts.tabs:
        return
    tabs, rest = to // TAB - column // TAB, to % TAB
    if 0 < tabs <= _FAR:
        yield "\t" * tabs + (f"\x1b[{rest if rest > 1 else ''}C" if rest else "")
    if to - rest + TAB < columns:
        yield "\t" * (tabs + 1) + "\b" * (TAB - rest)


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


_REPEATED = re.compile(r"([\x20-\x7e])\1{5,}")
_REPEATED_OF_ANY = re.compile(r"(.)\1{3,}")
_ERASING = 4
"""So many blanks may take more bytes than ``CSI n X`` does."""


class Pen:
    """Paints runs of a screen, and remembers where the cursor is and in what style it paints; None: not known."""

    def __init__(self, screen: Screen, facts: Terminfo, at: tuple[int | None, int | None], style: Style | None) -> None:
        self._screen = screen
        self._facts = facts
        self.line, self.column = at
        self.style = style

    def paint(self, run: Run, following: Run | None) -> str:
        style = self._style_for(run, following)
        start = run.start
        if run.erases and self.line == run.line and self.column is not None and run.earliest <= self.column < start:
            start = self.column
        way = self._way_to((run.line, start), style)
        if run.erases:
            return way + "\x1b[K"
        is_last = following is None or (following.line, following.start) != (run.line, run.end)
        return way + self._text(run, is_last=is_last)

    def place(self, place: Place, style: Style) -> str:
        """Go there, to paint in that style."""
        return self._way_to(place, style)

    # Style

    def _style_for(self, run: Run, following: Run | None) -> Style:
        if not run.blank:
            return run.style
        then = None if following is None or following.blank else following.style
        return _style_for_blanks(self.style, run.style, then, self._facts.turns_off)

    # Cursor

    def _way_to(self, place: Place, style: Style) -> str:
        move = shortest_move(self.line, self.column, place, self._screen.columns, self._facts)
        switch = switching(self.style, style, self._facts.turns_off)
        before = self._retyped(place, self.style, len(move))
        after = before if not switch else self._retyped(place, style, len(move))
        self.line, self.column = place
        self.style = style
        if before is not None:
            return before + switch
        return switch + (move if after is None else after)

    def _retyped(self, place: Place, style: Style | None, limit: int) -> str | None:
        """What stands before the place, from the cursor or a tab stop on, if that is shorter than moving there."""
        line, column = place
        if style is None or self.column is None or line != self.line or column <= self.column:
            return None
        shortest: str | None = None
        for tabs, start in self._starts(self.column, column):
            if tabs + column - start < limit:
                typed = _retype(self._screen.rows[line], start, column, style)
                if typed is not None and tabs + len(typed.encode()) < limit:
                    shortest = "\t" * tabs + typed
                    limit = tabs + len(typed.encode())
        return shortest

    def _starts(self, column: int, end: int) -> Iterator[tuple[int, int]]:
        """The cursor's column and the tab stops between it and ``end``, each with the tabs to get there."""
        yield 0, column
        if self._facts.tabs:
            yield from enumerate(range(column - column % TAB + TAB, end, TAB), 1)

    # Text

    def _text(self, run: Run, *, is_last: bool) -> str:
        row = self._screen.rows[run.line]
        text = "".join(each.text for each in row[run.start : run.end])
        if is_sure(text):
            self.column = run.end
            painted = self._painted(text, run, is_last=is_last)
            if self.column == len(row):
                self.column = None
            return painted
        return "".join(self._unsure(row, run))

    def _painted(self, text: str, run: Run, *, is_last: bool) -> str:
        facts = self._facts
        style = self.style
        can_erase = facts.ech and style is not None and not style.shows_on_blanks and (facts.bce or not style.bg)
        rest = ""
        blanks = len(text) - len(text.rstrip(" "))
        if is_last and can_erase and blanks > _ERASING:
            rest = f"\x1b[{blanks}X"
            text = text[:-blanks]
            self.column = run.end - blanks
        if facts.rep:
            text = (_REPEATED_OF_ANY if facts.rep_of_any else _REPEATED).sub(_repeated, text)
        elif can_erase:
            text = re.sub(r" {11,}(?=[^ ])", lambda each: f"\x1b[{len(each[0])}X\x1b[{len(each[0])}C", text)
        return text + rest

    def _unsure(self, row: Row, run: Run) -> list[str]:
        """Each character that terminals disagree about is painted on blanks, and the cursor put right after it."""
        parts: list[str] = []
        column = run.start
        while column < run.end:
            text = row[column].text
            after = column + 1
            while after < len(row) and not row[after].text:
                after += 1
            parts.append(shortest_move(self.line, self.column, (run.line, column), self._screen.columns, self._facts))
            if is_sure(text):
                parts.append(text)
                self.column = after if after < len(row) else None
            else:
                if after - column > 1:
                    parts += [
                        " " * (after - column),
                        shortest_move(run.line, None, (run.line, column), self._screen.columns, self._facts),
                    ]
                parts.append(text)
                self.column = None
            column = after
        return parts


@lru_cache(maxsize=4096)
def _style_for_blanks(pen: Style | None, blank: Style, then: Style | None, turns_off: bool) -> Style:
    """Of the styles that look like it on blanks, what costs least together with the one that follows."""
    choices = [blank, *([] if then is None else [then])]
    if pen is not None:
        seen = replace(pen, bg=blank.bg)
        choices += [pen, seen, replace(seen, codes=pen.codes - SEEN_ON_A_BLANK)]

    def cost(style: Style) -> int:
        return len(switching(pen, style, turns_off)) + (len(switching(style, then, turns_off)) if then else 0)

    return min((style for style in choices if fits_blank(style, blank)), key=cost)


def _retype(row: Row, start: int, end: int, style: Style) -> str | None:
    texts = []
    for text, look in row[start:end]:
        if not (fits_blank(style, look) if text == " " else look == style and text and is_sure(text)):
            return None
        texts.append(text)
    return "".join(texts)


def _repeated(match: re.Match[str]) -> str:
    whole, character = match[0], match[1]
    repeated = f"{character}\x1b[{len(whole) - 1}b"
    return repeated if len(repeated.encode()) < len(whole.encode()) else whole
