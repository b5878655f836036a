"""Asking for a password, over the rows that are there."""

from __future__ import annotations

from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Label

from faxtui.domain.text import visible
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Panel
from faxtui.ui.widgets.labelled import Labelled, Line


class SignInPanel(Panel[str]):
    """Gives the password typed; it is tried once. The one that was just refused is not accepted: accounts lock."""

    def __init__(self, marks: Marks, login: str, reason: str, refused: str = "") -> None:
        super().__init__(marks, "Sign in", "Enter try it once   Esc not now")
        self._login = login
        self._reason = reason
        self._refused = refused

    def content(self) -> Widget:
        self._labelled = Labelled(f"Password of {visible(self._login)}", Line(password=True, id="password"))
        reason = Label(self._marks.write(visible(self._reason)), markup=False, classes="reason")
        return Vertical(reason, self._labelled)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value:
            self._labelled.complain("Type the password.")
        elif event.value == self._refused:
            self._labelled.complain(
                "This password was just refused. Sending it again may lock the account. Type another one."
            )
        else:
            self.dismiss(event.value)
