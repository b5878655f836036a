"""One key is finished before the next one begins.

Textual hands every key at once to what has the focus then, while what an earlier key does still travels up to the
application: of keys that arrive together, as they do over ssh, the later ones would miss the field that the first one
opens, and letters of a field would be taken for commands.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events
from textual.app import App
from textual.message import Message

_STUCK = 1.0
"""Seconds after which a key whose end was not heard of, its widget being gone, no longer holds up the next."""


class Settled(Message):
    """Follows a key on its way up; where it arrives, the key has been dealt with. Goes twice: the second time through
    the screen that is on top by then, which may have a focus to set first."""

    def __init__(self, key: events.Key, *, is_last: bool) -> None:
        super().__init__()
        self.key = key
        self.is_last = is_last


class TypeAhead:
    """Keys in the order they came in. ``deliver`` hands a key to what has the focus."""

    def __init__(self, app: App[None], deliver: Callable[[events.Key], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[events.Key] = deque()
        self._current: events.Key | None = None
        self._since = 0.0

    async def take(self, key: events.Key) -> None:
        """A key came in."""
        self._waiting.append(key)
        if self._current is None or time.monotonic() - self._since > _STUCK:
            await self._next()

    def settled(self, message: Settled) -> None:
        """What follows a key has arrived at the application."""
        if message.key is not self._current:
            return
        if message.is_last:
            self._app.call_later(self._next)
        else:
            self._app.call_later(self._follow, message.key, is_last=True)

    async def _next(self) -> None:
        self._current = self._waiting.popleft() if self._waiting else None
        if self._current is not None:
            self._since = time.monotonic()
            await self._deliver(self._current)
            self._follow(self._current, is_last=False)

    def _follow(self, key: events.Key, *, is_last: bool) -> None:
        screen = self._app.screen
        way = screen if is_last else screen.focused or screen
        way.post_message(Settled(key, is_last=is_last))
