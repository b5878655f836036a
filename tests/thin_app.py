"""A small application on the thin driver: ``python thin_app.py FIFO``; every key that it handled is a byte there."""

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static

from faxtui.terminal.driver.driver import ThinDriver


class ThinApp(App[None], inherit_bindings=False):
    """``f`` fills the screen anew, ``m`` and ``M`` switch the mouse off and on, ``r`` repaints, ``z`` sleeps, ``q``."""

    BINDINGS = [
        ("f", "fill"),
        ("m", "mouse(False)"),
        ("M", "mouse(True)"),
        ("r", "repaint"),
        ("z", "suspend_process"),
        ("q", "quit"),
    ]

    def __init__(self, handled: Path) -> None:
        super().__init__(driver_class=ThinDriver)
        self._handled = handled.open("wb", buffering=0)
        self._filled = 0

    @property
    def driver(self) -> ThinDriver:
        assert isinstance(self._driver, ThinDriver)
        return self._driver

    def compose(self) -> ComposeResult:
        yield Static("ready", id="page")

    def action_fill(self) -> None:
        self._filled += 1
        lines = [f"{self._filled * 7919 + line * 104_729:070} fill {self._filled}." for line in range(22)]
        self.query_one(Static).update("\n".join(lines))
        self.call_after_refresh(self._handled.write, b"f")

    def action_mouse(self, on: bool) -> None:
        self.driver.switch_mouse(on)

    def action_repaint(self) -> None:
        self.driver.redraw()


if __name__ == "__main__":
    ThinApp(Path(sys.argv[1])).run()
