"""A screen of fields and buttons, used with the keyboard alone."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.binding import Binding
from textual.widgets import Button, OptionList

from faxtui.ui.screens.closing import ClosesOnce

T = TypeVar("T")


class Form(ClosesOnce[T]):
    """↑ and ↓ go from field to field as Tab does, ← and → from button to button. q is the only letter that acts."""

    BINDINGS = [
        Binding("down", "next_field", show=False, priority=True),
        Binding("up", "previous_field", show=False, priority=True),
        Binding("right", "next_button", show=False, priority=True),
        Binding("left", "previous_button", show=False, priority=True),
    ]

    def action_next_field(self) -> None:
        self.focus_next()

    def action_previous_field(self) -> None:
        self.focus_previous()

    def action_next_button(self) -> None:
        self.focus_next(Button)

    def action_previous_button(self) -> None:
        self.focus_previous(Button)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an open list of choices ↑ and ↓ choose, in a text ← and → move in it."""
        if action in ("next_field", "previous_field"):
            return not isinstance(self.focused, OptionList)
        if action in ("next_button", "previous_button"):
            return isinstance(self.focused, Button)
        return True

    def on_key(self, event: events.Key) -> None:
        """q goes back, but not from a text or an open list of choices."""
        goes_back = event.key == "q" and not isinstance(self.focused, OptionList)
        if event.is_printable and event.key != "space" and not goes_back:
            event.stop()
