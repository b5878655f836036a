"""Whose faxes to look at.

Which columns the table has, for as long as the program runs.

What to copy to the terminal's clipboard.

What to sort by: the fields that the service can sort by.

Which page to go to.

Filters and sorts that were given a name, and giving one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.text import Text
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.option_list import Option

from faxtui.config.settings import Settings, View
from faxtui.config.toml_files import Change
from faxtui.domain.fax import FIELDS, SORTABLE, Fax, Field, Kind
from faxtui.domain.page import FaxPage
from faxtui.domain.query import FILTERS, FaxQuery, Filters, Sort, SortDirection, in_words, parse_sort, sort_text
from faxtui.domain.text import visible
from faxtui.ui.glyphs import Glyphs
from faxtui.ui.screens.dialog import Choice, Chosen, Menu, Panel
from faxtui.ui.screens.questions import replace_question
from faxtui.ui.widgets.choices import ChoiceList
from faxtui.ui.widgets.fax_table import LEFT_TO_RIGHT
from faxtui.ui.widgets.filter_sidebar import Labelled, Line

DEMO, ANOTHER = "", "\n"
"""What is no profile's name: the sample faxes, and an account that is not there yet."""


def accounts_menu(glyphs: Glyphs, settings: Settings, current: str) -> Menu[str]:
    """The profiles of the configuration, the sample faxes, and a way to connect another account."""
    profiles = [Choice(name, name, is_current=name == current) for name in settings.profile_names]
    others = [
        Choice(DEMO, "sample faxes", "the built-in service", is_current=current == DEMO),
        Choice(ANOTHER, "another account …", "connect, and save it if you like"),
    ]
    return Menu(glyphs, "Accounts", [*profiles, *others])


class _Columns(ChoiceList):
    """Space ticks; Enter is left to the question as a whole."""

    BINDINGS = [
        Binding("space", "select", "Tick", show=False),
        Binding("enter", "screen.choose", "Show", show=False, priority=True),
    ]


class ColumnMenu(Panel[tuple[Field, ...]]):
    """Nothing ticked gives the columns that fit best."""

    def __init__(self, glyphs: Glyphs, shown: Sequence[Field]) -> None:
        super().__init__(glyphs, "Columns", "Space toggle   Enter apply   Esc back   none: automatic")
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


def copy_menu(glyphs: Glyphs, fax: Fax, command: str) -> Menu[str]:
    """What the fax has of these, and the command that lists this view."""
    values = (
        ("From", fax.sender),
        ("To", fax.recipient),
        ("File", fax.file_name),
        ("Message", fax.message_id),
        ("Command", command),
    )
    shown = [(label, visible(value)) for label, value in values if value]
    return Menu(glyphs, "Copy", [Choice(value, label, value) for label, value in shown])


_ORDERS = {
    Kind.MOMENT: ("oldest first", "newest first"),
    Kind.DURATION: ("shortest first", "longest first"),
    Kind.NUMBER: ("smallest first", "largest first"),
    Kind.TEXT: ("A to Z", "Z to A"),
}


class SortMenu(Panel[Sort]):
    """Choosing the field that is sorted by already turns the order around."""

    def __init__(self, glyphs: Glyphs, sort: Sort) -> None:
        super().__init__(glyphs, "Sort by", "↑ ↓ choose   Enter sort   Esc back")
        self._sort = sort

    def content(self) -> ChoiceList:
        options = ChoiceList(*(Option(self._line(each), each.name) for each in SORTABLE), compact=True)
        options.highlighted = next(row for row, each in enumerate(SORTABLE) if each is self._sort.field)
        return options

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        self.dismiss(self._sort.toggled(parse_sort(str(event.option_id)).field))

    def _line(self, field: Field) -> Text:
        is_current = field is self._sort.field
        mark = self._glyphs.sort(self._sort.direction) if is_current else " "
        after = self._sort.toggled(field)
        order = order_in_words(field, after)
        now = f"{order_in_words(field, self._sort)} now; Enter: {order}" if is_current else order
        return Text(f" {mark} {field.label:<14}{now}", no_wrap=True)


def order_in_words(field: Field, sort: Sort) -> str:
    """What comes first where the list is sorted by this field: ``newest first``."""
    return _ORDERS[field.kind][0 if sort.direction is SortDirection.ASCENDING else 1]


class GoToPage(Panel[int]):
    """Takes a page that the service counts; where it does not count them, any from 1."""

    def __init__(self, glyphs: Glyphs, page: FaxPage) -> None:
        super().__init__(glyphs, "Go to page", "Enter go   Esc back")
        self._last = page.page_count
        self._number = page.number

    def content(self) -> Labelled:
        last = "" if self._last is None else f" to {max(self._last, 1):,}"
        self._labelled = Labelled(f"1{last}, now {self._number:,}", Line(placeholder="page"))
        return self._labelled

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip().replace(",", "")
        wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 0
        if wanted < 1:
            self._labelled.show_error("Type the number of a page, from 1.")
        elif self._last is not None and wanted > max(self._last, 1):
            self._labelled.show_error(f"The last page is {max(self._last, 1):,}.")
        else:
            self.dismiss(wanted)


def views_menu(glyphs: Glyphs, views: Sequence[View], query: FaxQuery) -> Menu[View | None]:
    """The saved views, and None for saving what is on the screen."""
    shown = query.filters, query.sort
    saved: list[Choice[View | None]] = [
        Choice(each, each.name, _in_words(each.filters, each.sort), is_current=(each.filters, each.sort) == shown)
        for each in views
    ]
    saved.append(Choice(None, "save this one …", _in_words(*shown)))
    return Menu(glyphs, "Saved views", saved)


class NameView(Panel[str]):
    """Asks for the name of a view, and before it replaces one of that name."""

    def __init__(self, glyphs: Glyphs, taken: Sequence[str]) -> None:
        super().__init__(glyphs, "Save this view", "Enter save in config.toml   Esc back")
        self._taken = tuple(taken)

    def content(self) -> Widget:
        self._labelled = Labelled("Name, as in faxtui --view NAME", Line(placeholder="such as morning"))
        return self._labelled

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            self._labelled.show_error("Type a name.")
        elif name in self._taken:
            question = replace_question(self._glyphs, f"the saved view “{visible(name)}”")
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
    field = sort.field
    return f"{in_words(filters)} · {field.label.lower()}, {order_in_words(field, sort)}"
