"""The filters, beside the table of faxes or laid over it."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Label, OptionList, Select

from faxtui.domain.query import (
    CUSTOMER,
    DEFAULT_SINCE,
    FROM,
    PERIOD,
    PERIODS,
    SINCE,
    TO,
    UNTIL,
    FaxQuery,
    Filter,
    Filters,
    period_of,
    typed_number,
)
from faxtui.domain.text import visible
from faxtui.errors import InvalidValue, Refused
from faxtui.translation import N_, _, number
from faxtui.ui.display import DisplayOptions
from faxtui.ui.widgets.fax_table import FaxTable
from faxtui.ui.widgets.fields import ChoiceField, Labelled, Line

ROOM_FOR_SIDEBAR = 100
"""Columns of the terminal from which the sidebar stands beside the table."""


class Body(Horizontal):
    """The table, with the filters beside it or laid over it.

    ``has_sidebar``: the operator wants them beside the table if there is room. They are created when first needed.
    """

    def __init__(self, table: FaxTable, options: DisplayOptions, query: FaxQuery, *, has_sidebar: bool) -> None:
        super().__init__(table)
        self.has_sidebar = has_sidebar
        self._table = table
        self._options = options
        self._query = query
        self._refusal: Refused | None = None
        self._sidebar: FilterSidebar | None = None

    async def on_resize(self) -> None:
        await self.adapt()

    def follow(self, query: FaxQuery, refusal: Refused | None) -> None:
        """Show the query, and what the service rejected of it; what is being typed stays."""
        self._query, self._refusal = query, refusal
        if self._sidebar is not None and self._sidebar.is_mounted:
            self._sidebar.follow(query)
            if refusal is not None:
                self._sidebar.show_refusal(refusal)

    async def edit(self, error: InvalidValue | None = None) -> None:
        """Go to the filters, and to the invalid one if there is one."""
        sidebar = await self._arrange(shown=True)
        if sidebar is None:
            return
        if self._refusal is not None:
            sidebar.show_refusal(self._refusal)
        if error is None:
            sidebar.focus_first()
        else:
            sidebar.show_invalid(error)

    async def leave(self) -> None:
        """Go back to the table."""
        self._table.focus()
        await self._arrange(shown=self._is_wide and self.has_sidebar)

    async def adapt(self) -> None:
        """Show or hide the filters after the size or the focus changed: filters being edited stay, others need room."""
        await self._arrange(shown=self.is_editing or (self._is_wide and self.has_sidebar))

    def show_applied(self) -> None:
        if self._sidebar is not None:
            self._sidebar.show(self._query)

    async def toggle(self) -> None:
        """Show or hide the filters: permanently if they stand beside the table."""
        if self._is_wide:
            self.has_sidebar = not self.has_sidebar
            await self.adapt()
        else:
            await self.edit()

    @property
    def is_editing(self) -> bool:
        return self._sidebar is not None and self._sidebar.has_focus_within

    @property
    def _is_wide(self) -> bool:
        return self.screen.size.width >= ROOM_FOR_SIDEBAR

    async def _arrange(self, *, shown: bool) -> FilterSidebar | None:
        if self._sidebar is None and not shown:
            return None
        sidebar = self._sidebar or FilterSidebar(self._query, self._options)
        sidebar.display = shown
        # Mounted without its class, it would take room from the table for a frame.
        sidebar.set_class(not self._is_wide, "-over")
        if self._sidebar is None:
            self._sidebar = sidebar
            await self.mount(sidebar, before=0)
        return sidebar


CUSTOM_PERIOD = -1
PAGE_SIZES = (10, 25, 50, 100, 200, 500, 1000)
_TYPED: tuple[Filter, ...] = (SINCE, UNTIL, FROM, TO, CUSTOMER)


class FilterSidebar(VerticalScroll, can_focus=False):
    """A form for the filters of a query. Enter applies; an invalid value is explained at its field and stays."""

    class Chosen(Message):
        """Show these filters and this page size. ``stays``: the operator is still choosing."""

        def __init__(self, filters: Filters, page_size: int, *, stays: bool = False) -> None:
            super().__init__()
            self.filters = filters
            self.page_size = page_size
            self.stays = stays

    class Cancelled(Message):
        """Go back: nothing was changed."""

    BINDINGS = [
        ("escape,q", "leave", "Back"),
        Binding("down,tab", "next_field", show=False, priority=True),
        Binding("up,shift+tab", "previous_field", show=False, priority=True),
        Binding("enter", "apply", show=False, priority=True),
    ]
    HINT = N_("Enter apply   Tab next field   Space open a list   Esc back")

    def __init__(self, query: FaxQuery, options: DisplayOptions) -> None:
        super().__init__()
        self._query = query
        self._options = options

    def compose(self) -> ComposeResult:
        periods = [(_(each.label), number) for number, each in enumerate(PERIODS)]
        yield Label(_("Filters"), classes="title")
        yield Labelled(
            _("Period"),
            ChoiceField(
                [*periods, (_("Custom range"), CUSTOM_PERIOD)],
                value=self._number_of_period(),
                allow_blank=False,
                compact=True,
                id="period",
            ),
            id="field-period",
        )
        for each in _TYPED:
            yield Labelled(_(each.label), Line(placeholder=_(each.placeholder), id=each.name), id=f"field-{each.name}")
        yield Labelled(
            _("Per page"),
            ChoiceField(
                _sizes_with(self._query.page_size),
                value=self._query.page_size,
                allow_blank=False,
                compact=True,
                id="page_size",
            ),
        )
        with Horizontal(classes="buttons"):
            yield Button(_("Apply"), id="apply", compact=True)
            yield Button(_("Clear all"), id="clear", compact=True)

    def on_mount(self) -> None:
        self.show(self._query)

    def follow(self, query: FaxQuery) -> None:
        """Fill in the fields if the query changed; what is being typed stays."""
        if (query.filters, query.page_size) != (self._query.filters, self._query.page_size):
            self.show(query)

    def show(self, query: FaxQuery) -> None:
        """Fill in the fields."""
        self._query = query
        self._period.value = self._number_of_period()
        self.query_one("#page_size", ChoiceField).offer(_sizes_with(query.page_size), query.page_size)
        is_custom = self._period.value == CUSTOM_PERIOD
        for each in _TYPED:
            self._line(each).value = query.filters.get(each) or "" if is_custom or each not in PERIOD else ""
        self._show_custom_period(is_custom)
        self._clear_errors()

    def show_refusal(self, refusal: Refused) -> None:
        """Show at each field why the service rejected it."""
        reasons = dict(refusal.reasons)
        for each in _TYPED:
            reason = reasons.get(each.name)
            if reason is not None:
                self._field_of(each).show_error(self._visible(reason))

    def show_invalid(self, error: InvalidValue) -> None:
        """Explain an invalid value at its field."""
        self._clear_errors()
        for each in _TYPED:
            if each.name == error.field:
                self._field_of(each).show_error(self._visible(str(error)))
        self.focus_first()

    def focus_first(self) -> None:
        """Focus the first invalid field, else the first text."""
        wrong = next((each for each in self.query(Labelled) if each.is_wrong), None)
        if wrong is None:
            self._line(SINCE if self._period.value == CUSTOM_PERIOD else FROM).focus()
        else:
            wrong.field.focus()
            self.call_after_refresh(wrong.scroll_visible, animate=False)

    def action_leave(self) -> None:
        self.show(self._query)
        self.post_message(self.Cancelled())

    def action_next_field(self) -> None:
        self.screen.focus_next(f"{type(self).__name__} *")

    def action_previous_field(self) -> None:
        self.screen.focus_previous(f"{type(self).__name__} *")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave ↑, ↓ and Enter to an open list of choices, and Enter to a button."""
        focused = self.screen.focused
        match action:
            case "next_field" | "previous_field":
                return not isinstance(focused, OptionList)
            case "apply":
                return not isinstance(focused, OptionList | Button)
            case _:
                return True

    def on_key(self, event: events.Key) -> None:
        """Go back with q, but not from a text or an open list of choices. No other letter is a command here."""
        goes_back = event.key == "q" and not isinstance(self.screen.focused, OptionList)
        if event.is_printable and event.key != "space" and not goes_back:
            event.stop()

    @on(Button.Pressed, "#apply")
    def action_apply(self) -> None:
        self._apply(stays=False)

    def _apply(self, *, stays: bool) -> None:
        try:
            filters = Filters(self._typed())
        except InvalidValue as error:
            self.show_invalid(error)
            return
        self._clear_errors()
        size = self.query_one("#page_size", Select).value
        self.post_message(self.Chosen(filters, size if isinstance(size, int) else self._query.page_size, stays=stays))

    @on(Button.Pressed, "#clear")
    def _clear(self) -> None:
        self.post_message(self.Chosen(Filters(), self._query.page_size))

    @on(Select.Changed, "#period")
    def _period_changed(self, event: Select.Changed) -> None:
        is_custom = event.value == CUSTOM_PERIOD
        self._show_custom_period(is_custom)
        if event.value == self._number_of_period():
            return
        if is_custom:
            self._line(SINCE).focus()
        else:
            self._apply(stays=True)

    @on(Select.Changed, "#page_size")
    def _page_size_changed(self, event: Select.Changed) -> None:
        if event.value != self._query.page_size:
            self._apply(stays=True)

    @property
    def _period(self) -> Select[int]:
        return self.query_one("#period", Select)

    def _number_of_period(self) -> int:
        named = period_of(self._query.filters)
        return CUSTOM_PERIOD if named is None else PERIODS.index(named)

    def _line(self, each: Filter) -> Line:
        return self.query_one(f"#{each.name}", Line)

    def _typed(self) -> dict[str, str]:
        typed = {each.name: self._line(each).value for each in _TYPED}
        for each in (FROM, TO):
            # What is filtered by already may be a row's own number.
            if typed[each.name] != self._query.filters.get(each):
                typed[each.name] = typed_number(each, typed[each.name])
        chosen = self._period.value
        if isinstance(chosen, int) and chosen != CUSTOM_PERIOD:
            period = PERIODS[chosen]
            since = "" if period.since == DEFAULT_SINCE else period.since
            typed |= {SINCE.name: since, UNTIL.name: period.until}
        return typed

    def _show_custom_period(self, is_custom: bool) -> None:
        for each in PERIOD:
            self.query_one(f"#field-{each.name}").display = is_custom

    def _field_of(self, each: Filter) -> Labelled:
        """Return the field of a filter: for a start or an end the period, unless that is a custom one."""
        is_named = each in PERIOD and self._period.value != CUSTOM_PERIOD
        return self.query_one("#field-period" if is_named else f"#field-{each.name}", Labelled)

    def _visible(self, text: str) -> str:
        return self._options.glyphs.write(visible(text))

    def _clear_errors(self) -> None:
        for each in self.query(Labelled):
            each.show_error()


def _sizes_with(size: int) -> list[tuple[str, int]]:
    """Return the usual page sizes, and this one, which may come from the configuration."""
    return [(number(each), each) for each in sorted({*PAGE_SIZES, size})]
