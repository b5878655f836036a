"""Something that takes a while, goes on beside everything else, and can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from faxtui.errors import FaxtuiError

CLOSING = 1.0
"""Seconds that a step on the disk is given to end, once nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Errand:
    """How far it is, in words for a line that is shown while it goes on."""

    words: str


class Errands:
    """One at a time. Its end is told in a sentence to ``on_end``, an error to ``on_error``.

    An error that nobody expected goes to ``on_crash``.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[], None],
        on_end: Callable[[str], None],
        on_error: Callable[[FaxtuiError], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.current: Errand | None = None
        self._on_change = on_change
        self._on_end = on_end
        self._on_error = on_error
        self._on_crash = on_crash
        self._task: asyncio.Task[str] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def start(self, what: str, work: Coroutine[None, None, str]) -> bool:
        """``work`` gives the sentence about its end. False, and nothing is done, while another one goes on."""
        if self._task is not None:
            work.close()
            return False
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(self._ended)
        self.tell(what)
        return True

    def tell(self, words: str) -> None:
        """How far it is."""
        if self._task is not None:
            self.current = Errand(words)
            self._on_change()

    def cancel(self) -> bool:
        """Whether there was one to cancel."""
        return self._task is not None and self._task.cancel()

    async def aclose(self) -> None:
        """Cancel it; its end is told as ever."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=CLOSING)

    def _ended(self, task: asyncio.Task[str]) -> None:
        """Even where it was cancelled before it began."""
        self._task, self.current = None, None
        if task.cancelled():
            self._on_end("Cancelled.")
        elif isinstance(error := task.exception(), FaxtuiError):
            self._on_error(error)
        elif error is not None:
            self._on_crash(error)
        else:
            self._on_end(task.result())
        self._on_change()
