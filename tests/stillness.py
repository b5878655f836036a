"""When everything in the application has happened that happens at once."""

import asyncio

from textual.pilot import Pilot

_TURNS = 10_000
"""Of the event loop, in which what happens at once is over."""


async def settle(pilot: Pilot[None]) -> None:
    """Until every widget has done what it was told, and nothing but keys, timers and the wire brings more to do."""
    await _let_run(pilot)
    await pilot._wait_for_screen()
    await _let_run(pilot)


async def _let_run(pilot: Pilot[None]) -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
        if _is_busy():
            continue
        if pilot.app.screen_stack:
            pilot.app.screen._on_timer_update()
        if not _is_busy():
            return
    raise AssertionError("The application does not come to rest.")


def _is_busy() -> bool:
    return bool(asyncio.get_running_loop()._ready)  # type: ignore[attr-defined]
