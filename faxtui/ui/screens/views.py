"""Filters and sorts that were given a name, and giving one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.widget import Widget
from textual.widgets import Input

from faxtui.config.save import Change
from faxtui.config.settings import View
from faxtui.domain.fields import field_sorted_by
from faxtui.domain.filters import FILTERS, Filters
from faxtui.domain.period import in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.domain.sorting import sort_text
from faxtui.domain.text import visible
from faxtui.ui.marks import Marks
from faxtui.ui.screens.menu import Choice, Menu
from faxtui.ui.screens.panel import Chosen, Panel
from faxtui.ui.screens.question import replace_question
from faxtui.ui.screens.sort_menu import order_in_words
from faxtui.ui.widgets.labelled import Labelled, Line


def views_menu(marks: Marks, views: Sequence[View], query: FaxQuery) -> Menu[View | None]:
    """The saved views, and None for saving what is on the screen."""
    shown = query.filters, query.sort
    saved: list[Choice[View | None]] = [
        Choice(each, each.name, _in_words(each.filters, each.sort), is_current=(each.filters, each.sort) == shown)
        for each in views
    ]
    saved.append(Choice(None, "save this one …", _in_words(*shown)))
    return Menu(marks, "Saved views", saved)


class NameView(Panel[str]):
    """Asks for the name of a view, and before it replaces one of that name."""

    def __init__(self, marks: Marks, taken: Sequence[str]) -> None:
        super().__init__(marks, "Save this view", "Enter save in config.toml   Esc back")
        self._taken = tuple(taken)

    def content(self) -> Widget:
        self._labelled = Labelled("Name, as in faxtui --view NAME", Line(placeholder="such as morning"))
        return self._labelled

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            self._labelled.complain("Type a name.")
        elif name in self._taken:
            question = replace_question(self._marks, f"the saved view “{visible(name)}”")
            await self.app.push_screen(question, partial(self._replace, name))
        else:
            self.dismiss(name)

    def _replace(self, name: str, confirmed: Chosen[bool] | None) -> None:
        if confirmed is not None:
            self.dismiss(name)


def view_changes(name: str, query: FaxQuery) -> list[Change]:
    """What saving this query as a view writes: nothing is left of an older one of that name."""
    filters: list[Change] = [(("views", name, each.name), query.filters.get(each)) for each in FILTERS]
    return [*filters, (("views", name, "sort"), sort_text(query.sort))]


def _in_words(filters: Filters, sort: Sort) -> str:
    field = field_sorted_by(sort.field)
    return f"{in_words(filters)} · {field.label.lower()}, {order_in_words(field, sort)}"
