"""The terminal's cursor and pen, and the fewest bytes that move the one and switch the style of the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from faxtui.terminal.capabilities import Terminfo
from faxtui.terminal.driver.diff import Span
from faxtui.terminal.driver.screen import PLAIN, SEEN_ON_A_BLANK, Row, Screen, Style, is_narrow, matches_blank

Position = tuple[int, int]
"""Line and column, from 0."""
TAB = 8
_FAR = 5
"""Backspaces, line feeds and reverse line feeds up to which they may be shorter than a CSI sequence."""


@lru_cache(maxsize=65536)
def shortest_move(line: int | None, column: int | None, to: Position, columns: int, terminfo: Terminfo) -> str:
    """Return the shortest movement from a line and column, None if unknown, on a screen of that many columns.

    Relies on a line feed that keeps the column, so the tty must not add a carriage return (see `ThinDriver`). Never
    moves past an edge of the screen or over the last tab stop, where terminals differ.
    """
    if line is None:
        return _address(to)
    return min(_vertical(line, to[0], terminfo) + _horizontal(column, to[1], columns, terminfo), _address(to), key=len)


def move_length(line: int | None, column: int | None, to: Position, columns: int, terminfo: Terminfo) -> int:
    """Return about how many bytes `shortest_move` takes, but faster."""
    address = 4 + len(str(to[0] + 1)) + len(str(to[1] + 1))
    if line is None:
        return address
    return min(len(_vertical(line, to[0], terminfo)) + len(_horizontal(column, to[1], columns, terminfo)), address)


@lru_cache(maxsize=4096)
def _vertical(line: int, to: int, terminfo: Terminfo) -> str:
    return min(_verticals(line, to, terminfo), key=len)


@lru_cache(maxsize=65536)
def _horizontal(column: int | None, to: int, columns: int, terminfo: Terminfo) -> str:
    return min(_horizontals(column, to, columns, terminfo), key=len)


def _address(to: Position) -> str:
    line, column = to
    if not column:
        return f"\x1b[{line + 1}H" if line else "\x1b[H"
    return f"\x1b[{line + 1 if line else ''};{column + 1}H"


def _verticals(line: int, to: int, terminfo: Terminfo) -> Iterator[str]:
    by = to - line
    if not by:
        yield ""
        return
    if terminfo.vpa:
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


def _horizontals(column: int | None, to: int, columns: int, terminfo: Terminfo) -> Iterator[str]:
    if column == to:
        yield ""
        return
    if terminfo.hpa:
        yield f"\x1b[{to + 1}G"
    for move in _rightward(0, to, columns, terminfo):
        yield "\r" + move
    if column is None:
        return
    if column < to:
        yield from _rightward(column, to, columns, terminfo)
        return
    by = column - to
    yield f"\x1b[{by if by > 1 else ''}D"
    if by <= _FAR:
        yield "\b" * by


def _rightward(column: int, to: int, columns: int, terminfo: Terminfo) -> Iterator[str]:
    by = to - column
    if not by:
        yield ""
        return
    yield f"\x1b[{by if by > 1 else ''}C"
    if not terminfo.tabs:
        return
    tabs, rest = to // TAB - column // TAB, to % TAB
    if 0 < tabs <= _FAR:
        yield "\t" * tabs + (f"\x1b[{rest if rest > 1 else ''}C" if rest else "")
    if to - rest + TAB < columns:
        yield "\t" * (tabs + 1) + "\b" * (TAB - rest)


_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 21: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 51: 54, 52: 54, 53: 55}
"""Code that turns each attribute off (xterm's ctlseqs, ECMA-48). Some turn off two."""
_FOREGROUND = {*range(30, 38), *range(90, 98)}
_BACKGROUND = {*range(40, 48), *range(100, 108)}
_LENGTHS = {"5": 3, "2": 5}
"""Number of parameters of a palette colour (38;5;N) and of a direct colour (38;2;R;G;B)."""


@lru_cache(maxsize=4096)
def apply_sgr(style: Style, parameters: str) -> Style:
    """Return the style after ``CSI parameters m``."""
    numbers = parameters.split(";")
    while numbers:
        length = _length(numbers)
        style = _apply_code(style, numbers[:length])
        numbers = numbers[length:]
    return style


def _length(numbers: Sequence[str]) -> int:
    if numbers[0] in ("38", "48", "58") and len(numbers) > 1:
        return _LENGTHS.get(numbers[1], 1)
    return 1


def _apply_code(style: Style, numbers: Sequence[str]) -> Style:
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
def sgr_between(pen: Style | None, wanted: Style, turns_off: bool) -> str:
    """Return the shortest sequence that changes the style ``pen``, None if unknown, to ``wanted``.

    It begins with a reset if the pen is unknown, or if an attribute must go and cannot be turned off alone.
    """
    link = "" if pen is not None and pen.link == wanted.link else f"\x1b]8;{wanted.link or ';'}\x1b\\"
    if pen is None:
        link = link if wanted.link else ""
    elif replace(pen, link="") == replace(wanted, link=""):
        return link
    reset = _sgr(["", *_all(wanted)])
    if pen is None or pen.other != wanted.other:
        return reset + link
    steps = _steps(pen, wanted, turns_off)
    return min(reset, reset if steps is None else _sgr(steps), key=len) + link


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
"""Blanks up to which painting them takes no more bytes than ``CSI n X``."""


class Pen:
    """Painting of spans of a screen. Tracks the cursor and the current style; None is unknown."""

    def __init__(
        self, screen: Screen, terminfo: Terminfo, at: tuple[int | None, int | None], style: Style | None
    ) -> None:
        self._screen = screen
        self._terminfo = terminfo
        self.line, self.column = at
        self.style = style

    def paint(self, span: Span, following: Span | None) -> str:
        style = self._style_for(span, following)
        start = span.start
        if span.erases and self.line == span.line and self.column is not None and span.earliest <= self.column < start:
            start = self.column
        move = self.move_to((span.line, start), style)
        if span.erases:
            return move + "\x1b[K"
        is_last = following is None or (following.line, following.start) != (span.line, span.end)
        return move + self._text(span, is_last=is_last)

    # Style

    def _style_for(self, span: Span, following: Span | None) -> Style:
        if not span.blank:
            return span.style
        then = None if following is None or following.blank else following.style
        return _style_for_blanks(self.style, span.style, then, self._terminfo.turns_off)

    # Cursor

    def move_to(self, position: Position, style: Style) -> str:
        """Return the bytes that move there and switch to that style."""
        move = shortest_move(self.line, self.column, position, self._screen.columns, self._terminfo)
        switch = sgr_between(self.style, style, self._terminfo.turns_off)
        before = self._retyped(position, self.style, len(move))
        after = before if not switch else self._retyped(position, style, len(move))
        self.line, self.column = position
        self.style = style
        if before is not None:
            return before + switch
        return switch + (move if after is None else after)

    def _retyped(self, position: Position, style: Style | None, limit: int) -> str | None:
        """Return the text between the cursor, or a tab stop, and the position if retyping it is shorter than moving."""
        line, column = position
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
        """Yield the cursor's column and each tab stop before ``end``, after the number of tabs that reach it."""
        yield 0, column
        if self._terminfo.tabs:
            yield from enumerate(range(column - column % TAB + TAB, end, TAB), 1)

    # Text

    def _text(self, span: Span, *, is_last: bool) -> str:
        row = self._screen.rows[span.line]
        text = "".join(each.text for each in row[span.start : span.end])
        if is_narrow(text):
            self.column = span.end
            painted = self._painted(text, span, is_last=is_last)
            if self.column == len(row):
                self.column = None
            return painted
        return "".join(self._ambiguous(row, span))

    def _painted(self, text: str, span: Span, *, is_last: bool) -> str:
        terminfo = self._terminfo
        style = self.style
        can_erase = terminfo.ech and style is not None and not style.shows_on_blanks and (terminfo.bce or not style.bg)
        rest = ""
        blanks = len(text) - len(text.rstrip(" "))
        if is_last and can_erase and blanks > _ERASING:
            rest = f"\x1b[{blanks}X"
            text = text[:-blanks]
            self.column = span.end - blanks
        if terminfo.rep:
            text = (_REPEATED_OF_ANY if terminfo.rep_of_any else _REPEATED).sub(_repeated, text)
        elif can_erase:
            text = re.sub(r" {11,}(?=[^ ])", lambda each: f"\x1b[{len(each[0])}X\x1b[{len(each[0])}C", text)
        return text + rest

    def _ambiguous(self, row: Row, span: Span) -> list[str]:
        """Paint characters whose width terminals disagree about: on blanks, and with the cursor placed after each."""
        parts: list[str] = []
        column = span.start
        while column < span.end:
            text = row[column].text
            after = column + 1
            while after < len(row) and not row[after].text:
                after += 1
            parts.append(
                shortest_move(self.line, self.column, (span.line, column), self._screen.columns, self._terminfo)
            )
            if is_narrow(text):
                parts.append(text)
                self.column = after if after < len(row) else None
            else:
                if after - column > 1:
                    parts += [
                        " " * (after - column),
                        shortest_move(span.line, None, (span.line, column), self._screen.columns, self._terminfo),
                    ]
                parts.append(text)
                self.column = None
            column = after
        return parts


@lru_cache(maxsize=4096)
def _style_for_blanks(pen: Style | None, blank: Style, then: Style | None, turns_off: bool) -> Style:
    """Return the style that looks the same on blanks and takes the fewest bytes, counting the switch after it."""
    choices = [blank, *([] if then is None else [then])]
    if pen is not None:
        seen = replace(pen, bg=blank.bg)
        choices += [pen, seen, replace(seen, codes=pen.codes - SEEN_ON_A_BLANK)]

    def cost(style: Style) -> int:
        return len(sgr_between(pen, style, turns_off)) + (len(sgr_between(style, then, turns_off)) if then else 0)

    return min((style for style in choices if matches_blank(style, blank)), key=cost)


def _retype(row: Row, start: int, end: int, style: Style) -> str | None:
    texts = []
    for text, look in row[start:end]:
        if not (matches_blank(style, look) if text == " " else look == style and text and is_narrow(text)):
            return None
        texts.append(text)
    return "".join(texts)


def _repeated(match: re.Match[str]) -> str:
    whole, character = match[0], match[1]
    repeated = f"{character}\x1b[{len(whole) - 1}b"
    return repeated if len(repeated.encode()) < len(whole.encode()) else whole
