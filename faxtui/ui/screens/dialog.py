"""Screens that close with a result: forms, panels at the bottom of the screen, menus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

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
from faxtui.translation import _
from faxtui.ui.display import Glyphs
from faxtui.ui.widgets.fields import ChoiceList

T = TypeVar("T")


class ClosesOnce(Screen[T]):
    """A screen that ignores a key or click after the one that closed it: Textual would raise an error."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Form(ClosesOnce[T]):
    """A screen of fields and buttons. ↑ and ↓ move as Tab does, ← and → between buttons. No letter but q acts."""

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
        """Leave ↑ and ↓ to an open list of choices, ← and → to a text."""
        if action in ("next_field", "previous_field"):
            return not isinstance(self.focused, OptionList)
        if action in ("next_button", "previous_button"):
            return isinstance(self.focused, Button)
        return True

    def on_key(self, event: events.Key) -> None:
        """Go back with q, but not from a text or an open list of choices."""
        goes_back = event.key == "q" and not isinstance(self.focused, OptionList)
        if event.is_printable and event.key != "space" and not goes_back:
            event.stop()


_ROOMY = 8
"""Lines of the terminal from which the hint stays in sight while what is above it scrolls."""
_MOST_CHOICES = 12
"""Most lines of a list: the rows that a question is about stay in sight above it."""


class Chosen(NamedTuple, Generic[T]):
    """A choice, of any value, None included."""

    value: T


class Panel(ClosesOnce[T | None], ModalScreen[T | None]):
    """A panel at the bottom of the screen: title, content, hint. Esc, q and a click beside it cancel."""

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
        """Return what is between title and hint."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Label(self._glyphs.write(self._title), classes="title", markup=False)
            yield self.content()
            yield Label(self._glyphs.write(self._hint), classes="hint", markup=False)

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the chosen line in sight if there are few lines: rule, title and hint take up to four."""
        self.set_class(event.size.height >= _ROOMY, "-roomy")
        for each in self.query("OptionList"):
            each.styles.max_height = max(min(_MOST_CHOICES, event.size.height - 4), 1)

    def action_scroll_panel(self, lines: int) -> None:
        self.query_one(".panel").scroll_relative(y=lines, animate=False)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


class Choice(NamedTuple, Generic[T]):
    """An entry of a menu. ``remark`` is shown beside the label; ``is_current`` marks the present one."""

    value: T
    label: str
    remark: str = ""
    is_current: bool = False


class Menu(Panel[Chosen[T]], Generic[T]):
    """A panel with a list; returns the value of the entry chosen."""

    def __init__(self, glyphs: Glyphs, title: str, choices: Sequence[Choice[T]]) -> None:
        super().__init__(glyphs, title, _("↑ ↓ choose   Enter select   Esc cancel"))
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
