"""Which keys do what: the table of actions, with what the configuration remaps."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from textual.binding import Binding, InvalidBinding
from textual.keys import Keys as KnownKeys
from textual.keys import format_key

from faxtui.domain.text import visible
from faxtui.ui.actions import ALL, SCREENS, Action
from faxtui.ui.marks import Marks

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "delete": "Delete",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
}
_KNOWN = frozenset(each.value for each in KnownKeys)
_NAMES_WIDTH = 25
"""Cells for an unknown name and the nearest one: a sentence about them is one line of 80 columns."""
_MODIFIERS = frozenset({"ctrl", "shift", "alt"})
_TAKEN = frozenset({"tab", "shift+tab"})
"""Keys of the fields and menus themselves."""


class Keys:
    """The keys of every action. A remap that can't be is left out and told of in ``problems``."""

    def __init__(self, remap: Mapping[str, str] | None = None) -> None:
        self._default = {each.id: _keys_in(each.keys) for each in ALL}
        self.problems: list[str] = []
        wanted: dict[str, tuple[str, ...]] = {}
        for id_, text in (remap or {}).items():
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

    def of(self, action: Action) -> str:
        """How the keys of an action are written in the key bar: ``f /``."""
        if action.shown and action.id not in self.keymap:
            return action.shown
        return written(self._keys[action.id][0])

    def first(self, id_: str) -> str:
        """The first key of an action, for a sentence."""
        return written(self._keys[id_][0])

    def keys_of(self, id_: str) -> tuple[str, ...]:
        """Return the keys of an action, as Textual names them."""
        return self._keys[id_]

    def action_of(self, key: str, actions: Iterable[Action]) -> str:
        """Return the id of the one of these actions that has this key, or an empty string."""
        return next((each.id for each in actions if key in self._keys[each.id]), "")

    def _problem(self, id_: str, text: str) -> str:
        if id_ not in self._default:
            nearest = self._nearest(id_)
            name = Marks().cut(visible(id_), _NAMES_WIDTH - len(nearest))
            return f"There is no action “{name}” under [keys]. Did you mean “{nearest}”?"
        wrong = next((each for each in text.split(",") if not _is_key(each.strip())), None)
        if wrong is None:
            return ""
        named = f"“{visible(wrong.strip())}” is no key" if wrong.strip() else "It names no key"
        example = "Write one like n, ctrl+n, f5, comma or pagedown; several with commas between them."
        return f"“{id_}” under [keys] keeps its own: {named[0].lower()}{named[1:]}. {example}"

    def _nearest(self, name: str) -> str:
        """Return the id most like this name, as a whole or after its last dot."""

        def likeness(id_: str) -> float:
            pairs = (id_, name), (id_.rpartition(".")[2], name.rpartition(".")[2])
            return sum(difflib.SequenceMatcher(None, one.lower(), other.lower()).ratio() for one, other in pairs)

        return max(self._default, key=likeness)

    def _without_clashes(self, wanted: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """The remaps that leave no key with two meanings, taken together: two actions may swap their keys."""
        kept = dict(wanted)
        while True:
            clash = self._clash({**self._default, **kept}, kept)
            if clash is None:
                return kept
            id_, key, other = clash
            del kept[id_]
            self.problems.append(
                f"The key {written(key)} for “{id_}” is the key of “{other}” already: “{id_}” keeps its own. "
                f"Give “{other}” another one under [keys]."
            )

    def _clash(self, keys: Mapping[str, tuple[str, ...]], remapped: Iterable[str]) -> tuple[str, str, str] | None:
        for id_ in remapped:
            for other in _beside(id_):
                for key in keys[id_]:
                    if key in keys[other]:
                        return id_, key, other
        return None


def written(key: str) -> str:
    """``ctrl+l`` as ``Ctrl+L``, ``less_than_sign`` as ``<``."""
    *modifiers, name = key.split("+") if key != "+" else [key]
    plain = _NAMES.get(name) or format_key(name)
    if name not in _NAMES and (modifiers or len(plain) > 1):
        plain = plain.capitalize()
    return visible("+".join([*(each.capitalize() for each in modifiers), plain]))


def _keys_in(text: str) -> tuple[str, ...]:
    """One after the other, as Textual names them: ``less_than_sign`` for ``<``."""
    return tuple(dict.fromkeys(each.key for each in Binding.make_bindings([Binding(text, "")])))


def _is_key(text: str) -> bool:
    try:
        (key,) = _keys_in(text)
    except (InvalidBinding, ValueError):
        return False
    *modifiers, name = key.split("+")
    is_named = name in _KNOWN or len(format_key(name)) == 1
    return is_named and _MODIFIERS.issuperset(modifiers) and key not in _TAKEN


def _beside(id_: str) -> Iterable[str]:
    """The other actions that can be done where this one can."""
    for actions in SCREENS:
        if any(each.id == id_ for each in actions):
            yield from (each.id for each in actions if each.id != id_)
