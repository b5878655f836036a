"""What the terminal is asked itself, because terminfo can't tell: where its tab stops stand, and what it repeats.

Textual's driver for Unix terminals, with what is read, and asked of the mouse, as this program wants it.

Textual's driver for Unix terminals, with only the difference sent."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType

from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from faxtui.terminal.capabilities import ASCII, UTF8, capabilities, charset, written_environment
from faxtui.terminal.driver.input import (
    ESCAPE,
    CursorPosition,
    Focus,
    InputFilter,
    Key,
    Mouse,
    NewSize,
    Paste,
    Synchronized,
    TerminalGone,
    Token,
    TtyInput,
)
from faxtui.terminal.driver.output import Forget, Item, Learned, Writer
from faxtui.terminal.driver.output_parser import Leaves, Passage, Reader
from faxtui.terminal.driver.painter import Frame
from faxtui.terminal.driver.pen import TAB
from faxtui.terminal.driver.screen import Screen
from faxtui.terminal.driver.terminfo import Terminfo, terminal_facts

_HOME = "\x1b[r"
"""Let all lines scroll again, which puts the cursor into the first column of the first line."""
_ASCII_REPETITION, _OTHER_REPETITION = " \x1b[2b", "\xa0\x1b[2b"
_REPEATED, _NOT_REPEATED = 3, 1
"""The columns that each takes."""
_WIDEST = 2 * _REPEATED
_FEWEST_TABS = 5
"""A way of fewer could be as long where tab stops stand elsewhere and something else is repeated."""
_WHERE = "\x1b[6n"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question whose answer is the column that the cursor is in; nothing is seen of it.

    Of terminals that say they can repeat, tmux 3.3 does so with ASCII only (observed), and mosh not at all. Tab stops
    are where somebody put them: ``tabs -4`` in a shell's profile is enough. ``utf8``: it may be sent more than ASCII.
    """

    facts: Terminfo
    columns: int
    utf8: bool = True

    @property
    def text(self) -> str:
        return _HOME + "\t" * self._tabs + (self._repetition if self.facts.rep else "") + _WHERE

    def answered(self, column: int) -> Terminfo:
        """What is known once the cursor was in that column, from 0. On narrow screens, tabs are not relied on."""
        beyond = column - self._tabs * TAB
        others = (_NOT_REPEATED, _REPEATED) if self.utf8 else (0,)
        if not self.facts.rep:
            return replace(self.facts, tabs=self._tabs > 0 and beyond == 0, rep_of_any=False)
        repeated = beyond in [_REPEATED + other for other in others]
        return replace(
            self.facts,
            tabs=self._tabs > 0 and (repeated or beyond == _NOT_REPEATED + others[0]),
            rep=repeated,
            rep_of_any=self.utf8 and beyond == _WIDEST,
        )

    @property
    def _repetition(self) -> str:
        return _ASCII_REPETITION + (_OTHER_REPETITION if self.utf8 else "")

    @property
    def _tabs(self) -> int:
        """Up to the last stop that the rest of the question fits behind."""
        tabs = (self.columns - 1 - _WIDEST) // TAB
        return tabs if self.facts.tabs and tabs >= _FEWEST_TABS else 0


_MOUSE = "\x1b[?1002;1006"
"""Buttons and wheel, and movement only while a button is held; in SGR form (xterm's ctlseqs)."""
_REPORTS = Mouse | Focus | NewSize | Synchronized | CursorPosition
"""Tokens that nobody types."""
_ROUND = 0.1
"""Seconds between two checks whether reading is to end."""


def _charset_of_keys() -> str:
    """Where the locale does not say it, most terminals send UTF-8."""
    named = charset(written_environment(os.environ))
    return UTF8 if named == ASCII else named


