"""A question with a list of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual.widgets.option_list import Option

from faxtui.domain.text import visible
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Chosen, Panel
from faxtui.ui.widgets.choices import ChoiceList

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """``remark`` is told beside the label; ``is_current`` marks the one that holds now."""

    value: T
    label: str
    remark: str = ""
    is_current: bool = False


class Menu(Panel[Chosen[T]], Generic[T]):
    """Gives the value of what was chosen."""

    def __init__(self, marks: Marks, title: str, choices: Sequence[Choice[T]]) -> None:
        super().__init__(marks, title, "↑ ↓ choose   Enter take   Esc back")
        self._choices = tuple(choices)

    def content(self) -> ChoiceList:
        width = max((cell_len(self._marks.write(visible(each.label))) for each in self._choices), default=0) + 3
        options = ChoiceList(*(Option(self._line(each, width)) for each in self._choices), compact=True)
        options.highlighted = next((row for row, each in enumerate(self._choices) if each.is_current), 0)
        return options

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        self.dismiss(Chosen(self._choices[event.option_index].value))

    def _line(self, choice: Choice[T], width: int) -> Text:
        mark = self._marks.marked if choice.is_current else " "
        label = self._marks.write(visible(choice.label))
        gap = " " * (width - cell_len(label))
        return Text(f" {mark} {label}{gap}{self._marks.write(choice.remark)}", no_wrap=True)
