"""The command palette: what can be done now, found by a few letters of its name.

Textual's own looks for commands in the background, so that a key typed meanwhile meets the results of the search
before, or none. Here the list always answers what is in the field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.containers import Vertical
from textual.fuzzy import FuzzySearch
from textual.widgets import Input
from textual.widgets.option_list import Option

from faxtui.ui.glyphs import Glyphs
from faxtui.ui.screens.dialog import Chosen, Panel
from faxtui.ui.widgets.choices import ChoiceList
from faxtui.ui.widgets.filter_sidebar import Line


@dataclass(frozen=True, slots=True)
class Command:
    """``title`` is shown and searched in."""

    title: str
    run: Callable[[], object]


class CommandPalette(Panel[Chosen[Command]]):
    """Return the command that was chosen. The best match is highlighted."""

    BINDINGS = [
        Binding("up", "list('cursor_up')", show=False),
        Binding("down", "list('cursor_down')", show=False),
        Binding("pageup", "list('page_up')", show=False),
        Binding("pagedown", "list('page_down')", show=False),
    ]

    def __init__(self, glyphs: Glyphs, commands: Sequence[Command]) -> None:
        super().__init__(glyphs, "Commands", "↑ ↓ choose   Enter run   Esc back")
        self._commands = tuple(commands)
        self._search = FuzzySearch()
        self._found: tuple[Command, ...] = ()
        self._list = ChoiceList(compact=True, markup=False)

    def content(self) -> Vertical:
        self._list.can_focus = False
        return Vertical(Line(placeholder="Search for commands"), self._list)

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
