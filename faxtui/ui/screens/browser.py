"""The list of received faxes: what a key becomes, and what of the inbox stands where."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import DataTable

from faxtui.config.state import Remembered
from faxtui.domain.fax import Fax
from faxtui.domain.fields import Field
from faxtui.domain.filters import Filters
from faxtui.domain.period import in_words, period_in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.errors import InvalidValue, Refused
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Failed, Fetching, InboxView, Shown, Waiting
from faxtui.ui import words
from faxtui.ui.actions import BROWSER, PROGRAM_WIDE, bindings
from faxtui.ui.look import Look
from faxtui.ui.widgets.body import Body
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.filter_sidebar import FilterSidebar
from faxtui.ui.widgets.key_bar import KeyBar
from faxtui.ui.widgets.line import TopLine
from faxtui.ui.widgets.page_bar import PageBar

_TICK = 0.25


class BrowserScreen(Screen[None]):
    """The table of faxes, with filters beside it or laid over it, and bars that tell what is shown."""

    BINDINGS = bindings(BROWSER)
    AUTO_FOCUS = "FaxTable"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    def __init__(
        self,
        inbox: Inbox,
        look: Look,
        title: str,
        remember: Callable[[Remembered], None],
        *,
        columns: Sequence[Field],
        sidebar: bool,
    ) -> None:
        super().__init__()
        self.look = look
        self._inbox = inbox
        self._account = title
        self._remember_this = remember
        self._table = FaxTable(look.marks, columns)
        self._header = TopLine(look.marks)
        self._page_bar = PageBar(look.marks)
        self._body = Body(self._table, look, inbox.view.query, has_sidebar=sidebar)
        self._key_bar = KeyBar(look, (*BROWSER, *PROGRAM_WIDE))
        self._ticking: Timer | None = None
        self._place: tuple[Filters, Sort, int] | None = None

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._body
        yield self._page_bar
        yield self._key_bar

    def on_mount(self) -> None:
        self.show(self._inbox.view)

    # What is shown

    def show(self, view: InboxView) -> None:
        """Show this, and keep what the operator has: the cursor's fax, what was typed."""
        if not self.is_attached:
            return
        if view.shown is not None:
            self._show_rows(view.shown)
        self._header.say(f"faxtui  {self._account}", in_words(view.query.filters), period_in_words(view.query.filters))
        self._body.follow(view.query, _refusal(view))
        self._tell()
        self._tick_while(isinstance(view.activity, Fetching | Waiting))
        self.refresh_bindings()

    def _show_rows(self, shown: Shown) -> None:
        place = shown.window.filters, shown.window.sort, shown.page.number
        reading = self.look.reading(self._inbox.clock.now())
        self._table.show(shown.page.faxes, shown.window.sort, reading, is_same_page=place == self._place)
        self._place = place

    def _tell(self) -> None:
        view, shown = self._inbox.view, self._inbox.view.shown
        self._page_bar.say(
            "" if shown is None else words.position(shown.page),
            "" if shown is None else self.look.clock(shown.as_of),
            words.state(view, time.monotonic()),
            words.remedy(view, self.look.keys),
            can_turn=(view.has_previous, view.has_next),
        )

    def _tick_while(self, is_waiting: bool) -> None:
        """What is said of a request changes with time, and only then does anything run."""
        if is_waiting and self._ticking is None:
            self._ticking = self.set_interval(_TICK, self._tell)
        elif not is_waiting and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    def restyle(self, look: Look, columns: Sequence[Field]) -> None:
        """Write dates and times another way, and show other columns."""
        self.look = look
        self._table.choose_columns(columns)
        self.show(self._inbox.view)

    # Pages

    def action_next_page(self) -> None:
        self._turn(by=1)

    def action_previous_page(self) -> None:
        self._turn(by=-1)

    def action_first_page(self) -> None:
        self._inbox.turn(1)

    def action_last_page(self) -> None:
        page = self._inbox.view.current_page
        if page is not None and page.last_page is not None:
            self._inbox.turn(page.last_page)

    async def action_go_to_page(self) -> None:
        from faxtui.ui.screens.go_to_page import GoToPage

        page = self._inbox.view.current_page
        if page is not None:
            await self.app.push_screen(GoToPage(self.look.marks, page), self._go_to)

    async def action_refresh(self) -> None:
        await self._attempt(self._inbox.refresh)

    @on(PageBar.Turned)
    def _arrow_clicked(self, event: PageBar.Turned) -> None:
        self._turn(by=1 if event.forward else -1)

    @on(PageBar.PageWanted)
    async def _position_clicked(self) -> None:
        await self.run_action("go_to_page")

    def _turn(self, *, by: int) -> None:
        page = self._inbox.view.current_page
        if page is not None:
            self._inbox.turn(page.number + by)

    def _go_to(self, page: int | None) -> None:
        if page is not None:
            self._inbox.turn(page)

    # Sort and columns

    async def action_sort_by(self) -> None:
        from faxtui.ui.screens.sort_menu import SortMenu

        await self.app.push_screen(SortMenu(self.look.marks, self._inbox.view.query.sort), self._sort)

    async def action_turn_sort(self) -> None:
        await self._sort(self._inbox.view.query.sort.turned_around())

    @on(FaxTable.SortChosen)
    async def _heading_clicked(self, event: FaxTable.SortChosen) -> None:
        if event.field.sort is None:
            self.notify(f"The service can't sort by {event.field.label.lower()}.", markup=False)
        else:
            await self._sort(self._inbox.view.query.sort.chosen_again(event.field.sort))

    async def _sort(self, sort: Sort | None) -> None:
        if sort is not None:
            await self.choose(self._inbox.view.query.sorted_by(sort))

    async def action_choose_columns(self) -> None:
        from faxtui.ui.screens.column_menu import ColumnMenu

        await self.app.push_screen(ColumnMenu(self.look.marks, self._table.columns_wanted), self._choose_columns)

    def _choose_columns(self, columns: tuple[Field, ...] | None) -> None:
        if columns is None:
            return
        self._table.choose_columns(columns)
        left_out = [each.heading for each in columns if each not in self._table.columns_shown]
        if left_out:
            self.notify(
                f"There is no room for {', '.join(left_out)}: widen the terminal, or take other columns away.",
                markup=False,
            )

    # Filters

    async def action_edit_filters(self) -> None:
        await self._body.edit()

    async def action_toggle_sidebar(self) -> None:
        await self._body.toggle()
        self._remember()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    async def _focus_moved(self) -> None:
        self._key_bar.hint(FilterSidebar.HINT if self._body.is_editing else "")
        if self.focused is self._table:
            await self._body.settle()

    @on(FilterSidebar.Chosen)
    async def _filters_chosen(self, event: FilterSidebar.Chosen) -> None:
        query = self._inbox.view.query.filtered(event.filters).with_page_size(event.page_size)
        if await self.choose(query):
            self._body.show_applied()
            await self._body.leave()

    @on(FilterSidebar.Left)
    async def _filters_left(self) -> None:
        await self._body.leave()

    # The fax

    async def action_open_fax(self) -> None:
        from faxtui.ui.screens.details import DetailsScreen

        if self._table.current is not None:
            screen = DetailsScreen(self.look, self._table.faxes, self._table.cursor_row, self._inbox.clock.now())
            await self.app.push_screen(screen, self._back_from)

    @on(DataTable.RowSelected)
    async def _row_clicked(self) -> None:
        await self.action_open_fax()

    def _back_from(self, fax: Fax | None) -> None:
        if fax is not None:
            self._table.move_to_fax(fax)

    # What can be done now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None shows a key dimmed. Only the service's own flags say where one can turn to."""
        view = self._inbox.view
        page = view.current_page
        can_be_done = {
            "next_page": view.has_next,
            "previous_page": view.has_previous,
            "first_page": view.has_previous,
            "last_page": page is not None and page.last_page is not None,
            "go_to_page": view.has_previous or view.has_next,
            "open_fax": self._table.current is not None,
        }
        return True if can_be_done.get(action, True) else None

    # How it comes to be shown

    async def open(self, query: FaxQuery) -> bool:
        """Show another query. False where its period can't be, which is explained at the filter then."""
        return await self._attempt(partial(self._inbox.open, query))

    async def choose(self, query: FaxQuery) -> bool:
        """Show what the operator chose, and remember it for the next time."""
        is_open = await self.open(query)
        if is_open:
            self._remember()
        return is_open

    async def _attempt(self, intent: Callable[[], None]) -> bool:
        try:
            intent()
        except InvalidValue as error:
            await self._body.edit(error)
            return False
        return True

    def _remember(self) -> None:
        query = self._inbox.view.query
        self._remember_this(Remembered(query.filters, query.sort, self._body.has_sidebar))


def _refusal(view: InboxView) -> Refused | None:
    """What the service would not take of what is wanted now."""
    doing = view.activity
    return doing.error if isinstance(doing, Failed) and isinstance(doing.error, Refused) else None
