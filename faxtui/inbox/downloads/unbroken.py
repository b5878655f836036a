"""Steps on the disk, in a thread so that nothing else waits, which a cancellation can't leave half done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def unbroken(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the step gives; where this is cancelled meanwhile, the cancellation comes after the step."""
    task = asyncio.create_task(asyncio.to_thread(step, *args, **kwargs))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    failure = task.exception()
    if cancelled is not None:
        raise cancelled from failure
    return task.result()
