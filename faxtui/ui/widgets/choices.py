"""Lists to choose from that no key, click or value can break.

Textual's own raise an error, which ends the program, when a key meets a list without lines (before it was laid out), a
click meets fewer options than were painted, or a value is set that is not among the choices.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.widgets import OptionList, Select
from textual.widgets._select import NoSelection, SelectCurrent, SelectOverlay

T = TypeVar("T", bound=Hashable)


class ChoiceList(OptionList):
    """An OptionList whose page keys go to its first or last option until it has been laid out."""

    def action_page_up(self) -> None:
        if self._is_laid_out:
            self._move_page(-1)
        else:
            self.action_first()

    def action_page_down(self) -> None:
        if self._is_laid_out:
            self._move_page(1)
        else:
            self.action_last()

    async def _on_click(self, event: events.Click) -> None:
        clicked = event.style.meta.get("option")
        if isinstance(clicked, int) and clicked < self.option_count:
            await super()._on_click(event)

    @property
    def _is_laid_out(self) -> bool:
        return self.highlighted is not None and self.highlighted in self._index_to_line


class _ChoiceOverlay(SelectOverlay, ChoiceList):
    """The list of a `ChoiceField`. Textual looks for it by its first base."""


class ChoiceField(Select[T]):
    """A Select that keeps its value when it is given one that it does not offer."""

    def compose(self) -> ComposeResult:
        yield SelectCurrent(self.prompt)
        yield _ChoiceOverlay(type_to_search=self._type_to_search).data_bind(compact=Select.compact)

    def offer(self, options: Sequence[tuple[str, T]], value: T) -> None:
        """Show ``value``, which is one of these options. Nobody is notified: it was not chosen here."""
        with self.prevent(Select.Changed):
            if {each for _, each in options} != self._legal_values:
                self.set_options(options)
            self.value = value

    def _validate_value(self, value: T | NoSelection) -> T | NoSelection:
        return value if value in self._legal_values else self.value
