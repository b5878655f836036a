"""Menus and small dialogs: accounts, columns, copying, sorting, pages, views, exports and the command palette."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.text import Text
from textual.binding import Binding
from textual.containers import Vertical
from textual.fuzzy import FuzzySearch
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.option_list import Option

from faxtui.config.settings import Settings, View
from faxtui.config.toml_files import Change
from faxtui.domain.fax import FIELDS, SORTABLE, Fax, Field, Kind
from faxtui.domain.query import FILTERS, FaxQuery, Filters, Sort, SortDirection, in_words, parse_sort, sort_text
from faxtui.domain.text import visible
from faxtui.operations.formats import Format
from faxtui.translation import N_, _, ngettext
from faxtui.ui.display import Glyphs
from faxtui.ui.screens.dialog import Choice, Chosen, Menu, Panel
from faxtui.ui.screens.questions import replace_question
from faxtui.ui.widgets.fax_table import LEFT_TO_RIGHT
from faxtui.ui.widgets.fields import ChoiceList, Labelled, Line

DEMO, ANOTHER = "", "\n"
"""Entries of the menu that are no profile's name: the demo, and an account that is not configured yet."""


def accounts_menu(glyphs: Glyphs, settings: Settings, current: str) -> Menu[str]:
    """Return the profiles of the configuration, the demo, and a way to connect another account."""
    profiles = [Choice(name, name, is_current=name == current) for name in settings.profile_names]
    others = [
        Choice(DEMO, _("demo"), _("sample faxes of the built-in service"), is_current=current == DEMO),
        Choice(ANOTHER, _("another account …"), _("connect, and save it as a profile")),
    ]
    return Menu(glyphs, _("Accounts"), [*profiles, *others])


class _Columns(ChoiceList):
    """Space toggles a column; Enter applies them all."""

    BINDINGS = [
        Binding("space", "select", show=False),
        Binding("enter", "screen.choose", show=False, priority=True),
    ]


class ColumnMenu(Panel[tuple[Field, ...]]):
    """Choose the columns of the table for as long as the program runs; none: those that fit best."""

    def __init__(self, glyphs: Glyphs, shown: Sequence[Field]) -> None:
        super().__init__(glyphs, _("Columns"), _("Space toggle   Enter apply   Esc back   none: automatic"))
        self._chosen = set(shown)

    def content(self) -> ChoiceList:
        self._columns = _Columns(*(Option(self._line(each), each.name) for each in FIELDS), compact=True)
        return self._columns

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        field = FIELDS[event.option_index]
        self._chosen ^= {field}
        self._columns.replace_option_prompt_at_index(event.option_index, self._line(field))

    def action_choose(self) -> None:
        self.dismiss(tuple(each for each in LEFT_TO_RIGHT if each in self._chosen))

    def _line(self, field: Field) -> Text:
        return Text(f" [{'x' if field in self._chosen else ' '}] {_(field.label)}", no_wrap=True)


def copy_menu(glyphs: Glyphs, fax: Fax, command: str, text: str = "") -> Menu[str]:
    """Return what the fax has of these, the command that lists this view, and the ``text`` of its page."""
    values = (
        (_("From"), fax.sender),
        (_("To"), fax.recipient),
        (_("File"), fax.file_name),
        (_("Message"), fax.message_id),
        (_("Command"), command),
    )
    choices = [Choice(visible(value), label, visible(value)) for label, value in values if value]
    if text:
        lines = [visible(line) for line in text.splitlines()]
        choices.append(Choice("\n".join(lines), _("Text of this page"), next(filter(None, lines), "")))
    return Menu(glyphs, _("Copy"), choices)


_ORDERS = {
    Kind.MOMENT: (N_("oldest first"), N_("newest first")),
    Kind.DURATION: (N_("shortest first"), N_("longest first")),
    Kind.NUMBER: (N_("smallest first"), N_("largest first")),
    Kind.TEXT: (N_("A–Z"), N_("Z–A")),
}


