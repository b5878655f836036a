"""The question before faxes are deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from faxtui.domain.fax import FaxKey
from faxtui.domain.fields import FROM, PAGES, RECEIVED, Reading
from faxtui.domain.text import counted, visible
from faxtui.inbox.deletions.plan import Plan
from faxtui.ui.marks import Marks
from faxtui.ui.screens.panel import Chosen, Panel
from faxtui.ui.widgets.labelled import Labelled, Line

MANY = 10
"""How many faxes are deleted at most without typing their number."""
_NAMED = 6


class DeletePanel(Panel[Chosen[bool]]):
    """Gives whether copies are saved first. It names what goes, and where the copies would go to."""

    BINDINGS = [
        Binding("enter", "choose(True)", "Save copies, then delete"),
        Binding("x", "choose(False)", "Delete without copies"),
    ]

    def __init__(self, marks: Marks, plan: Plan, here: Collection[FaxKey], destination: str, reading: Reading) -> None:
        faxes = counted(len(plan.documents), "fax", "faxes")
        super().__init__(
            marks,
            f"Delete {faxes} from the service? What is deleted is gone for good there.",
            "Enter save copies, then delete   x delete without copies   Esc keep them",
        )
        self._plan = plan
        self._here = here
        self._destination = destination
        self._reading = reading

    def content(self) -> Vertical:
        lines = [*self._named(), *self._plan.remarks, f"Copies go to {visible(self._destination)}"]
        return Vertical(*(Label(self._marks.write(f" {each}"), markup=False, classes="told") for each in lines))

    def action_choose(self, with_copies: bool) -> None:
        self.dismiss(Chosen(with_copies))

    def _named(self) -> Iterator[str]:
        """Those that are not on the page come first: nobody sees them."""
        faxes = sorted(self._plan.documents, key=lambda fax: fax.key in self._here)
        for fax in faxes[:_NAMED]:
            said = [RECEIVED.text(fax, self._reading), f"{FROM.text(fax, self._reading):<20}"]
            pages = fax.pages
            said.append(f"{PAGES.text(fax, self._reading)} pages" if pages != 1 else "1 page")
            yield "  ".join(said) + ("" if fax.key in self._here else "   (not on this page)")
        if len(faxes) > _NAMED:
            away = sum(fax.key not in self._here for fax in faxes[_NAMED:])
            elsewhere = f", {away:,} of them not on this page" if away else ""
            yield f"and {len(faxes) - _NAMED:,} more{elsewhere}"


class ConfirmCount(Panel[bool]):
    """Has the number of faxes typed: a slip does not delete many."""

    def __init__(self, marks: Marks, count: int) -> None:
        super().__init__(marks, f"Delete {count:,} faxes?", "Enter delete   Esc keep them")
        self._count = count

    def content(self) -> Labelled:
        self._labelled = Labelled(f"Type {self._count} to delete that many", Line(placeholder="number"))
        return self._labelled

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip().replace(",", "") == str(self._count):
            self.dismiss(True)
        else:
            self._labelled.complain(f"Type {self._count}, or press Esc to keep them.")
