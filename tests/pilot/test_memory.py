"""What is closed is let go: a shift opens hundreds of screens."""

import gc

from console import Console, console
from textual._styles_cache import StylesCache
from textual.screen import Screen
from textual.widget import Widget

from faxtui.ui.screens.fax import FaxScreen

_SCREENS = ("enter", "question_mark", "s", "g", "ctrl+p")


def alive(kind: type[object]) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


def is_drawn(desk: Console) -> bool:
    screen = desk.app.screen
    return not isinstance(screen, FaxScreen) or (screen._pane.has_shown and screen._pane.is_drawn)


async def look_around(desk: Console) -> None:
    for each in _SCREENS:
        await desk.press(each)
        await desk.until(lambda: len(desk.app.screen_stack) == 2)
        await desk.until(lambda: is_drawn(desk))
        await desk.settle()
        await desk.press("escape")
        await desk.until(lambda: len(desk.app.screen_stack) == 1)
        await desk.settle()


async def test_screens_that_are_closed_leave_nothing_behind() -> None:
    async with console(paints=True) as desk:
        await look_around(desk)
        before = {kind: alive(kind) for kind in (Screen, Widget, StylesCache)}
        for _ in range(4):
            await look_around(desk)
        after = {kind: alive(kind) for kind in before}
        assert all(after[kind] <= before[kind] + 5 for kind in before), (before, after)
