"""The table, and the filters beside it or laid over it."""

from __future__ import annotations

from textual.containers import Horizontal

from faxtui.domain.query import FaxQuery
from faxtui.errors import InvalidValue, Refused
from faxtui.ui.look import Look
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.filter_sidebar import FilterSidebar

ROOM_FOR_SIDEBAR = 100
"""Columns of the terminal from which on the sidebar stands beside the table."""


class Body(Horizontal):
    """``has_sidebar`` is whether the operator wants it beside the table where there is room.

    It is made when it is first needed: a narrow terminal starts without it.
    """

    def __init__(self, table: FaxTable, look: Look, query: FaxQuery, *, has_sidebar: bool) -> None:
        super().__init__(table)
        self.has_sidebar = has_sidebar
        self._table = table
        self._look = look
        self._query = query
        self._refusal: Refused | None = None
        self._sidebar: FilterSidebar | None = None

    async def on_resize(self) -> None:
        await self.settle()

    def follow(self, query: FaxQuery, refusal: Refused | None) -> None:
        """Show what is asked for, and what the service would not take of it; what is being typed stays."""
        self._query, self._refusal = query, refusal
        if self._sidebar is not None and self._sidebar.is_mounted:
            self._sidebar.follow(query)
            if refusal is not None:
                self._sidebar.explain(refusal)

    async def edit(self, complaint: InvalidValue | None = None) -> None:
        """Go to the filters, and to the one that can't be taken if there is one."""
        sidebar = await self._place(shown=True)
        if sidebar is None:
            return
        if self._refusal is not None:
            sidebar.explain(self._refusal)
        if complaint is None:
            sidebar.focus_first()
        else:
            sidebar.complain(complaint)

    async def leave(self) -> None:
        """Back to the table."""
        self._table.focus()
        await self._place(shown=self._is_wide and self.has_sidebar)

    async def settle(self) -> None:
        """The terminal has another size, or the focus is elsewhere: filters being edited stay, others need room."""
        await self._place(shown=self.is_editing or (self._is_wide and self.has_sidebar))

    def show_applied(self) -> None:
        if self._sidebar is not None:
            self._sidebar.show(self._query)

    async def toggle(self) -> None:
        """Show or hide them: for good where they stand beside the table."""
        if self._is_wide:
            self.has_sidebar = not self.has_sidebar
            await self.settle()
        else:
            await self.edit()

    @property
    def is_editing(self) -> bool:
        return self._sidebar is not None and self._sidebar.has_focus_within

    @property
    def _is_wide(self) -> bool:
        return self.screen.size.width >= ROOM_FOR_SIDEBAR

    async def _place(self, *, shown: bool) -> FilterSidebar | None:
        if self._sidebar is None and not shown:
            return None
        sidebar = self._sidebar or FilterSidebar(self._query, self._look)
        sidebar.display = shown
        # Mounted without its class, it would take room from the table for a frame.
        sidebar.set_class(not self._is_wide, "-over")
        if self._sidebar is None:
            self._sidebar = sidebar
            await self.mount(sidebar, before=0)
        return sidebar
