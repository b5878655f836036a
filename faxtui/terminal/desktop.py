"""Opening a file with the program that the desktop has for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from faxtui.errors import FaxtuiError


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
    """Start the program, and leave it to itself. Raises FaxtuiError where there is none, or no such file."""
    reason = why_no_desktop(environ)
    if reason:
        raise FaxtuiError(reason)
    if not path.is_file():
        raise FaxtuiError(f"The saved file {path} is no longer there: save the fax again.")
    command = ["open"] if sys.platform == "darwin" else ["explorer"] if sys.platform == "win32" else ["xdg-open"]
    try:
        subprocess.Popen(
            [*command, str(path.absolute())],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise FaxtuiError(f"{command[0]} can't be started: {error.strerror or type(error).__name__}.") from error
