"""Filters and sorts that were given a name, and giving one."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget
from textual.widgets import Input

from faxtui.config.save import Change
from faxtui.config.settings import View
from faxtui.domain.period import in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.sorting import sort_text
from faxtui.ui.marks import Marks
from faxtui.ui.screens.menu import Choice, Menu
from faxtui.ui.screens.panel import Panel
from faxtui.ui.widgets.labelled import Labelled, Line


def views_menu(marks: Marks, views: Sequence[View], query: FaxQuery) -> Menu[View | None]:
    """The saved views, and None for saving what is on the screen."""
    shown = query.filters, query.sort
    saved: list[Choice[View | None]] = [
        Choice(each, each.name, in_words(each.filters), is_current=(each.filters, each.sort) == shown) for each in views
    ]
    return Menu(marks, "Saved views", [*saved, Choice(None, "save this one …", in_words(query.filters))])


class NameView(Panel[str]):
    """Asks for the name of a view."""

    def __init__(self, marks: Marks) -> None:
        super().__init__(marks, "Save this view", "Enter save in config.toml   Esc back")

    def content(self) -> Widget:
        self._labelled = Labelled("Name, as in faxtui --view NAME", Line(placeholder="morning"))
        return self._labelled

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if name and name.isprintable():
            self.dismiss(name)
        else:
            self._labelled.complain("Type a name.")


def view_changes(name: str, query: FaxQuery) -> list[Change]:
    """What saving this query as a view writes."""
    filters: list[Change] = [(("views", name, each), value) for each, value in query.filters.as_text().items()]
    return [*filters, (("views", name, "sort"), sort_text(query.sort))]
