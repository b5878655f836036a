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
from faxtui.domain.query import FaxQuery, in_words
from faxtui.domain.text import counted, visible
from faxtui.operations.formats import Format
from faxtui.ui.glyphs import Glyphs
from faxtui.ui.screens.dialog import Choice, Menu, Panel
from faxtui.ui.widgets.filter_sidebar import Labelled, Line

_WAYS = (
    (Format.CSV, False, "CSV"),
    (Format.CSV, True, "CSV for spreadsheets"),
    (Format.JSON, False, "JSON"),
    (Format.JSONL, False, "JSON lines"),
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What is written and how: these faxes, or where that is None, every page of the view.

    ``said`` tells of it; ``excel``: no cell becomes a formula in a spreadsheet.
    """

    said: str
    format: Format
    excel: bool = False
    faxes: Sequence[Fax] | None = None


def export_menu(glyphs: Glyphs, query: FaxQuery, marked: Sequence[Fax]) -> Menu[Extent]:
    view = in_words(query.filters)
    every = [
        Choice(Extent(f"{view}, as {name}", kind, excel), f"every page as {name}", view) for kind, excel, name in _WAYS
    ]
    faxes = counted(len(marked), "marked fax", "marked faxes")
    these = [
        Choice(Extent(f"{faxes}, as {name}", kind, excel, marked), f"marked as {name}", faxes)
        for kind, excel, name in _WAYS
    ]
    choices = [*these, *every] if marked else every
    return Menu(glyphs, "Export to a file", choices)


class NameFile(Panel[Path]):
    """Asks for a file that is not there yet. What can't be taken is explained, and stays to be mended."""

    def __init__(self, glyphs: Glyphs, extent: Extent, proposed: Path) -> None:
        super().__init__(glyphs, f"Export {extent.said}", "Enter write it   Esc back")
        self._proposed = proposed

    def content(self) -> Widget:
        self._line = Line(str(self._proposed))
        self._labelled = Labelled("to the file", self._line)
        return self._labelled

    def on_mount(self) -> None:
        # Of a long path, the end is what a person may want to change.
        self.call_after_refresh(self._line.scroll_to, x=len(self._line.value), animate=False, force=True)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        path = _typed(event.value.strip())
        complaint = await asyncio.to_thread(self._why_not, path)
        if path is None or complaint:
            self._labelled.show_error(self._glyphs.write(complaint))
        else:
            self.dismiss(path)

    def _why_not(self, path: Path | None) -> str:
        if path is None:
            return "Enter a file name (absolute if ~ cannot be resolved)."
        if os.path.lexists(path):
            return "The file already exists. Type another name."
        if path.parent != self._proposed.parent and not path.parent.is_dir():
            return f"There is no folder {visible(str(path.parent))}: make it, or name a file elsewhere."
        return ""


def _typed(text: str) -> Path | None:
    try:
        return Path(text).expanduser().absolute() if text else None
    except (RuntimeError, ValueError):
        return None
