"""The table of actions: what a person can do, with which keys. Bindings, key bar, help and palette read it.

``id`` is the name under ``[keys]`` in the configuration; ``method`` the Textual action, a method ``action_…``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType, InvalidBinding
from textual.keys import Keys as KnownKeys
from textual.keys import format_key

from faxtui.domain.text import visible
from faxtui.translation import N_, _

MOVING, PAGES, NARROWING = N_("Moving"), N_("Pages"), N_("Filters and order")
FAXES, MARKS, PROGRAM = N_("Faxes"), N_("Marks and more"), N_("The program")
FAX, SHEETS, LENS = N_("In a fax"), N_("Pages of the fax"), N_("On the page")
GROUPS = (MOVING, PAGES, FAXES, MARKS, NARROWING, PROGRAM)
"""The groups of the help, in order."""
READING_GROUPS = (FAX, SHEETS, LENS, FAXES, PROGRAM)
"""The groups of the help in a fax."""


class Action(NamedTuple):
    """An action and its keys (as Textual names them, separated by commas).

    ``bar`` is its rank in the key bar, 0 if it is not there; ``shown`` how its keys are written, if not simply as the
    first of them. ``everywhere``: its keys work in fields and menus too. ``beside`` is the id of an action whose key
    the key bar shows together with this one: ``n p Page``.
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
    beside: str = ""

    def binding(self) -> Binding:
        return Binding(self.keys, self.method, self.label, show=False, id=self.id, priority=self.everywhere)


TABLE: tuple[Action, ...] = (
    Action("cursor.up", "up,k", "cursor_up", N_("Up"), N_("one fax up"), MOVING, shown="↑ k"),
    Action("cursor.down", "down,j", "cursor_down", N_("Down"), N_("one fax down"), MOVING, shown="↓ j"),
    Action("cursor.page_up", "pageup", "page_up", N_("Page up"), N_("one screen up"), MOVING, shown="PgUp"),
    Action("cursor.page_down", "pagedown", "page_down", N_("Page down"), N_("one screen down"), MOVING, shown="PgDn"),
    Action("cursor.first", "home", "cursor_first", N_("First row"), N_("first fax of the page"), MOVING, shown="Home"),
    Action("cursor.last", "end", "cursor_last", N_("Last row"), N_("last fax of the page"), MOVING, shown="End"),
)

REFRESH = Action("page.refresh", "r", "app.refresh_list", N_("Refresh"), N_("refresh, or retry"), PAGES, 9)
UNDO = Action("fax.undo", "U", "app.undo", N_("Undo"), N_("undo the last delete"), FAXES)
"""Bound wherever a fax can be seen: its countdown is shown there."""

BROWSER: tuple[Action, ...] = (
    Action("page.next", "n", "next_page", N_("Next"), N_("next page"), PAGES, 1),
    Action("page.previous", "p", "previous_page", N_("Previous"), N_("previous page"), PAGES, 2),
    Action("page.first", "less_than_sign", "first_page", N_("First"), N_("first page"), PAGES, shown="<"),
    Action("page.last", "greater_than_sign", "last_page", N_("Last"), N_("last page"), PAGES, shown=">"),
    Action("page.go", "g", "go_to_page", N_("Go to page"), N_("a page by its number"), PAGES, 11),
    REFRESH,
    Action("watch", "w", "app.watch", N_("Watch"), N_("watch for new faxes, or stop"), PAGES),
    Action("filters.edit", "f", "edit_filters", N_("Filters"), N_("edit the filters"), NARROWING, 3),
    Action("find", "slash", "find", N_("Find"), N_("find in rows and texts"), MOVING, shown="/"),
    Action("filters.sidebar", "F", "toggle_sidebar", N_("Sidebar"), N_("show or hide the filters"), NARROWING),
    Action("filters.sender", "S", "only_sender", N_("Sender"), N_("only this sender, or back"), NARROWING),
    Action("filters.recipient", "T", "only_recipient", N_("Receiver"), N_("only this receiver, or back"), NARROWING),
    Action("sort.by", "s", "sort_by", N_("Sort"), N_("choose what to sort by"), NARROWING, 4),
    Action("sort.turn", "o", "turn_sort", N_("Reverse"), N_("reverse the order"), NARROWING, 15),
    Action("columns", "c", "choose_columns", N_("Columns"), N_("choose the columns"), NARROWING, 16),
    Action("views", "v", "app.choose_view", N_("Views"), N_("saved filters and sorts"), NARROWING, 17),
    Action("fax.open", "enter", "open_fax", N_("Open"), N_("open the fax"), MOVING, 5, "Enter"),
    Action("mark", "space", "mark", N_("Mark"), N_("mark and move down"), MARKS, 12, "Space"),
    Action("mark.page", "A", "mark_page", N_("Mark all"), N_("mark all on this page"), MARKS),
    Action("mark.none", "u", "unmark", N_("Unmark"), N_("unopened, or clear marks"), MARKS),
    Action("fax.next_unopened", "N", "next_unopened", N_("Next unopened"), N_("next unopened fax"), MOVING),
    Action("export", "x", "export", N_("Export"), N_("write the list to a file"), MARKS, 13),
    Action("cancel", "escape", "cancel", N_("Cancel"), N_("cancel, clear messages"), MARKS, shown="Esc"),
    Action("quit", "q", "app.quit", N_("Quit"), N_("quit, from the list"), PROGRAM, 10),
)

