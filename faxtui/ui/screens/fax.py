"""One fax: a header, its pages or all its fields, and the way to the faxes before and after it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker

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
from faxtui.errors import FaxtuiError, InvalidValue
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Failed, InboxView, Shown
from faxtui.operations.operations import FaxOperations, LocalStatus
from faxtui.preview.client import missing_requirements
from faxtui.preview.viewport import Fit
from faxtui.terminal.desktop import open_file
from faxtui.translation import N_, _, ngettext, number
from faxtui.ui.display import DisplayOptions
from faxtui.ui.documents import Documents
from faxtui.ui.keymap import (
    FAX_ACTIONS,
    FAX_BAR,
    FAX_SCREEN,
    FIELDS,
    ON_PAGE,
    PROGRAM_WIDE,
    READING_GROUPS,
    bindings,
    key_label,
)
from faxtui.ui.screens.dialog import ClosesOnce
from faxtui.ui.screens.fax_actions import FaxActionsScreen
from faxtui.ui.typed_keys import Use
from faxtui.ui.widgets.bars import KeyBar, MessageBar, TopLine
from faxtui.ui.widgets.document_pane import DocumentPane
from faxtui.ui.widgets.find_bar import FindBar

if TYPE_CHECKING:
    from faxtui.operations.deletion import Plan
    from faxtui.ui.screens.dialog import Chosen

_LEFT, _RIGHT = (FROM, TO, FOLDER, MESSAGE), (PAGES, DURATION, BAUD, CUSTOMER)
_ROOM_FOR_TWO = 70
_LABEL_WIDTH = 12
_ACTIONS = (*FAX_SCREEN, *FAX_ACTIONS, FIELDS, *PROGRAM_WIDE)
_LEAST_NAME = 8
"""Cells of a number or a name in the header."""
_ESSENTIAL = 2
"""Up to this rank, a part of the header is rather shortened than left out."""
_REST = 0.4
"""Seconds that a fax stays on the screen before the next one is fetched."""
_NO_ADDRESS = N_("This fax has no address at the service (its folder or file name is missing): only the list shows it.")


class FaxScreen(FaxActionsScreen, ClosesOnce[None]):
    """One fax of the list; `current_fax` is the one shown last. ``wants_document``: its pages, not all its fields."""

    BINDINGS = bindings((*FAX_SCREEN, *FAX_ACTIONS, FIELDS))
    HELP_GROUPS = READING_GROUPS
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-short")]

    def __init__(
        self,
        options: DisplayOptions,
        operations: FaxOperations,
        inbox: Inbox,
        profile: str,
        documents: Documents,
        fax: Fax,
        *,
        wants_document: bool = True,
    ) -> None:
        super().__init__(options, operations, inbox, profile)
        self._documents = documents
        self._shown: Shown | None = inbox.view.shown
        faxes = () if self._shown is None else self._shown.page.faxes
        self._faxes = faxes if any(each is fax for each in faxes) else (fax,)
        self._row = next(row for row, each in enumerate(self._faxes) if each is fax)
        self._wants_document = wants_document
        self._shows_fields = not wants_document
        self._turning = 0
        self._turns_to_end = False
        self._unreadable = missing_requirements()
        self._opening: Worker[None] | None = None
        self._failed_at = self._ended_at = 0.0
        self._is_awaiting = False
        self._is_seen = False
        self._warned_of_start = False
        self._could_not_open = False
        self._status_text = ""
        self._rest: Timer | None = None
        self._header = TopLine(options.glyphs)
        self._quiet_line = TopLine(options.glyphs, id="quiet")
        self._values = Static()
        self._fields = VerticalScroll(self._values, can_focus=False)
        self._find_bar = FindBar(options.glyphs)
        self._key_bar = KeyBar(options, FAX_BAR)
        self._pane = DocumentPane(options, wants_text=documents.wants_text)

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._quiet_line
        yield MessageBar(self.options.glyphs)
        yield Vertical(self._fields, self._pane)
        yield self._find_bar
        yield self._key_bar

    def on_mount(self) -> None:
        self._show_fax()

    def on_unmount(self) -> None:
        self._documents.stop_reading_ahead()

    def on_resize(self) -> None:
        self._arrange()
        self._update()

    # Which fax

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
    def page_text(self) -> str:
        view = self._pane.text_view
        return "" if view is None else view.text.reading_order

    def show(self, view: InboxView) -> None:
        """Follow the list: a page that was turned to is entered, and a refreshed one keeps the fax on the screen."""
        if view.shown is not None and view.shown is not self._shown:
            before, self._shown = self._shown, view.shown
            by, self._turning = self._turning, 0
            if by and before is not None and (view.shown.page.number - before.page.number) * by > 0:
                self._enter(view.shown.page.faxes, by)
            else:
                self._faxes, self._row = _merged(self._faxes, self._row, view.shown.page.faxes)
        elif self._turning and isinstance(view.activity, Failed):
            self._turning = 0
            self._failed_at = time.monotonic()
        self._update()

    def _enter(self, faxes: tuple[Fax, ...], by: int) -> None:
        """Show the first fax of a page of the list, or the last one, and of that what was turned back to."""
        outside = -1 if by > 0 else len(faxes)
        known = next((row for row, each in enumerate(faxes) if each.identity == self.current_fax.identity), outside)
        row = self._next_row(faxes, known, by)
        if row is not None:
            self._faxes, self._row = faxes, row
            self._show_fax(at_end=self._turns_to_end)
        elif self._can_turn(by):
            # Not from within a change of the inbox.
            self.call_later(self._move, by, at_end=self._turns_to_end)

    def _move(self, by: int, *, at_end: bool = False) -> None:
        """Show the next fax that is still there, or the previous one, if need be of another page of the list."""
        view = self._inbox.view
        row = self._next_row(self._faxes, self._row, by)
        if row is not None:
            self._row = row
            self._show_fax(at_end=at_end)
        elif view.current_page is not None and self._can_turn(by):
            self._turning, self._turns_to_end = by, at_end
            self._inbox.turn(view.current_page.number + by)

    def _next_row(self, faxes: Sequence[Fax], row: int, by: int) -> int | None:
        rows = range(row + 1, len(faxes)) if by > 0 else range(row - 1, -1, -1)
        return next((each for each in rows if not self.is_lost(faxes[each])), None)

    def _can_turn(self, by: int) -> bool:
        return self._inbox.view.has_next if by > 0 else self._inbox.view.has_previous

    def _has(self, by: int) -> bool:
        return self._next_row(self._faxes, self._row, by) is not None or self._can_turn(by)

    # The document

    def _show_fax(self, *, at_end: bool = False) -> None:
        """Show the current fax from its start, or from the end of its last page."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        self._is_seen = self._warned_of_start = self._could_not_open = False
        self._ended_at = 0.0
        self._arrange()
        self._fields.scroll_home(animate=False)
        self._pane.show_sentence("")
        if self._shows_pane:
            self._opening = self.run_worker(self._open(self.current_fax, at_end=at_end))
        self._update()

    async def _open(self, fax: Fax, *, at_end: bool) -> None:
        document = self._documents.of(fax)
        if not document.is_ready:
            self._show_loading(document.size)
        try:
            reader = await self._documents.open(fax, self._show_loading)
        except FaxtuiError as error:
            self._opening = None
            self._could_not_open = True
            self._failed_at = time.monotonic()
            self._pane.show_sentence(str(error))
        else:
            self._opening = None
            assert document.text_reader is not None
            self._pane.open(document, reader, document.text_reader, at_end=at_end)

    def _show_loading(self, size: int | None) -> None:
        if size is None:
            self._pane.show_sentence(_("Loading …"))
        else:
            self._pane.show_sentence(_("Loading {size} …").format(size=_in_words(size)))

    @on(DocumentPane.Changed)
    def _pane_changed(self) -> None:
        if self._pane.has_shown and not self._is_seen:
            self._is_seen = True
            self._operations.note_opened(self.current_fax)
            if self._rest is not None:
                self._rest.stop()
            self._rest = self.set_timer(_REST, self._fetch_ahead)
        self._read_ahead()
        is_at_end = self._pane.pages > 0 and self._pane.is_at_end
        self._ended_at = (self._ended_at or time.monotonic()) if is_at_end else 0.0
        self._update()

    @on(DocumentPane.Failed)
    def _page_failed(self) -> None:
        self._failed_at = time.monotonic()

    def _fetch_ahead(self) -> None:
        row = self._next_row(self._faxes, self._row, 1)
        if row is not None and self._is_seen:
            self.run_worker(self._fetch_next(self._faxes[row]), group="ahead", exclusive=True)

    async def _fetch_next(self, fax: Fax) -> None:
        await self._documents.fetch_ahead(fax)
        self._read_ahead()

    def _read_ahead(self) -> None:
        """Read the first page of the next fax, once nothing is left to be read of this one."""
        row = self._next_row(self._faxes, self._row, 1) if self._pane.is_read else None
        if row is not None:
            self._documents.read_ahead(self._faxes[row])

    @property
    def _shows_pane(self) -> bool:
        return self._wants_document and not self._unreadable and self.current_fax.key.has_address

    # What a person does

    def action_forward(self) -> None:
        """Go on: through the fields, the page, the pages, the faxes."""
        self._warned_of_start = False
        if self._shows_fields and self._fields.scroll_offset.y < self._fields.max_scroll_y:
            self._fields.scroll_page_down(animate=False)
        elif not self._pane.forward():
            self._move(1)

    def action_backward(self) -> None:
        """Go back in the same way; the previous fax is announced first."""
        if self._shows_pane and self._pane.backward():
            return
        if self._shows_fields and self._fields.scroll_offset.y > 0:
            self._fields.scroll_page_up(animate=False)
        elif self._has(-1):
            if self._warned_of_start:
                self._move(-1, at_end=self._shows_pane)
            else:
                self._warned_of_start = True
        self._update()

    def action_next_fax(self) -> None:
        self._move_or_return(1)

    def action_previous_fax(self) -> None:
        self._move_or_return(-1)

    def _move_or_return(self, by: int) -> None:
        """Move on, or back to the fax on the screen from a page of the list that is on its way."""
        if self._turning * by < 0 and self._shown is not None:
            self._turning = 0
            self._inbox.turn(self._shown.page.number)
        else:
            self._move(by)

    def action_next_sheet(self) -> None:
        self._pane.turn(1)

    def action_previous_sheet(self) -> None:
        self._pane.turn(-1)

    def action_first_sheet(self) -> None:
        self._pane.go_to(1)

    def action_last_sheet(self) -> None:
        self._pane.go_to(self._pane.pages)

    async def action_go_to_sheet(self) -> None:
        from faxtui.ui.screens.menus import GoToPage

        await self.app.push_screen(GoToPage(self.options.glyphs, self._pane.page, self._pane.pages), self._go_to_sheet)

    def _go_to_sheet(self, page: int | None) -> None:
        if page is not None:
            self._pane.go_to(page)

    def action_pan(self, across: int, down: int) -> None:
        if self._shows_pane:
            self._pane.pan(across, down)
        else:
            self._fields.scroll_relative(y=down, animate=False)

    def action_start(self) -> None:
        self._fields.scroll_home(animate=False)
        self._pane.to_start()

    def action_end(self) -> None:
        self._fields.scroll_end(animate=False)
        self._pane.to_end()

    def action_zoom_in(self) -> None:
        self._pane.zoom(lambda view: view.zoomed(closer=True))

    def action_zoom_out(self) -> None:
        self._pane.zoom(lambda view: view.zoomed(closer=False))

    def action_fit(self) -> None:
        self._pane.zoom(lambda view: view.at_zoom(Fit.WIDTH if view.zoom is Fit.PAGE else Fit.PAGE))

    def action_change_drawing(self) -> None:
        self._pane.change_drawing()

    def action_switch_view(self) -> None:
        """Show the text or the picture, also of other faxes in this run."""
        if self._pane.text_problem:
            self.warn(self._pane.text_problem)
        elif self._shows_pane:
            self._pane.switch_view()
            self._documents.wants_text = self._pane.wants_text

    def action_find(self) -> None:
        """Find something in the text; the picture gives way to it."""
        if self._pane.text_problem:
            self.warn(self._pane.text_problem)
        elif self._pane.pages:
            if not self._pane.wants_text:
                self.action_switch_view()
            self._key_bar.display = False
            self._find_bar.open()

    @on(FindBar.Typed)
    def _sought(self, event: FindBar.Typed) -> None:
        self.workers.cancel_group(self, "find")
        count = self._pane.seek(event.sought)
        if event.sought and not count:
            self._find_bar.show(_("not on this page"))
        elif event.sought:
            self._find_bar.show(ngettext("{count:,} match", "{count:,} matches", count).format(count=count))
        else:
            self._find_bar.show("")

    @on(FindBar.NextWanted)
    def _next_sought(self) -> None:
        if self._find_bar.sought and not self._pane.seek_next():
            self.run_worker(self._find_page(self._find_bar.sought), group="find", exclusive=True)

    async def _find_page(self, sought: str) -> None:
        """Go to the next page with the sought text; those that were not read yet are read."""
        try:
            async for page, has_it in self._pane.pages_with(sought):
                self._find_bar.show(_("page {number:,} of {count:,} …").format(number=page, count=self._pane.pages))
                if has_it:
                    self._pane.go_to(page)
                    self._pane.seek(sought)
                    self._find_bar.show(_("page {number:,}").format(number=page))
                    return
        except FaxtuiError as error:
            self._find_bar.show(str(error))
            return
        self._find_bar.show(_("not found"))

    @on(FindBar.Closed)
    def _find_closed(self) -> None:
        self.workers.cancel_group(self, "find")
        self._pane.seek("")
        self._key_bar.display = True
        self.set_focus(None)

    def action_check(self) -> None:
        if not self._pane.next_to_check():
            self.notify(_("Nothing on this page is marked as doubtful."))

    def action_turn_right(self) -> None:
        self._pane.turn_right()

    def action_show_document(self) -> None:
        """Show the pages if only the fields are shown."""
        if not self._wants_document:
            self.action_fields()

    def action_fields(self) -> None:
        """Show all fields above the page, or no longer; where they stand alone, the pages in their place."""
        if self._wants_document:
            self._shows_fields = not self._shows_fields
            self._arrange()
            self._update()
        else:
            self._wants_document, self._shows_fields = True, False
            self._show_fax()

    def action_mark(self) -> None:
        try:
            self._operations.toggle(self.current_fax)
        except InvalidValue as error:
            self.warn(str(error))

    async def action_retry(self) -> None:
        """Fetch the document again if it is not there; refresh the list otherwise."""
        if self._shows_pane and not self._pane.pages:
            if self._opening is None:
                self._show_fax()
        else:
            await self.app.run_action("app.refresh_list")

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

    def action_back(self) -> None:
        self.dismiss()

    def _delete(self, plan: Plan, with_copies: bool, confirmed: Chosen[bool] | None) -> None:
        """Delete the fax, and go on to the next one."""
        super()._delete(plan, with_copies, confirmed)
        if confirmed is not None and any(each.key == self.current_fax.key for each in plan.documents):
            self._move(1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return None to dim a key."""
        pane = self._pane
        can_be_done = {
            "next_fax": self._has(1),
            "previous_fax": self._has(-1),
            "next_sheet": pane.page < pane.pages,
            "previous_sheet": pane.page > 1,
            "first_sheet": pane.page > 1,
            "last_sheet": pane.page < pane.pages,
            "go_to_sheet": pane.pages > 1,
            "show_document": not self._wants_document,
            "switch_view": self._shows_pane,
            "turn_right": pane.pages > 0,
            "check": pane.text_view is not None,
            "find": pane.pages > 0,
            "save": self.current_fax.key.has_address,
        }
        return True if can_be_done.get(action, True) else None

    # Keys that wait for the page

    @property
    def _awaits(self) -> bool:
        return bool(self._turning) or self._opening is not None or self._pane.is_waiting

    def use_of(self, key: events.Key, typed_at: float) -> Use:
        if self.focused is not None:
            return Use.ANY_TIME
        action = next(filter(None, (self.options.keys.action_of(each, _ACTIONS) for each in key.aliases)), "")
        if action in ("fax.close", "quit.anywhere"):
            return Use.INTERRUPTS
        if action not in ON_PAGE:
            return Use.ANY_TIME
        if typed_at < self._failed_at:
            return Use.NEVER
        if self._awaits:
            return Use.WITH_ROWS
        # The next fax is announced before a key goes there.
        at_end = action == "document.forward" and self._pane.pages > 0 and self._pane.is_at_end
        return Use.NEVER if at_end and not 0 < self._ended_at <= typed_at else Use.AT_ONCE

    def report_dropped(self, count: int) -> None:
        sentence = ngettext(
            "Dropped {count:,} key typed before the page was shown.",
            "Dropped {count:,} keys typed before the page was shown.",
            count,
        )
        self.notify(sentence.format(count=count))

    def report_unused(self, key: str) -> None:
        if self.focused is not None:
            return
        match self.options.keys.action_of(key, _ACTIONS):
            case "":
                sentence = _("{key} does nothing here. {help} shows the keys.")
                self.notify(sentence.format(key=key_label(key), help=self.options.keys.first("help")))
            case "fax.next":
                self.notify(_("This is the last fax of the list."))
            case "fax.previous":
                self.notify(_("This is the first fax of the list."))
            case "document.next" | "document.last":
                self.notify(_("This is the last page of the fax."))
            case "document.previous" | "document.first":
                self.notify(_("This is the first page of the fax."))
            case "document.check":
                self.notify(_("Nothing on this page is marked as doubtful."))
            case "document.show":
                self.notify(_("Its pages are shown already."))
            case _:
                self.notify(_("This can't be done here."))

    # What is shown

    def show_status(self, status: str) -> None:
        """Show what is running, such as the countdown of a delete; nothing if it is empty."""
        if status != self._status_text:
            self._status_text = status
            self._update()

    def restyle(self, options: DisplayOptions) -> None:
        """Use other formats of dates and times."""
        self.options = options
        self._update()

    def show_operations(self) -> None:
        """Show what is done with this fax."""
        self._update()

    def _arrange(self) -> None:
        """The fields take what they need, but no more than half of the room if a page is shown below them."""
        self._fields.display = self._shows_fields or not self._shows_pane
        self._pane.display = self._shows_pane
        self._fields.styles.height = "auto" if self._shows_pane else "1fr"
        self._fields.styles.max_height = "50%" if self._shows_pane else "100%"

    def _update(self) -> None:
        if not self.is_attached or not self.size.width:
            return
        room = self.size.width - 2
        place = self._place()
        right = f"{self._status_text}   {place}" if self._status_text and place else self._status_text or place
        left = _fit(self._header_parts(), room - cell_len(self.options.glyphs.write(right)) - 2, "   ")
        self._header.show(left, right, self._status_text or place)
        self._quiet_line.show(_fit(self._quiet_parts(), room, " · "))
        if self._fields.display:
            self._values.update(self._as_table(self.current_fax))
        self.refresh_bindings()
        if self._is_awaiting and not self._awaits:
            self.call_after_refresh(self.post_message, self.RowsChanged())
        self._is_awaiting = self._awaits

    def _place(self) -> str:
        """Return ``2 of 1,234``: which one of the list it is."""
        page = None if self._shown is None else self._shown.page
        row = next((row for row, each in enumerate(page.faxes) if each is self.current_fax), None) if page else None
        if page is None or row is None:
            return ""
        if page.total is None:
            return number(page.first_row + row)
        return _("{row:,} of {count:,}").format(row=page.first_row + row, count=page.total)

    def _header_parts(self) -> Iterator[tuple[int, str, str]]:
        """Return what the header says, each with its rank: the lowest is the most important."""
        fax, reading = self.current_fax, self.reading
        sender, recipient = (
            self.options.glyphs.cut(each.text(fax, reading), max(self.size.width // 4, _LEAST_NAME))
            for each in (FROM, TO)
        )
        yield 0, _("{sender} → {recipient}").format(sender=sender, recipient=recipient), ""
        if fax.received is not None:
            yield 2, RECEIVED.text(fax, reading), ""
        if self._pane.pages:
            yield 1, _("page {number:,} of {count:,}").format(number=self._pane.page, count=self._pane.pages), ""
        elif fax.pages is not None:
            yield 1, ngettext("{count:,} page", "{count:,} pages", fax.pages).format(count=fax.pages), ""
        if fax.duration is not None:
            yield 5, DURATION.text(fax, reading), ""
        done = self._operations.view.local_status(fax)
        if done is not None:
            yield 3, _(done.value), ""
        if fax.key in self._operations.view.marks:
            yield 4, _("marked"), ""

    def _quiet_parts(self) -> Iterator[tuple[int, str, str]]:
        """Return what the line below it says, each with its rank."""
        keys = self.options.keys
        if self._warned_of_start:
            yield 0, _("Start of fax. {key}: previous fax").format(key=keys.first("document.backward")), ""
        elif self._ended_at or self._could_not_open:
            if self._has(1):
                yield 0, _("End of fax. {key}: next fax").format(key=keys.first("document.forward")), ""
            else:
                yield 0, _("End of the last fax"), ""
        if not self._wants_document:
            yield 1, _("All fields, nothing downloaded"), ""
            yield 2, _("{key} show its pages").format(key=keys.first("document.show")), ""
        yield from self._pane.remarks(keys.first("document.check"), keys.first("document.text"))

    def _as_table(self, fax: Fax) -> Table:
        """Return labels and values: pairs side by side if there is room, long values below them in full width."""
        write = self.options.glyphs.write
        label_width = min(_LABEL_WIDTH, self.size.width // 2)
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=label_width)
        table.add_column(ratio=1, overflow="fold")
        table.add_row(*self._pair(_(RECEIVED.label), self._moment(fax)))
        table.add_row(*self._pair(_("Service time"), visible(fax.received_text or UNKNOWN)))
        pairs = Table.grid(padding=(0, 2, 0, 0), expand=True)
        is_wide = self.size.width >= _ROOM_FOR_TWO
        for _column in range(2 if is_wide else 1):
            pairs.add_column(width=label_width)
            pairs.add_column(ratio=1, overflow="fold")
        for left, right in zip(_LEFT, _RIGHT, strict=True):
            if is_wide:
                pairs.add_row(*self._of(left, fax), *self._of(right, fax))
            else:
                pairs.add_row(*self._of(left, fax))
                pairs.add_row(*self._of(right, fax))
        rest = Table.grid(padding=(0, 2, 0, 0), expand=True)
        rest.add_column(
            width=max([label_width, *(min(cell_len(visible(name)), 2 * label_width) for name, _ in fax.as_sent)])
        )
        rest.add_column(ratio=1, overflow="fold")
        rest.add_row(*self._of(FILE, fax))
        for label, value in self._local_fields(fax):
            rest.add_row(*self._pair(label, value))
        for name, value in fax.as_sent:
            rest.add_row(*self._pair(visible(name), visible(value)))
        whole = Table.grid(expand=True)
        for part in (table, pairs, rest):
            whole.add_row(part)
        note = _(_NO_ADDRESS) if not fax.key.has_address else self._unreadable if self._wants_document else ""
        if note:
            whole.add_row(Text(""))
            whole.add_row(Text(write(note)))
        return whole

    def _local_fields(self, fax: Fax) -> Iterator[tuple[str, str]]:
        view = self._operations.view
        record, done = view.record(fax), view.local_status(fax)
        if record.is_saved:
            yield _("Saved"), visible(record.path)
        if done not in (None, LocalStatus.SAVED, LocalStatus.OPENED):
            going = view.deletions if done is LocalStatus.GOING else None
            yield _("State"), _(done.value) if going is None else going.progress

    def _of(self, field: Field, fax: Fax) -> tuple[Text, Text]:
        return self._pair(_(field.heading), field.text(fax, self.reading))

    def _pair(self, label: str, value: str) -> tuple[Text, Text]:
        write = self.options.glyphs.write
        return Text(write(label), style="dim"), Text(write(value))

    def _moment(self, fax: Fax) -> str:
        if fax.received is None:
            return UNKNOWN
        local = fax.received.astimezone(self.options.zone)
        zone = getattr(self.options.zone, "key", None) or local.tzname()
        in_full = ValueFormat(self.reading.this_year, self.options.zone, _("%A %d %B %Y, %H:%M:%S"))
        return f"{RECEIVED.text(fax, in_full)} ({zone})"


def _in_words(size: int) -> str:
    """Return ``43 kB``: bytes in the unit that a person reads."""
    if size < 1_000_000:
        return _("{count:,} kB").format(count=max(round(size / 1000), 1))
    return _("{count:.1f} MB").format(count=size / 1_000_000)


def _fit(parts: Iterable[tuple[int, str, str]], room: int, gap: str) -> str:
    """Return as many of these as fit into so many cells, in their order.

    Those of the highest rank go first; before one of the most important goes, they are written in short.
    """
    kept = list(parts)
    while len(kept) > 1 and cell_len(gap.join(text for _rank, text, _short in kept)) > room:
        least = max(kept)
        if least[0] <= _ESSENTIAL and any(short for _rank, _text, short in kept):
            kept = [(rank, short or text, "") for rank, text, short in kept]
        else:
            kept.remove(least)
    return gap.join(text for _rank, text, _short in kept)


def _merged(before: Sequence[Fax], row: int, after: Sequence[Fax]) -> tuple[tuple[Fax, ...], int]:
    """Return the rows of a list that has changed, and which of them is the fax that was in ``row``.

    What was not read yet is kept: faxes move to the page before when some of that are deleted.
    """
    keys = [fax.identity for fax in after]
    if before[row].identity in keys:
        return tuple(after), keys.index(before[row].identity)
    known = next((place for place in range(row, len(before)) if before[place].identity in keys), len(before))
    start = keys.index(before[known].identity) if known < len(before) else 0
    return (*before[:known], *after[start:]), row
