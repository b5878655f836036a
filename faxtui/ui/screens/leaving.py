"""The question before the program ends while deletes wait to be sent."""

from __future__ import annotations

from textual.binding import Binding
from textual.widgets import Label

from faxtui.domain.text import counted
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Chosen, Panel


class LeavePanel(Panel[Chosen[bool]]):
    """Gives whether to wait until they are sent."""

    BINDINGS = [
        Binding("enter", "choose(True)", "Wait"),
        Binding("q", "choose(False)", "Quit now"),
    ]

    def __init__(self, marks: Marks, count: int) -> None:
        title = f"{counted(count, 'fax waits', 'faxes wait')} to be deleted, and nothing was sent yet."
        super().__init__(marks, title, "Enter wait for that, then quit   q quit now and keep them   Esc stay")

    def content(self) -> Label:
        return Label(self._marks.write(" Quitting now leaves them on the service."), markup=False, classes="told")

    def action_choose(self, waits: bool) -> None:
        self.dismiss(Chosen(waits))
