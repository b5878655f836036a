"""A line of text at the top or the bottom of a screen."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from faxtui.ui.marks import Marks


class TopLine(Widget):
    """Something at the left, something at the right; where room is short the right one gives way first."""

    DEFAULT_CSS = "TopLine { height: 1; }"

    def __init__(self, marks: Marks, left: str = "", right: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._marks = marks
        self._texts: tuple[str, tuple[str, ...]] = (left, (right,))

    def say(self, left: str, *right: str) -> None:
        """``right`` are ways to say the same, longest first: the first one that fits is shown."""
        if (left, right) != self._texts:
            self._texts = (left, right)
            self.refresh()

    def render(self) -> Text:
        width = self.size.width - 2
        left, ways = self._texts
        left = self._marks.cut(left, width)
        room = width - cell_len(left) - 2
        written = [self._marks.write(way) for way in ways]
        right = next((way for way in written if cell_len(way) <= room), "")
        if not right and written and room > 8:
            right = self._marks.cut(written[-1], room)
        gap = " " * max(width - cell_len(left) - cell_len(right), 0)
        return Text(f" {left}{gap}{right} ", no_wrap=True, overflow="crop", end="")
