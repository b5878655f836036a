"""Half a second in which nothing is typed: what a question that destroys something waits for.

Text can arrive as keys: pasted without bracketed paste, from a serial line, from a bar-code reader. It comes without
such a pause, so it can't answer a question that it happened to open.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App
from textual.message import Message

from faxtui.ui.drivers import is_sending, typed_at

SILENCE = 0.5
"""Seconds without a key or a paste (our decision)."""
_MARGIN = 0.05
"""Seconds more, for a key that is still on its way from the terminal."""
_STEP = 0.1
"""Seconds between two looks."""
_LATE = 0.25
"""Seconds by which a look may be late. If it is later, the program was stopped or busy, and has not read yet what was
typed meanwhile."""


class Silence:
    """Measures silence, and drops the rest of a text of which one key was no answer. Times are in monotonic seconds."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.now = now
        self._sleep = sleep
        self._newest = -math.inf
        self._began = -math.inf
        self._drops_after: float | None = None

    def hear(self, event: events.Key | events.Paste) -> None:
        """Note that something came in, when it does and not when it is acted on."""
        if event.time - self._newest >= SILENCE:
            self._began = event.time
        self._newest = max(self._newest, event.time)

    async def wait(self, is_seen: Callable[[], bool], typed_at: Callable[[], float] = lambda: -math.inf) -> None:
        """Return after a silence that begins now at the earliest.

        Time in which this program did not run does not count, nor time without ``is_seen``: the terminal is behind.
        ``typed_at``: when bytes were read last that may have been typed, whether or not they were a key.
        """
        since = self.now()
        while (left := max(since, self._newest, typed_at()) + SILENCE + _MARGIN - (before := self.now())) > 0:
            await self._sleep(min(left, _STEP))
            if self.now() - before > _STEP + _LATE or not is_seen():
                since = self.now()

    def drop_rest(self, event: events.Key | events.Paste) -> None:
        """Drop what follows this event without a silence in between."""
        self._drops_after = event.time

    def drops(self, event: events.Key | events.Paste) -> bool:
        """Return True if this event belongs to a text that is to be dropped."""
        after = self._drops_after
        if after is None:
            return False
        if after < self._began <= event.time:
            self._drops_after = None
            return False
        return True


class AttentiveApp(App[None], inherit_bindings=False):
    """An application that hears every key and paste as it comes in."""

    silence: Silence

    def post_message(self, message: Message) -> bool:
        if isinstance(message, events.Key | events.Paste):
            self.silence.hear(message)
        return super().post_message(message)

    async def wait_for_silence(self) -> None:
        """Return after half a second in which nothing was typed and the terminal showed what was painted."""
        await self.silence.wait(lambda: not is_sending(self._driver), lambda: typed_at(self._driver))