class KeyReader:
    """Textual's names of keys and of what the mouse does, without its parser, which turns what it cannot read into
    keys."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def keys(self, sequence: str) -> list[events.Key]:
        """Return what Textual makes of it; nothing if it knows no such key."""
        if sequence == ESCAPE.sequence:
            return [events.Key("escape", sequence)]
        try:
            found = list(self._parser._sequence_to_key_events(sequence))
        except (ArithmeticError, LookupError, ValueError):
            return []
        return [each for each in found if each.key != Keys.Ignore]

    def mouse(self, sequence: str) -> Message | None:
        return self._parser.parse_mouse_code(sequence)


class WholeDriver(LinuxDriver):
    """Sends the whole of what Textual writes."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._mouse_is_on = False
        self._input_filter = InputFilter()
        self.typed_at = -math.inf
        """When something was read that may have been typed: anything but complete reports."""

    def switch_mouse(self, on: bool) -> None:
        """Have clicks and the wheel reported, or leave the mouse to the terminal, to select and copy with."""
        self._disable_mouse_support()
        self._mouse = on
        self._enable_mouse_support()

    def set_escape_delay(self, seconds: float) -> None:
        """Set how long to wait for the rest of a sequence before ESC counts as the Esc key."""
        self._input_filter.escape_delay = seconds

    def give_back(self) -> None:
        """Restore the terminal, unless that was done before. Runs in a signal handler, or in another thread."""
        if self._has_terminal:
            # In another thread, stop_application_mode fails to set a signal's handler before it comes to the mouse.
            self._disable_mouse_support()
            self.stop_application_mode()
            self.close()

    def run_input_thread(self) -> None:
        """Runs in a thread. Where the terminal goes away, this ends as a hang-up does, of which not all are told."""
        tty, keys = TtyInput(self.fileno, _charset_of_keys()), KeyReader()
        try:
            while not self.exit_event.is_set():
                left = self._input_filter.seconds_left(time.monotonic())
                text = tty.read(_ROUND if left is None else min(left, _ROUND))
                if text == "":
                    continue
                tokens = self._input_filter.feed(text or "", time.monotonic())
                if text and not (tokens and all(isinstance(each, _REPORTS) for each in tokens)):
                    self.typed_at = time.monotonic()
                for token in tokens:
                    for message in self._messages(token, keys):
                        self.process_message(message)
        except TerminalGone:
            os.kill(os.getpid(), signal.SIGHUP)

    def _messages(self, token: Token, keys: KeyReader) -> Iterator[Message]:
        match token:
            case Key(sequence):
                yield from keys.keys(sequence)
            case Paste(text):
                yield events.Paste(text.replace("\0", ""))
            case Mouse(sequence):
                moved = keys.mouse(sequence)
                if moved is not None:
                    yield moved
            case Focus(gained):
                yield events.AppFocus() if gained else events.AppBlur()
            case NewSize():
                # The size itself is the tty's: a report could be late, or anything.
                size = Size(*self._get_terminal_size())
                yield events.Resize(size, size)
            case Synchronized(supported):
                if supported:
                    yield messages.TerminalSupportsSynchronizedOutput()
            case CursorPosition(line, column):
                self.cursor_is_at(line, column)

    def cursor_is_at(self, line: int, column: int) -> None:
        """Runs in the thread that reads. This driver does not request it, so a report is late, or a mistake."""

    def _sigcont_application(self, *_: object) -> None:
        if self._has_terminal and self._auto_restart:
            # It was stopped without being asked, and its terminal given to others.
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    @property
    def _has_terminal(self) -> bool:
        """Whether it runs, as far as it knows itself: it does not where it was put to sleep by Ctrl+Z."""
        return self._writer_thread is not None and not self._must_signal_resume

    def _enable_mouse_support(self) -> None:
        if self._mouse and not self._mouse_is_on:
            self._mouse_is_on = True
            self.write(f"{_MOUSE}h")

    def _disable_mouse_support(self) -> None:
        if self._mouse_is_on:
            self._mouse_is_on = False
            self.write(f"{_MOUSE}l")

    def _query_in_band_window_resize(self) -> None:
        """Not asked for: with it comes a mouse that counts in pixels. SIGWINCH tells of every new size."""


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

    def _learn(self, learned: Terminfo) -> None:
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