class SortMenu(Panel[Sort]):
    """Choose the field to sort by; the present one again reverses the order."""

    def __init__(self, glyphs: Glyphs, sort: Sort) -> None:
        super().__init__(glyphs, _("Sort by"), _("↑ ↓ choose   Enter sort   Esc back"))
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
        if is_current:
            now = order_in_words(field, self._sort)
            order = _("{order} (Enter: {reverse})").format(order=now, reverse=order)
        return Text(self._glyphs.write(f" {mark} {_(field.label):<14}{order}"), no_wrap=True)


def order_in_words(field: Field, sort: Sort) -> str:
    """Return what comes first if the list is sorted by this field: ``newest first``."""
    return _(_ORDERS[field.kind][0 if sort.direction is SortDirection.ASCENDING else 1])


class GoToPage(Panel[int]):
    """Ask for a page: up to ``last``, or any from 1 if nobody counted them."""

    def __init__(self, glyphs: Glyphs, number: int, last: int | None) -> None:
        super().__init__(glyphs, _("Go to page"), _("Enter go   Esc back"))
        self._number = number
        self._last = last

    def content(self) -> Labelled:
        uncounted, counted = _("from 1, now {page:,}"), _("1 to {last:,}, now {page:,}")
        label = uncounted if self._last is None else counted
        values = {"last": max(self._last or 1, 1), "page": self._number}
        self._labelled = Labelled(label.format(**values), Line(placeholder=_("page")))
        return self._labelled

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip().replace(",", "")
        wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 0
        if wanted < 1:
            self._labelled.show_error(_("Type the number of a page, from 1."))
        elif self._last is not None and wanted > max(self._last, 1):
            self._labelled.show_error(_("The last page is {page:,}.").format(page=max(self._last, 1)))
        else:
            self.dismiss(wanted)


def views_menu(glyphs: Glyphs, views: Sequence[View], query: FaxQuery) -> Menu[View | None]:
    """Return the saved views, and None for saving what is on the screen."""
    shown = query.filters, query.sort
    saved: list[Choice[View | None]] = [
        Choice(each, each.name, _in_words(each.filters, each.sort), is_current=(each.filters, each.sort) == shown)
        for each in views
    ]
    saved.append(Choice(None, _("save this one …"), _in_words(*shown)))
    return Menu(glyphs, _("Saved views"), saved)


class NameView(Panel[str]):
    """Ask for the name of a view, and before it replaces one of that name."""

    def __init__(self, glyphs: Glyphs, taken: Sequence[str]) -> None:
        super().__init__(glyphs, _("Save this view"), _("Enter save in config.toml   Esc back"))
        self._taken = tuple(taken)

    def content(self) -> Widget:
        self._labelled = Labelled(_("Name, as in faxtui --view NAME"), Line(placeholder=_("such as morning")))
        return self._labelled

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            self._labelled.show_error(_("Type a name."))
        elif name in self._taken:
            question = replace_question(self._glyphs, _("Replace the saved view “{name}”?").format(name=visible(name)))
            await self.app.push_screen(question, partial(self._replace, name))
        else:
            self.dismiss(name)

    def _replace(self, name: str, confirmed: Chosen[bool] | None) -> None:
        if confirmed is not None:
            self.dismiss(name)


def view_changes(name: str, query: FaxQuery) -> list[Change]:
    """Return the changes that save this query as a view; nothing is left of an older one of that name."""
    filters: list[Change] = [(("views", name, each.name), query.filters.get(each)) for each in FILTERS]
    return [*filters, (("views", name, "sort"), sort_text(query.sort))]


def _in_words(filters: Filters, sort: Sort) -> str:
    field = sort.field
    return f"{in_words(filters)} · {_(field.label).lower()}, {order_in_words(field, sort)}"


