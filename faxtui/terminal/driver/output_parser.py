"""Parser for what Textual writes: text is drawn on a screen in memory, other sequences are passed on unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from faxtui.terminal.driver.pen import apply_sgr
from faxtui.terminal.driver.screen import PLAIN, Screen, Style

_STYLED_TEXT = re.compile(r"\x1b\[([0-9:;]*)m|([^\x00-\x1f\x7f-\x9f]+)")
"""Nearly everything Textual writes, so it is tried first."""
_TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-9:;]*)(?P<final>[A-HJKdf`])"
    r"|\x1b\[\?2026(?P<sync>[hl])"
    r"|\x1b\]8;(?P<link>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<control>[\r\n\x08])"
    r"|(?P<mode>\x1b\[\?(?P<modes>[0-9;]*)[hl])"
    r"|(?P<aside>\x1b\[(?:[<=>?]?[0-9:;]*[ -/]*[cnpqtu]|[<=>?][0-9:;]*m)|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x07)"
    r"|(?P<string>\x1b[PX^_][^\x1b]*\x1b\\)"
    r"|(?P<unknown>\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-OQ-WYZ\\`-~]|[\x00-\x1f\x7f-\x9f])"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x1b\x07]*\x1b?|[ -/]*)\Z")
_SCREENS = {"3", "47", "1047", "1048", "1049"}
"""Private modes that change what the screen shows: its width, and the main or the alternate screen."""


class Effect(Enum):
    """What a sequence changes on the terminal, so that it is unknown afterwards."""

    NONE = "nothing"
    CURSOR = "the cursor and the pen"
    SCREEN = "the screen, the cursor and the pen"


class RawSequence(NamedTuple):
    """An escape sequence to send unchanged, with the cursor at line and column ``at`` (None: anywhere), in ``pen``."""

    text: str
    effect: Effect
    at: tuple[int, int] | None = None
    pen: Style = PLAIN


class OutputParser:
    """Terminal in memory: ``screen`` is what the real one would show if everything were sent.

    ``has_painted`` turns True when something is drawn; the caller resets it. ``synchronized``: Textual used
    synchronized output, which it does only for a terminal that supports it.
    """

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.line = 0
        self.column = 0
        self.shows_cursor = True
        self.has_painted = False
        self.synchronized = False
        self._pen = PLAIN
        self._unfinished = ""

    def parse(self, data: str) -> Iterator[RawSequence]:
        """Draw everything in ``data``; yield each sequence to send unchanged once all text before it is drawn."""
        data, self._unfinished = self._unfinished + data, ""
        position = 0
        while position < len(data):
            styled = _STYLED_TEXT.match(data, position)
            if styled is not None:
                position = styled.end()
                self._paint(styled)
                continue
            if data[position] == "\x1b" and _UNFINISHED.match(data, position):
                self._unfinished = data[position:]
                return
            match = _TOKEN.match(data, position)
            if match is None:
                yield RawSequence(data[position], Effect.SCREEN, self._at, self._pen)
                position += 1
                continue
            position = match.end()
            raw = self._apply(match)
            if raw is not None:
                yield raw

    @property
    def _at(self) -> tuple[int, int]:
        return self.line, min(self.column, self.screen.columns - 1)

    def _paint(self, styled: re.Match[str]) -> None:
        parameters, text = styled.groups()
        if text is None:
            self._pen = apply_sgr(self._pen, parameters)
        else:
            self.has_painted = True
            self.column = self.screen.put(self.line, self.column, text, self._pen)

    def _apply(self, match: re.Match[str]) -> RawSequence | None:
        text = match[0]
        match match.lastgroup:
            case "final":
                self._control(match["final"], match["parameters"])
            case "sync":
                self.synchronized = True
            case "link":
                self._link(match["link"])
            case "control":
                self._move(text)
            case "mode" | "modes":
                return self._mode(text, match["modes"])
            case "aside":
                return RawSequence(text, Effect.NONE)
            case "string":
                return RawSequence(text, Effect.CURSOR, self._at, self._pen)
            case _:
                return RawSequence(text, Effect.SCREEN, self._at, self._pen)
        return None

    def _mode(self, text: str, modes: str) -> RawSequence:
        changed = set(modes.split(";"))
        if "25" in changed:
            self.shows_cursor = text.endswith("h")
        return RawSequence(text, Effect.SCREEN if changed & _SCREENS else Effect.NONE)

    def _link(self, body: str) -> None:
        link = "" if body.endswith(";") else body
        self._pen = Style(self._pen.fg, self._pen.bg, self._pen.codes, self._pen.other, link)

    def _control(self, final: str, parameters: str) -> None:
        numbers = [int(each or 0) for each in parameters.replace(":", ";").split(";")]
        first, second = (*numbers, 0)[:2]
        by = max(first, 1)
        match final:
            case "H" | "f":
                self._go(by - 1, max(second, 1) - 1)
            case "A":
                self._go(self.line - by, self.column)
            case "B":
                self._go(self.line + by, self.column)
            case "C":
                self._go(self.line, self._at[1] + by)
            case "D":
                self._go(self.line, self._at[1] - by)
            case "E":
                self._go(self.line + by, 0)
            case "F":
                self._go(self.line - by, 0)
            case "G" | "`":
                self._go(self.line, by - 1)
            case "d":
                self._go(by - 1, self.column)
            case "K":
                self.has_painted = True
                self._erase_in_line(first)
            case _:
                self.has_painted = True
                self._erase_in_screen(first)

    def _go(self, line: int, column: int) -> None:
        self.line = min(max(line, 0), self.screen.lines - 1)
        self.column = min(max(column, 0), self.screen.columns - 1)

    def _move(self, control: str) -> None:
        if control == "\r":
            self.column = 0
        elif control == "\b":
            self.column = max(self._at[1] - 1, 0)
        else:
            self.column = 0
            if self.line == self.screen.lines - 1:
                self.has_painted = True
                self.screen.scroll()
            else:
                self.line += 1

    def _erase_in_line(self, part: int) -> None:
        line, column = self._at
        start = column if part == 0 else 0
        end = column + 1 if part == 1 else self.screen.columns
        self.screen.erase(line, start, end, self._pen.bg)

    def _erase_in_screen(self, part: int) -> None:
        line = self.line
        first = line + 1 if part == 0 else 0
        last = line if part == 1 else self.screen.lines
        for each in range(first, last):
            self.screen.erase(each, 0, self.screen.columns, self._pen.bg)
        if part < 2:
            self._erase_in_line(part)
