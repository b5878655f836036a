"""Textual's driver for Unix terminals, with what is read, and asked of the mouse, as this program wants it."""

from __future__ import annotations

import os
import signal

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from faxtui.terminal.thin.tty_input import TerminalGone, typed

_MOUSE = "\x1b[?1002;1006"
"""Buttons and wheel, and movement only while a button is held; in SGR form (xterm's ctlseqs)."""


class WholeDriver(LinuxDriver):
    """Sends the whole of what Textual writes."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._mouse_is_on = False

    def switch_mouse(self, on: bool) -> None:
        """Have clicks and the wheel reported, or leave the mouse to the terminal, to select and copy with."""
        self._disable_mouse_support()
        self._mouse = on
        self._enable_mouse_support()

    def run_input_thread(self) -> None:
        """Runs in a thread. Where the terminal goes away, this ends as a hang-up does, of which not all are told."""
        parser = XTermParser(self._debug)
        try:
            for text in typed(self.fileno, self.exit_event):
                for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                    self.process_message(message)
        except TerminalGone:
            os.kill(os.getpid(), signal.SIGHUP)

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