_FORMATS = (
    (Format.CSV, False, N_("CSV")),
    (Format.CSV, True, N_("CSV for spreadsheets")),
    (Format.JSON, False, N_("JSON")),
    (Format.JSONL, False, N_("JSON lines")),
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What is written and how: these faxes, or every page of the view if ``faxes`` is None.

    ``title`` describes it; ``excel``: CSV is for spreadsheets.
    """

    title: str
    format: Format
    excel: bool = False
    faxes: Sequence[Fax] | None = None


def export_menu(glyphs: Glyphs, query: FaxQuery, marked: Sequence[Fax]) -> Menu[Extent]:
    view, count = in_words(query.filters), len(marked)
    faxes = ngettext("{count:,} marked fax", "{count:,} marked faxes", count).format(count=count)
    these = [_export_choice(faxes, _("Marked faxes as {format}"), each, marked) for each in _FORMATS if marked]
    every = [_export_choice(view, _("All results as {format}"), each) for each in _FORMATS]
    return Menu(glyphs, _("Export to a file"), [*these, *every])


def _export_choice(
    what: str, label: str, kind: tuple[Format, bool, str], faxes: Sequence[Fax] | None = None
) -> Choice[Extent]:
    format, excel, name = kind
    title = _("Export {what} as {format}").format(what=what, format=_(name))
    return Choice(Extent(title, format, excel, faxes), label.format(format=_(name)), what)


class NameFile(Panel[Path]):
    """Ask for a file that does not exist yet. An invalid name is explained, and stays to be corrected."""

    def __init__(self, glyphs: Glyphs, extent: Extent, proposed: Path) -> None:
        super().__init__(glyphs, extent.title, _("Enter write   Esc back"))
        self._proposed = proposed

    def content(self) -> Widget:
        self._line = Line(str(self._proposed))
        self._labelled = Labelled(_("File"), self._line)
        return self._labelled

    def on_mount(self) -> None:
        # Of a long path, the end is what a person may want to change.
        self.call_after_refresh(self._line.scroll_to, x=len(self._line.value), animate=False, force=True)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        path = _typed(event.value.strip())
        problem = await asyncio.to_thread(self._problem, path)
        if path is None or problem:
            self._labelled.show_error(self._glyphs.write(problem))
        else:
            self.dismiss(path)

    def _problem(self, path: Path | None) -> str:
        if path is None:
            return _("Enter a file name (absolute if ~ cannot be resolved).")
        if os.path.lexists(path):
            return _("The file already exists. Type another name.")
        if path.parent != self._proposed.parent and not path.parent.is_dir():
            sentence = _("There is no folder {folder}. Create it, or choose another one.")
            return sentence.format(folder=visible(str(path.parent)))
        return ""


def _typed(text: str) -> Path | None:
    try:
        return Path(text).expanduser().absolute() if text else None
    except (RuntimeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the palette, found by its title."""

    title: str
    run: Callable[[], object]


class CommandPalette(Panel[Chosen[Command]]):
    """Find what can be done now by a few letters of its name. The best match is highlighted.

    Textual's own searches in the background, so that a key typed meanwhile meets the results of an earlier search, or
    none. Here the list always matches the field.
    """

    BINDINGS = [
        Binding("up", "list('cursor_up')", show=False),
        Binding("down", "list('cursor_down')", show=False),
        Binding("pageup", "list('page_up')", show=False),
        Binding("pagedown", "list('page_down')", show=False),
    ]

    def __init__(self, glyphs: Glyphs, commands: Sequence[Command]) -> None:
        super().__init__(glyphs, _("Commands"), _("↑ ↓ choose   Enter run   Esc back"))
        self._commands = tuple(commands)
        self._search = FuzzySearch()
        self._found: tuple[Command, ...] = ()
        self._list = ChoiceList(compact=True, markup=False)

    def content(self) -> Vertical:
        self._list.can_focus = False
        return Vertical(Line(placeholder=_("Search for commands")), self._list)

    def on_mount(self) -> None:
        self._find("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._find(event.value)

    def on_input_submitted(self) -> None:
        self._list.action_select()

    def on_option_list_option_selected(self, event: ChoiceList.OptionSelected) -> None:
        self.dismiss(Chosen(self._found[event.option_index]))

    async def action_list(self, action: str) -> None:
        await self._list.run_action(action)

    def _find(self, text: str) -> None:
        self._found = self._matching(text.strip()) if text.strip() else self._commands
        self._list.set_options(Option(each.title) for each in self._found)
        self._list.action_first()

    def _matching(self, text: str) -> tuple[Command, ...]:
        """Return the commands that match, best first."""
        scores = {each: self._search.match(text, each.title)[0] for each in self._commands}
        return tuple(sorted((each for each in self._commands if scores[each]), key=lambda each: -scores[each]))
