"""What to sort by: the fields that the service can sort by."""

from __future__ import annotations

from rich.text import Text
from textual.widgets.option_list import Option

from faxtui.domain.fields import SORTABLE, Field, Kind
from faxtui.domain.sort import Sort, SortDirection
from faxtui.domain.sorting import parse_sort
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Panel
from faxtui.ui.widgets.choices import ChoiceList

_ORDERS = {
    Kind.MOMENT: ("oldest first", "newest first"),
    Kind.DURATION: ("shortest first", "longest first"),
    Kind.NUMBER: ("smallest first", "largest first"),
    Kind.TEXT: ("A to Z", "Z to A"),
}


class SortMenu(Panel[Sort]):
    """Choosing the field that is sorted by already turns the order around."""

    def __init__(self, marks: Marks, sort: Sort) -> None:
        super().__init__(marks, "Sort by", "↑ ↓ choose   Enter sort   Esc back")
        self._sort = sort

    def content(self) -> ChoiceList:
        options = ChoiceList(*(Option(self._line(each), each.name) for each in SORTABLE), compact=True)
        options.highlighted = next(row for row, each in enumerate(SORTABLE) if each.sort is self._sort.field)
        return options

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        self.dismiss(self._sort.chosen_again(parse_sort(str(event.option_id)).field))

    def _line(self, field: Field) -> Text:
        is_current = field.sort is self._sort.field
        mark = self._marks.sort(self._sort.direction) if is_current else " "
        after = self._sort.chosen_again(field.sort) if field.sort is not None else self._sort
        order = order_in_words(field, after)
        now = f"{order_in_words(field, self._sort)} now; Enter: {order}" if is_current else order
        return Text(f" {mark} {field.label:<14}{now}", no_wrap=True)


def order_in_words(field: Field, sort: Sort) -> str:
    """What comes first where the list is sorted by this field: ``newest first``."""
    return _ORDERS[field.kind][0 if sort.direction is SortDirection.ASCENDING else 1]
