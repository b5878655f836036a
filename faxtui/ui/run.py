"""Running the application to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from functools import partial

from faxtui.config.logs import explanation
from faxtui.ui.app import FaxApp
from faxtui.ui.launch import Start

_STARTED = 3.0
"""Seconds after which the start is over."""
_ENDED_BY = {signal.SIGHUP: 129, signal.SIGINT: 130, signal.SIGTERM: 143}
"""Signals that end the program in order, and the exit codes that tell of them."""


def browse(start: Start) -> int:
    """Open the browser; returns the exit code once the terminal is as it was before."""
    # Textual takes an empty one for a set one; what it means is settled by now.
    os.environ.pop("NO_COLOR", None)
    app = FaxApp(start)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    for number, code in _ENDED_BY.items():
        loop.add_signal_handler(number, partial(app.exit, return_code=code))
    loop.call_later(_STARTED, _look_for_garbage)
    try:
        loop.run_until_complete(app.run_async(mouse=start.first.settings.ui.mouse))
        _cancel_rest(loop)
    finally:
        # Closing does not wait for threads: one may hang in a name look-up.
        loop.close()
    if app.farewell:
        _tell(app.look.marks.write(app.farewell))
    error = app.failure
    if error is not None:
        _tell(explanation(start.logs, error))
        return 1
    return app.return_code or 0


def _look_for_garbage() -> None:
    """From here on, and not among what the start has loaded."""
    gc.freeze()
    gc.enable()


def _tell(sentence: str) -> None:
    """On what may be a terminal that was hung up: then nobody is there to be told."""
    with suppress(OSError):
        print(f"faxtui: {sentence}", file=sys.stderr, flush=True)


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
