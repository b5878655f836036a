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
from faxtui.domain.sort import Sort, SortDirection, SortField
from faxtui.domain.text import counted
from faxtui.errors import InvalidValue, Refused
from faxtui.inbox.handling import Handling, HandlingView
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Failed, Fetching, InboxView, Shown, Waiting
from faxtui.ui import words
from faxtui.ui.actions import BROWSER, HANDLING, ON_ROWS, PROGRAM_WIDE, TABLE, bindings
from faxtui.ui.fax_actions import ActsOnFaxes, FaxActions
from faxtui.ui.look import Look
from faxtui.ui.screens.query_screen import QueryScreen
from faxtui.ui.type_ahead import Use
from faxtui.ui.widgets.body import Body
from faxtui.ui.widgets.fax_table import FaxTable, Spot
from faxtui.ui.widgets.filter_sidebar import FilterSidebar
from faxtui.ui.widgets.key_bar import KeyBar
from faxtui.ui.widgets.line import TopLine
from faxtui.ui.widgets.page_bar import PageBar

if TYPE_CHECKING:
    from faxtui.ui.screens.details import DetailsScreen

_TICK = 0.25
_ACTIONS = (*TABLE, *BROWSER, *HANDLING, *PROGRAM_WIDE)


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
        self._shown: Shown | None = None
        self._spots: dict[int, Spot] = {}
        self._is_refreshing = False
        self._new = 0
        self._leaves = False
        self._awaits_rows = True
        self._awaited_from = self._lost_until = 0.0

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
        self._table.show(shown.page.faxes, shown.window.sort, self._reading(), at=spot)
        if before is not None and shown is not before:
            self._new = self._new_above(before, shown)
        self._paint_handling()

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
        is_newest_first = shown.window.sort == Sort(SortField.RECEIVED, SortDirection.DESCENDING)
        return self._new + max(total - totaled, 0) if is_newest_first and total and totaled else self._new

    @on(DataTable.RowHighlighted)
    def _cursor_moved(self) -> None:
        if self._new and self._table.cursor_row == 0 and self._shown is not None and self._shown.page.number == 1:
            self._new = 0
            self._tell()

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
        done = {fax.key: view.done(fax) for fax in self._table.faxes}
        self._table.paint_states({key: each for key, each in done.items() if each is not None}, view.marks.by_key)

    def _command(self) -> str:
        return list_command(self._inbox.view.query, self._profile)

    def _reading(self) -> Reading:
        return self.look.reading(self._inbox.clock.now())

    def _tell(self) -> None:
        view, shown = self._inbox.view, self._inbox.view.shown
        handling = self._handling.view
        now = time.monotonic()
        remark = words.right(handling, self._table.faxes, self.look.keys) or words.remedy(view, self.look.keys)
        going_on = words.handling(handling, self.look.keys, now, leaves=self._leaves)
        if self._details is not None:
            self._details.show_status(words.going_on(going_on, words.activity(view.activity, now)))
        self._page_bar.say(
            "" if shown is None else words.position(shown.page),
            "" if shown is None else self.look.clock(shown.as_of),
            words.going_on(going_on, words.state(view, now)),
            "    ".join(filter(None, (remark, words.new(self._new)))),
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
        if self._details is not None:
            self._details.restyle(look, self._reading())
        self._table.choose_columns(columns)
        self.show(self._inbox.view)

    async def refresh_list(self) -> None:
        self._is_refreshing = True
        await super().refresh_list()

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
            self._tell()

    @on(DataTable.RowSelected)
    async def _row_clicked(self) -> None:
        await self.action_open_fax()

    def _back_from(self, fax: Fax | None) -> None:
        self._details = None
        if fax is not None:
            self._table.move_to_fax(fax)

    # Keys that wait for rows

    def use_of(self, key: events.Key, typed_at: float) -> Use:
        if self.focused is not None and self.focused is not self._table:
            return Use.ANY_TIME
        action = next(filter(None, (self.look.keys.action_of(each, _ACTIONS) for each in key.aliases)), "")
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
        is_in_time = self._inbox.view.shown is None or typed_at - self._awaited_from < words.PATIENCE_BEFORE_COUNTING
        return Use.WITH_ROWS if self._awaits_rows and is_in_time else Use.AT_ONCE

    def report_dropped(self, count: int) -> None:
        keys = counted(count, "key", "keys")
        self.acts.say(f"Dropped {keys} typed for page {self._inbox.view.query.page:,}, which is not shown.")

    def _rows_painted(self) -> None:
        if not self._inbox.view.awaits_page:
            self._awaits_rows = False
            self.post_message(self.RowsChanged())

    # What can be done now

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None shows a key dimmed. Only the service's own flags say where one can turn to."""
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
            "unmark": bool(self._handling.view.marks),
            "save": bool(self._chosen_faxes()),
            "delete": bool(self._chosen_faxes()),
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


def _order(shown: Shown) -> tuple[Filters, Sort]:
    """Which faxes are listed, and in which order."""
    return shown.window.filters, shown.window.sort


def _listing(shown: Shown) -> tuple[Filters, Sort, int]:
    """The same, and how the pages are divided."""
    return *_order(shown), shown.window.page_size
