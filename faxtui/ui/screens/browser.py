from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer
from textual.widgets import DataTable

from faxtui.config.state import SavedState
from faxtui.domain.fax import FIELDS as FAX_FIELDS
from faxtui.domain.fax import Fax, FaxKey, Field, ValueFormat
from faxtui.domain.query import FROM, TO, FaxQuery, Filter, Filters, Sort, in_words, others_in_words, period_in_words
from faxtui.errors import FaxtuiError, InvalidValue, Refused
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Failed, Fetching, InboxView, Shown, Waiting
from faxtui.operations.operations import FaxOperations, OperationsView
from faxtui.translation import _, ngettext
from faxtui.ui import status
from faxtui.ui.display import DisplayOptions
from faxtui.ui.keymap import BROWSER, FAX_ACTIONS, FIELDS, ON_ROWS, PROGRAM_WIDE, TABLE, bindings, key_label
from faxtui.ui.screens.dialog import Chosen
from faxtui.ui.screens.fax_actions import FaxActionsScreen
from faxtui.ui.typed_keys import Use
from faxtui.ui.widgets.bars import KeyBar, MessageBar, PageBar, TopLine
from faxtui.ui.widgets.fax_table import FaxTable, Spot
from faxtui.ui.widgets.filter_sidebar import Body, FilterSidebar
from faxtui.ui.widgets.find_bar import FindBar

if TYPE_CHECKING:
    from faxtui.inbox.watch import WatchView
    from faxtui.ui.documents import Documents
    from faxtui.ui.screens.fax import FaxScreen
    from faxtui.ui.screens.menus import Extent

_TICK = 0.25
"""Seconds between two updates of texts that change with time."""
_ACTIONS = (*TABLE, *BROWSER, *FAX_ACTIONS, FIELDS, *PROGRAM_WIDE)


