"""The key bar: what to press, as many of the most useful keys as fit."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.screen import Screen
from textual.widget import Widget

from faxtui.ui.actions import Action
from faxtui.ui.look import Look


class KeyBar(Widget):
    """Keys and what they do, read from the table of actions; a click does the same as the key."""

    DEFAULT_CSS = "KeyBar { height: 1; }"
    GAP = 2

    def __init__(self, look: Look, actions: Iterable[Action], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._look = look
        self._actions = sorted((each for each in actions if each.bar), key=lambda each: each.bar)
        self._hint = ""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, _: Screen[object]) -> None:
        self.refresh()

    def hint(self, text: str) -> None:
        """Show this in place of the keys, which are letters for now; empty brings them back."""
        if text != self._hint:
            self._hint = text
            self.refresh()

    def _items(self) -> list[tuple[Action, str, bool]]:
        """What fits: the action, its key, and whether it can be done now."""
        if self._hint:
            return []
        enabled = {each.binding.id: each.enabled for each in self.screen.active_bindings.values()}
        room = self.size.width - 1
        items = []
        for action in self._actions:
            if action.id not in enabled:
                continue
            key = self._look.marks.write(self._look.keys.of(action))
            room -= cell_len(key) + 1 + cell_len(action.label) + self.GAP
            if room < -self.GAP:
                break
            items.append((action, key, enabled[action.id]))
        return items

    def render(self) -> Text:
        text = Text(f" {self._look.marks.write(self._hint)}", no_wrap=True, overflow="crop", end="")
        for action, key, enabled in self._items():
            text.append(key, "bold" if enabled else "dim")
            text.append(f" {action.label}{' ' * self.GAP}", "" if enabled else "dim")
        return text

    async def on_click(self, event: events.Click) -> None:
        x = 1
        for action, key, enabled in self._items():
            width = cell_len(key) + 1 + cell_len(action.label)
            if x <= event.x < x + width:
                if enabled:
                    await self.screen.run_action(action.method)
                return
            x += width + self.GAP
