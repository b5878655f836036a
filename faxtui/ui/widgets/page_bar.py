"""The page bar: what part is shown, of how many, as of when, and what goes on."""

from __future__ import annotations

import textwrap

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget

from faxtui.ui.marks import Marks


class PageBar(Widget):
    """One line, and as many below it as what there is to say needs (three at most)."""

    DEFAULT_CSS = "PageBar { height: 1; }"
    GAP = 3

    class Turned(Message):
        """One of the arrows was clicked."""

        def __init__(self, forward: bool) -> None:
            super().__init__()
            self.forward = forward

    def __init__(self, marks: Marks, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._marks = marks
        self._position = ""
        self._as_of = ""
        self._state = ""
        self._right = ""
        self._can_turn = (False, False)

    def say(self, position: str, as_of: str, state: str, right: str = "", *, can_turn: tuple[bool, bool]) -> None:
        """``state`` is a sentence, ``right`` a short remark; ``can_turn`` says which arrows work."""
        said = (position, as_of, state, right, can_turn)
        if said == (self._position, self._as_of, self._state, self._right, self._can_turn):
            return
        self._position, self._as_of, self._state, self._right, self._can_turn = said
        self._settle()
        self.refresh()

    def on_resize(self) -> None:
        self._settle()

    def on_click(self, event: events.Click) -> None:
        if event.y == 0 and event.x <= 2 and self._can_turn[0]:
            self.post_message(self.Turned(forward=False))
        elif event.y == 0 and 2 < event.x <= 4 + cell_len(self._position) and self._can_turn[1]:
            self.post_message(self.Turned(forward=True))

    def render(self) -> Text:
        lines = self._lines(self.size.width)
        text = Text("\n".join(lines), no_wrap=True, overflow="crop", end="")
        if self._position:
            opening, closing = self._arrows()
            for offset, works in zip((1, 3 + cell_len(opening + self._position)), self._can_turn, strict=True):
                if not works:
                    text.stylize("dim", offset, offset + cell_len(closing))
        return text

    def _arrows(self) -> tuple[str, str]:
        return self._marks.write("‹"), self._marks.write("›")

    def _settle(self) -> None:
        height = max(len(self._lines(self.size.width or 80)), 1)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def _lines(self, width: int) -> list[str]:
        write = self._marks.write
        opening, closing = self._arrows()
        place = f" {opening} {write(self._position)} {closing}" if self._position else ""
        state, right = write(self._state), write(self._right)
        as_of = write(f"as of {self._as_of}") if self._as_of else ""
        for first in ([place, as_of, state], [place, state], [place, as_of], [place]):
            line = (" " * self.GAP).join(part for part in first if part)
            spare = width - cell_len(line) - cell_len(right) - 1
            if spare >= (2 if right else 0):
                if not line.startswith(" "):
                    line = f" {line}"
                rest = [] if state in first or not state else textwrap.wrap(state, max(width - 2, 10))[:3]
                return [
                    line + " " * (width - cell_len(line) - cell_len(right) - 1) + right,
                    *(f" {each}" for each in rest),
                ]
        return [self._marks.cut(place, width), *(f" {each}" for each in textwrap.wrap(state, max(width - 2, 10))[:3])]
