"""Requests to the terminal's driver while the program runs, whichever driver that is."""

from __future__ import annotations

import contextlib
import logging
import math
from typing import TYPE_CHECKING

from textual.driver import Driver

from faxtui.terminal.driver.input import LOCAL_DELAY, REMOTE_DELAY
from faxtui.terminal.driver.textual_internals import unexpected
from faxtui.terminal.graphics import Graphics, Picture

if TYPE_CHECKING:
    from faxtui.terminal.driver.driver import BaseDriver, ThinDriver

log = logging.getLogger(__name__)

_BLIND = 2.0
"""Seconds without accepting output after which nobody can have seen what changed (our decision)."""
_NEAR_RESPONSE, _FAR_RESPONSE = 0.5, 2.0
"""Seconds that the terminal has to say which pictures it can show, on this machine and over ssh (our decision)."""


def driver_for(thin: str) -> type[Driver] | None:
    """Return the driver that sends only what changed, unless the setting says otherwise.

    None, Textual's own driver, if this Textual does not have the private names that ours rely on.
    """
    if names := list(unexpected()):
        log.warning("Using Textual's own driver: this Textual has no %s.", ", ".join(names))
        return None
    from faxtui.terminal.driver.driver import BaseDriver, ThinDriver

    return BaseDriver if thin == "false" else ThinDriver


def _base(driver: Driver | None) -> BaseDriver | None:
    """Return the driver if it is one of ours: Textual's own, and those of tests, do not support these requests."""
    with contextlib.suppress(ImportError):
        from faxtui.terminal.driver.driver import BaseDriver

        return driver if isinstance(driver, BaseDriver) else None
    return None


def _thin(driver: Driver | None) -> ThinDriver | None:
    with contextlib.suppress(ImportError):
        from faxtui.terminal.driver.driver import ThinDriver

        return driver if isinstance(driver, ThinDriver) else None
    return None


def redraw_screen(driver: Driver | None) -> None:
    """Repaint the whole screen."""
    if thin := _thin(driver):
        thin.redraw()


def restore_terminal(driver: Driver | None) -> None:
    """Restore the terminal, without waiting for it: the process ends right after this, whatever it was doing."""
    if base := _base(driver):
        base.restore_terminal()
    elif driver is not None:
        # Textual's own driver may block on a terminal that reads nothing; `signals.end_process` limits the time.
        driver.stop_application_mode()
        driver.close()


def is_behind(driver: Driver | None) -> bool:
    """Return True if the terminal accepts nothing, so that nobody sees what happens. Only the thin driver knows."""
    thin = _thin(driver)
    return thin is not None and thin.seconds_behind > _BLIND


def is_sending(driver: Driver | None) -> bool:
    """Return True if the terminal has not accepted all output yet. Only the thin driver knows."""
    thin = _thin(driver)
    return thin is not None and thin.seconds_behind > 0


def typed_at(driver: Driver | None) -> float:
    """Return when bytes that may have been typed were read last (monotonic seconds). Only our drivers know."""
    base = _base(driver)
    return -math.inf if base is None else base.typed_at


def set_escape_delay(driver: Driver | None, setting: int | str, *, is_remote: bool) -> None:
    """Wait this many milliseconds, or if "auto" as long as fits the terminal, for the rest of a key sequence."""
    if base := _base(driver):
        automatic = REMOTE_DELAY if is_remote else LOCAL_DELAY
        base.set_escape_delay(setting / 1000 if isinstance(setting, int) else automatic)


async def request_graphics(driver: Driver | None, *, is_remote: bool) -> Graphics:
    """Return which pictures the terminal can show. It is asked once; only the thin driver can."""
    thin = _thin(driver)
    return Graphics() if thin is None else await thin.request_graphics(_FAR_RESPONSE if is_remote else _NEAR_RESPONSE)


def show_picture(driver: Driver | None, picture: Picture | None) -> None:
    """Show a picture where its placeholders are on the screen; None shows none."""
    if thin := _thin(driver):
        thin.show_picture(picture)


def send(driver: Driver | None, text: str) -> None:
    """Send sequences that change nothing on the screen, such as a bell."""
    if driver is not None and text:
        driver.write(text)


_KEEP_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"


def window_title(count: int, before: int) -> str:
    """Return what shows the count in the window's title, in place of ``before``; at 0 the former title returns."""
    return _RESTORE_TITLE if not count else f"{'' if before else _KEEP_TITLE}\x1b]2;({count:,}) faxtui\a"


def switch_mouse(driver: Driver | None, *, on: bool) -> None:
    """Switch mouse reports on or off, if the driver can."""
    if base := _base(driver):
        base.switch_mouse(on)
