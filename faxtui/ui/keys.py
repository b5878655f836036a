"""Which keys do what: the table of actions, with what the configuration remaps."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from textual.keys import format_key

from faxtui.ui.actions import ALL, SCREENS, Action

_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "delete": "Delete",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
}


class Keys:
    """The keys of every action. A remap that can't be is left out and told of in ``problems``."""

    def __init__(self, remap: Mapping[str, str] | None = None) -> None:
        self._keys = {each.id: each.keys for each in ALL}
        self.problems: list[str] = []
        self.keymap: dict[str, str] = {}
        for id_, keys in (remap or {}).items():
            self._remap(id_, keys)

    def of(self, action: Action) -> str:
        """How the keys of an action are written in the key bar: ``f /``."""
        if action.shown and action.id not in self.keymap:
            return action.shown
        return written(self._keys[action.id].split(",")[0].strip())

    def all_of(self, action: Action) -> str:
        """Every key of an action, as help writes them."""
        return "  ".join(written(key.strip()) for key in self._keys[action.id].split(","))

    def _remap(self, id_: str, keys: str) -> None:
        if id_ not in self._keys:
            near = difflib.get_close_matches(id_, self._keys, 1)
            hint = f" Did you mean “{near[0]}”?" if near else " The help (?) names them all."
            self.problems.append(f"There is no action “{id_}” under [keys].{hint}")
            return
        for key in (each.strip() for each in keys.split(",")):
            other = next((each for each in _beside(id_) if key in self._keys[each].split(",")), None)
            if other is not None:
                self.problems.append(
                    f"The key {written(key)} for “{id_}” is the key of “{other}” already: both keep their own keys. "
                    f"Give “{other}” another one under [keys]."
                )
                return
        self._keys[id_] = keys
        self.keymap[id_] = keys


def written(key: str) -> str:
    """``ctrl+l`` as ``Ctrl+L``, ``less_than_sign`` as ``<``."""
    *modifiers, name = key.split("+") if key != "+" else [key]
    plain = _NAMES.get(name) or format_key(name)
    return "+".join([*(each.capitalize() for each in modifiers), plain.upper() if modifiers else plain])


def _beside(id_: str) -> Iterable[str]:
    """The other actions that can be done where this one can."""
    for actions in SCREENS:
        if any(each.id == id_ for each in actions):
            yield from (each.id for each in actions if each.id != id_)
