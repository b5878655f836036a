"""A field of a form: its label, the input, and below it what is wrong with what was typed.

The table, and the filters beside it or laid over it.

The filters, beside the table or laid over it."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Label, OptionList, Select

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
)
from faxtui.domain.text import first_line, visible, without_invisible
from faxtui.errors import InvalidValue, Refused
from faxtui.ui.display import DisplayOptions
from faxtui.ui.widgets.choices import ChoiceField
from faxtui.ui.widgets.fax_table import FaxTable


class Labelled(Vertical):
    """A field of a form with its label and, if its value is invalid, the reason below it."""

    DEFAULT_CSS = """
    Labelled {
        height: auto;
        &:focus-within { height: auto; }  /* makes Textual look at the label again when the focus moves */
        & > .problem { color: $text-error; display: none; width: 1fr; }
        &.-wrong > .problem { display: block; }
    }
    """

    def __init__(self, label: str, field: Widget, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self.field = field
        self._error = Label("", classes="problem", markup=False)

    def compose(self) -> ComposeResult:
        yield Label(self._label, markup=False)
        yield self.field
        yield self._error

    @property
    def is_wrong(self) -> bool:
        return self.has_class("-wrong")

    def show_error(self, message: str = "") -> None:
        self._error.update(message)
        self.set_class(bool(message), "-wrong")


class Line(Input):
    """A one-line input without a frame. It accepts only what can be seen, and of a paste the first line with text."""

    DEFAULT_CSS = "Line { width: 1fr; }"

    def __init__(
        self, value: str = "", placeholder: str = "", *, password: bool = False, id: str | None = None
    ) -> None:
        super().__init__(value, placeholder, password=password, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def on_mount(self) -> None:
        """Dim alone would tell what is not typed, which not every terminal can show."""
        if self.placeholder and self.app.native_ansi_color:
            self.placeholder = f"({self.placeholder})"

    def validate_value(self, value: str) -> str:
        return visible(without_invisible(value))

    def replace(self, text: str, start: int, end: int) -> None:
        """The cursor goes by the length of what is accepted."""
        super().replace(without_invisible(text), start, end)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        line = first_line(event.text)
        if line:
            self.replace(line, *self.selection)


ROOM_FOR_SIDEBAR = 100
"""Columns of the terminal from which on the sidebar stands beside the table."""


class Body(Horizontal):
    """``has_sidebar`` is whether the operator wants it beside the table where there is room.

    It is made when it is first needed: a narrow terminal starts without it.
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
        await self.settle()

    def follow(self, query: FaxQuery, refusal: Refused | None) -> None:
        """Show what is asked for, and what the service would not take of it; what is being typed stays."""
        self._query, self._refusal = query, refusal
        if self._sidebar is not None and self._sidebar.is_mounted:
            self._sidebar.follow(query)
            if refusal is not None:
                self._sidebar.show_refusal(refusal)

    async def edit(self, error: InvalidValue | None = None) -> None:
        """Go to the filters, and to the one that can't be taken if there is one."""
        sidebar = await self._place(shown=True)
        if sidebar is None:
            return
        if self._refusal is not None:
            sidebar.show_refusal(self._refusal)
        if error is None:
            sidebar.focus_first()
        else:
            sidebar.show_invalid(error)

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
        sidebar = self._sidebar or FilterSidebar(self._query, self._options)
        sidebar.display = shown
        # Mounted without its class, it would take room from the table for a frame.
        sidebar.set_class(not self._is_wide, "-over")
        if self._sidebar is None:
            self._sidebar = sidebar
            await self.mount(sidebar, before=0)
        return sidebar


OWN_PERIOD = -1
PAGE_SIZES = (10, 25, 50, 100, 200, 500, 1000)
_TYPED: tuple[Filter, ...] = (SINCE, UNTIL, FROM, TO, CUSTOMER)


