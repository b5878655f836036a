"""Drivers for Unix terminals, on top of Textual's: `BaseDriver` filters input, `ThinDriver` sends only differences."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import math
import os
import signal
import struct
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import NamedTuple

from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from faxtui.terminal.capabilities import (
    ASCII,
    UTF8,
    Terminfo,
    capabilities,
    charset,
    read_terminfo,
    written_environment,
)
from faxtui.terminal.driver.input import (
    ESCAPE,
    CellSize,
    CursorPosition,
    DeviceAttributes,
    Focus,
    GraphicsReport,
    InputFilter,
    Key,
    KittyGraphics,
    LargestSixel,
    Mouse,
    NewSize,
    Paste,
    Synchronized,
    TerminalClosed,
    Token,
    TtyInput,
)
from faxtui.terminal.driver.output import Invalidate, Item, TerminfoUpdate, Writer
from faxtui.terminal.driver.output_parser import Effect, OutputParser, RawSequence
from faxtui.terminal.driver.painter import Frame, blank_placeholders, place
from faxtui.terminal.driver.pen import TAB
from faxtui.terminal.driver.screen import Screen
from faxtui.terminal.graphics import QUERY, SIXEL_ATTRIBUTE, Graphics, Picture

_HOME = "\x1b[r"
"""Reset the scrolling region, which also moves the cursor to the first line and column."""
_ASCII_REPETITION, _OTHER_REPETITION = " \x1b[2b", "\xa0\x1b[2b"
_REPEATED, _NOT_REPEATED = 3, 1
"""Columns that each of the repetitions takes if the terminal repeats, and if it does not."""
_WIDEST = 2 * _REPEATED
_FEWEST_TABS = 5
"""Tabs from which the response is unambiguous: with fewer, other tab stops and repetitions could add up to the same."""
_REQUEST_POSITION = "\x1b[6n"


class Probe(NamedTuple):
    """Invisible test of tab stops and repetition (REP): the column of the cursor afterwards is the result.

    terminfo is not enough: tmux 3.3 repeats only ASCII and mosh nothing (both observed), and ``tabs -4`` in a shell's
    profile moves the tab stops. ``utf8``: the terminal accepts more than ASCII.
    """

    terminfo: Terminfo
    columns: int
    utf8: bool = True

    @property
    def text(self) -> str:
        return _HOME + "\t" * self._tabs + (self._repetition if self.terminfo.rep else "") + _REQUEST_POSITION

    def result(self, column: int) -> Terminfo:
        """Return the capabilities if the cursor was reported in that column, from 0. Narrow screens use no tabs."""
        beyond = column - self._tabs * TAB
        others = (_NOT_REPEATED, _REPEATED) if self.utf8 else (0,)
        if not self.terminfo.rep:
            return replace(self.terminfo, tabs=self._tabs > 0 and beyond == 0, rep_of_any=False)
        repeated = beyond in [_REPEATED + other for other in others]
        return replace(
            self.terminfo,
            tabs=self._tabs > 0 and (repeated or beyond == _NOT_REPEATED + others[0]),
            rep=repeated,
            rep_of_any=self.utf8 and beyond == _WIDEST,
        )

    @property
    def _repetition(self) -> str:
        return _ASCII_REPETITION + (_OTHER_REPETITION if self.utf8 else "")

    @property
    def _tabs(self) -> int:
        """Tabs to the last stop that leaves room for the repetitions."""
        tabs = (self.columns - 1 - _WIDEST) // TAB
        return tabs if self.terminfo.tabs and tabs >= _FEWEST_TABS else 0


_MOUSE = "\x1b[?1002;1006"
"""Buttons and wheel, and movement only while a button is held; in SGR form (xterm's ctlseqs).

Textual asks for every movement (1003), which costs bytes on a slow line.
"""
_REPORTS = Mouse | Focus | NewSize | Synchronized | CursorPosition | GraphicsReport
"""Tokens that nobody types."""
_POLL_INTERVAL = 0.1
"""Seconds between checks whether reading should end."""


def _input_charset() -> str:
    """Return the charset of the locale, or UTF-8 if it names none: most terminals send that."""
    named = charset(written_environment(os.environ))
    return UTF8 if named == ASCII else named


class KeyReader:
    """Events for keys and the mouse, by Textual's tables but without its parser, which types unknown sequences."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def keys(self, sequence: str) -> list[events.Key]:
        """Return Textual's events for the sequence; none if it is not a key that Textual knows."""
        if sequence == ESCAPE.sequence:
            return [events.Key("escape", sequence)]
        try:
            found = list(self._parser._sequence_to_key_events(sequence))
        except (ArithmeticError, LookupError, ValueError):
            return []
        return [each for each in found if each.key != Keys.Ignore]

    def mouse(self, sequence: str) -> Message | None:
        return self._parser.parse_mouse_code(sequence)


class BaseDriver(LinuxDriver):
    """Textual's driver with filtered input and fewer mouse reports. Sends everything Textual writes."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._mouse_is_on = False
        self._input_filter = InputFilter()
        self.typed_at = -math.inf
        """Monotonic time in seconds of the last input that may have been typed: anything but complete reports."""

    def switch_mouse(self, on: bool) -> None:
        """Have clicks and the wheel reported, or leave the mouse to the terminal for selecting and copying."""
        self._disable_mouse_support()
        self._mouse = on
        self._enable_mouse_support()

    def set_escape_delay(self, seconds: float) -> None:
        """Set the time to wait for the rest of a sequence before ESC counts as the Esc key."""
        self._input_filter.escape_delay = seconds

    def restore_terminal(self) -> None:
        """Restore the terminal, unless that was done before. May run in a signal handler or another thread."""
        if self._has_terminal:
            # stop_application_mode sets a signal handler first, which fails outside the main thread: it would not get
            # as far as the mouse.
            self._disable_mouse_support()
            self.stop_application_mode()
            self.close()

    def run_input_thread(self) -> None:
        """Read input until the driver stops, in a thread.

        If the terminal closes, raise SIGHUP: the system sends it only to the terminal's session leader.
        """
        tty, keys = TtyInput(self.fileno, _input_charset()), KeyReader()
        try:
            while not self.exit_event.is_set():
                left = self._input_filter.seconds_left(time.monotonic())
                text = tty.read(_POLL_INTERVAL if left is None else min(left, _POLL_INTERVAL))
                if text == "":
                    continue
                tokens = self._input_filter.feed(text or "", time.monotonic())
                if text and not (tokens and all(isinstance(each, _REPORTS) for each in tokens)):
                    self.typed_at = time.monotonic()
                for token in tokens:
                    for message in self._messages(token, keys):
                        self.process_message(message)
        except TerminalClosed:
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
                # Ask the tty for the size: the report may be late or wrong.
                size = Size(*self._get_terminal_size())
                yield events.Resize(size, size)
            case Synchronized(supported):
                if supported:
                    yield messages.TerminalSupportsSynchronizedOutput()
            case CursorPosition(line, column):
                self.on_cursor_position(line, column)
            case DeviceAttributes() | CellSize() | LargestSixel() | KittyGraphics():
                self.on_graphics_report(token)

    def on_graphics_report(self, report: GraphicsReport) -> None:
        """Ignore the report: this driver requests none. Runs in the input thread."""

    def on_cursor_position(self, line: int, column: int) -> None:
        """Ignore the report: this driver requests none, so it is late or a mistake. Runs in the input thread."""

    def _sigcont_application(self, *_: object) -> None:
        if self._has_terminal and self._auto_restart:
            # Stopped by SIGSTOP rather than Ctrl+Z: nothing was restored then, and others have used the terminal.
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    @property
    def _has_terminal(self) -> bool:
        """Whether the terminal is in application mode. It is not while suspended by Ctrl+Z."""
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
        """Skip the request: it also switches on mouse reports in pixels, and SIGWINCH reports new sizes already."""


class GraphicsQuery:
    """Pending question what the terminal can show. Every terminal answers its last part, which ends it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.graphics = Graphics()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.is_over = threading.Event()
        self._loop = loop
        self._sent_at = time.monotonic()

    @property
    def is_pending(self) -> bool:
        """Return whether a response may still be under way."""
        return not self.is_over.is_set() and time.monotonic() - self._sent_at < _PROBE_EXPIRES

    def add(self, report: GraphicsReport) -> None:
        """Note a report. Runs in the input thread."""
        if self.is_over.is_set():
            return
        match report:
            case KittyGraphics(supported):
                self.graphics = self.graphics._replace(kitty=supported)
            case CellSize(width, height):
                self.graphics = self.graphics._replace(cell=(width, height))
            case LargestSixel(width, height):
                self.graphics = self.graphics._replace(largest=(width, height))
            case DeviceAttributes(numbers):
                self.graphics = self.graphics._replace(sixel=SIXEL_ATTRIBUTE in numbers)
                self.is_over.set()
                self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self.answered.done():
            self.answered.set_result(None)


_RESET_MODES = "\x1b(B\x0f\x1b[?6;7;25l\x1b[4l"
"""ASCII charset, absolute line numbers, no line wrap, hidden cursor, overwriting instead of inserting.

A binary file shown on the terminal may have changed these, before the program started or while it runs.
"""
_PROBE_TIMEOUT = 0.5
"""Seconds to wait for the first probe's response before painting rules, which are long unless REP is known to work."""
_PROBE_EXPIRES = 3.0
"""Seconds after which no response to a probe is expected any more."""
_FINAL_PROBE_WAIT = 0.3
"""Seconds to wait at the end for a response under way: the shell would read it as typed text."""
_PLAIN, _CLEAR = "\x1b[m", "\x1b[H\x1b[J"


class ThinDriver(BaseDriver):
    """Draws what Textual writes on a screen in memory; a writer thread sends the difference to the terminal.

    The event loop never waits for the terminal. While that accepts nothing, frames are dropped; it gets the newest one
    when it resumes. Textual's own writer queue of 30 items would block the loop instead.
    """

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._terminfo = read_terminfo(os.environ.get("TERM", ""))
        self._utf8 = capabilities(written_environment(os.environ)).utf8
        self._parser = OutputParser(Screen(*self._get_terminal_size()))
        self._writer: Writer | None = None
        self._is_starting = False
        self._has_begun = False
        self._probes: deque[Probe] = deque()
        self._probed_at = 0.0
        self._all_answered = threading.Event()
        self._known = self._terminfo
        self._leaves_rules_out = False
        self._graphics: Graphics | None = None
        self._graphics_query: GraphicsQuery | None = None
        self._picture: Picture | None = None
        self._has_placeholders = False

    # For the application

    async def request_graphics(self, timeout: float) -> Graphics:
        """Return what the terminal can show; the first call asks it. No answer within the time is: nothing."""
        if self._graphics is None and self.input_tty:
            query = self._graphics_query
            if query is None:
                query = self._graphics_query = GraphicsQuery(self._loop)
                self._put(RawSequence(QUERY, Effect.NONE))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(query.answered), timeout)
            self._graphics = query.graphics
        known = self._graphics or Graphics()
        return known.with_cell(self._cell_size())

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture wherever all its placeholders are on the screen, from the next frame on."""
        self._picture = picture
        self._has_placeholders = True

    def redraw(self) -> None:
        """Repaint the whole screen, whatever the terminal shows. Call this in the event loop."""
        self._reset_terminal()
        self._put_frame()

    @property
    def seconds_behind(self) -> float:
        """How long the terminal has accepted nothing of what is being sent."""
        return 0.0 if self._writer is None else self._writer.seconds_behind

    # Textual's driver interface

    def write(self, data: str) -> None:
        self._follow_size()
        for raw in self._parser.parse(data):
            self._put_frame_if_painted()
            self._put(raw)
        self._put_frame_if_painted()

    def start_application_mode(self) -> None:
        start: Callable[[], None] = super().start_application_mode
        self._known = self._terminfo
        self._writer = Writer(sys.__stderr__.fileno() if sys.__stderr__ else 2, self._terminfo)
        self._writer.start()
        self._is_starting = True
        start()
        self._is_starting = False
        if self._writer_thread is None:
            # Resumed in the background: Textual stopped the process again instead of starting.
            self.close()
            return
        # Textual's writer has nothing to do: `write` is overridden.
        self._writer_thread.stop()
        self._writer_thread = None
        self._disable_output_processing()
        self._reset_terminal()
        if self._probes and self._terminfo.rep and not self._has_begun:
            self._leaves_rules_out = True
            self._loop.call_later(_PROBE_TIMEOUT, self._paint_rules)
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
        """Queue what restores the terminal; `close` waits a moment until it is sent."""
        if self._probes and time.monotonic() - self._probed_at < _PROBE_EXPIRES and not self.seconds_behind:
            self._all_answered.wait(_FINAL_PROBE_WAIT)
        if self._graphics_query is not None and self._graphics_query.is_pending and not self.seconds_behind:
            self._graphics_query.is_over.wait(_FINAL_PROBE_WAIT)
        self._put(RawSequence(_PLAIN, Effect.CURSOR))
        super().stop_application_mode()
        if not self._terminfo.alternate:
            # Without an alternate screen, faxes would stay readable after the end.
            self._put(RawSequence(_CLEAR, Effect.SCREEN))

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()

    # Capabilities

    def on_cursor_position(self, line: int, column: int) -> None:
        """Evaluate the oldest probe. Runs in the input thread."""
        if self._probes:
            probe = self._probes.popleft()
            if not self._probes:
                self._all_answered.set()
            self._loop.call_soon_threadsafe(self._learn, probe.result(column))

    def on_graphics_report(self, report: GraphicsReport) -> None:
        """Add the report to the pending query, if there is one. Runs in the input thread."""
        if self._graphics_query is not None:
            self._graphics_query.add(report)

    def _cell_size(self) -> tuple[int, int]:
        """Return width and height of a cell in pixels as the tty has them; (0, 0) if it does not know."""
        with contextlib.suppress(OSError):
            size = fcntl.ioctl(self.fileno, termios.TIOCGWINSZ, bytes(8))
            lines, columns, width, height = struct.unpack("HHHH", size)
            if lines and columns:
                return width // columns, height // lines
        return 0, 0

    def _reset_terminal(self) -> None:
        """Reset the modes that painting relies on, and probe what the terminal can do."""
        self._put(RawSequence(_RESET_MODES, Effect.SCREEN))
        probe = Probe(self._terminfo, self._parser.screen.columns, self._utf8)
        if self.input_tty and (probe.terminfo.tabs or probe.terminfo.rep):
            self._probes.append(probe)
            self._probed_at = time.monotonic()
            self._all_answered.clear()
            self._put(RawSequence(probe.text, Effect.SCREEN))

    def _learn(self, learned: Terminfo) -> None:
        before, self._known = self._known, learned
        self._put(TerminfoUpdate(self._known))
        if before.tabs > self._known.tabs or before.rep > self._known.rep:
            # The screen was painted with a capability that the terminal lacks.
            self._put(Invalidate())
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
        # Textual calls this twice while it starts; once, at its end, is enough.
        if not self._is_starting:
            super()._enable_mouse_support()

    # Screens

    def _put(self, item: Item) -> None:
        if self._writer is not None:
            self._writer.queue.put(item)

    def _put_frame_if_painted(self) -> None:
        if self._parser.has_painted:
            self._put_frame()

    def _put_frame(self) -> None:
        parser = self._parser
        parser.has_painted = False
        self._has_begun = True
        cursor = (parser.line, parser.column) if parser.shows_cursor else None
        screen = parser.screen.without_rules() if self._leaves_rules_out else parser.screen.copy()
        placed = None
        if self._has_placeholders:
            placed = None if self._picture is None else place(self._picture, screen)
            # Once the last ones are gone, no frame is searched for them.
            self._has_placeholders = blank_placeholders(screen, placed) or self._picture is not None
        self._put(Frame(screen, cursor, parser.synchronized, placed))

    def _follow_size(self) -> bool:
        """Return whether the terminal's size changed. What it shows after that is unknown."""
        size = self._get_terminal_size()
        screen = self._parser.screen
        if size == (screen.columns, screen.lines):
            return False
        self._parser.screen = screen.resized(*size)
        self._put(Invalidate())
        return True

    def _resized(self) -> None:
        """Repaint. If the old size is back before Textual looks, it sees no change, so request a layout."""
        self._put(Invalidate())
        if not self._follow_size():
            self._put_frame()
        self._app.call_later(partial(self._app.refresh, layout=True))

    def _disable_output_processing(self) -> None:
        """Let a line feed only move the cursor down, without a carriage return; `stop_application_mode` undoes it."""
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[1] &= ~termios.OPOST
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
