"""The question before faxes are deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rich.cells import cell_len
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
"""How many of them are named, and how many remarks on them are made, where there is room."""
_SENDER_WIDTH = 20


class DeletePanel(Panel[Chosen[bool]]):
    """Gives whether copies are saved first. It names what goes, and where the copies would go to."""

    BINDINGS = [
        Binding("enter", "choose(True)", "Save copies, then delete"),
        Binding("x", "choose(False)", "Delete without copies"),
    ]

    def __init__(self, marks: Marks, plan: Plan, here: Collection[FaxKey], destination: str, reading: Reading) -> None:
        if len(plan.documents) == 1:
            title = "Delete 1 fax from the service? It is gone for good there."
            hint = "Enter save a copy, then delete   x delete without a copy   Esc keep it"
        else:
            title = f"Delete {len(plan.documents):,} faxes from the service? They are gone for good there."
            hint = "Enter save copies, then delete   x delete without copies   Esc keep them"
        super().__init__(marks, title, hint)
        self._plan = plan
        self._here = here
        self._destination = destination
        self._reading = reading

    def content(self) -> Vertical:
        most = max(min(_NAMED, self.app.size.height // 4), 2)
        lines = [*self._named(most), *self._remarks(most // 2), f"Copies go to {visible(self._destination)}"]
        return Vertical(*(Label(self._marks.write(f" {each}"), markup=False, classes="told") for each in lines))

    def action_choose(self, with_copies: bool) -> None:
        self.dismiss(Chosen(with_copies))

    def _named(self, most: int) -> Iterator[str]:
        """Those that are not on the page come first: nobody sees them."""
        faxes = sorted(self._plan.documents, key=lambda fax: fax.key in self._here)
        for fax in faxes[:most]:
            sender = self._marks.cut(FROM.text(fax, self._reading), _SENDER_WIDTH)
            blank = " " * (_SENDER_WIDTH - cell_len(sender))
            pages = "1 page" if fax.pages == 1 else f"{PAGES.text(fax, self._reading)} pages"
            where = "" if fax.key in self._here else "   (not on this page)"
            yield f"{RECEIVED.text(fax, self._reading)}  {sender}{blank}  {pages}{where}"
        rest = faxes[most:]
        away = sum(fax.key not in self._here for fax in rest)
        if rest and away == len(rest):
            yield f"and {len(rest):,} more, none of them on this page"
        elif rest:
            yield f"and {len(rest):,} more" + (f", {away:,} of them not on this page" if away else "")

    def _remarks(self, most: int) -> Iterator[str]:
        remarks = self._plan.remarks
        yield from remarks[:most]
        if len(remarks) > most:
            yield f"and {counted(len(remarks) - most, 'more document', 'more documents')} with several rows"


class ConfirmCount(Panel[bool]):
    """Has the number of faxes typed: a slip does not delete many."""

    def __init__(self, marks: Marks, count: int, *, with_copies: bool) -> None:
        if with_copies:
            title = f"Save copies of {count:,} faxes, then delete them?"
        else:
            title = f"Delete {count:,} faxes for good, without copies?"
        super().__init__(marks, title, "Enter delete   Esc keep them")
        self._count = count

    def content(self) -> Labelled:
        self._labelled = Labelled(f"Type {self._count} to delete that many", Line(placeholder="number"))
        return self._labelled

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip().replace(",", "") == str(self._count):
            self.dismiss(True)
        else:
            self._labelled.complain(f"Type {self._count}, or press Esc to keep them.")