FAX_ACTIONS: tuple[Action, ...] = (
    Action("fax.save", "d", "save", N_("Save"), N_("save selected or current"), FAXES, 6),
    Action("fax.delete", "D,delete", "delete", N_("Delete"), N_("delete (asks first)"), FAXES, 8, "D"),
    UNDO,
    Action("fax.copy", "y", "copy", N_("Copy"), N_("copy number, name …"), FAXES, 14),
)

FIELDS = Action("fax.fields", "i", "fields", N_("All fields"), N_("all fields, without its pages"), FAXES)
"""In the list, and in a fax above its pages."""

FAX_SCREEN: tuple[Action, ...] = (
    Action("document.forward", "space,pagedown", "forward", N_("More"), N_("on, page by page"), SHEETS, 1, "Space"),
    Action("document.backward", "pageup", "backward", N_("Back"), N_("back in the same way"), SHEETS, shown="PgUp"),
    Action("document.next", "n", "next_sheet", N_("Page"), N_("next page"), SHEETS, 2, beside="document.previous"),
    Action("document.previous", "p", "previous_sheet", N_("Previous page"), N_("previous page"), SHEETS),
    Action("document.first", "less_than_sign", "first_sheet", N_("First page"), N_("first page"), SHEETS, shown="<"),
    Action("document.last", "greater_than_sign", "last_sheet", N_("Last page"), N_("last page"), SHEETS, shown=">"),
    Action("document.go", "g", "go_to_sheet", N_("Go to page"), N_("a page by its number"), SHEETS, 17),
    Action("fax.next", "N", "next_fax", N_("Fax"), N_("next fax"), FAX, 3, beside="fax.previous"),
    Action("fax.previous", "P", "previous_fax", N_("Previous fax"), N_("previous fax"), FAX),
    Action("document.text", "t", "switch_view", N_("Picture"), N_("text or picture"), SHEETS, 4),
    Action("document.find", "slash", "find", N_("Find"), N_("find in the text"), SHEETS, 9, "/"),
    Action("document.check", "c", "check", N_("Check"), N_("next number to check"), SHEETS),
    Action("fax.mark", "m", "mark", N_("Mark"), N_("mark, or clear the mark"), FAX, 15),
    Action("fax.open_saved", "O", "open_saved", N_("Open"), N_("open the saved file"), FAX, 16),
    Action("fax.retry", "r", "retry", N_("Retry"), N_("retry, or refresh the list"), FAX),
    Action("fax.close", "q,escape", "back", N_("List"), N_("back to the list"), FAX, 10),
    Action("document.zoom_in", "plus", "zoom_in", N_("Larger"), N_("larger"), LENS, 11, "+"),
    Action("document.zoom_out", "minus", "zoom_out", N_("Smaller"), N_("smaller"), LENS, 12, "-"),
    Action("document.fit", "z", "fit", N_("Whole page"), N_("the whole page, or its width"), LENS, 13),
    Action("document.left", "left,h", "pan(-1,0)", N_("Left"), N_("to the left"), LENS, shown="← h"),
    Action("document.right", "right,l", "pan(1,0)", N_("Right"), N_("to the right"), LENS, shown="→ l"),
    Action("document.up", "up,k", "pan(0,-1)", N_("Up"), N_("up"), LENS, shown="↑ k"),
    Action("document.down", "down,j", "pan(0,1)", N_("Down"), N_("down"), LENS, shown="↓ j"),
    Action("document.start", "home", "start", N_("Start"), N_("start of the page"), LENS, shown="Home"),
    Action("document.end", "end", "end", N_("End"), N_("end of the page"), LENS, shown="End"),
    Action("document.drawing", "b", "change_drawing", N_("Dots or blocks"), N_("switch drawing style"), LENS, 18),
    Action("document.turn", "R", "turn_right", N_("Turn"), N_("turn the page right"), LENS, 19),
    Action("document.show", "enter", "show_document", N_("Show pages"), N_("show its pages"), FAX, shown="Enter"),
)

