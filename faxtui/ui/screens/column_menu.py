"""Which columns the table has, for as long as the program runs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.binding import Binding
from textual.widgets.option_list import Option

from faxtui.domain.fields import FIELDS, Field
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Panel
from faxtui.ui.widgets.choices import ChoiceList
from faxtui.ui.widgets.columns import LEFT_TO_RIGHT


class _Columns(ChoiceList):
    """Space ticks; Enter is left to the question as a whole."""

    BINDINGS = [
        Binding("space", "select", "Tick", show=False),
        Binding("enter", "screen.choose", "Show", show=False, priority=True),
    ]


class ColumnMenu(Panel[tuple[Field, ...]]):
    """Nothing ticked gives the columns that fit best."""

    def __init__(self, marks: Marks, shown: Sequence[Field]) -> None:
        super().__init__(marks, "Columns", "Space tick   Enter show   Esc back   nothing ticked: what fits best")
        self._ticked = set(shown)

    def content(self) -> ChoiceList:
        self._columns = _Columns(*(Option(self._line(each), each.name) for each in FIELDS), compact=True)
        return self._columns

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        field = FIELDS[event.option_index]
        self._ticked ^= {field}
        self._columns.replace_option_prompt_at_index(event.option_index, self._line(field))

    def action_choose(self) -> None:
        self.dismiss(tuple(each for each in LEFT_TO_RIGHT if each in self._ticked))

    def _line(self, field: Field) -> Text:
        return Text(f" [{'x' if field in self._ticked else ' '}] {field.label}", no_wrap=True)
