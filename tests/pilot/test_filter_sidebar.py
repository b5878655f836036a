"""The filters: what is typed, applied, explained, kept."""

import pytest
from console import LARGE, NARROW, SMALL, Console, console
from textual import events
from textual.widgets import Input, Select
from wire import Wire, listing, resource

from faxtui.demo.asgi import Response
from faxtui.domain.query import FILTERS, PERIODS, SINCE, FaxQuery, Filters
from faxtui.odyssey.listing import PARAMETERS

REFUSAL = Response.json(
    400,
    {
        "Message": "The request is invalid.",
        "ModelState": {"filterFrom": ["The number has too few digits."], "customerNumber": ["No such customer."]},
    },
)


async def edit(desk: Console, name: str) -> Input:
    """Open the filters and go to a field."""
    await desk.press("f")
    await desk.until(lambda: isinstance(desk.app.focused, Input))
    line = desk.sidebar.query_one(f"#{name}", Input)
    while desk.app.focused is not line:
        await desk.press("tab")
    return line


async def choose_period(desk: Console, row: int) -> None:
    await desk.press("f")
    await desk.until(lambda: isinstance(desk.app.focused, Input))
    desk.sidebar.query_one("#period").focus()
    await desk.press("space", "home", *["down"] * row, "enter")


async def test_a_wide_terminal_has_them_beside_the_table_and_a_narrow_one_lays_them_over_it() -> None:
    async with console(size=LARGE) as desk:
        assert "Filters" in desk.screen
        assert desk.table.region.x == desk.sidebar.region.right
        await desk.resize(SMALL)
        assert "Filters  " not in desk.text(desk.table)
        await desk.press("f")
        await desk.until_shown("From number", "Per page")
        assert desk.table.region.x == 0
        await desk.press("escape")
        await desk.until(lambda: "From number" not in desk.screen)


@pytest.mark.parametrize(
    ("name", "parameter"), [(each.name, PARAMETERS[each]) for each in FILTERS if each is not SINCE]
)
async def test_enter_applies_what_is_typed(name: str, parameter: str) -> None:
    async with console(query=FaxQuery(filters=Filters({"since": "2026-11-01"}), page=2)) as desk:
        value = "2026-11-22" if name == "until" else "60300"
        await edit(desk, name)
        await desk.paste(value)
        await desk.press("enter")
        await desk.until_asked(2)
        await desk.until_idle()
        assert desk.wire.last[parameter.lower()] == ("2026-11-22T23:00:00.000Z" if name == "until" else value)
        assert desk.wire.last["pageindex"] == "1"
        assert value in desk.header


@pytest.mark.parametrize("row", [0, 1, 5])
async def test_a_period_is_chosen_by_its_name(row: int) -> None:
    async with console() as desk:
        await choose_period(desk, row)
        await desk.until_asked(2)
        await desk.until_idle()
        assert PERIODS[row].label in desk.header
        assert ("filterenddate" in desk.wire.last) is bool(PERIODS[row].until)
        assert desk.sidebar.query_one("#period").has_focus


async def test_own_start_and_end_are_typed_into_fields_of_their_own() -> None:
    async with console() as desk:
        await choose_period(desk, len(PERIODS))
        await desk.until_shown("Since", "Until")
        await desk.paste("2026-11-20 08:00")
        await desk.press("tab")
        await desk.paste("2026-11-20 18:00")
        await desk.press("enter")
        await desk.until_asked(2)
        await desk.until_idle()
        assert desk.wire.last["filterstartdate"] == "2026-11-20T07:00:00.000Z"
        assert desk.wire.last["filterenddate"] == "2026-11-20T17:00:00.000Z"
        assert "since 2026-11-20 08:00 · until 2026-11-20 18:00" in desk.header


async def test_a_named_period_chosen_again_takes_the_own_start_and_end_away() -> None:
    async with console(size=LARGE) as desk:
        await choose_period(desk, len(PERIODS))
        await desk.until_shown("Since", "Until")
        await desk.press("shift+tab", "space", "home", *["down"] * 4, "enter")
        await desk.until(lambda: "Since" not in desk.screen)
        assert len(desk.wire.queries) == 1


