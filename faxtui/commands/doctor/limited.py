"""Work that may hang for good, such as a name look-up, done where it holds nothing up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from faxtui.errors import FaxtuiError

T = TypeVar("T")


async def within(seconds: float, work: Callable[[], T]) -> T:
    """Do blocking work in a thread of its own. Raises TimeoutError after ``seconds``, else what ``work`` raises.

    The thread is a daemon: asyncio joins its own threads when it ends, and would wait for a look-up that hangs.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(outcome: Callable[[], None]) -> None:
        # By now nobody may wait for it, and the loop may be closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if done.done() else outcome())

    def run() -> None:
        try:
            result = work()
        except (OSError, ValueError, FaxtuiError) as error:
            failure = error
            tell(lambda: done.set_exception(failure))
        else:
            tell(lambda: done.set_result(result))

    threading.Thread(target=run, daemon=True, name="doctor").start()
    async with asyncio.timeout(seconds):
        return await done
