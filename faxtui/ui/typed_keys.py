"""Typed keys: the order in which they act, and the silence that a question waits for.

Textual hands every key at once to what has the focus then, while the effects of an earlier key still travel up to the
application. Of keys that arrive together, as they do over ssh, the later ones would miss the field that the first one
opens, and letters of a field would be taken for commands. So one key is finished before the next one begins.

A key that acts on rows (↓, Space, D …) also waits for the page that was requested before it. It is dropped, and that
is reported, if the page fails, or if the operator does something else meanwhile.

Text can arrive as keys: pasted without bracketed paste, from a serial line, from a bar-code reader. It comes without a
pause of half a second, so it can't answer a question that it happened to open.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from enum import Enum

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from faxtui.ui.drivers import is_sending, typed_at

_STUCK = 1.0
"""Seconds after which a key that was not seen to finish, its widget being gone, no longer holds up the next."""
_MOST_ROUNDS = 50
"""Rounds in which the effects of a key are followed: widgets that keep sending messages must not block the keyboard."""
_OVERTAKE = 1.0
"""Seconds that a key which needs no rows waits behind keys that wait for some."""

Typed = events.Key | events.Paste


class Use(Enum):
    """When a screen can use a key."""

    AT_ONCE = "on the rows that are shown"
    WITH_ROWS = "once the requested rows are shown"
    ANY_TIME = "without rows"
    NEVER = "not at all: the rows that it was typed for did not come"
    CANCELS = "at once, only to drop the keys that wait"
    INTERRUPTS = "at once, in place of the keys that wait"


class WaitsForRows(Screen[None]):
    """A screen whose keys may have to wait for rows."""

    class RowsChanged(Message):
        """The rows that keys may wait for are painted, or will not come."""

    def use_of(self, key: events.Key, typed_at: float) -> Use:
        """Return when to use a key that was typed at that moment (seconds, monotonic)."""
        raise NotImplementedError

    def report_dropped(self, count: int) -> None:
        """Report that so many keys were dropped with the page that they were typed for."""
        raise NotImplementedError

    def report_unused(self, key: str) -> None:
        """Report why a key did nothing."""
        raise NotImplementedError


class Settled(Message):
    """Sent up after a key: when it arrives at the application, so has everything before it."""

    def __init__(self, typed: Typed, rounds: int) -> None:
        super().__init__()
        self.typed = typed
        self.rounds = rounds


class _Entry:
    def __init__(self, typed: Typed, at: float) -> None:
        self.typed = typed
        self.at = at
        self.use = Use.ANY_TIME

    def judge(self, screen: WaitsForRows) -> Use:
        if isinstance(self.typed, events.Key):
            self.use = screen.use_of(self.typed, self.at)
        return self.use


class TypeAhead:
    """Queue of keys and pastes: each acts, in order, on what it was typed for. ``deliver`` hands it to the focus."""

    def __init__(self, app: App[None], deliver: Callable[[Typed], Awaitable[None]]) -> None:
        self._app = app
        self._deliver = deliver
        self._waiting: deque[_Entry] = deque()
        self._current: Typed | None = None
        self._since = 0.0
        self._before: tuple[Screen[object], Widget | None] | None = None
        self._held_by: WaitsForRows | None = None
        self._stuck: Timer | None = None
        self._overtake: Timer | None = None
        self._is_ready = False

    def begin(self) -> None:
        """Act on what was typed until now. Call it once the first screen is shown."""
        self._is_ready = True
        self._app.call_later(self._advance)

    async def accept(self, typed: Typed) -> None:
        """Accept a key or a paste."""
        entry = _Entry(typed, time.monotonic())
        if self._held_by is not None and self._app.screen_stack[-1:] == [self._held_by]:
            match entry.judge(self._held_by):
                case Use.CANCELS:
                    self.drop_held()
                    return
                case Use.INTERRUPTS:
                    self._waiting.clear()
                case Use.AT_ONCE:
                    # The operator gave the page up, and continues with the rows shown.
                    self.drop_held()
                case Use.ANY_TIME:
                    self._let_overtake()
        self._waiting.append(entry)
        if self._current is None:
            await self._advance()
        else:
            self._watch_for_stuck_key()

    async def rows_changed(self) -> None:
        """Check again whether keys have to wait."""
        await self._advance()

    def settled(self, message: Settled) -> None:
        """Finish a key once everything it caused has arrived at the application."""
        typed = message.typed
        if typed is not self._current or not self._app.screen_stack:
            return
        screen = self._app.screen
        if not self._is_idle and message.rounds < _MOST_ROUNDS:
            self._app.call_later(self._follow, typed, message.rounds + 1)
        elif self._before != (screen, screen.focused):
            # What was just opened has no size before it is painted: a page key would find a list without lines.
            screen.call_after_refresh(self._app.call_later, self._finish, typed)
        else:
            self._app.call_later(self._finish, typed)

    def drop_held(self) -> None:
        """Drop the keys that wait for rows, up to the first one that needs none."""
        screen, self._held_by = self._held_by, None
        if screen is not None:
            self._drop(screen, (Use.WITH_ROWS, Use.AT_ONCE))

    def _drop(self, screen: WaitsForRows, uses: Collection[Use]) -> None:
        count = 0
        while self._waiting and self._waiting[0].use in uses:
            self._waiting.popleft()
            count += 1
        if count:
            screen.report_dropped(count)

    async def _advance(self) -> None:
        """Deliver the next key, unless it has to wait."""
        has_screen = self._is_ready and self._app.screen_stack
        if not has_screen or self._current is not None or self._has_to_wait() or not self._waiting:
            return
        screen = self._app.screen
        if not screen.is_mounted:
            screen.call_later(self._app.call_later, self._advance)
            return
        self._current = self._waiting.popleft().typed
        self._since = time.monotonic()
        self._before = screen, screen.focused
        await self._deliver(self._current)
        self._follow(self._current, 0)

    def _follow(self, typed: Typed, rounds: int) -> None:
        if not self._app.screen_stack:
            return
        screen = self._app.screen
        (screen.focused or screen).post_message(Settled(typed, rounds))
        if self._waiting:
            self._watch_for_stuck_key()

    async def _finish(self, typed: Typed) -> None:
        if typed is self._current:
            self._current = None
            await self._advance()

    @property
    def _is_idle(self) -> bool:
        """True if no message caused by a key is still queued for a widget."""
        if self._app.message_queue_size:
            return False
        return not any(each.message_queue_size for each in self._app.screen.walk_children(with_self=True))

    def _watch_for_stuck_key(self) -> None:
        if self._stuck is None:
            self._stuck = self._app.set_timer(_STUCK, self._give_up_stuck)

    async def _give_up_stuck(self) -> None:
        self._stuck = None
        if self._current is not None and time.monotonic() - self._since >= _STUCK:
            self._current = None
            await self._advance()
        elif self._current is not None and self._waiting:
            self._watch_for_stuck_key()

    # Keys that wait for rows

    def _has_to_wait(self) -> bool:
        screen = self._app.screen
        if self._held_by is not None and screen is not self._held_by:
            # Something was opened over the rows, where these keys would do something else.
            self.drop_held()
        if not isinstance(screen, WaitsForRows):
            return False
        was_held = self._held_by is not None and bool(self._waiting)
        for each in self._waiting:
            each.judge(screen)
        if was_held and self._waiting[0].use is Use.ANY_TIME:
            # The focus went to a field.
            self._waiting[0].use = Use.WITH_ROWS
            self.drop_held()
        self._drop(screen, (Use.NEVER,))
        must_wait = bool(self._waiting) and self._waiting[0].use is Use.WITH_ROWS
        self._held_by = screen if must_wait else None
        if must_wait and any(each.use is Use.ANY_TIME for each in self._waiting):
            self._let_overtake()
        return must_wait

    def _let_overtake(self) -> None:
        if self._overtake is None:
            self._overtake = self._app.set_timer(_OVERTAKE, self._overtaken)

    async def _overtaken(self) -> None:
        self._overtake = None
        if self._held_by is not None and any(each.use is Use.ANY_TIME for each in self._waiting):
            self.drop_held()
            await self._advance()


SILENCE = 0.5
"""Seconds without a key or a paste (our decision)."""
_MARGIN = 0.05
"""Seconds more, for a key that is still on its way from the terminal."""
_STEP = 0.1
"""Seconds between two checks."""
_LATE = 0.25
"""Seconds by which a check may be late. If it is later, the program was stopped or busy, and has not yet read what was
typed meanwhile."""


class Silence:
    """Detects half a second without typing; drops the rest of a text that was no answer. Times: monotonic seconds."""

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

    def note(self, event: events.Key | events.Paste) -> None:
        """Note that a key or paste came in. Call it on arrival, not when it is acted on."""
        if event.time - self._newest >= SILENCE:
            self._began = event.time
        self._newest = max(self._newest, event.time)

    async def wait(self, is_seen: Callable[[], bool], typed_at: Callable[[], float] = lambda: -math.inf) -> None:
        """Return after a silence that begins now at the earliest.

        Time in which this program did not run does not count, nor time without ``is_seen``: the terminal is behind.
        ``typed_at``: when bytes that may have been typed were read last, whether or not they were a key.
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
    """An application that notes every key and paste on arrival."""

    silence: Silence

    @property
    def driver_in_use(self) -> Driver | None:
        """The driver; None before the start."""
        return self._driver

    def post_message(self, message: Message) -> bool:
        if isinstance(message, events.Key | events.Paste):
            self.silence.note(message)
        return super().post_message(message)

    async def wait_for_silence(self) -> None:
        """Return after half a second without typing, in which the terminal showed what was painted."""
        await self.silence.wait(lambda: not is_sending(self._driver), lambda: typed_at(self._driver))
