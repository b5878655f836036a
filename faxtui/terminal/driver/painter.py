"""What has to be sent for the terminal to show a screen, from what it shows now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from faxtui.terminal.driver.diff import Run, orders, runs
from faxtui.terminal.driver.output_parser import Leaves, Passage
from faxtui.terminal.driver.pen import Pen, Place, move_length, shortest_move, switching
from faxtui.terminal.driver.screen import Screen, Style, cell, fits_blank
from faxtui.terminal.driver.terminfo import Terminfo

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_RETYPED = 3
"""So many cells are mostly passed by painting them again."""
_CLEAR = "\x1b[H\x1b[J"
_END_OF_LINK = "\x1b]8;;\x1b\\"


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen to show. ``cursor``: where the cursor is seen, None while it is hidden."""

    screen: Screen
    cursor: Place | None = None
    synchronized: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """How the terminal is left: None is what is not known."""

    line: int | None = None
    column: int | None = None
    style: Style | None = None


_UNKNOWN = _State()


class Painter:
    """Knows what the terminal shows, and by ``facts`` what it can do."""

    def __init__(self, facts: Terminfo) -> None:
        self.facts = facts
        self._shown: Screen | None = None
        self._state = _UNKNOWN

    def forget(self) -> None:
        """From here on nothing is known: the next frame is painted in whole."""
        self._shown = None
        self._state = _UNKNOWN

    def passage(self, passage: Passage) -> str:
        """The sequence as it is, with the cursor where it has to stand."""
        way = ""
        if passage.at is not None:
            place = self._screen_of(passage.at)
            pen = self._pen(place, self._state)
            way = pen.place(passage.at, passage.pen)
            self._state = _State(pen.line, pen.column, pen.style)
        if passage.leaves is not Leaves.ALL:
            self._state = _UNKNOWN
        if passage.leaves is Leaves.NOTHING:
            self._shown = None
        return way + passage.text

    def frame(self, frame: Frame) -> str:
        """The shortest of what makes the terminal show it."""
        screen = frame.screen
        if self._shown is not None and (self._shown.columns, self._shown.lines) != (screen.columns, screen.lines):
            self.forget()
        best, state = min(self._ways(screen), key=lambda way: len(way[0].encode()))
        self._shown, self._state = screen, state
        if frame.cursor is not None:
            best += shortest_move(state.line, state.column, frame.cursor, screen.columns, self.facts)
            self._state = _State(*frame.cursor, state.style)
        if not best:
            return ""
        return f"{SYNC_START}{best}{SYNC_END}" if frame.synchronized else best

    def _ways(self, screen: Screen) -> list[tuple[str, _State]]:
        if self._shown is None:
            return self._anew(screen)
        return self._painted(runs(self._shown, screen, self.facts), screen, self._state, "")

    def _anew(self, screen: Screen) -> list[tuple[str, _State]]:
        """Clear the terminal and paint all, on the terminal's own background or on the most common one."""
        backgrounds = {""}
        if self.facts.bce:
            common = Counter(each.style.bg for row in screen.rows for each in row)
            backgrounds |= {background for background, _ in common.most_common(1)}
        ways: list[tuple[str, _State]] = []
        for background in backgrounds:
            style = Style(bg=background)
            cleared = Screen(screen.columns, screen.lines)
            cleared.rows = [[cell(" ", style)] * screen.columns for _ in range(screen.lines)]
            start = switching(self._state.style, style, self.facts.turns_off) + _CLEAR
            ways += self._painted(runs(cleared, screen, self.facts), screen, _State(0, 0, style), start)
        return ways

    def _painted(self, found: Sequence[Run], screen: Screen, state: _State, start: str) -> list[tuple[str, _State]]:
        def cost(last: Run | None, run: Run) -> int:
            line, column = (
                (state.line, state.column) if last is None else (last.line, None if last.erases else last.end)
            )
            style = state.style if last is None else last.style
            switch = 0
            if style != run.style and not (run.blank and style is not None and fits_blank(style, run.style)):
                switch = len(switching(style, run.style, self.facts.turns_off))
            if line == run.line and column is not None and 0 <= run.start - column <= _RETYPED:
                return run.start - column + switch
            return move_length(line, column, (run.line, run.start), screen.columns, self.facts) + switch

        ways: list[tuple[str, _State]] = []
        for order in orders(found, cost):
            pen = self._pen(screen, state)
            parts = [start]
            for run, following in zip_longest(order, order[1:]):
                parts.append(pen.paint(run, following))
            if pen.style is not None and pen.style.link:
                parts.append(_END_OF_LINK)
                pen.style = Style(pen.style.fg, pen.style.bg, pen.style.codes, pen.style.other)
            ways.append(("".join(parts), _State(pen.line, pen.column, pen.style)))
        return ways

    def _pen(self, screen: Screen, state: _State) -> Pen:
        return Pen(screen, self.facts, (state.line, state.column), state.style)

    def _screen_of(self, place: Place) -> Screen:
        return self._shown or Screen(place[1] + 1, place[0] + 1)
