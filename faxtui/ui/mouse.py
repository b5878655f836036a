"""Switching the mouse on and off while the program runs, which Textual has no public way for."""

from __future__ import annotations

import sys

from textual.driver import Driver


def switch_mouse(driver: Driver | None, *, on: bool) -> None:
    """Does nothing where the driver has no mouse to switch: in a test, or on Windows."""
    if sys.platform == "win32":
        return
    from textual.drivers.linux_driver import LinuxDriver

    if not isinstance(driver, LinuxDriver):
        return
    if on:
        driver._mouse = True
        driver._enable_mouse_support()
    else:
        driver._disable_mouse_support()
        driver._mouse = False