async def test_the_page_size_is_chosen_from_a_list() -> None:
    async with console(size=LARGE) as desk:
        await desk.press("f")
        desk.sidebar.query_one("#page_size", Select).focus()
        await desk.press("space", "home", "enter")
        await desk.until_asked(2)
        await desk.until_idle()
        assert desk.wire.last["pagesize"] == "10"
        assert "1–10 of" in desk.page_bar


@pytest.mark.parametrize(
    ("size", "name", "typed", "explained"),
    [
        (SMALL, "customer", "Müller", "A customer is an integer"),
        (NARROW, "customer", "60300.", "A customer is an integer"),
        (LARGE, "from", "0" * 65, "at most 64 characters"),
        (SMALL, "since", "2026-13-01", "does not exist in the calendar"),
        (LARGE, "since", "last year", "is not a valid date or time"),
        (NARROW, "until", "2020-01-01", "The end is not after the start"),
    ],
)
async def test_a_value_that_cannot_be_taken_is_explained_at_its_field_and_stays(
    size: tuple[int, int], name: str, typed: str, explained: str
) -> None:
    async with console(size=size, query=FaxQuery(filters=Filters({"since": "2026-11-01"}))) as desk:
        line = await edit(desk, name)
        await desk.press("ctrl+u")
        await desk.paste(typed)
        await desk.press("enter")
        said = desk.sidebar.query_one(f"#field-{name} > .problem")
        await desk.until(lambda: explained in desk.words(said))
        assert (line.value, line.has_focus) == (typed, True)
        assert len(desk.wire.queries) == 1
        await desk.press("ctrl+u", "enter")
        await desk.until(lambda: not said.display)


async def test_what_the_service_refuses_is_explained_beside_the_filter_and_in_the_page_bar() -> None:
    async with console(size=LARGE) as desk:
        rows = desk.rows
        line = await edit(desk, "from")
        desk.wire.says = REFUSAL
        await desk.paste("04")
        await desk.press("enter")
        await desk.until_failed()
        assert "The number has too few digits." in desk.words(desk.sidebar)
        assert "No such customer." in desk.text(desk.sidebar)
        assert "the service rejected the request: from: The number has too few digits." in desk.page_bar
        assert "f edit filters" in desk.page_bar
        assert line.value == "04"
        assert rows[: len(desk.rows)] == desk.rows
        desk.wire.says = None
        await desk.press("f")
        await desk.until(lambda: line.has_focus)
        await desk.paste("78")
        await desk.press("enter")
        await desk.until_idle()
        assert "too few digits" not in desk.screen


async def test_what_the_service_refused_is_told_where_the_filters_are_opened_later() -> None:
    async with console() as desk:
        desk.wire.says = REFUSAL
        await edit(desk, "from")
        await desk.paste("04")
        await desk.press("enter")
        await desk.until_failed()
        await desk.press("f")
        await desk.until(lambda: "The number has too few" in desk.text(desk.sidebar))
        assert desk.sidebar.query_one("#from").has_focus


async def test_a_start_refused_of_a_named_period_is_told_at_the_period() -> None:
    refusal = Response.json(400, {"ModelState": {"filterStartDate": ["Too long ago."]}})
    async with console(size=LARGE) as desk:
        desk.wire.says = refusal
        await choose_period(desk, 5)
        await desk.until_failed()
        assert "Too long ago." in desk.text(desk.sidebar.query_one("#field-period"))
        assert "Since" not in desk.screen


async def test_letters_typed_in_a_field_are_text_and_never_commands() -> None:
    commands = "npqrsofFcgjk/?<>"
    async with console(size=LARGE) as desk:
        line = await edit(desk, "from")
        await desk.press(*commands)
        assert line.value == commands
        await desk.press("shift+tab", *"nrof")
        assert len(desk.wire.queries) == 1
        assert desk.app.screen is desk.browser
        assert "Enter apply" in desk.key_bar


