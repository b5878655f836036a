"""Running the application to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from contextlib import suppress
from functools import partial

from faxtui.config.logs import explanation
from faxtui.domain.text import visible
from faxtui.signals import Orderly
from faxtui.ui.app import FaxApp
from faxtui.ui.drivers import give_back_terminal
from faxtui.ui.launch import Start
from faxtui.ui.marks import Marks

_STARTED = 3.0
"""Seconds after which the start is over."""
_CLOSING = 1.0
"""Seconds that what still runs at the end gets to end too: it may hang in a name look-up, or on a disk."""


def browse(start: Start) -> int:
    """Open the browser; returns the exit code once the terminal is as it was before."""
    # Textual takes an empty one for a set one; what it means is settled by now.
    os.environ.pop("NO_COLOR", None)
    app = FaxApp(start)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.call_later(_STARTED, _look_for_garbage)

    def end(code: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(partial(app.exit, return_code=code))

    def at_once() -> None:
        give_back_terminal(app.driver_in_use)

    # A terminal that goes away is a hang-up, whether or not that signal was to be ignored.
    with Orderly(end, at_once=at_once, also_ignored=True) as ending:
        try:
            loop.run_until_complete(app.run_async(mouse=start.first.settings.ui.mouse))
            _cancel_rest(loop)
        finally:
            # Closing does not wait for threads: one may hang in a name look-up.
            loop.close()
        if app.farewell:
            _tell(app.look.marks, app.farewell)
        error = app.failure
        if error is not None:
            _tell(app.look.marks, explanation(start.logs, error))
            return 1
        return ending.code or app.return_code or 0


def _look_for_garbage() -> None:
    """From here on, and not among what the start has loaded."""
    gc.freeze()
    gc.enable()


def _tell(marks: Marks, sentence: str) -> None:
    """On what may be a terminal that was hung up: then nobody is there to be told."""
    with suppress(OSError):
        print(f"faxtui: {marks.write(visible(sentence))}", file=sys.stderr, flush=True)


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_CLOSING))
    loop.run_until_complete(loop.shutdown_asyncgens())
