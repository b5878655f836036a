"""Opening a file with the program that the desktop has for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, why
from faxtui.processes import start

_MOMENT = 2.0
"""Seconds after which a program that has not failed is taken to show the file."""


def why_no_desktop(environ: Mapping[str, str]) -> str:
    """A sentence about why nothing can be opened from here; empty where it can."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return "This is over ssh: the program would open on the other machine's desktop, not here. Copy the file over."
    if sys.platform in ("win32", "darwin"):
        return ""
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return "There is no desktop here (neither DISPLAY nor WAYLAND_DISPLAY is set): open the file elsewhere."
    if shutil.which("xdg-open", path=environ.get("PATH")) is None:
        return "There is no xdg-open here, which knows the desktop's programs: install xdg-utils."
    return ""


def open_file(path: Path, environ: Mapping[str, str]) -> None:
    """Start the program, and leave it to itself once it is known to run; takes a moment.

    Raises FaxtuiError where there is none, or no such file.
    """
    reason = why_no_desktop(environ)
    if reason:
        raise FaxtuiError(reason)
    if not path.is_file():
        raise FaxtuiError(f"The saved file {visible(str(path))} is no longer there: save the fax again.")
    command = ["open"] if sys.platform == "darwin" else ["explorer"] if sys.platform == "win32" else ["xdg-open"]
    try:
        process = start([*command, str(path.absolute())], environ)
    except OSError as error:
        raise FaxtuiError(f"{command[0]} can't be started: {why(error)}.") from error
    _wait_a_moment(process, command[0], path)


def _wait_a_moment(process: subprocess.Popen[bytes], command: str, path: Path) -> None:
    """What ends at once and well has handed the file on; what goes on shows it. Raises FaxtuiError for the rest."""
    try:
        code = process.wait(_MOMENT)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()
        return
    # Windows' explorer ends with 1 even where all is well.
    if code and sys.platform != "win32":
        raise FaxtuiError(
            f"{command} could not open {visible(str(path))} (exit code {code}): is there a program for such files?"
        )
