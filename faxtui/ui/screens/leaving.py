"""The question before the program ends while deletes wait to be sent."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Label

from faxtui.inbox.deletions.states import DeletionsView
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Chosen
from faxtui.ui.screens.question import Answer, Question


class LeavePanel(Question[bool]):
    """Gives whether to wait until they are sent; without an answer, once there is nothing to ask any more."""

    def __init__(self, marks: Marks, deletions: DeletionsView) -> None:
        super().__init__(
            marks,
            "Quit while faxes wait to be deleted?",
            [
                Answer(True, "finish, then quit", key="enter"),
                Answer(False, "quit now and keep them", key="q", at_once=True),
            ],
        )
        self._progress = Label(markup=False, classes="told")
        self._deletions = deletions

    def content(self) -> Label:
        return self._progress

    def compose(self) -> ComposeResult:
        yield from super().compose()
        self.follow(self._deletions)

    def follow(self, deletions: DeletionsView) -> None:
        """How far they are by now."""
        if not deletions.unsent:
            self.dismiss(Chosen(True))
        else:
            said = f" Now: {deletions.progress}. What was not sent stays on the service."
            self._progress.update(self._marks.write(said))