ON_PAGE = frozenset(
    f"document.{name}"
    for name in (
        *("forward", "backward", "zoom_in", "zoom_out", "fit"),
        *("left", "right", "up", "down", "start", "end", "drawing", "text", "turn", "check"),
    )
)
"""Actions that go by the page shown: typed before it is there, they wait for it."""

ALIASES: Mapping[str, str] = {
    "details.read": "document.show",
    "details.open": "fax.open_saved",
    "details.next": "fax.next",
    "details.previous": "fax.previous",
    "details.back": "fax.close",
    "read.next": "document.next",
    "read.previous": "document.previous",
    "read.on": "document.forward",
    "read.back": "document.backward",
    "read.retry": "fax.retry",
    "read.leave": "fax.close",
    **{
        f"read.{name}": f"document.{name}"
        for name in ("zoom_in", "zoom_out", "fit", "left", "right", "up", "down", "start", "end", "drawing")
    },
}
"""Ids of earlier versions, which keep working under ``[keys]``, and what they are called now."""

PROGRAM_WIDE: tuple[Action, ...] = (
    Action("help", "question_mark", "help", N_("Help"), N_("this help"), PROGRAM, 7, "?"),
    Action("accounts", "a", "accounts", N_("Account"), N_("another account"), PROGRAM, 18),
    Action("settings", "comma", "settings", N_("Settings"), N_("settings"), PROGRAM, 19, ","),
    Action("mouse", "M", "mouse", N_("Mouse"), N_("mouse on or off"), PROGRAM),
    Action("commands", "ctrl+p", "command_palette", N_("Commands"), N_("find a command"), PROGRAM),
    Action("repaint", "ctrl+l", "repaint", N_("Redraw"), N_("redraw the screen"), PROGRAM, everywhere=True),
    Action("suspend", "ctrl+z", "suspend", N_("Suspend"), N_("to the shell; fg returns"), PROGRAM, everywhere=True),
    Action("quit.anywhere", "ctrl+c", "app.quit", N_("Quit"), N_("quit, from anywhere"), PROGRAM, everywhere=True),
)

FAX_BAR: tuple[Action, ...] = (
    *(*FAX_SCREEN, *FAX_ACTIONS),
    *(each._replace(bar=each.bar + len(FAX_SCREEN)) for each in PROGRAM_WIDE if each.bar),
)
"""The key bar of a fax: its own keys first."""

ALL: tuple[Action, ...] = (*TABLE, *BROWSER, *FAX_ACTIONS, FIELDS, *FAX_SCREEN, *PROGRAM_WIDE)
SCREENS: tuple[tuple[Action, ...], ...] = (
    (*TABLE, *BROWSER, *FAX_ACTIONS, FIELDS, *PROGRAM_WIDE),
    (*FAX_SCREEN, *FAX_ACTIONS, FIELDS, *PROGRAM_WIDE),
)
"""Actions of the same screen, which can't share a key."""

ON_ROWS = frozenset(
    {
        *(each.id for each in TABLE),
        *(
            "page.next",
            "page.previous",
            "fax.open",
            "mark",
            "mark.page",
            "mark.none",
            "fax.save",
            "fax.delete",
            "fax.copy",
            "fax.fields",
            "fax.next_unopened",
        ),
    }
)
"""Actions of the list that depend on the rows shown: typed after a page was requested, they wait for it."""


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    return [each.binding() for each in actions]


_NAMES = {
    "enter": N_("Enter"),
    "escape": N_("Esc"),
    "space": N_("Space"),
    "delete": N_("Delete"),
    "backspace": N_("Backspace"),
    "pageup": N_("PgUp"),
    "pagedown": N_("PgDn"),
    "home": N_("Home"),
    "end": N_("End"),
    "tab": N_("Tab"),
}
_KNOWN = frozenset(each.value for each in KnownKeys)
_NAMES_WIDTH = 22
"""Cells for an unknown name and the nearest one: a sentence about them is one line of 80 columns."""
_MODIFIERS = frozenset({"ctrl", "shift", "alt"})
_RESERVED = frozenset({"tab", "shift+tab"})
"""Keys of fields and menus."""


