"""Fields of a form: a line of text, its label and error, and lists to choose from.

No key, click or value can break these lists. Textual's own raise an error, which ends the program, if a key meets a
list without lines (before it was laid out), a click meets fewer options than were painted, or a value is set that is
not among the choices.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList, Select
from textual.widgets._select import NoSelection, SelectCurrent, SelectOverlay

from faxtui.domain.text import first_line, visible, without_invisible

T = TypeVar("T", bound=Hashable)


class Labelled(Vertical):
    """A field of a form with its label and, if its value is invalid, the reason below it."""

    DEFAULT_CSS = """
    Labelled {
        height: auto;
        &:focus-within { height: auto; }  /* makes Textual look at the label again when the focus moves */
        & > .problem { color: $text-error; display: none; width: 1fr; }
        &.-wrong > .problem { display: block; }
    }
    """

    def __init__(self, label: str, field: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self.field = field
        self._error = Label("", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        yield Label(self._label, markup=False)
        yield self.field
        yield self._error

    @property
    def is_wrong(self) -> bool:
        return self.has_class("-wrong")

    def show_error(self, message: str = "") -> None:
        self._error.update(message)
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
        """Put a placeholder in parentheses if the terminal may not show it dim."""
        if self.placeholder and self.app.native_ansi_color:
            self.placeholder = f"({self.placeholder})"

    def validate_value(self, value: str) -> str:
        return visible(without_invisible(value))

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the text; the cursor moves by what is accepted of ``text``."""
        super().replace(without_invisible(text), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        line = first_line(event.text)
        if line:
            self.replace(line, *self.selection)


class ChoiceList(OptionList):
    """An OptionList whose page keys go to its first or last option until it has been laid out."""

    def action_page_up(self) -> None:
        if self._is_laid_out:
            self._move_page(-1)
        else:
            self.action_first()

    def action_page_down(self) -> None:
        if self._is_laid_out:
            self._move_page(1)
        else:
            self.action_last()

    async def _on_click(self, event: events.Click) -> None:
        clicked = event.style.meta.get("option")
        if isinstance(clicked, int) and clicked < self.option_count:
            await super()._on_click(event)

    @property
    def _is_laid_out(self) -> bool:
        return self.highlighted is not None and self.highlighted in self._index_to_line


class _ChoiceOverlay(SelectOverlay, ChoiceList):
    """The list of a `ChoiceField`. Textual looks for it by its first base."""


class ChoiceField(Select[T]):
    """A Select that keeps its value when it is given one that it does not offer."""

    def compose(self) -> ComposeResult:
        yield SelectCurrent(self.prompt)
        yield _ChoiceOverlay(type_to_search=self._type_to_search).data_bind(compact=Select.compact)

    def offer(self, options: Sequence[tuple[str, T]], value: T) -> None:
        """Show ``value``, which is one of these options, without a message: it was not chosen here."""
        with self.prevent(Select.Changed):
            if {each for _, each in options} != self._legal_values:
                self.set_options(options)
            self.value = value

    def _validate_value(self, value: T | NoSelection) -> T | NoSelection:
        return value if value in self._legal_values else self.value