async def test_up_and_down_go_from_field_to_field_and_stay_among_them() -> None:
    async with console() as desk:
        await desk.press("f", "down", "4", "2", "up", "0")
        assert [desk.app.screen.query_one(each, Input).value for each in ("#from", "#to")] == ["0", "42"]
        for back, on in (("up", "down"), ("shift+tab", "tab")):
            await desk.press(back, back)
            assert desk.app.focused is desk.app.screen.query_one("#clear")
            await desk.press(on)
            assert desk.app.focused is desk.app.screen.query_one("#period")
            await desk.press(on)


async def test_f_goes_to_the_first_text_and_enter_applies_from_any_field() -> None:
    async with console(size=LARGE) as desk:
        await desk.press("f", *"0478")
        desk.sidebar.query_one("#page_size").focus()
        await desk.press("enter")
        await desk.until_asked(2)
        assert desk.wire.last["filterfrom"] == "0478"
        assert desk.table.has_focus


async def test_on_a_narrow_terminal_the_columns_that_are_filtered_stay_in_sight() -> None:
    async with console() as desk:
        await desk.press("f")
        await desk.until_shown("Per page")
        assert {"Received", "From", "To"} <= set(desk.headings.split())
        assert desk.sidebar.region.right == 80


async def test_a_list_that_is_filtered_at_the_start_says_so() -> None:
    async with console(query=FaxQuery(filters=Filters({"from": "0478"}))) as desk:
        await desk.until_shown("This list is filtered: Last 7 days · from 0478. f edit filters")
        assert "filtered: Last 7 days · from 0478" in desk.header


@pytest.mark.parametrize(("key", "parameter"), [("S", "filterfrom"), ("T", "filterto")])
async def test_a_key_shows_only_this_sender_and_again_what_was_there_before(key: str, parameter: str) -> None:
    async with console(query=FaxQuery(filters=Filters({"customer": "60300"}), page=2)) as desk:
        await desk.press("down")
        fax, rows = desk.current, desk.rows
        await desk.press(key)
        await desk.until_asked(2)
        await desk.until_idle()
        assert desk.wire.last[parameter] == (fax.sender if key == "S" else fax.recipient)
        assert (desk.wire.last["customernumber"], desk.wire.last["pageindex"]) == ("60300", "1")
        assert desk.current == fax
        await desk.press(key)
        await desk.until_idle()
        await desk.until(lambda: desk.rows == rows)
        assert desk.view.query.page == 2
        assert parameter not in desk.wire.last


async def test_esc_leaves_the_filters_as_they_are_applied() -> None:
    async with console(size=LARGE, query=FaxQuery(filters=Filters({"from": "0478"}))) as desk:
        line = await edit(desk, "from")
        await desk.paste("99")
        await desk.press("escape")
        assert desk.table.has_focus
        assert line.value == "0478"
        assert len(desk.wire.queries) == 1


async def test_clear_all_takes_every_filter_away() -> None:
    filters = Filters({"from": "0478", "to": "134296015", "since": "30d"})
    async with console(size=LARGE, query=FaxQuery(filters=filters)) as desk:
        await desk.click_text("Clear all")
        await desk.until_asked(2)
        await desk.until_idle()
        assert not desk.view.query.filters
        assert desk.header.rstrip().endswith("Last 7 days")


async def test_what_is_being_typed_stays_while_an_answer_comes_in() -> None:
    async with console(size=LARGE) as desk:
        desk.wire.hold()
        await desk.press("r")
        line = await edit(desk, "from")
        await desk.paste("047")
        desk.wire.says = listing([resource(7)])
        desk.wire.let_go()
        await desk.until_shown("1–1 of 1")
        assert (line.value, line.has_focus) == ("047", True)


async def test_what_is_being_typed_stays_when_the_terminal_changes_its_size() -> None:
    async with console(size=LARGE) as desk:
        line = await edit(desk, "to")
        await desk.paste("134")
        for size in (SMALL, NARROW, LARGE, SMALL):
            await desk.resize(size)
            assert (line.value, line.has_focus) == ("134", True)
            assert "134" in desk.text(desk.sidebar)
        await desk.paste("296015")
        await desk.press("enter")
        await desk.until_asked(2)
        assert desk.wire.last["filterto"] == "134296015"


