"""Leaving while deletes wait to be sent: after them, without them, or not at all."""

from __future__ import annotations

from collections.abc import Callable

from faxtui.domain.fax import FaxKey
from faxtui.inbox.deletions.states import Deleted, DeletionsView
from faxtui.ui.screens.panel import Chosen


class Leaving:
    """Leaves once all that was asked about is deleted; where something is not, that is told and nobody leaves."""

    def __init__(self, leave: Callable[[], None], complain: Callable[[str], None]) -> None:
        self.is_waiting = False
        self._leave = leave
        self._complain = complain
        self._deletions = DeletionsView()
        self._asked_about: frozenset[FaxKey] = frozenset()

    def ask_about(self, deletions: DeletionsView) -> None:
        self._deletions = deletions
        self._asked_about = frozenset(key for key, each in deletions.by_key.items() if each.is_under_way)

    def answered(self, choice: Chosen[bool] | None) -> None:
        """Whether to wait for them; None for staying after all."""
        self.is_waiting = choice is not None and choice.value
        if choice is not None and not choice.value:
            self._leave()
        self.follow(self._deletions)

    def follow(self, deletions: DeletionsView) -> None:
        """What becomes of them."""
        self._deletions = deletions
        if not self.is_waiting or deletions.is_under_way:
            return
        self.is_waiting = False
        if all(isinstance(deletions.of(key), Deleted) for key in self._asked_about):
            self._leave()
        else:
            self._complain("Not everything was deleted, so faxtui stays open.")
