"""The far terminal's cursor and pen, and the bytes that move and switch them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from faxtui.terminal.thin.cells import SEEN_ON_A_BLANK, Style, fits_blank
from faxtui.terminal.thin.facts import Facts
from faxtui.terminal.thin.moves import TAB, Place, shortest_move
from faxtui.terminal.thin.runs import Run
from faxtui.terminal.thin.screen import Row, Screen
from faxtui.terminal.thin.sgr import switching
from faxtui.terminal.thin.widths import is_sure

_REPEATED = re.compile(r"([\x20-\x7e])\1{5,}")
_REPEATED_OF_ANY = re.compile(r"(.)\1{3,}")
_ERASING = 4
"""So many blanks may take more bytes than ``CSI n X`` does."""


class Pen:
    """Paints runs of a screen, and remembers where the cursor is and in what style it paints; None: not known."""

    def __init__(self, screen: Screen, facts: Facts, at: tuple[int | None, int | None], style: Style | None) -> None:
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
