"""Textual's driver for Unix terminals, with what is read, and asked of the mouse, as this program wants it."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterator

from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from faxtui.terminal.charset import ASCII, UTF8, charset, written_environment
from faxtui.terminal.thin.input_filter import InputFilter
from faxtui.terminal.thin.input_tokens import (
    ESCAPE,
    CursorPosition,
    Focus,
    Key,
    Mouse,
    NewSize,
    Paste,
    Synchronized,
    Token,
)
from faxtui.terminal.thin.tty_input import TerminalGone, TtyInput

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