async def test_a_click_on_the_table_lays_the_filters_aside_with_what_was_typed() -> None:
    async with console() as desk:
        line = await edit(desk, "from")
        await desk.paste("047")
        await desk.click(10, 10)
        await desk.until(lambda: "From number" not in desk.screen)
        await desk.press("f")
        await desk.until_shown("From number")
        assert line.value == "047"


async def test_the_sidebar_is_hidden_and_shown_again_with_its_key() -> None:
    async with console(size=LARGE) as desk:
        await desk.press("F")
        await desk.until(lambda: "From number" not in desk.screen)
        assert desk.table.region.width == 120
        await desk.press("f")
        await desk.until_shown("From number")
        await desk.press("escape")
        await desk.until(lambda: "From number" not in desk.screen)
        await desk.press("F")
        await desk.until_shown("From number")
        assert desk.table.has_focus


async def test_a_period_without_length_given_at_the_start_is_explained_and_can_be_mended() -> None:
    filters = Filters({"since": "2026-11-20", "until": "2026-11-10"})
    async with console(query=FaxQuery(filters=filters), until="started") as desk:
        await desk.until(lambda: "The end is not after the start" in desk.words(desk.sidebar))
        await desk.press("ctrl+u", "enter")
        await desk.until_idle()
        assert desk.table.current is not None


async def test_what_is_pasted_is_made_visible() -> None:
    async with console(size=LARGE) as desk:
        line = await edit(desk, "from")
        line.post_message(events.Paste("04\x1b[31m78\u202e"))
        await desk.until(lambda: line.value == "04␛[31m78")
        assert "04␛[31m78" in desk.screen


async def test_no_faxes_are_told_of_with_what_was_asked_for() -> None:
    async with console(wire=Wire(listing([])), query=FaxQuery(filters=Filters({"from": "0478"}))) as desk:
        assert "no faxes from 0478, last 7 days" in desk.page_bar
        assert "f edit filters" in desk.page_bar


@pytest.mark.parametrize(
    ("pasted", "value"),
    [
        ("\u202a0478\u202c", "0478"),
        ("\u200e\u200b04\ufeff\u00ad78", "0478"),
        ("\n0478", "0478"),
        ("\r\n \r\n\u200b\r\n  0478\t\r\n0499", "0478"),
        ("04\u00a078", "04 78"),
    ],
)
async def test_a_number_is_pasted_as_it_is_seen(pasted: str, value: str) -> None:
    async with console(size=LARGE) as desk:
        line = await edit(desk, "from")
        await desk.paste("5")
        await desk.press("home")
        await desk.paste(pasted)
        assert (line.value, line.cursor_position) == (f"{value}5", len(value))
        await desk.press("enter")
        await desk.until_asked(2)
        assert desk.wire.last["filterfrom"] == f"{value}5".replace(" ", "")


async def test_a_paste_without_text_changes_nothing() -> None:
    async with console(size=LARGE) as desk:
        line = await edit(desk, "from")
        for pasted in ("04", "\n", "", "\u200b\n", "78"):
            await desk.paste(pasted)
        assert line.value == "0478"


async def test_characters_that_nobody_can_see_are_not_typed_either() -> None:
    async with console(size=LARGE) as desk:
        line = await edit(desk, "from")
        for character in "\u202a0\u200b4\ufe0f7\u00ad8\ufeff\u3164":
            await desk.press(character)
        assert (line.value, line.cursor_position) == ("0478", 4)


async def test_a_paste_replaces_what_is_selected() -> None:
    async with console(size=LARGE) as desk:
        line = await edit(desk, "from")
        await desk.paste("0478")
        await desk.press("shift+home")
        await desk.paste("\n99\u200e")
        assert line.value == "99"


async def test_a_number_is_typed_in_any_way_but_a_row_s_own_stays_as_it_is() -> None:
    async with console(query=FaxQuery(filters=Filters({"from": "+33 4 65 71 09 63"}))) as desk:
        await edit(desk, "to")
        await desk.paste("+33 1 34 29 60 15")
        await desk.press("enter")
        await desk.until_asked(2)
        assert (desk.wire.last["filterfrom"], desk.wire.last["filterto"]) == ("+33 4 65 71 09 63", "134296015")