class BrowserScreen(FaxActionsScreen):
    """The table of faxes, with filters beside or over it, and bars that show its state."""

    BINDINGS = bindings((*BROWSER, *FAX_ACTIONS, FIELDS))
    AUTO_FOCUS = "FaxTable"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-short"), (30, "-tall")]

    class StateChanged(Message):
        """The operator chose what to begin with the next time."""

        def __init__(self, browser: BrowserScreen, state: SavedState) -> None:
            super().__init__()
            self.browser = browser
            self.state = state

    def __init__(
        self,
        inbox: Inbox,
        operations: FaxOperations,
        options: DisplayOptions,
        title: str,
        *,
        columns: Sequence[Field],
        sidebar: bool,
        profile: str = "",
    ) -> None:
        super().__init__(options, operations, inbox, profile)
        self._account = title
        self._table = FaxTable(options.glyphs, columns)
        self._header = TopLine(options.glyphs)
        self._messages = MessageBar(options.glyphs)
        self._page_bar = PageBar(options.glyphs)
        self._body = Body(self._table, options, inbox.view.query, has_sidebar=sidebar)
        self._find_bar = FindBar(options.glyphs)
        self._key_bar = KeyBar(options, _ACTIONS)
        self._ticking: Timer | None = None
        self._fax_screen: FaxScreen | None = None
        self._documents: Documents | None = None
        self._shown: Shown | None = None
        self._spots: dict[int, Spot] = {}
        self._wider: dict[str, FaxQuery] = {}
        self._is_refreshing = False
        self._new = 0
        self._watch: WatchView | None = None
        self._unread: set[FaxKey] = set()
        self._leaves = False
        self._awaits_rows = True
        self._awaited_from = self._lost_until = 0.0
        self._found_from = (0, 0)

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._body
        yield self._messages
        yield self._page_bar
        yield self._find_bar
        yield self._key_bar

    def on_mount(self) -> None:
        self.show(self._inbox.view)
        filters = self._inbox.view.query.filters
        if others_in_words(filters):
            sentence = _("This list is filtered: {filters}. {key} edit filters")
            self.notify(sentence.format(filters=in_words(filters), key=self.options.keys.first("filters.edit")))

    # What is shown

    def show(self, view: InboxView) -> None:
        """Show this state of the inbox; the cursor stays on its fax, and what was typed stays."""
        if not self.is_attached:
            return
        if view.shown is not None:
            self._show_rows(view.shown)
        filters = in_words(view.query.filters)
        if others_in_words(view.query.filters):
            filters = _("filtered: {filters}").format(filters=filters)
        self._header.show(f"faxtui  {self._account}", filters, period_in_words(view.query.filters))
        self._body.follow(view.query, _refusal(view))
        if self._fax_screen is not None:
            self._fax_screen.show(view)
        self._update_bars()
        self._tick_if_needed()
        self.refresh_bindings()
        if view.awaits_page and not self._awaits_rows:
            self._awaits_rows, self._awaited_from = True, time.monotonic()
        elif self._awaits_rows and isinstance(view.activity, Waiting | Failed):
            self._awaits_rows, self._lost_until = False, time.monotonic()
            self.post_message(self.RowsChanged())
        elif self._awaits_rows and not view.awaits_page:
            self.call_after_refresh(self._rows_painted)

    def _show_rows(self, shown: Shown) -> None:
        before, self._shown = self._shown, shown
        spot = self._table.spot if shown is before else self._landing(before, shown)
        self._table.show(shown.page.faxes, shown.window.sort, self.reading, at=spot)
        if before is not None and shown is not before:
            self._new = self._new_above(before, shown)
        self._paint_states()

    def _landing(self, before: Shown | None, shown: Shown) -> Spot:
        """Return where the cursor goes: it keeps its fax if possible, and its row on a page it was on before."""
        here, was_refreshed, self._is_refreshing = self._table.spot, self._is_refreshing, False
        if before is None:
            return here
        if _listing(before) != _listing(shown):
            self._spots.clear()
        if before.page.number != shown.page.number:
            self._spots[before.page.number] = here
        if _order(before) != _order(shown):
            return Spot() if here.row == 0 and before.window.sort != shown.window.sort else Spot(here.fax, 0, here.line)
        if before.page.number != shown.page.number:
            left = self._spots.get(shown.page.number)
            return left if left is not None and left.fax in shown.page.faxes else Spot(here.fax, 0, here.line)
        is_at_top = here.row == 0 and shown.page.number == 1
        return Spot() if was_refreshed and is_at_top else here

    def _new_above(self, before: Shown, shown: Shown) -> int:
        """Return how many faxes arrived above the cursor since it was last on the first row."""
        row, number = self._table.cursor_row, shown.page.number
        if _order(before) != _order(shown) or (row, number) == (0, 1):
            return 0
        if before.page.number != number:
            return self._new
        if number == 1:
            known = {fax.key for fax in before.page.faxes}
            return self._new + sum(fax.key not in known for fax in shown.page.faxes[:row])
        total, totaled = shown.page.total, before.page.total
        is_newest_first = shown.window.sort == Sort()
        return self._new + max(total - totaled, 0) if is_newest_first and total and totaled else self._new

    def show_watch(self, view: WatchView) -> None:
        """Show the state of the watching in the page bar; the rows stay as they are."""
        self._watch = view
        if self.is_attached:
            self._update_bars()

    def mark_new(self, faxes: Iterable[Fax]) -> None:
        """Mark these as new until the cursor has been on them."""
        self._unread.update(fax.key for fax in faxes)
        if self.is_attached:
            self._paint_states()

    @on(FaxTable.TopPassed)
    async def _top_passed(self) -> None:
        """Bring in what arrived: the cursor was on the first row already."""
        if self._watch is not None and self._watch.new and self._shown is not None and self._shown.page.number == 1:
            await self.refresh_list()

    @on(DataTable.RowHighlighted)
    def _cursor_moved(self) -> None:
        current = self._table.current
        if current is not None and current.key in self._unread:
            self._unread.discard(current.key)
            self._paint_states()
        if self._new and self._table.cursor_row == 0 and self._shown is not None and self._shown.page.number == 1:
            self._new = 0
            self._update_bars()

    def show_operations(self, view: OperationsView, *, leaves: bool = False) -> None:
        """Show what is done with faxes, in the rows and the page bar. ``leaves``: the program ends after that."""
        self._leaves = leaves
        if self.is_attached:
            self._paint_states()
            self._update_bars()
            self._tick_if_needed()
            self.refresh_bindings()
        if self._fax_screen is not None:
            self._fax_screen.show_operations()

    def _paint_states(self) -> None:
        view = self._operations.view
        done = {fax.key: view.local_status(fax) for fax in self._table.faxes}
        self._table.paint_states(
            {key: each for key, each in done.items() if each is not None}, view.marks.by_key, self._unread
        )

    def _update_bars(self) -> None:
        view, shown = self._inbox.view, self._inbox.view.shown
        operations = self._operations.view
        now = time.monotonic()
        remark = status.remark(operations, self._table.faxes, self.options.keys) or status.remedy(
            view, self.options.keys
        )
        going_on = status.joined(
            status.operations(operations, self.options.keys, now, leaves=self._leaves),
            status.watching(self._watch, self.options),
        )
        arrived = self._new + (0 if self._watch is None else len(self._watch.new))
        is_newest_first = shown is not None and shown.window.sort == Sort()
        if self._fax_screen is not None:
            self._fax_screen.show_status(status.joined(going_on, status.activity(view.activity, now)))
        state = status.state(view, now)
        is_problem = isinstance(view.activity, Waiting | Failed)
        self._page_bar.show(
            "" if shown is None else status.position(shown.page),
            "" if shown is None else self.options.clock(shown.as_of),
            going_on if is_problem else status.joined(going_on, state),
            "    ".join(filter(None, (remark, status.new(arrived, is_newest_first=is_newest_first)))),
            problem=state if is_problem else "",
            can_turn=(view.has_previous, view.has_next),
        )

    def _tick_if_needed(self) -> None:
        """Run a timer only while a text changes with time."""
        is_waiting = (
            isinstance(self._inbox.view.activity, Fetching | Waiting) or self._operations.view.retry is not None
        )
        if is_waiting and self._ticking is None:
            self._ticking = self.set_interval(_TICK, self._update_bars)
        elif not is_waiting and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    @property
    def columns_chosen(self) -> tuple[Field, ...]:
        """The columns that the operator chose; none: automatic."""
        return self._table.columns_chosen

    def restyle(self, options: DisplayOptions, columns: Sequence[Field]) -> None:
        """Use other formats of dates and times, and other columns."""
        self.options = options
        if self._fax_screen is not None:
            self._fax_screen.restyle(options)
        self._table.choose_columns(columns)
        self.show(self._inbox.view)

    # Queries

    async def open(self, query: FaxQuery) -> bool:
        """Show another query. Return False if its period is invalid, which is explained beside the filter."""
        return await self._attempt(partial(self._inbox.open, query))

    async def open_anew(self) -> None:
        """Open the list again: it has changed, and so has a page of it that is on its way."""
        await self.open(self._inbox.view.query)

    async def choose(self, query: FaxQuery) -> bool:
        """Show what the operator chose, and remember it for the next time."""
        before = self._inbox.view.query
        is_open = await self.open(query)
        if is_open:
            self._remember()
            if self._inbox.view.query.filters != before.filters:
                self._operations.unmark_all(_("the filters changed"))
        return is_open

    async def _attempt(self, intent: Callable[[], None]) -> bool:
        try:
            intent()
        except InvalidValue as error:
            await self._body.edit(error)
            return False
        return True

    # Pages

    def action_next_page(self) -> None:
        self._inbox.turn(self._inbox.view.next_page)

    def action_previous_page(self) -> None:
        self._inbox.turn(self._inbox.view.previous_page)

    def action_first_page(self) -> None:
        self._inbox.turn(1)

    def action_last_page(self) -> None:
        page = self._inbox.view.current_page
        if page is not None:
            self._inbox.turn(page.last_page)

    async def action_go_to_page(self) -> None:
        from faxtui.ui.screens.menus import GoToPage

        page = self._inbox.view.current_page
        if page is not None:
            await self.app.push_screen(GoToPage(self.options.glyphs, page.number, page.page_count), self._go_to)

    async def refresh_list(self) -> None:
        self._is_refreshing = True
        await self._attempt(self._inbox.refresh)

    @on(PageBar.ArrowClicked)
    def _arrow_clicked(self, event: PageBar.ArrowClicked) -> None:
        self._inbox.turn(self._inbox.view.next_page if event.forward else self._inbox.view.previous_page)

    @on(PageBar.PositionClicked)
    async def _position_clicked(self) -> None:
        await self.run_action("go_to_page")

    def _go_to(self, page: int | None) -> None:
        self._inbox.turn(page)

    # Sort and columns

    async def action_sort_by(self) -> None:
        from faxtui.ui.screens.menus import SortMenu

        await self.app.push_screen(SortMenu(self.options.glyphs, self._inbox.view.query.sort), self._sort)

    async def action_turn_sort(self) -> None:
        await self._sort(self._inbox.view.query.sort.reversed())

    @on(FaxTable.SortChosen)
    async def _heading_clicked(self, event: FaxTable.SortChosen) -> None:
        if not event.field.is_sortable:
            self.notify(_("The service can't sort by {field}.").format(field=event.field.label.lower()))
        else:
            await self._sort(self._inbox.view.query.sort.toggled(event.field))

    async def _sort(self, sort: Sort | None) -> None:
        if sort is not None:
            await self.choose(self._inbox.view.query.sorted_by(sort))

    async def action_choose_columns(self) -> None:
        from faxtui.ui.screens.menus import ColumnMenu

        await self.app.push_screen(ColumnMenu(self.options.glyphs, self._table.columns_wanted), self._choose_columns)

    def _choose_columns(self, columns: tuple[Field, ...] | None) -> None:
        if columns is None:
            return
        self._table.choose_columns(columns)
        left_out = [_(each.heading) for each in columns if each not in self._table.columns_shown]
        if left_out:
            sentence = _("No room for {columns}. Widen the terminal or choose fewer columns.")
            self.notify(sentence.format(columns=", ".join(left_out)))

    # Filters

    async def action_edit_filters(self) -> None:
        await self._body.edit()

    async def action_toggle_sidebar(self) -> None:
        await self._body.toggle()
        self._remember()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    async def _focus_moved(self) -> None:
        self._key_bar.hint(_(FilterSidebar.HINT) if self._body.is_editing else "")
        if self.focused is self._table:
            await self._body.adapt()

    @on(FilterSidebar.Chosen)
    async def _filters_chosen(self, event: FilterSidebar.Chosen) -> None:
        query = self._inbox.view.query.filtered(event.filters).with_page_size(event.page_size)
        if await self.choose(query):
            self._body.show_applied()
            if not event.stays:
                await self._body.leave()

    @on(FilterSidebar.Cancelled)
    async def _filters_left(self) -> None:
        await self._body.leave()

    async def action_only_sender(self) -> None:
        fax = self._table.current
        await self._narrow(FROM, "" if fax is None else fax.sender or "", _("This fax has no sender."))

    async def action_only_recipient(self) -> None:
        fax = self._table.current
        await self._narrow(TO, "" if fax is None else fax.recipient or "", _("This fax has no receiver."))

    async def _narrow(self, filter: Filter, value: str, without: str) -> None:
        """Show only faxes with this value, or if they are shown already, what was shown before."""
        query = self._inbox.view.query
        if not value:
            self.notify(without)
            return
        narrowed = query.with_filter(filter, value)
        if narrowed.filters != query.filters:
            self._wider[filter.name] = query
            await self.choose(narrowed)
        else:
            await self.choose(self._wider.pop(filter.name, query.with_filter(filter, "")))

    # The faxes

    @property
    def current_fax(self) -> Fax | None:
        return self._table.current

    @property
    def chosen_faxes(self) -> Sequence[Fax]:
        """Return the marked ones, wherever they are; without marks the one under the cursor."""
        current = self._table.current
        return self._operations.view.marks.faxes or (() if current is None else (current,))

    @property
    def visible_faxes(self) -> Sequence[Fax]:
        return self._table.faxes

    def action_mark(self) -> None:
        if self._table.current is None:
            return
        try:
            self._operations.toggle(self._table.current)
        except InvalidValue as error:
            self.warn(str(error))
        self._table.action_cursor_down()

    def action_mark_page(self) -> None:
        self._operations.mark_all(self._table.faxes)

    def action_unmark(self) -> None:
        """Make an opened fax unopened again; clear all marks if it is not."""
        fax = self._table.current
        if fax is not None and self._operations.view.is_opened(fax):
            self._operations.note_unopened(fax)
        else:
            self._operations.unmark_all()

    def action_cancel(self) -> None:
        """Cancel the running task; without one, clear the notifications."""
        if not self._operations.cancel():
            self.app.clear_notifications()

    async def action_open_fax(self) -> None:
        await self._open_fax()

    async def action_fields(self) -> None:
        """Show all fields of the fax, without a download."""
        await self._open_fax(wants_document=False)

    async def _open_fax(self, *, wants_document: bool = True) -> None:
        from faxtui.ui.documents import Documents
        from faxtui.ui.screens.fax import FaxScreen

        if self._documents is None:
            self._documents = Documents(self._operations, self._inbox.policy, self.options.reader)
        fax = self._table.current
        if fax is not None and self._fax_screen is None:
            self._fax_screen = FaxScreen(
                *(self.options, self._operations, self._inbox, self._profile, self._documents, fax),
                wants_document=wants_document,
            )
            await self.app.push_screen(self._fax_screen, self._back_from_fax)
            self._update_bars()

    @on(DataTable.RowSelected)
    async def _row_clicked(self) -> None:
        await self.action_open_fax()

    def _back_from_fax(self, _result: None) -> None:
        """Put the cursor on the fax that was read last."""
        if self._fax_screen is not None:
            self._table.move_to_fax(self._fax_screen.current_fax)
        self._fax_screen = None

    async def on_unmount(self) -> None:
        if self._documents is not None:
            await self._documents.aclose()

    # Finding

    def action_next_unopened(self) -> None:
        """Go to the next fax that was not opened yet, also on the pages in memory after this one."""
        view = self._operations.view
        here = self._place(self._table.current)
        for place, fax in self._loaded_faxes():
            if place > here and not view.is_opened(fax) and not self.is_lost(fax):
                self._go_to_fax(place, fax)
                return
        self.notify(_("No unopened fax after this one on the pages in memory."))

    def action_find(self) -> None:
        self._found_from = self._place(self._table.current)
        self._key_bar.display = False
        self._find_bar.open()

    @on(FindBar.Typed)
    def _sought(self, event: FindBar.Typed) -> None:
        """Go to the first match from where the search began; the cursor goes back there if there is none."""
        self._find(event.sought, self._found_from, is_next=False)

    @on(FindBar.NextWanted)
    def _next_sought(self) -> None:
        self._find(self._find_bar.sought, self._place(self._table.current), is_next=True)

    @on(FindBar.Closed)
    def _find_closed(self) -> None:
        self._key_bar.display = True
        self._table.focus()

    def _find(self, sought: str, start: tuple[int, int], *, is_next: bool) -> None:
        wanted, reading = sought.casefold(), self.reading
        matches = [
            (place, fax) for place, fax in self._loaded_faxes() if wanted and wanted in self._text_of(fax, reading)
        ]
        after = [each for each in matches if each[0] > start or (each[0] == start and not is_next)]
        if matches:
            place, fax = (after or matches)[0]
            self._go_to_fax(place, fax)
            number = matches.index((place, fax)) + 1
            self._find_bar.show(_("{number:,} of {count:,}").format(number=number, count=len(matches)))
        else:
            self._find_bar.show(_("not in the pages loaded") if wanted else "")

    def _text_of(self, fax: Fax, reading: ValueFormat) -> str:
        """Return what is written in the row of a fax, and on its pages that were read in this run."""
        row = " ".join(each.text(fax, reading) for each in FAX_FIELDS)
        text = "" if self._documents is None else self._documents.text_of(fax)
        return f"{row}\n{text}".casefold()

    def _loaded_faxes(self) -> Iterator[tuple[tuple[int, int], Fax]]:
        """Yield the faxes of all pages in memory, each with its page and row."""
        for shown in self._inbox.loaded:
            for row, fax in enumerate(shown.page.faxes):
                yield (shown.page.number, row), fax

    def _place(self, fax: Fax | None) -> tuple[int, int]:
        page = self._inbox.view.current_page
        return (0, 0) if page is None or fax is None else (page.number, self._table.cursor_row)

    def _go_to_fax(self, place: tuple[int, int], fax: Fax) -> None:
        """Show the page in memory that has this fax, and put the cursor on it."""
        page = self._inbox.view.current_page
        if page is not None and page.number != place[0]:
            self._inbox.turn(place[0])
        self._table.move_to_fax(fax)

    # Exporting

    async def action_export(self) -> None:
        """Ask what to write, unless another task is running."""
        from faxtui.ui.screens.menus import export_menu

        if self._operations.is_busy:
            self.report_busy()
            return
        menu = export_menu(self.options.glyphs, self._inbox.view.query, self._operations.view.marks.faxes)
        await self.app.push_screen(menu, self._name_export)

    async def _name_export(self, choice: Chosen[Extent] | None) -> None:
        from faxtui.ui.screens.menus import NameFile

        if choice is None:
            return
        try:
            folder = self._operations.download_target.folder
        except FaxtuiError as error:
            self.warn(str(error))
            return
        extent = choice.value
        now = self._inbox.clock.now().astimezone(self.options.zone)
        proposed = folder / f"faxes-{now:%Y%m%d-%H%M}.{extent.format.value}"
        panel = NameFile(self.options.glyphs, extent, proposed)
        await self.app.push_screen(panel, partial(self._start_export, extent, folder))

    def _start_export(self, extent: Extent, folder: Path, path: Path | None) -> None:
        from faxtui.operations.export import ExportRequest, export
        from faxtui.operations.formats import PLAIN_CSV, csv_style

        if path is None:
            return
        request = ExportRequest(
            path=path,
            format=extent.format,
            query=self._inbox.view.query,
            faxes=extent.faxes,
            zone=self._inbox.zone,
            retry_policy=self._inbox.policy.retry_policy,
            folder=folder,
            style=csv_style("auto", self.options.region, excel=True) if extent.excel else PLAIN_CSV,
        )
        work = export(
            *(self._inbox.service, self._inbox.clock, request), self._operations.show_progress, self._operations.retries
        )
        if not self._operations.start(_("exporting …"), work):
            self.report_busy()

    # Keys that wait for rows

    def use_of(self, key: events.Key, typed_at: float) -> Use:
        if self.focused is not None and self.focused is not self._table:
            return Use.ANY_TIME
        action = next(filter(None, (self.options.keys.action_of(each, _ACTIONS) for each in key.aliases)), "")
        match action:
            case "quit" | "quit.anywhere":
                return Use.INTERRUPTS
            case "cancel":
                return Use.CANCELS
            case "page.next" if self._inbox.view.turning < 0:
                return Use.ANY_TIME
            case "page.previous" if self._inbox.view.turning > 0:
                return Use.ANY_TIME
            case _ if action not in ON_ROWS:
                return Use.ANY_TIME
        if typed_at < self._lost_until:
            return Use.NEVER
        is_in_time = self._inbox.view.shown is None or typed_at - self._awaited_from < status.COUNT_AFTER
        return Use.WITH_ROWS if self._awaits_rows and is_in_time else Use.AT_ONCE

    def report_dropped(self, count: int) -> None:
        sentence = ngettext(
            "Dropped {count:,} key typed for page {page:,}, which is not shown.",
            "Dropped {count:,} keys typed for page {page:,}, which is not shown.",
            count,
        )
        self.notify(sentence.format(count=count, page=self._inbox.view.query.page))

    def report_unused(self, key: str) -> None:
        if self.focused is not self._table:
            return
        match self.options.keys.action_of(key, _ACTIONS):
            case "":
                sentence = _("{key} does nothing here. {help} shows the keys.")
                self.notify(sentence.format(key=key_label(key), help=self.options.keys.first("help")))
            case "page.next":
                self.notify(_("This is the last page."))
            case "page.previous" | "page.first":
                self.notify(_("This is the first page."))
            case "page.last":
                self.notify(_("The service does not say which page is the last."))
            case "page.go":
                self.notify(_("This is the only page."))
            case "mark.none":
                self.notify(_("No fax is marked."))
            case _:
                self.notify(_("There is no fax here."))

    @on(FaxTable.EdgeReached)
    def _edge_reached(self, event: FaxTable.EdgeReached) -> None:
        """Say what comes after the last row, or before the first."""
        view, keys = self._inbox.view, self.options.keys
        if event.down:
            sentence = _("End of the page. {key}: next page") if view.has_next else _("End of the list.")
        else:
            sentence = _("Start of the page. {key}: previous page") if view.has_previous else _("Start of the list.")
        self.notify(sentence.format(key=keys.first("page.next" if event.down else "page.previous")))

    def _rows_painted(self) -> None:
        if not self._inbox.view.awaits_page:
            self._awaits_rows = False
            self.post_message(self.RowsChanged())

    # What can be done now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return None to dim a key. Only the service's own flags decide whether a page can be turned."""
        view = self._inbox.view
        page = view.current_page
        can_be_done = {
            "next_page": view.has_next or view.turning < 0,
            "previous_page": view.has_previous or view.turning > 0,
            "first_page": view.has_previous or view.turning > 0,
            "last_page": page is not None and page.last_page is not None,
            "go_to_page": view.has_previous or view.has_next,
            "open_fax": self._table.current is not None,
            "mark": self._table.current is not None,
            "mark_page": self._table.current is not None,
            "unmark": self._can_unmark,
            "next_unopened": self._table.current is not None,
            "find": self._table.current is not None,
            "save": bool(self.chosen_faxes),
            "delete": bool(self.chosen_faxes),
            "copy": self._table.current is not None,
            "fields": self._table.current is not None,
        }
        return True if can_be_done.get(action, True) else None

    @property
    def _can_unmark(self) -> bool:
        fax, view = self._table.current, self._operations.view
        return bool(view.marks) or (fax is not None and view.is_opened(fax))

    def _remember(self) -> None:
        query = self._inbox.view.query
        state = SavedState(query.filters, query.sort, self._body.has_sidebar)
        self.post_message(self.StateChanged(self, state))


def _refusal(view: InboxView) -> Refused | None:
    """Return what the service rejected in the query in use now."""
    doing = view.activity
    return doing.error if isinstance(doing, Failed) and isinstance(doing.error, Refused) else None


def _order(shown: Shown) -> tuple[Filters, Sort]:
    """Return which faxes are listed, and in which order."""
    return shown.window.filters, shown.window.sort


def _listing(shown: Shown) -> tuple[Filters, Sort, int]:
    """Return the same, and the size of a page."""
    return *_order(shown), shown.window.page_size
