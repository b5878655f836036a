"""The list of received faxes: what a key becomes, and what of the inbox stands where."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import DataTable

from faxtui.config.state import Remembered
from faxtui.domain.command_line import list_command
from faxtui.domain.fax import Fax
from faxtui.domain.fields import Field, Reading
from faxtui.domain.filters import Filters
from faxtui.domain.period import in_words, period_in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.errors import InvalidValue, Refused
from faxtui.inbox.handling import Handling, HandlingView
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Failed, Fetching, InboxView, Shown, Waiting
from faxtui.ui import words
from faxtui.ui.actions import BROWSER, HANDLING, PROGRAM_WIDE, bindings
from faxtui.ui.fax_actions import ActsOnFaxes, FaxActions
from faxtui.ui.look import Look
from faxtui.ui.screens.query_screen import QueryScreen
from faxtui.ui.widgets.body import Body
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.filter_sidebar import FilterSidebar
from faxtui.ui.widgets.key_bar import KeyBar
from faxtui.ui.widgets.line import TopLine
from faxtui.ui.widgets.page_bar import PageBar

if TYPE_CHECKING:
    from faxtui.ui.screens.details import DetailsScreen

_TICK = 0.25


class BrowserScreen(QueryScreen, ActsOnFaxes[None]):
    """The table of faxes, with filters beside it or laid over it, and bars that tell what is shown."""

    BINDINGS = bindings(BROWSER + HANDLING)
    AUTO_FOCUS = "FaxTable"
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-short"), (30, "-tall")]

    def __init__(
        self,
        inbox: Inbox,
        handling: Handling,
        look: Look,
        title: str,
        remember: Callable[[Remembered], None],
        *,
        columns: Sequence[Field],
        sidebar: bool,
        profile: str = "",
    ) -> None:
        super().__init__()
        self.look = look
        self._inbox = inbox
        self._handling = handling
        self._profile = profile
        self.acts = FaxActions(
            self,
            handling,
            look,
            chosen=self._chosen_faxes,
            current=lambda: self._table.current,
            here=lambda: self._table.faxes,
            reading=self._reading,
            command=self._command,
        )
        self._account = title
        self._remember_this = remember
        self._table = FaxTable(look.marks, columns)
        self._header = TopLine(look.marks)
        self._page_bar = PageBar(look.marks)
        self._body = Body(self._table, look, inbox.view.query, has_sidebar=sidebar)
        self._key_bar = KeyBar(look, (*BROWSER, *HANDLING, *PROGRAM_WIDE))
        self._ticking: Timer | None = None
        self._details: DetailsScreen | None = None
        self._place: tuple[Filters, Sort, int] | None = None
        self._leaves = False

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
        self._tick_if_needed()
        self.refresh_bindings()

    def _show_rows(self, shown: Shown) -> None:
        place = shown.window.filters, shown.window.sort, shown.page.number
        is_same_page = place == self._place
        self._table.show(shown.page.faxes, shown.window.sort, self._reading(), is_same_page=is_same_page)
        self._place = place
        self._paint_handling()

    def show_handling(self, view: HandlingView, *, leaves: bool = False) -> None:
        """Show what is done with faxes: beside the rows, and in the page bar; ``leaves``: once that is through."""
        self._leaves = leaves
        if self.is_attached:
            self._paint_handling()
            self._tell()
            self._tick_if_needed()
            self.refresh_bindings()
        if self._details is not None:
            self._details.show_handling(view)

    def _paint_handling(self) -> None:
        view = self._handling.view
        done = {fax.key: view.done(fax.key) for fax in self._table.faxes}
        self._table.paint_states({key: each for key, each in done.items() if each is not None}, view.marks.by_key)

    def _command(self) -> str:
        return list_command(self._inbox.view.query, self._profile)

    def _reading(self) -> Reading:
        return self.look.reading(self._inbox.clock.now())

    def _tell(self) -> None:
        view, shown = self._inbox.view, self._inbox.view.shown
        handling = self._handling.view
        now = time.monotonic()
        self._page_bar.say(
            "" if shown is None else words.position(shown.page),
            "" if shown is None else self.look.clock(shown.as_of),
            words.going_on(words.handling(handling, self.look.keys, now, leaves=self._leaves), words.state(view, now)),
            words.right(handling, self._table.faxes, self.look.keys) or words.remedy(view, self.look.keys),
            can_turn=(view.has_previous, view.has_next),
        )

    def _tick_if_needed(self) -> None:
        """What is said of a request changes with time, and only then does anything run."""
        is_waiting = isinstance(self._inbox.view.activity, Fetching | Waiting) or self._handling.view.retry is not None
        if is_waiting and self._ticking is None:
            self._ticking = self.set_interval(_TICK, self._tell)
        elif not is_waiting and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None

    @property
    def columns_chosen(self) -> tuple[Field, ...]:
        """The operator's own columns; none for those that fit best."""
        return self._table.columns_chosen

    def restyle(self, look: Look, columns: Sequence[Field]) -> None:
        """Write dates and times another way, and show other columns."""
        self.look = self.acts.look = look
        self._table.choose_columns(columns)
        self.show(self._inbox.view)

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

    # The faxes

    def _chosen_faxes(self) -> Sequence[Fax]:
        """Those marked, wherever they are; without marks the one under the cursor."""
        current = self._table.current
        return self._handling.view.marks.faxes or (() if current is None else (current,))

    def action_mark(self) -> None:
        if self._table.current is None:
            return
        try:
            self._handling.toggle(self._table.current)
        except InvalidValue as error:
            self.acts.complain(str(error))
        self._table.action_cursor_down()

    def action_mark_page(self) -> None:
        self._handling.mark_all(self._table.faxes)

    def action_unmark(self) -> None:
        self._handling.unmark_all()

    def action_cancel(self) -> None:
        """What goes on; where nothing does, what was said goes away."""
        if not self._handling.errands.cancel():
            self.app.clear_notifications()

    async def action_export(self) -> None:
        from faxtui.ui.exports import Exports

        await Exports(self._inbox, self._handling, self.acts).begin()

    async def action_open_fax(self) -> None:
        from faxtui.ui.screens.details import DetailsScreen

        if self._table.current is not None:
            self._details = DetailsScreen(
                self.look, self._handling, self._table.faxes, self._table.cursor_row, self._reading(), self._command()
            )
            await self.app.push_screen(self._details, self._back_from)

    @on(DataTable.RowSelected)
    async def _row_clicked(self) -> None:
        await self.action_open_fax()

    def _back_from(self, fax: Fax | None) -> None:
        self._details = None
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
            "mark": self._table.current is not None,
            "mark_page": self._table.current is not None,
            "unmark": bool(self._handling.view.marks),
            "save": bool(self._chosen_faxes()),
            "delete": bool(self._chosen_faxes()),
            "undo": bool(self._handling.view.deletions.unsent),
            "copy": self._table.current is not None,
        }
        return True if can_be_done.get(action, True) else None

    async def explain(self, error: InvalidValue) -> None:
        await self._body.edit(error)

    def queried(self, before: FaxQuery) -> None:
        self._remember()
        if self._inbox.view.query.filters != before.filters:
            self._handling.unmark_all("other filters hold now")

    def _remember(self) -> None:
        query = self._inbox.view.query
        self._remember_this(Remembered(query.filters, query.sort, self._body.has_sidebar))


def _refusal(view: InboxView) -> Refused | None:
    """What the service would not take of what is wanted now."""
    doing = view.activity
    return doing.error if isinstance(doing, Failed) and isinstance(doing.error, Refused) else None
