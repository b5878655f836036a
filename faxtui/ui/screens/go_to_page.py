"""Which page to go to."""

from __future__ import annotations

from textual.widgets import Input

from faxtui.domain.page import FaxPage
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Panel
from faxtui.ui.widgets.labelled import Labelled, Line


class GoToPage(Panel[int]):
    """Takes a page that the service counts; where it does not count them, any from 1."""

    def __init__(self, marks: Marks, page: FaxPage) -> None:
        super().__init__(marks, "Go to page", "Enter go   Esc back")
        self._last = page.page_count
        self._number = page.number

    def content(self) -> Labelled:
        last = "" if self._last is None else f" to {max(self._last, 1):,}"
        self._labelled = Labelled(f"1{last}, now {self._number:,}", Line(placeholder="page"))
        return self._labelled

    def on_input_submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip().replace(",", "")
        wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 0
        if wanted < 1:
            self._labelled.complain("Type the number of a page, from 1.")
        elif self._last is not None and wanted > max(self._last, 1):
            self._labelled.complain(f"The last page is {max(self._last, 1):,}.")
        else:
            self.dismiss(wanted)