class FilterSidebar(VerticalScroll, can_focus=False):
    """Takes a query, posts what was chosen. Enter applies; a bad value is explained at its field and stays."""

    class Chosen(Message):
        """These filters and this page size are wanted."""

        def __init__(self, filters: Filters, page_size: int) -> None:
            super().__init__()
            self.filters = filters
            self.page_size = page_size

    class Left(Message):
        """Esc: nothing was changed."""

    BINDINGS = [
        ("escape,q", "leave", "Back"),
        Binding("down", "next_field", show=False, priority=True),
        Binding("up", "previous_field", show=False, priority=True),
    ]
    HINT = "Enter apply   Tab next field   Esc back"

    def __init__(self, query: FaxQuery, options: DisplayOptions) -> None:
        super().__init__()
        self._query = query
        self._options = options

    def compose(self) -> ComposeResult:
        periods = [(each.label, number) for number, each in enumerate(PERIODS)]
        yield Label("Filters", classes="title")
        yield Labelled(
            "Period",
            ChoiceField(
                [*periods, ("Custom range", OWN_PERIOD)],
                value=self._number_of_period(),
                allow_blank=False,
                compact=True,
                id="period",
            ),
            id="field-period",
        )
        for each in _TYPED:
            yield Labelled(each.label, Line(placeholder=each.placeholder, id=each.name), id=f"field-{each.name}")
        yield Labelled(
            "Per page",
            ChoiceField(
                _sizes_with(self._query.page_size),
                value=self._query.page_size,
                allow_blank=False,
                compact=True,
                id="page_size",
            ),
        )
        with Horizontal(classes="buttons"):
            yield Button("Apply", id="apply", compact=True)
            yield Button("Clear all", id="clear", compact=True)

    def on_mount(self) -> None:
        self.show(self._query)

    def follow(self, query: FaxQuery) -> None:
        """Fill the fields in where something else is asked for now; what is being typed stays."""
        if (query.filters, query.page_size) != (self._query.filters, self._query.page_size):
            self.show(query)

    def show(self, query: FaxQuery) -> None:
        """Fill the fields in with what is asked for."""
        self._query = query
        self._period.value = self._number_of_period()
        self.query_one("#page_size", ChoiceField).offer(_sizes_with(query.page_size), query.page_size)
        is_own = self._period.value == OWN_PERIOD
        for each in _TYPED:
            self._line(each).value = query.filters.get(each) or "" if is_own or each not in PERIOD else ""
        self._show_own_period(is_own)
        self._clear_errors()

    def show_refusal(self, refusal: Refused) -> None:
        """Tell beside each field what the service said of it."""
        said = dict(refusal.reasons)
        for each in _TYPED:
            reason = said.get(each.name)
            if reason is not None:
                self._place_of(each).show_error(self._written(reason))

    def show_invalid(self, error: InvalidValue) -> None:
        """Explain a value that can't be taken, at the field it was typed in."""
        self._clear_errors()
        for each in _TYPED:
            if each.name == error.field:
                place = self._place_of(each)
                place.show_error(self._written(str(error)))
        self.focus_first()

    def focus_first(self) -> None:
        """The first field that needs mending, else the first of all."""
        wrong = next((each for each in self.query(Labelled) if each.is_wrong), None)
        if wrong is None:
            self._period.focus()
        else:
            wrong.field.focus()
            self.call_after_refresh(wrong.scroll_visible, animate=False)

    def action_leave(self) -> None:
        self.show(self._query)
        self.post_message(self.Left())

    def action_next_field(self) -> None:
        self.screen.focus_next(f"{type(self).__name__} *")

    def action_previous_field(self) -> None:
        self.screen.focus_previous(f"{type(self).__name__} *")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In an open list of choices ↑ and ↓ choose."""
        return action not in ("next_field", "previous_field") or not isinstance(self.screen.focused, OptionList)

    def on_key(self, event: events.Key) -> None:
        """q goes back, but not from a text or an open list of choices. No other letter is a command here."""
        goes_back = event.key == "q" and not isinstance(self.screen.focused, OptionList)
        if event.is_printable and event.key != "space" and not goes_back:
            event.stop()

    @on(Input.Submitted)
    @on(Button.Pressed, "#apply")
    def _apply(self) -> None:
        try:
            filters = Filters(self._typed())
        except InvalidValue as error:
            self.show_invalid(error)
            return
        self._clear_errors()
        size = self.query_one("#page_size", Select).value
        self.post_message(self.Chosen(filters, size if isinstance(size, int) else self._query.page_size))

    @on(Button.Pressed, "#clear")
    def _clear(self) -> None:
        self.post_message(self.Chosen(Filters(), self._query.page_size))

    @on(Select.Changed, "#period")
    def _period_changed(self, event: Select.Changed) -> None:
        own = event.value == OWN_PERIOD
        self._show_own_period(own)
        if event.value == self._number_of_period():
            return
        if own:
            self._line(SINCE).focus()
        else:
            self._apply()

    @on(Select.Changed, "#page_size")
    def _page_size_changed(self, event: Select.Changed) -> None:
        if event.value != self._query.page_size:
            self._apply()

    @property
    def _period(self) -> Select[int]:
        return self.query_one("#period", Select)

    def _number_of_period(self) -> int:
        named = period_of(self._query.filters)
        return OWN_PERIOD if named is None else PERIODS.index(named)

    def _line(self, each: Filter) -> Line:
        return self.query_one(f"#{each.name}", Line)

    def _typed(self) -> dict[str, str]:
        typed = {each.name: self._line(each).value for each in _TYPED}
        chosen = self._period.value
        if isinstance(chosen, int) and chosen != OWN_PERIOD:
            period = PERIODS[chosen]
            since = "" if period.since == DEFAULT_SINCE else period.since
            typed |= {SINCE.name: since, UNTIL.name: period.until}
        return typed

    def _show_own_period(self, own: bool) -> None:
        for each in PERIOD:
            self.query_one(f"#field-{each.name}").display = own

    def _place_of(self, each: Filter) -> Labelled:
        """Where that filter is set: a start or an end by the period, unless they are the operator's own."""
        is_named = each in PERIOD and self._period.value != OWN_PERIOD
        return self.query_one("#field-period" if is_named else f"#field-{each.name}", Labelled)

    def _written(self, text: str) -> str:
        return self._options.glyphs.write(visible(text))

    def _clear_errors(self) -> None:
        for each in self.query(Labelled):
            each.show_error()


def _sizes_with(size: int) -> list[tuple[str, int]]:
    """The usual page sizes, and this one, which may come from the configuration."""
    return [(f"{each:,}", each) for each in sorted({*PAGE_SIZES, size})]
