"""A field of a form: its label, the input, and below it what is wrong with what was typed."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label

from faxtui.domain.text import first_line, visible, without_invisible


class Labelled(Vertical):
    """``complain`` explains a value that can't be taken; what was typed stays."""

    DEFAULT_CSS = """
    Labelled {
        height: auto;
        &:focus-within { height: auto; }  /* makes Textual look at the label again when the focus moves */
        & > .complaint { color: $text-error; display: none; width: 1fr; }
        &.-wrong > .complaint { display: block; }
    }
    """

    def __init__(self, label: str, field: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self.field = field
        self._complaint = Label("", classes="complaint", markup=False)

    def compose(self) -> ComposeResult:
        yield Label(self._label, markup=False)
        yield self.field
        yield self._complaint

    @property
    def is_wrong(self) -> bool:
        return self.has_class("-wrong")

    def complain(self, message: str = "") -> None:
        self._complaint.update(message)
        self.set_class(bool(message), "-wrong")


class Line(Input):
    """A one-line input without a frame. It accepts only what can be seen, and of a paste the first line with text."""

    DEFAULT_CSS = "Line { width: 1fr; }"

    def __init__(
        self, value: str = "", placeholder: str = "", *, password: bool = False, id: str | None = None
    ) -> None:
        super().__init__(value, placeholder, password=password, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Dim alone would tell what is not typed, which not every terminal can show."""
        if self.placeholder and self.app.native_ansi_color:
            self.placeholder = f"({self.placeholder})"

    def validate_value(self, value: str) -> str:
        return visible(without_invisible(value))

    def replace(self, text: str, start: int, end: int) -> None:
        """The cursor goes by the length of what is accepted."""
        super().replace(without_invisible(text), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        line = first_line(event.text)
        if line:
            self.replace(line, *self.selection)
