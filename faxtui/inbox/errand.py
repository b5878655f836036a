"""Something that takes a while, goes on beside everything else, and can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from faxtui.errors import FaxtuiError


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
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None

    def start(self, what: str, work: Coroutine[None, None, str]) -> bool:
        """``work`` gives the sentence about its end. False, and nothing is done, while another one goes on."""
        if self._task is not None:
            work.close()
            return False
        self._task = asyncio.create_task(self._run(work))
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
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, work: Coroutine[None, None, str]) -> None:
        said = ""
        try:
            said = await work
        except asyncio.CancelledError:
            said = "Cancelled."
        except FaxtuiError as error:
            self._on_error(error)
        except Exception as error:  # noqa: BLE001 - what nobody expected is told of, not lost in a task
            self._on_crash(error)
        finally:
            self._task, self.current = None, None
        if said:
            self._on_end(said)
        self._on_change()
