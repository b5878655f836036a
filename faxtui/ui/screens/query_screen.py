"""Turning pages, sorting and choosing columns: what becomes of a query on the screen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import on

from faxtui.domain.fields import Field
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.errors import InvalidValue
from faxtui.inbox.inbox import Inbox
from faxtui.ui.look import Look
from faxtui.ui.type_ahead import WaitsForRows
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.page_bar import PageBar


class QueryScreen(WaitsForRows):
    """A table of faxes and the inbox that they come from: each intent is a new query."""

    look: Look
    _inbox: Inbox
    _table: FaxTable

    async def explain(self, error: InvalidValue) -> None:
        """Tell what is wrong with a query where it can be mended."""

    def queried(self, before: FaxQuery) -> None:
        """The operator chose another query than ``before``."""

    # How it comes to be shown

    async def open(self, query: FaxQuery) -> bool:
        """Show another query. False where its period can't be, which is explained at the filter then."""
        return await self._attempt(partial(self._inbox.open, query))

    async def open_anew(self) -> None:
        """The list is not what it was, and neither is a page of it that is on its way."""
        await self.open(self._inbox.view.query)

    async def choose(self, query: FaxQuery) -> bool:
        """Show what the operator chose, and remember it for the next time."""
        before = self._inbox.view.query
        is_open = await self.open(query)
        if is_open:
            self.queried(before)
        return is_open

    async def _attempt(self, intent: Callable[[], None]) -> bool:
        try:
            intent()
        except InvalidValue as error:
            await self.explain(error)
            return False
        return True

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

    async def refresh_list(self) -> None:
        await self._attempt(self._inbox.refresh)

    @on(PageBar.Turned)
    def _arrow_clicked(self, event: PageBar.Turned) -> None:
        self._turn(by=1 if event.forward else -1)

    @on(PageBar.PageWanted)
    async def _position_clicked(self) -> None:
        await self.run_action("go_to_page")

    def _turn(self, *, by: int) -> None:
        """Turn from the page shown, or back from one that is on its way."""
        view = self._inbox.view
        page = view.current_page
        if page is not None:
            is_back = view.turning * by < 0
            self._inbox.turn((view.query.page if is_back else page.number) + by)

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
