"""All fields of one fax."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from faxtui.domain.fax import (
    BAUD,
    CUSTOMER,
    DURATION,
    FILE,
    FOLDER,
    FROM,
    MESSAGE,
    PAGES,
    RECEIVED,
    TO,
    UNKNOWN,
    Fax,
    Field,
    ValueFormat,
)
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError
from faxtui.operations.operations import FaxOperations, LocalStatus, OperationsView
from faxtui.preview.client import missing_requirements
from faxtui.terminal.desktop import open_file
from faxtui.translation import N_, _
from faxtui.ui.display import DisplayOptions
from faxtui.ui.keymap import DETAILS, FAX_ACTIONS, PROGRAM_WIDE, REFRESH, bindings
from faxtui.ui.screens.dialog import ClosesOnce
from faxtui.ui.screens.fax_screen import FaxScreen
from faxtui.ui.widgets.bars import KeyBar, TopLine

if TYPE_CHECKING:
    from faxtui.ui.screens.reading import ReadingScreen

_LEFT, _RIGHT = (FROM, TO, FOLDER, MESSAGE), (PAGES, DURATION, BAUD, CUSTOMER)
_ROOM_FOR_TWO = 70
_LABEL_WIDTH = 10
_MARGINS = 6
_NO_ADDRESS = N_("This fax has no address at the service (its folder or file name is missing): only the list shows it.")


class DetailsScreen(FaxScreen[Fax], ClosesOnce[Fax]):
    """One fax of a page; closes with the fax shown last."""

    BINDINGS = bindings((*DETAILS, *FAX_ACTIONS, REFRESH))

    def __init__(
        self,
        options: DisplayOptions,
        operations: FaxOperations,
        faxes: tuple[Fax, ...],
        row: int,
        reading: ValueFormat,
        command: str,
    ) -> None:
        super().__init__(options, operations)
        self._faxes = faxes
        self._row = row
        self._reading = reading
        self._unreadable = missing_requirements()
        self._status_text = ""
        self._list_command = command
        self._title = TopLine(options.glyphs)
        self._values = Static()
        self._status = TopLine(options.glyphs, id="status")
        self._status.display = False
        self._reader: ReadingScreen | None = None

    def compose(self) -> ComposeResult:
        yield self._title
        with VerticalScroll():
            yield self._values
        yield self._status
        yield KeyBar(self.options, (*DETAILS, *FAX_ACTIONS, *PROGRAM_WIDE))

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def action_next_fax(self) -> None:
        self._move(1)

    def action_previous_fax(self) -> None:
        self._move(-1)

    def action_back(self) -> None:
        self.dismiss(self._faxes[self._row])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_fax":
            return True if self._row < len(self._faxes) - 1 else None
        if action == "previous_fax":
            return True if self._row else None
        if action == "read" and self._unreadable:
            return None
        if action in ("read", "save"):
            return True if self.current_fax.key.has_address else None
        return True

    def on_key(self, event: events.Key) -> None:
        """Explain a dimmed key."""
        active = self.active_bindings.get(event.key)
        if active is not None and active.binding.action == "read" and self._unreadable:
            self.warn(self._unreadable)

    async def action_read(self) -> None:
        from faxtui.ui.screens.reading import ReadingScreen

        fax = self.current_fax
        operations = self._operations
        self._reader = ReadingScreen(
            self.options, fax, lambda: operations.read(fax), lambda: operations.note_opened(fax)
        )
        self._reader.show_status(self._status_text)
        await self.app.push_screen(self._reader, self._back_from_reader)

    def _back_from_reader(self, _result: None) -> None:
        self._reader = None

    @work
    async def action_open_saved(self) -> None:
        fax = self.current_fax
        record = self._operations.view.record(fax)
        if not record.is_saved:
            sentence = _("Not saved yet. Press {key} to save it.")
            self.notify(sentence.format(key=self.options.keys.first("fax.save")))
            return
        try:
            await asyncio.to_thread(open_file, Path(record.path), os.environ)
        except FaxtuiError as error:
            self.warn(str(error))
        else:
            self._operations.note_opened(fax)
            self.notify(_("Opened in the default application."))

    @property
    def current_fax(self) -> Fax:
        return self._faxes[self._row]

    @property
    def chosen_faxes(self) -> Sequence[Fax]:
        return (self.current_fax,)

    @property
    def visible_faxes(self) -> Sequence[Fax]:
        return (self.current_fax,)

    @property
    def reading(self) -> ValueFormat:
        return self._reading

    @property
    def list_command(self) -> str:
        return self._list_command

    def show_status(self, status: str) -> None:
        """Show what is running, such as the countdown of a delete; nothing if it is empty."""
        self._status_text = status
        self._status.show(status)
        self._status.display = bool(status)
        if self._reader is not None:
            self._reader.show_status(status)

    def restyle(self, options: DisplayOptions, reading: ValueFormat) -> None:
        """Use other formats of dates and times."""
        self.options = options
        self._reading = reading
        if self.is_attached:
            self._show()

    def show_operations(self, view: OperationsView) -> None:
        """Show what is done with this fax."""
        if self.is_attached:
            self._show()
            self.refresh_bindings()

    def _move(self, by: int) -> None:
        self._row = max(0, min(self._row + by, len(self._faxes) - 1))
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    def _show(self) -> None:
        fax = self.current_fax
        place = _("{row:,} of {count:,}").format(row=self._row + 1, count=len(self._faxes))
        room = self.size.width - cell_len(place) - _MARGINS
        self._title.show(
            self.options.glyphs.cut(_("Fax {name}").format(name=FILE.text(fax, self._reading)), room), place
        )
        self._values.update(self._as_table(fax))

    def _as_table(self, fax: Fax) -> Table:
        """Return labels and values: pairs side by side if there is room, long values below them in full width."""
        write = self.options.glyphs.write
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=_LABEL_WIDTH)
        table.add_column(ratio=1, overflow="fold")
        table.add_row(*self._pair(RECEIVED.label, self._moment(fax)))
        table.add_row(*self._pair("as sent", visible(fax.received_text or UNKNOWN)))
        pairs = Table.grid(padding=(0, 2, 0, 0), expand=True)
        is_wide = self.size.width >= _ROOM_FOR_TWO
        for _column in range(2 if is_wide else 1):
            pairs.add_column(width=_LABEL_WIDTH)
            pairs.add_column(ratio=1, overflow="fold")
        for left, right in zip(_LEFT, _RIGHT, strict=True):
            if is_wide:
                pairs.add_row(*self._of(left, fax), *self._of(right, fax))
            else:
                pairs.add_row(*self._of(left, fax))
                pairs.add_row(*self._of(right, fax))
        rest = Table.grid(padding=(0, 2, 0, 0), expand=True)
        rest.add_column(width=max([_LABEL_WIDTH, *(min(cell_len(visible(name)), 24) for name, _ in fax.as_sent)]))
        rest.add_column(ratio=1, overflow="fold")
        rest.add_row(*self._of(FILE, fax))
        for label, value in self._local_fields(fax):
            rest.add_row(*self._pair(label, value))
        for name, value in fax.as_sent:
            rest.add_row(*self._pair(visible(name), visible(value)))
        whole = Table.grid(expand=True)
        for part in (table, pairs, rest):
            whole.add_row(part)
        if not fax.key.has_address:
            whole.add_row(Text(write(f"\n{_(_NO_ADDRESS)}")))
        return whole

    def _local_fields(self, fax: Fax) -> Iterator[tuple[str, str]]:
        view = self._operations.view
        record, done = view.record(fax), view.local_status(fax)
        if record.is_saved:
            yield _("Saved"), visible(record.path)
        if done not in (None, LocalStatus.SAVED, LocalStatus.OPENED):
            yield _("State"), view.deletions.progress if done is LocalStatus.GOING else done.value

    def _of(self, field: Field, fax: Fax) -> tuple[Text, Text]:
        return self._pair(field.heading, field.text(fax, self._reading))

    def _pair(self, label: str, value: str) -> tuple[Text, Text]:
        write = self.options.glyphs.write
        return Text(write(label), style="dim"), Text(write(value))

    def _moment(self, fax: Fax) -> str:
        if fax.received is None:
            return UNKNOWN
        local = fax.received.astimezone(self.options.zone)
        zone = getattr(self.options.zone, "key", None) or local.tzname()
        in_full = ValueFormat(self._reading.this_year, self.options.zone, "%A %d %B %Y, %H:%M:%S")
        return f"{RECEIVED.text(fax, in_full)} ({zone})"
