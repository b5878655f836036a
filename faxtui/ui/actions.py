"""What a person can do, declared once: bindings, key bar, help and command palette read this table.

``id`` is the name under ``[keys]`` in the configuration; ``method`` the Textual action, a method ``action_…``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

MOVING, PAGES, NARROWING = "Moving", "Pages", "Filters and order"
FAXES, FAX, PROGRAM = "Faxes", "In the details", "The program"
SHEETS, LENS = "Pages of the fax", "On the page"
GROUPS = (MOVING, PAGES, FAXES, NARROWING, FAX, PROGRAM)
"""As the help shows them."""
READING_GROUPS = (SHEETS, LENS, PROGRAM)
"""As it shows them where a fax is read."""


@dataclass(frozen=True, slots=True)
class Action:
    """An action and its keys (as Textual names them, separated by commas).

    ``bar`` is its rank in the key bar, 0 where it has no place there; ``shown`` how its keys are written, where
    that is not simply the first of them. ``everywhere``: its keys work in fields and menus too.
    """

    id: str
    keys: str
    method: str
    label: str
    help: str
    group: str
    bar: int = 0
    shown: str = ""
    everywhere: bool = False

    def binding(self) -> Binding:
        return Binding(self.keys, self.method, self.label, show=False, id=self.id, priority=self.everywhere)


TABLE: tuple[Action, ...] = (
    Action("cursor.up", "up,k", "cursor_up", "Up", "one fax up", MOVING, shown="↑ k"),
    Action("cursor.down", "down,j", "cursor_down", "Down", "one fax down", MOVING, shown="↓ j"),
    Action("cursor.page_up", "pageup", "page_up", "Page up", "one screen up", MOVING, shown="PgUp"),
    Action("cursor.page_down", "pagedown", "page_down", "Page down", "one screen down", MOVING, shown="PgDn"),
    Action("cursor.first", "home", "cursor_first", "First row", "first fax of the page", MOVING, shown="Home"),
    Action("cursor.last", "end", "cursor_last", "Last row", "last fax of the page", MOVING, shown="End"),
)

REFRESH = Action("page.refresh", "r", "app.refresh_list", "Refresh", "refresh, or retry", PAGES, 9)
"""In the list, and in the details of one of its faxes."""
UNDO = Action("fax.undo", "U", "app.undo", "Undo", "undo the last delete", FAXES)
"""Wherever a fax can be seen: its countdown is shown there."""

BROWSER: tuple[Action, ...] = (
    Action("page.next", "n", "next_page", "Next", "next page", PAGES, 1),
    Action("page.previous", "p", "previous_page", "Previous", "previous page", PAGES, 2),
    Action("page.first", "less_than_sign", "first_page", "First", "first page", PAGES, shown="<"),
    Action("page.last", "greater_than_sign", "last_page", "Last", "last page", PAGES, shown=">"),
    Action("page.go", "g", "go_to_page", "Go to page", "a page by its number", PAGES, 11),
    REFRESH,
    Action("filters.edit", "f,slash", "edit_filters", "Filters", "edit the filters", NARROWING, 3, "f /"),
    Action("filters.sidebar", "F", "toggle_sidebar", "Sidebar", "show or hide the filters", NARROWING),
    Action("sort.by", "s", "sort_by", "Sort", "choose what to sort by", NARROWING, 4),
    Action("sort.turn", "o", "turn_sort", "Turn", "turn the sort around", NARROWING, 15),
    Action("columns", "c", "choose_columns", "Columns", "choose the columns", NARROWING, 16),
    Action("views", "v", "app.choose_view", "Views", "saved filters and sorts", NARROWING, 17),
    Action("fax.open", "enter", "open_fax", "Open", "details of the fax", MOVING, 5, "Enter"),
    Action("mark", "space", "mark", "Mark", "mark it, and down", FAXES, 12, "Space"),
    Action("mark.page", "A", "mark_page", "Mark all", "mark all on this page", FAXES),
    Action("mark.none", "u", "unmark", "Unmark", "take all marks off", FAXES),
    Action("export", "x", "export", "Export", "write the list to a file", FAXES, 13),
    Action("cancel", "escape", "cancel", "Cancel", "cancel, clear messages", FAXES, shown="Esc"),
    Action("quit", "q", "app.quit", "Quit", "quit, from the list", PROGRAM, 10),
)

HANDLING: tuple[Action, ...] = (
    Action("fax.save", "d", "save", "Download", "save them, or the one", FAXES, 6),
    Action("fax.delete", "D,delete", "delete", "Delete", "delete, after a question", FAXES, 8, "D"),
    UNDO,
    Action("fax.copy", "y", "copy", "Copy", "copy number, name …", FAXES, 14),
)

DETAILS: tuple[Action, ...] = (
    Action("details.read", "v", "read", "Read", "read it on the screen", FAX, 1),
    Action("details.open", "O", "open_saved", "Open", "open the saved file", FAX, 9),
    Action("details.next", "n,down,j", "next_fax", "Next fax", "next fax of the page", FAX, 3),
    Action("details.previous", "p,up,k", "previous_fax", "Previous fax", "previous fax of the page", FAX, 4),
    Action("details.back", "escape,enter,q", "back", "List", "back to the list", FAX, 2, "Esc"),
)

READING: tuple[Action, ...] = (
    Action("read.next", "n", "next_sheet", "Next", "next page of the fax", SHEETS, 1),
    Action("read.previous", "p", "previous_sheet", "Previous", "previous page of the fax", SHEETS, 2),
    Action("read.on", "space,pagedown", "read_on", "Read on", "down, then the next page", SHEETS, 9, "Space"),
    Action("read.back", "pageup", "read_back", "Read back", "a screen up", SHEETS, shown="PgUp"),
    Action("read.zoom_in", "plus", "zoom_in", "Larger", "larger", LENS, 3, "+"),
    Action("read.zoom_out", "minus", "zoom_out", "Smaller", "smaller", LENS, 4, "-"),
    Action("read.fit", "z", "fit", "Whole page", "the whole page, or its width", LENS, 7),
    Action("read.left", "left,h", "pan(-1,0)", "Left", "to the left", LENS, shown="← h"),
    Action("read.right", "right,l", "pan(1,0)", "Right", "to the right", LENS, shown="→ l"),
    Action("read.up", "up,k", "pan(0,-1)", "Up", "up", LENS, shown="↑ k"),
    Action("read.down", "down,j", "pan(0,1)", "Down", "down", LENS, shown="↓ j"),
    Action("read.start", "home", "start", "Start", "start of the page", LENS, shown="Home"),
    Action("read.end", "end", "end", "End", "end of the page", LENS, shown="End"),
    Action("read.drawing", "b", "change_drawing", "Dots or blocks", "dots, or blocks of two sizes", LENS, 10),
    Action("read.retry", "r", "retry", "Retry", "fetch again", SHEETS),
    Action("read.leave", "escape,enter,v,q", "back", "Back", "back to the details", SHEETS, 5, "Esc"),
)

PROGRAM_WIDE: tuple[Action, ...] = (
    Action("help", "question_mark", "help", "Help", "this help", PROGRAM, 7, "?"),
    Action("accounts", "a", "accounts", "Account", "another account", PROGRAM, 18),
    Action("settings", "comma", "settings", "Settings", "how it looks and works", PROGRAM, 19, ","),
    Action("mouse", "M", "mouse", "Mouse", "mouse on or off", PROGRAM),
    Action("commands", "ctrl+p", "command_palette", "Commands", "find a command by name", PROGRAM),
    Action("repaint", "ctrl+l", "repaint", "Repaint", "paint the screen anew", PROGRAM, everywhere=True),
    Action("suspend", "ctrl+z", "suspend", "Suspend", "to the shell; fg returns", PROGRAM, everywhere=True),
    Action("quit.anywhere", "ctrl+c", "app.quit", "Quit", "quit, from anywhere", PROGRAM, everywhere=True),
)

ALL: tuple[Action, ...] = TABLE + BROWSER + HANDLING + DETAILS + READING + PROGRAM_WIDE
SCREENS: tuple[tuple[Action, ...], ...] = (
    TABLE + BROWSER + HANDLING + PROGRAM_WIDE,
    (*DETAILS, *HANDLING, REFRESH, *PROGRAM_WIDE),
    (*READING, UNDO, *PROGRAM_WIDE),
)
"""The actions that live side by side, and so can't share a key."""

ON_ROWS = frozenset(
    {
        *(each.id for each in TABLE),
        *("page.next", "page.previous", "fax.open", "mark", "mark.page", "fax.save", "fax.delete", "fax.copy"),
    }
)
"""Actions of the list that go by the rows shown: typed after a page was requested, they wait for it."""


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    return [each.binding() for each in actions]
