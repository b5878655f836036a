"""A question at the bottom of the screen: the table above it stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Label

from faxtui.ui.marks import Marks
from faxtui.ui.screens.closing import ClosesOnce

T = TypeVar("T")
_ROOMY = 8
"""Lines of the terminal from which on the hint stays in sight while what is above it scrolls."""
_MOST_CHOICES = 12
"""Lines of a list: the rows that a question is about stay in sight above it."""


@dataclass(frozen=True, slots=True)
class Chosen(Generic[T]):
    """What was chosen, which may be any value, None included."""

    value: T


class Panel(ClosesOnce[T | None], ModalScreen[T | None]):
    """A title, something to choose or to type, and how to answer. Esc, q, or a click beside it, leaves all as it is."""

    BINDINGS = [
        ("escape,q", "leave", "Back"),
        ("up", "scroll_panel(-1)", "Up"),
        ("down", "scroll_panel(1)", "Down"),
    ]

    def __init__(self, marks: Marks, title: str, hint: str) -> None:
        super().__init__()
        self._marks = marks
        self._title = title
        self._hint = hint

    def content(self) -> Widget:
        """What is between title and hint."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Label(self._marks.write(self._title), classes="title", markup=False)
            yield self.content()
            yield Label(self._marks.write(self._hint), classes="hint", markup=False)

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_resize(self, event: events.Resize) -> None:
        """What is chosen stays in sight where there are few lines: rule, title and two lines of hint take four."""
        self.set_class(event.size.height >= _ROOMY, "-roomy")
        for each in self.query("OptionList"):
            each.styles.max_height = max(min(_MOST_CHOICES, event.size.height - 4), 1)

    def action_scroll_panel(self, lines: int) -> None:
        self.query_one(".panel").scroll_relative(y=lines, animate=False)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)
