"""A line to find something in what is shown, in place of the key bar."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from faxtui.translation import _
from faxtui.ui.display import Glyphs
from faxtui.ui.widgets.fields import Line


class FindBar(Widget):
    """Hidden until it is opened. Every letter typed is a letter; Enter goes to the next match, Esc closes it."""

    DEFAULT_CSS = """
    FindBar { layout: horizontal; height: 1; padding: 0 1; display: none; }
    FindBar Label { width: auto; }
    """
    BINDINGS = [Binding("escape", "close", show=False), Binding("down", "next", show=False)]

    class Typed(Message):
        """Something else is sought now."""

        def __init__(self, sought: str) -> None:
            super().__init__()
            self.sought = sought

    class NextWanted(Message):
        """The next match is wanted."""

    class Closed(Message):
        """Nothing is sought any more."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._line = Line()
        self._line.can_focus = False
        self._result = Label(markup=False)

    def compose(self) -> ComposeResult:
        yield Label(_("Find: "), markup=False)
        yield self._line
        yield self._result

    @property
    def sought(self) -> str:
        return self._line.value

    def open(self) -> None:
        self.display = self._line.can_focus = True
        self._line.value = ""
        self.show("")
        self._line.focus()

    def show(self, result: str) -> None:
        """Show what was found, and what can be done."""
        hint = _("Enter next   Esc close")
        self._result.update(self._glyphs.write(f" {result}   {hint} " if result else f" {hint} "))

    def action_close(self) -> None:
        self.display = self._line.can_focus = False
        self.post_message(self.Closed())

    def action_next(self) -> None:
        self.post_message(self.NextWanted())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_next()

    def on_click(self, event: events.Click) -> None:
        event.stop()
