"""Writing what is looked at to a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.widget import Widget
from textual.widgets import Input

from faxtui.domain.fax import Fax
from faxtui.domain.period import in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.text import counted
from faxtui.inbox.export.formats import Format
from faxtui.ui.marks import Marks
from faxtui.ui.screens.menu import Choice, Menu
from faxtui.ui.screens.panel import Panel
from faxtui.ui.widgets.labelled import Labelled, Line

_NAMES = {Format.CSV: "CSV", Format.JSON: "JSON", Format.JSONL: "JSON lines"}


@dataclass(frozen=True, slots=True)
class Extent:
    """What is written and how: these faxes, or where that is None, every page of the view."""

    format: Format
    faxes: Sequence[Fax] | None = None


def export_menu(marks: Marks, query: FaxQuery, marked: Sequence[Fax]) -> Menu[Extent]:
    view = in_words(query.filters)
    choices = [Choice(Extent(kind), f"every page as {name}", view) for kind, name in _NAMES.items()]
    if marked:
        faxes = counted(len(marked), "fax", "faxes")
        choices += [Choice(Extent(kind, marked), f"marked as {name}", faxes) for kind, name in _NAMES.items()]
    return Menu(marks, "Export", choices)


class NameFile(Panel[Path]):
    """Asks for a file that is not there yet. What can't be taken is explained, and stays to be mended."""

    def __init__(self, marks: Marks, proposed: Path) -> None:
        super().__init__(marks, "Export to", "Enter write it   Esc back")
        self._proposed = proposed

    def content(self) -> Widget:
        self._labelled = Labelled("File", Line(str(self._proposed)))
        return self._labelled

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        path = _typed(event.value.strip())
        if path is None:
            self._labelled.complain("Type the name of a file, in full where its home folder is not known.")
        elif await asyncio.to_thread(os.path.lexists, path):
            self._labelled.complain("There is such a file already: type another name.")
        else:
            self.dismiss(path)


def _typed(text: str) -> Path | None:
    try:
        return Path(text).expanduser() if text else None
    except RuntimeError:
        return None
