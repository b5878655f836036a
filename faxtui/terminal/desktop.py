"""Opening a file with the desktop's default application."""

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
from faxtui.translation import _

_FAILURE_LIMIT = 2.0
"""Seconds after which a program that has not failed is assumed to show the file."""


def why_no_desktop(environ: Mapping[str, str]) -> str:
    """Return a sentence that says why no file can be opened; empty if one can."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return _("Over ssh, the file would open on the other machine's desktop. Copy it to this one first.")
    if sys.platform == "darwin":
        return ""
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return _("There is no desktop: neither DISPLAY nor WAYLAND_DISPLAY is set. Open the file elsewhere.")
    if shutil.which("xdg-open", path=environ.get("PATH")) is None:
        return _("xdg-open is not installed, which finds the desktop's application. Install xdg-utils.")
    return ""


def open_file(path: Path, environ: Mapping[str, str]) -> None:
    """Start the default application, and wait up to two seconds whether it fails.

    Raises FaxtuiError if there is no desktop, no application, or no such file.
    """
    reason = why_no_desktop(environ)
    if reason:
        raise FaxtuiError(reason)
    if not path.is_file():
        raise FaxtuiError(_("The saved file {path} is gone. Save the fax again.").format(path=visible(str(path))))
    command = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        process = start([command, str(path.absolute())], environ)
    except OSError as error:
        raise FaxtuiError(
            _("Could not start {command}: {reason}.").format(command=command, reason=why(error))
        ) from error
    try:
        code = process.wait(_FAILURE_LIMIT)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()
        return
    if code:
        sentence = _("{command} could not open {path} (exit code {code}). Is there an application for such files?")
        raise FaxtuiError(sentence.format(command=command, path=visible(str(path)), code=code))
