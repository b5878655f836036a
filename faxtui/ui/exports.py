"""From the wish to export to the file: what and how, then where to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from faxtui.errors import FaxtuiError
from faxtui.inbox.export.exporting import ExportRequest, export
from faxtui.inbox.handling import Handling
from faxtui.inbox.inbox import Inbox
from faxtui.ui.fax_actions import FaxActions
from faxtui.ui.screens.export import Extent, NameFile, export_menu
from faxtui.ui.screens.panel import Chosen


class Exports:
    """Asks on panels over the screen that ``acts`` is of, and starts the errand."""

    def __init__(self, inbox: Inbox, handling: Handling, acts: FaxActions) -> None:
        self._inbox = inbox
        self._handling = handling
        self._acts = acts

    async def begin(self) -> None:
        """Ask what to write. Where something goes on already, tell so before anything is asked."""
        if self._handling.errands.is_running:
            self._acts.tell_of_busy()
            return
        query, marked = self._inbox.view.query, self._handling.view.marks.faxes
        await self._acts.ask(export_menu(self._acts.look.marks, query, marked), self._name_file)

    async def _name_file(self, choice: Chosen[Extent] | None) -> None:
        if choice is None:
            return
        try:
            folder = self._handling.saver.where().folder
        except FaxtuiError as error:
            self._acts.complain(str(error))
            return
        extent = choice.value
        now = self._inbox.clock.now().astimezone(self._acts.look.zone)
        proposed = folder / f"faxes-{now:%Y%m%d-%H%M}.{extent.format.value}"
        panel = NameFile(self._acts.look.marks, extent, proposed)
        await self._acts.ask(panel, partial(self._start, extent, folder))

    def _start(self, extent: Extent, folder: Path, path: Path | None) -> None:
        if path is None:
            return
        request = ExportRequest(
            path=path,
            format=extent.format,
            query=self._inbox.view.query,
            faxes=extent.faxes,
            zone=self._inbox.zone,
            patience=self._inbox.patience,
            folder=folder,
            excel=extent.excel,
        )
        work = export(
            *(self._inbox.service, self._inbox.clock, request), self._handling.errands.tell, self._handling.retries
        )
        if not self._handling.export(work):
            self._acts.tell_of_busy()
