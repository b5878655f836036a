"""Choice of the shortest output that takes the terminal from the screen it shows to the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile, zip_longest
from typing import NamedTuple

from faxtui.terminal.capabilities import Terminfo
from faxtui.terminal.driver.diff import Span, diff_spans, orderings
from faxtui.terminal.driver.output_parser import Effect, RawSequence
from faxtui.terminal.driver.pen import Pen, Position, move_length, sgr_between, shortest_move
from faxtui.terminal.driver.screen import Screen, Style, cell, matches_blank
from faxtui.terminal.graphics import FIRST_PLACEHOLDER, PLACEHOLDERS, Picture

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_RETYPED = 3
"""Cells up to which retyping is usually shorter than moving the cursor over them."""
_CLEAR = "\x1b[H\x1b[J"
_END_OF_LINK = "\x1b]8;;\x1b\\"


class PlacedPicture(NamedTuple):
    """A picture and the position of its upper left cell. The screen has placeholders in its cells.

    ``lines`` from its top can be seen; a menu covers the rest.
    """

    picture: Picture
    at: Position
    lines: int

    def is_shown_by(self, other: PlacedPicture | None) -> bool:
        """Return whether nothing needs to be painted if the terminal shows the other one."""
        return other is not None and other[:2] == self[:2] and other.lines >= self.lines


class Frame(NamedTuple):
    """A screen to show. ``cursor`` is None while it is hidden."""

    screen: Screen
    cursor: Position | None = None
    synchronized: bool = False
    placed: PlacedPicture | None = None


def place(picture: Picture, screen: Screen) -> PlacedPicture | None:
    """Find the placeholders of a picture; None if its first line is not there.

    The last line of the terminal stays free: a sixel picture there would scroll the screen.
    """
    for line, row in enumerate(screen.rows):
        column = next((column for column, each in enumerate(row) if each.text == FIRST_PLACEHOLDER), None)
        if column is None:
            continue
        last = min(line + picture.lines, screen.lines - 1)
        cells = slice(column, column + picture.columns)
        rows = (all(each.text in PLACEHOLDERS for each in below[cells]) for below in screen.rows[line:last])
        free = sum(1 for _ in takewhile(bool, rows))
        return PlacedPicture(picture, (line, column), free) if free else None
    return None


def blank_placeholders(screen: Screen, placed: PlacedPicture | None) -> bool:
    """Blank placeholders that are not those of the picture. Return whether there were any."""
    found = False
    kept = range(0)
    if placed is not None:
        kept = range(placed.at[0], placed.at[0] + placed.lines)
    for line, row in enumerate(screen.rows):
        if line not in kept and any(each.text in PLACEHOLDERS for each in row):
            screen.rows[line] = [cell(" ", each.style) if each.text in PLACEHOLDERS else each for each in row]
            found = True
    return found


class _State(NamedTuple):
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
        self._placed: PlacedPicture | None = None
        self._uploaded = ""

    def invalidate(self) -> None:
        """Assume nothing about the terminal: the next frame is painted completely."""
        self._forget_screen()
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
            self._forget_screen()
        return move + raw.text

    def frame(self, frame: Frame) -> str:
        """Return the shortest output that shows the frame."""
        screen = frame.screen
        if self._shown is not None and (self._shown.columns, self._shown.lines) != (screen.columns, screen.lines):
            self.invalidate()
        removal = self._removal(frame.placed)
        best, state = min(self._candidates(screen, frame.placed), key=lambda candidate: len(candidate[0].encode()))
        self._shown = screen
        if frame.placed is not None and not frame.placed.is_shown_by(self._placed):
            best += self._picture(frame.placed, state)
            state = _State(style=state.style)
        self._placed, self._state = frame.placed, state
        best = removal + best
        if frame.cursor is not None:
            best += shortest_move(state.line, state.column, frame.cursor, screen.columns, self.terminfo)
            self._state = _State(*frame.cursor, state.style)
        if not best:
            return ""
        return f"{SYNC_START}{best}{SYNC_END}" if frame.synchronized else best

    def _forget_screen(self) -> None:
        self._shown = self._placed = None
        self._uploaded = ""

    def _removal(self, wanted: PlacedPicture | None) -> str:
        """Return what takes the picture shown off the terminal, unless the next one is painted in its place."""
        shown = self._placed
        if shown is None or (wanted is not None and wanted.picture.name == shown.picture.name):
            return ""
        return shown.picture.remove

    def _picture(self, placed: PlacedPicture, state: _State) -> str:
        """Return the bytes that paint a picture. Where they leave the cursor differs between terminals."""
        picture = placed.picture
        upload = "" if picture.name and picture.name == self._uploaded else picture.upload
        self._uploaded = picture.name
        columns = 0 if self._shown is None else self._shown.columns
        return (
            upload
            + shortest_move(state.line, state.column, placed.at, columns, self.terminfo)
            + picture.clipped(placed.lines)
        )

    def _candidates(self, screen: Screen, placed: PlacedPicture | None) -> list[tuple[str, _State]]:
        if self._shown is None:
            return self._full_redraw(screen, placed)
        return self._painted(
            diff_spans(_under_picture(self._shown, screen, placed), screen, self.terminfo), screen, self._state, ""
        )

    def _full_redraw(self, screen: Screen, placed: PlacedPicture | None) -> list[tuple[str, _State]]:
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
            found = diff_spans(_under_picture(cleared, screen, placed), screen, self.terminfo)
            candidates += self._painted(found, screen, _State(0, 0, style), start)
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


def _under_picture(shown: Screen, wanted: Screen, placed: PlacedPicture | None) -> Screen:
    """Return what is shown, with the placeholders of the next picture: no text is painted in their place."""
    if placed is None:
        return shown
    line, column = placed.at
    cells = slice(column, column + placed.picture.columns)
    covered = shown.copy()
    for each in range(line, line + placed.lines):
        covered.rows[each][cells] = wanted.rows[each][cells]
    return covered
