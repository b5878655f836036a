"""Textual's driver for Unix terminals, with only the difference sent."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from types import FrameType

from textual.app import App

from faxtui.terminal.capabilities import capabilities
from faxtui.terminal.charset import written_environment
from faxtui.terminal.thin.facts import Facts, terminal_facts
from faxtui.terminal.thin.outbox import Forget, Item, Learned
from faxtui.terminal.thin.painter import Frame
from faxtui.terminal.thin.probe import Probe
from faxtui.terminal.thin.reader import Leaves, Passage, Reader
from faxtui.terminal.thin.screen import Screen
from faxtui.terminal.thin.whole import WholeDriver
from faxtui.terminal.thin.writer import Writer

_REVIVE = "\x1b(B\x0f\x1b[?6;7;25l\x1b[4l"
"""ASCII, lines counted from the first, no line wrap, no cursor, nothing moved aside by what is painted.

A stray file on the terminal may have changed that, before the program or while it runs.
"""
_ANSWER_LIMIT = 0.5
"""Seconds that the terminal gets to tell what it repeats; rules are not painted until then, being long without it."""
_ASKED_LONG_AGO = 3.0
"""Seconds after which an answer is not expected any more."""
_LAST_ANSWERS = 0.3
"""Seconds that answers under way get at the end: later ones would be typed into whatever runs next."""
_PLAIN, _CLEAR = "\x1b[m", "\x1b[H\x1b[J"


class ThinDriver(WholeDriver):
    """What Textual writes is painted on a screen of our own; the writer sends what the terminal lacks of it.

    The event loop never waits for the terminal: while that takes nothing, frames are dropped, and it gets the
    newest one as soon as it takes something again.
    """

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._facts = terminal_facts(os.environ.get("TERM", ""))
        self._utf8 = capabilities(written_environment(os.environ)).utf8
        self._reader = Reader(Screen(*self._get_terminal_size()))
        self._writer: Writer | None = None
        self._is_starting = False
        self._has_begun = False
        self._asked: deque[Probe] = deque()
        self._asked_at = 0.0
        self._all_answered = threading.Event()
        self._known = self._facts
        self._leaves_rules_out = False

    # What may be asked for while it runs

    def forget_screen(self) -> None:
        """Paint everything anew: the terminal may show anything. To be called in the event loop."""
        self._revive()
        self._put_frame()

    @property
    def seconds_behind(self) -> float:
        """For how long the terminal has taken nothing of what it was sent."""
        return 0.0 if self._writer is None else self._writer.seconds_behind

    # What Textual asks for

    def write(self, data: str) -> None:
        self._follow_size()
        for passage in self._reader.read(data):
            self._put_frame_if_painted()
            self._put(passage)
        self._put_frame_if_painted()

    def start_application_mode(self) -> None:
        start: Callable[[], None] = super().start_application_mode
        self._known = self._facts
        self._writer = Writer(sys.__stderr__.fileno() if sys.__stderr__ else 2, self._facts)
        self._writer.start()
        self._is_starting = True
        start()
        self._is_starting = False
        if self._writer_thread is None:
            # It is in the background, and went back to sleep.
            self.close()
            return
        self._writer_thread.stop()
        self._writer_thread = None
        self._keep_line_feeds()
        self._revive()
        if self._asked and self._facts.rep and not self._has_begun:
            self._leaves_rules_out = True
            self._loop.call_later(_ANSWER_LIMIT, self._paint_rules)
        self._enable_mouse_support()
        follow = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            self._loop.call_soon_threadsafe(self._resized)
            if callable(follow):
                follow(number, frame)

        signal.signal(signal.SIGWINCH, resized)
        if self._has_begun:
            self._put_frame()

    def stop_application_mode(self) -> None:
        """Restore the terminal; ``close`` gives it a moment to take that."""
        if self._asked and time.monotonic() - self._asked_at < _ASKED_LONG_AGO and not self.seconds_behind:
            self._all_answered.wait(_LAST_ANSWERS)
        self._put(Passage(_PLAIN, Leaves.SCREEN))
        super().stop_application_mode()
        if not self._facts.alternate:
            # Nobody else's mail is left to be read.
            self._put(Passage(_CLEAR, Leaves.NOTHING))

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()

    # What the terminal is asked

    def cursor_is_at(self, line: int, column: int) -> None:
        """Runs in the thread that reads."""
        if self._asked:
            probe = self._asked.popleft()
            if not self._asked:
                self._all_answered.set()
            self._loop.call_soon_threadsafe(self._learn, probe.answered(column))

    def _revive(self) -> None:
        """Have the terminal paint as it is told to, whatever was done to it, and find out what it can do."""
        self._put(Passage(_REVIVE, Leaves.NOTHING))
        probe = Probe(self._facts, self._reader.screen.columns, self._utf8)
        if self.input_tty and (probe.facts.tabs or probe.facts.rep):
            self._asked.append(probe)
            self._asked_at = time.monotonic()
            self._all_answered.clear()
            self._put(Passage(probe.text, Leaves.NOTHING))

    def _learn(self, learned: Facts) -> None:
        before, self._known = self._known, learned
        self._put(Learned(self._known))
        if before.tabs > self._known.tabs or before.rep > self._known.rep:
            # What is painted relied on more than it can do.
            self._put(Forget())
            self._put_frame()
        self._paint_rules()

    def _paint_rules(self) -> None:
        if self._leaves_rules_out:
            self._leaves_rules_out = False
            if self._has_begun:
                self._put_frame()

    @property
    def _has_terminal(self) -> bool:
        return self._writer is not None

    def _enable_mouse_support(self) -> None:
        if not self._is_starting:
            super()._enable_mouse_support()

    # Screens

    def _put(self, item: Item) -> None:
        if self._writer is not None:
            self._writer.outbox.put(item)

    def _put_frame_if_painted(self) -> None:
        if self._reader.has_painted:
            self._put_frame()

    def _put_frame(self) -> None:
        reader = self._reader
        reader.has_painted = False
        self._has_begun = True
        cursor = (reader.line, reader.column) if reader.shows_cursor else None
        screen = reader.screen.without_rules() if self._leaves_rules_out else reader.screen.copy()
        self._put(Frame(screen, cursor, reader.synchronized))

    def _follow_size(self) -> bool:
        """Whether the terminal has another size than before; what it shows then is its own choice."""
        size = self._get_terminal_size()
        screen = self._reader.screen
        if size == (screen.columns, screen.lines):
            return False
        self._reader.screen = screen.resized(*size)
        self._put(Forget())
        return True

    def _resized(self) -> None:
        """Textual does nothing about a size that is the old one again before it has looked, so it is asked to."""
        self._put(Forget())
        if not self._follow_size():
            self._put_frame()
        self._app.call_later(partial(self._app.refresh, layout=True))

    def _keep_line_feeds(self) -> None:
        """A line feed is to move the cursor down, and nothing else; ``stop_application_mode`` undoes it."""
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[1] &= ~termios.OPOST
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
