"""Where notifications stand, and how what went wrong is seen."""

from console import SMALL, Console, console
from wire import Wire

from faxtui.demo.asgi import Response
from faxtui.terminal.capabilities import Capabilities, Colours
from faxtui.ui.widgets.bars import MessageBar

RULE = "─" * 80


def line(desk: Console) -> str:
    return desk.text(MessageBar).rstrip()


async def test_a_notification_takes_the_line_above_the_page_bar_and_covers_no_row() -> None:
    async with console() as desk:
        rows = desk.rows
        assert line(desk) == RULE
        desk.app.notify("Saved.")
        await desk.until_shown(" Saved.")
        assert line(desk) == " Saved."
        assert desk.rows == rows
        assert desk.text(MessageBar) == desk.lines[21]


async def test_it_goes_by_itself() -> None:
    async with console() as desk:
        desk.app.notify("Saved.", timeout=1.5)
        await desk.until_shown(" Saved.")
        await desk.until(lambda: line(desk) == RULE)


async def test_esc_clears_it() -> None:
    async with console() as desk:
        desk.app.warn("Not saved.")
        await desk.until_shown("! Not saved.")
        await desk.press("escape")
        await desk.until(lambda: line(desk) == RULE)


async def test_a_long_one_takes_more_lines_and_the_cursor_stays_in_sight() -> None:
    async with console() as desk:
        await desk.press("end")
        last = desk.current
        desk.app.warn("Not saved. " * 20)
        await desk.until_shown("! Not saved.")
        assert len(desk.text(MessageBar).splitlines()) > 2
        assert any(row.startswith("▌") for row in desk.rows)
        assert desk.current == last


async def test_of_several_the_problems_and_the_newest_other_are_shown() -> None:
    async with console() as desk:
        for sentence in ("One.", "Two."):
            desk.app.notify(sentence)
            desk.app.warn(f"No {sentence.lower()}")
        await desk.until_shown("No two.")
        assert [each.strip() for each in desk.text(MessageBar).splitlines()] == ["! No one.", "Two.", "! No two."]


async def test_the_same_again_is_shown_once() -> None:
    async with console() as desk:
        for _ in range(3):
            desk.app.warn("No.")
        await desk.settle()
        assert line(desk) == " ! No."


async def test_an_error_has_a_sign_and_a_colour() -> None:
    async with console(wire=Wire(Response(500)), until="failed") as desk:
        bar = desk.page_bar
        assert " ! " in bar
        x, y = bar.splitlines()[0].index("! "), SMALL[1] - 1 - len(bar.splitlines())
        plain = desk.style_at(0, y).color
        assert desk.style_at(x, y).color != plain


async def test_without_colours_the_sign_is_still_there() -> None:
    async with console(capabilities=Capabilities(colours=Colours.NONE, utf8=False)) as desk:
        desk.app.warn("Not saved.")
        await desk.until_shown(" ! Not saved.")


async def test_a_notification_of_a_question_is_shown_after_it() -> None:
    async with console() as desk:
        await desk.press("s")
        desk.app.warn("Not saved.")
        await desk.settle()
        await desk.press("escape")
        await desk.until(lambda: line(desk) == " ! Not saved.")


async def test_at_the_end_of_a_page_the_cursor_says_what_comes() -> None:
    async with console() as desk:
        await desk.press("end", "down")
        await desk.until(lambda: line(desk) == " End of the page. n: next page")
        await desk.press("n")
        await desk.until_idle()
        await desk.press("home", "up")
        await desk.until(lambda: line(desk) == " Start of the page. p: previous page")
        await desk.press("greater_than_sign")
        await desk.until_idle()
        await desk.press("end", "pagedown")
        await desk.until(lambda: line(desk) == " End of the list.")
        await desk.press("n")
        await desk.until(lambda: line(desk) == " This is the last page.")


async def test_a_key_that_does_nothing_says_so() -> None:
    async with console() as desk:
        await desk.press("H")
        await desk.until(lambda: line(desk) == " H does nothing here. ? shows the keys.")
        await desk.press("u")
        await desk.until(lambda: line(desk) == " No fax is marked.")
        await desk.press("p")
        await desk.until(lambda: line(desk) == " This is the first page.")


async def test_a_key_of_a_field_or_a_menu_says_nothing() -> None:
    async with console() as desk:
        await desk.press("f", "f7", "escape", "s", "f7", "escape")
        assert line(desk) == RULE


async def test_without_utf_8_the_rule_is_ascii() -> None:
    async with console(capabilities=Capabilities(colours=Colours.NONE, utf8=False)) as desk:
        assert line(desk) == "-" * 80
