"""Choice of the shortest output that takes the terminal from the screen it shows to the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from faxtui.terminal.driver.diff import Span, diff_spans, orderings
from faxtui.terminal.driver.output_parser import Effect, RawSequence
from faxtui.terminal.driver.pen import Pen, Position, move_length, sgr_between, shortest_move
from faxtui.terminal.driver.screen import Screen, Style, cell, matches_blank
from faxtui.terminal.driver.terminfo import Terminfo

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_RETYPED = 3
"""Cells up to which retyping is usually shorter than moving the cursor over them."""
_CLEAR = "\x1b[H\x1b[J"
_END_OF_LINK = "\x1b]8;;\x1b\\"


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen to show. ``cursor`` is None while it is hidden."""

    screen: Screen
    cursor: Position | None = None
    synchronized: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    """The terminal's cursor and pen; None is unknown."""

    line: int | None = None
    column: int | None = None
    style: Style | None = None


_UNKNOWN = _State()


class Painter:
    """Output for one terminal: remembers what it shows, and knows from ``terminfo`` what it can do."""

    def __init__(self, terminfo: Terminfo) -> None:
        self.terminfo = terminfo
        self._shown: Screen | None = None
        self._state = _UNKNOWN

    def invalidate(self) -> None:
        """Assume nothing about the terminal: the next frame is painted completely."""
        self._shown = None
        self._state = _UNKNOWN

    def raw(self, raw: RawSequence) -> str:
        """Return the sequence unchanged, after the cursor movement it needs."""
        move = ""
        if raw.at is not None:
            line, column = raw.at
            pen = self._pen(self._shown or Screen(column + 1, line + 1), self._state)
            move = pen.move_to(raw.at, raw.pen)
            self._state = _State(pen.line, pen.column, pen.style)
        if raw.effect is not Effect.NONE:
            self._state = _UNKNOWN
        if raw.effect is Effect.SCREEN:
            self._shown = None
        return move + raw.text

    def frame(self, frame: Frame) -> str:
        """Return the shortest output that shows the frame."""
        screen = frame.screen
        if self._shown is not None and (self._shown.columns, self._shown.lines) != (screen.columns, screen.lines):
            self.invalidate()
        best, state = min(self._candidates(screen), key=lambda candidate: len(candidate[0].encode()))
        self._shown, self._state = screen, state
        if frame.cursor is not None:
            best += shortest_move(state.line, state.column, frame.cursor, screen.columns, self.terminfo)
            self._state = _State(*frame.cursor, state.style)
        if not best:
            return ""
        return f"{SYNC_START}{best}{SYNC_END}" if frame.synchronized else best

    def _candidates(self, screen: Screen) -> list[tuple[str, _State]]:
        if self._shown is None:
            return self._full_redraw(screen)
        return self._painted(diff_spans(self._shown, screen, self.terminfo), screen, self._state, "")

    def _full_redraw(self, screen: Screen) -> list[tuple[str, _State]]:
        """Clear the terminal and paint everything, on its default background or on the most common one."""
        backgrounds = {""}
        if self.terminfo.bce:
            common = Counter(each.style.bg for row in screen.rows for each in row)
            backgrounds |= {background for background, _ in common.most_common(1)}
        candidates: list[tuple[str, _State]] = []
        for background in backgrounds:
            style = Style(bg=background)
            cleared = Screen(screen.columns, screen.lines)
            cleared.rows = [[cell(" ", style)] * screen.columns for _ in range(screen.lines)]
            start = sgr_between(self._state.style, style, self.terminfo.turns_off) + _CLEAR
            candidates += self._painted(diff_spans(cleared, screen, self.terminfo), screen, _State(0, 0, style), start)
        return candidates

    def _painted(self, found: Sequence[Span], screen: Screen, state: _State, start: str) -> list[tuple[str, _State]]:
        """Return the output for the spans in each order worth trying, with the state it leaves the terminal in."""

        def cost(last: Span | None, span: Span) -> int:
            line, column = (
                (state.line, state.column) if last is None else (last.line, None if last.erases else last.end)
            )
            style = state.style if last is None else last.style
            switch = 0
            if style != span.style and not (span.blank and style is not None and matches_blank(style, span.style)):
                switch = len(sgr_between(style, span.style, self.terminfo.turns_off))
            if line == span.line and column is not None and 0 <= span.start - column <= _RETYPED:
                return span.start - column + switch
            return move_length(line, column, (span.line, span.start), screen.columns, self.terminfo) + switch

        candidates: list[tuple[str, _State]] = []
        for order in orderings(found, cost):
            pen = self._pen(screen, state)
            parts = [start]
            for span, following in zip_longest(order, order[1:]):
                parts.append(pen.paint(span, following))
            if pen.style is not None and pen.style.link:
                parts.append(_END_OF_LINK)
                pen.style = Style(pen.style.fg, pen.style.bg, pen.style.codes, pen.style.other)
            candidates.append(("".join(parts), _State(pen.line, pen.column, pen.style)))
        return candidates

    def _pen(self, screen: Screen, state: _State) -> Pen:
        return Pen(screen, self.terminfo, (state.line, state.column), state.style)
