"""Passwords from outside. They are never in a log, a `repr` or an argument list."""

from __future__ import annotations

import stat
from pathlib import Path

from faxtui.errors import ConfigurationError


def read_password_file(path: Path) -> str:
    """What the file holds, without one newline at its end. Raises ConfigurationError, also where others can read it."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & (stat.S_IRGRP | stat.S_IROTH):
                raise ConfigurationError(
                    f"Others can read the password file {path} (mode {mode:04o}): run chmod 600 on it."
                )
            content = file.read().decode()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(f"The password file {path} can't be read: {reason}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"The password file {path} is not UTF-8: save it as UTF-8.") from error
    password = content.removesuffix("\n").removesuffix("\r")
    if not password:
        raise ConfigurationError(f"The password file {path} is empty: write the password into it.")
    return password