class Keys:
    """The keys of every action. A remap that is invalid is ignored, and reported in ``problems``."""

    def __init__(self, remap: Mapping[str, str] | None = None) -> None:
        self._default = {each.id: _keys_in(each.keys) for each in ALL}
        self.problems: list[str] = []
        wanted: dict[str, tuple[str, ...]] = {}
        renamed = {old: new for old, new in ALIASES.items() if old in (remap or {})}
        if renamed:
            self.problems.append(_renamed(renamed))
        for old, text in (remap or {}).items():
            id_ = renamed.get(old, old)
            if id_ != old and id_ in (remap or {}):
                continue
            problem = self._problem(id_, text)
            if problem:
                self.problems.append(problem)
            else:
                wanted[id_] = _keys_in(text)
        self._keys = {**self._default, **self._without_clashes(wanted)}
        self.keymap = {id_: ",".join(self._keys[id_]) for id_ in wanted if self._keys[id_] != self._default[id_]}

    @property
    def everywhere(self) -> frozenset[str]:
        """The keys that work in fields, menus and questions too."""
        return frozenset(key for each in ALL if each.everywhere for key in self._keys[each.id])

    def label(self, action: Action) -> str:
        """Return the keys of an action as the key bar shows them: ``f /``."""
        if action.shown and action.id not in self.keymap:
            return _(action.shown)
        return key_label(self._keys[action.id][0])

    def bar_label(self, action: Action) -> str:
        """Return what the key bar shows: ``n p`` for two actions that stand together."""
        return f"{self.first(action.id)} {self.first(action.beside)}" if action.beside else self.label(action)

    def first(self, id_: str) -> str:
        """Return the first key of an action, for a sentence."""
        return key_label(self._keys[id_][0])

    def action_of(self, key: str, actions: Iterable[Action]) -> str:
        """Return the id of the action that has this key, or an empty string."""
        return next((each.id for each in actions if key in self._keys[each.id]), "")

    def _problem(self, id_: str, text: str) -> str:
        if id_ not in self._default:
            nearest, name = self._nearest(id_), visible(id_)
            room = _NAMES_WIDTH - len(nearest)
            sentence = _("There is no action “{name}” under [keys]. Did you mean “{nearest}”?")
            return sentence.format(
                name=name if cell_len(name) <= room else f"{set_cell_size(name, room - 1)}…", nearest=nearest
            )
        if all(_is_key(each.strip()) for each in text.split(",")):
            return ""
        wrong = next(each.strip() for each in text.split(",") if not _is_key(each.strip()))
        sentence = _(
            "Ignored “{action}” under [keys]: “{key}” is not a key. Write one like n, ctrl+n, f5, comma or pagedown; "
            "separate several with commas."
        )
        return sentence.format(action=id_, key=visible(wrong))

    def _nearest(self, name: str) -> str:
        """Return the id most like this name, as a whole or after its last dot."""

        def likeness(id_: str) -> float:
            pairs = (id_, name), (id_.rpartition(".")[2], name.rpartition(".")[2])
            return sum(difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio() for one, other in pairs)

        return max(self._default, key=likeness)

    def _without_clashes(self, wanted: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """Return the remaps that give no key two meanings. Two actions may swap their keys."""
        kept = dict(wanted)
        while clash := self._clash({**self._default, **kept}, kept):
            id_, key, other = clash
            del kept[id_]
            sentence = _(
                "Ignored “{action}” under [keys]: {key} is already the key of “{other}”. "
                "Give “{other}” another key under [keys]."
            )
            self.problems.append(sentence.format(action=id_, key=key_label(key), other=other))
        return kept

    def _clash(self, keys: Mapping[str, tuple[str, ...]], remapped: Iterable[str]) -> tuple[str, str, str] | None:
        for id_ in remapped:
            for other in _beside(id_):
                for key in keys[id_]:
                    if key in keys[other]:
                        return id_, key, other
        return None


def _renamed(ids: Mapping[str, str]) -> str:
    """Return one sentence about all ids of earlier versions that are in use."""
    pairs = ", ".join(f"{old} = {new}" for old, new in ids.items())
    return _("Old names under [keys] still work. Rename them: {pairs}.").format(pairs=pairs)


def key_label(key: str) -> str:
    """Return ``ctrl+l`` as ``Ctrl+L``, ``less_than_sign`` as ``<``."""
    *modifiers, name = key.split("+") if key != "+" else [key]
    label = _(_NAMES.get(name, "")) or format_key(name)
    if name not in _NAMES and (modifiers or len(label) > 1):
        label = label.capitalize()
    return visible("+".join([*(each.capitalize() for each in modifiers), label]))


def _keys_in(text: str) -> tuple[str, ...]:
    """Return the keys separated by commas, as Textual names them: ``less_than_sign`` for ``<``."""
    return tuple(dict.fromkeys(each.key for each in Binding.make_bindings([Binding(text, "")])))


def _is_key(text: str) -> bool:
    try:
        (key,) = _keys_in(text)
    except (InvalidBinding, ValueError):
        return False
    *modifiers, name = key.split("+")
    is_named = name in _KNOWN or len(format_key(name)) == 1
    return is_named and _MODIFIERS.issuperset(modifiers) and key not in _RESERVED


def _beside(id_: str) -> Iterable[str]:
    """Yield the other actions of the same screens."""
    for actions in SCREENS:
        if any(each.id == id_ for each in actions):
            yield from (each.id for each in actions if each.id != id_)
