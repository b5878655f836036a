"""Screens that are closed.

A screen of fields and buttons, used with the keyboard alone.

A question at the bottom of the screen: the table above it stays as it is.

A question with a list of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Button, Label, OptionList
from textual.widgets.option_list import Option

from faxtui.domain.text import visible
from faxtui.ui.glyphs import Glyphs
from faxtui.ui.widgets.choices import ChoiceList

T = TypeVar("T")


class ClosesOnce(Screen[T]):
    """Of two keys or clicks that came at once, the second one finds it closed; Textual would end the program."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()


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

    def __init__(self, glyphs: Glyphs, title: str, hint: str) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._title = title
        self._hint = hint

    def content(self) -> Widget:
        """What is between title and hint."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Label(self._glyphs.write(self._title), classes="title", markup=False)
            yield self.content()
            yield Label(self._glyphs.write(self._hint), classes="hint", markup=False)

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


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """``remark`` is told beside the label; ``is_current`` marks the one that holds now."""

    value: T
    label: str
    remark: str = ""
    is_current: bool = False


class Menu(Panel[Chosen[T]], Generic[T]):
    """Gives the value of what was chosen."""

    def __init__(self, glyphs: Glyphs, title: str, choices: Sequence[Choice[T]]) -> None:
        super().__init__(glyphs, title, "↑ ↓ choose   Enter select   Esc cancel")
        self._choices = tuple(choices)

    def content(self) -> ChoiceList:
        width = max((cell_len(self._glyphs.write(visible(each.label))) for each in self._choices), default=0) + 3
        options = ChoiceList(*(Option(self._line(each, width)) for each in self._choices), compact=True)
        options.highlighted = next((row for row, each in enumerate(self._choices) if each.is_current), 0)
        return options

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        self.dismiss(Chosen(self._choices[event.option_index].value))

    def _line(self, choice: Choice[T], width: int) -> Text:
        mark = self._glyphs.marked if choice.is_current else " "
        label = self._glyphs.write(visible(choice.label))
        gap = " " * (width - cell_len(label))
        return Text(f" {mark} {label}{gap}{self._glyphs.write(choice.remark)}", no_wrap=True)
