"""The questions before faxes are deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import ceil

from rich.cells import cell_len
from textual import events
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.fields import FROM, PAGES, RECEIVED, Reading
from faxtui.domain.text import counted, visible
from faxtui.inbox.deletions.plan import Plan
from faxtui.ui.marks import Marks
from faxtui.ui.screens.question import Answer, PlainQuestion, Question

MANY = 10
"""How many faxes are deleted at most without typing their number."""
WITHOUT_COPIES = "delete"
"""What is typed to delete without copies, in every language."""
_SENDER_WIDTH, _SENDER_WIDTH_IN_COLUMNS, _SENDER_WIDTH_AT_LEAST = 20, 13, 8
_INDENT, _GAP = 2, 2
_OTHER_LINES = 8
"""Lines that the title, the folder and the keys take on a narrow terminal."""


class DeletePanel(Question[bool]):
    """Gives whether copies are saved first. It lists what is deleted, and shows the folder for the copies."""

    def __init__(self, marks: Marks, plan: Plan, here: Collection[FaxKey], destination: str, reading: Reading) -> None:
        is_one = len(plan.documents) == 1
        super().__init__(
            marks,
            f"Delete {counted(len(plan.documents), 'fax', 'faxes')} from the service? This cannot be undone there.",
            [
                Answer(True, "save a copy, then delete" if is_one else "save copies, then delete", key="enter"),
                Answer(False, "without a copy" if is_one else "without copies", word=WITHOUT_COPIES),
            ],
        )
        self._plan = plan
        self._here = here
        self._destination = destination
        self._reading = reading
        self._list = Static(markup=False)
        self._scroll = VerticalScroll(self._list, can_focus=False, classes="listed")

    def content(self) -> Vertical:
        destination = self._marks.write(f" Copies: {visible(self._destination)}")
        return Vertical(self._scroll, Label(destination, markup=False, classes="told"))

    def on_resize(self, event: events.Resize) -> None:
        """Keep most of the table in sight, and the keys on a terminal with few lines."""
        width, height = event.size.width - 2, event.size.height
        self._scroll.styles.max_height = max(min(height // 3, height - _OTHER_LINES), 1)
        # Textual's layout never settles if the scroll bar takes the last columns.
        self._scroll.styles.scrollbar_size_vertical = 1 if width > _SENDER_WIDTH else 0
        lines = [*self._in_columns(width), *(f" {each}" for each in self._plan.remarks)]
        self._list.update(self._marks.write("\n".join(lines)))

    def _in_columns(self, width: int) -> Iterator[str]:
        """Two columns if they fit, in reading order. Faxes that are not on the page come first: nobody sees them."""
        faxes = sorted(self._plan.documents, key=lambda fax: fax.key in self._here)
        in_columns = [self._in_words(fax, _SENDER_WIDTH_IN_COLUMNS) for fax in faxes]
        longest = max(map(cell_len, in_columns), default=0)
        if len(faxes) < 2 or 2 * (longest + _INDENT) + _GAP > width:
            rest = max(cell_len(self._in_words(fax, 0)) for fax in faxes)
            sender_width = max(min(_SENDER_WIDTH, width - _INDENT - rest - 1), _SENDER_WIDTH_AT_LEAST)
            yield from (f"{'':{_INDENT}}{self._in_words(fax, sender_width)}" for fax in faxes)
            return
        for row in range(ceil(len(faxes) / 2)):
            left, *right = in_columns[2 * row : 2 * row + 2]
            blank = " " * (longest - cell_len(left) + _GAP + _INDENT)
            yield f"{'':{_INDENT}}{left}{blank}{''.join(right)}".rstrip()

    def _in_words(self, fax: Fax, sender_width: int) -> str:
        sender = self._marks.cut(FROM.text(fax, self._reading), sender_width)
        blank = " " * (sender_width - cell_len(sender))
        pages = "1 page" if fax.pages == 1 else f"{PAGES.text(fax, self._reading)} pages"
        where = "" if fax.key in self._here else "   (not on this page)"
        return f"{RECEIVED.text(fax, self._reading)}  {sender}{blank}  {pages}{where}"


def count_question(marks: Marks, count: int, *, with_copies: bool) -> Question[bool]:
    """Have the number of faxes typed: a slip does not delete many."""
    faxes = f"{count:,} faxes"
    title = f"Save copies of {faxes}, then delete them?" if with_copies else f"Delete {faxes} without copies?"
    return PlainQuestion(
        marks, title, "This cannot be undone on the service.", [Answer(True, "confirm", word=str(count))]
    )
