"""Leaving while deletes wait to be sent: after them, without them, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faxtui.domain.fax import FaxKey
from faxtui.inbox.deletions.states import Deleted, DeletionsView

if TYPE_CHECKING:
    from faxtui.ui.screens.leaving import LeavePanel
    from faxtui.ui.screens.panel import Chosen
    from faxtui.ui.session_app import SessionApp


class Leaving:
    """Leaves once all that was asked about is deleted; where something is not, that is told and nobody leaves."""

    def __init__(self, app: SessionApp) -> None:
        self.is_waiting = False
        self._app = app
        self._panel: LeavePanel | None = None
        self._deletions = DeletionsView()
        self._asked_about: frozenset[FaxKey] = frozenset()

    async def ask(self) -> None:
        """Leave at once where that drops nothing, or where it is asked for once more."""
        from faxtui.ui.screens.leaving import LeavePanel

        app = self._app
        deletions = DeletionsView() if app.session is None else app.session.handling.view.deletions
        if self._question is not None or not deletions.unsent:
            app.exit()
            return
        self._deletions = deletions
        self._asked_about = frozenset(key for key, each in deletions.by_key.items() if each.is_under_way)
        self._panel = LeavePanel(app.look.marks, deletions)
        await app.push_screen(self._panel, self._answered)

    def follow(self, deletions: DeletionsView) -> None:
        """What becomes of them."""
        self._deletions = deletions
        if self._question is not None:
            self._question.follow(deletions)
        if not self.is_waiting or deletions.is_under_way:
            return
        self.is_waiting = False
        if all(isinstance(deletions.of(key), Deleted) for key in self._asked_about):
            self._app.exit()
        else:
            self._app.complain("Not everything was deleted, so faxtui stays open.")

    @property
    def _question(self) -> LeavePanel | None:
        """The panel, while it is what is on the screen."""
        return self._panel if self._panel is not None and self._panel.is_current else None

    def _answered(self, choice: Chosen[bool] | None) -> None:
        """Whether to wait for them; None for staying after all."""
        self.is_waiting = choice is not None and choice.value
        if choice is not None and not choice.value:
            self._app.exit()
        self.follow(self._deletions)
        self._app.show_handling()
