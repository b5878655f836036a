"""An account as it is entered on the screen, before it is saved."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from faxtui.config.credentials import Given, SignIn, name_in_keyring, settle_sign_in, write_keyring
from faxtui.config.save import Change, save_settings
from faxtui.config.settings import DEFAULT_BASE_URL, Profile
from faxtui.errors import InvalidValue


class Keep(Enum):
    """Where the password is kept."""

    KEYRING = "in the system's keyring"
    COMMAND = "from a command"
    NOWHERE = "ask each time"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """``command`` is what prints the password, as one types it in a shell (it is run without one)."""

    profile: str = "main"
    base_url: str = DEFAULT_BASE_URL
    login: str = ""
    password: str = field(default="", repr=False)
    keep: Keep = Keep.COMMAND
    command: str = ""

    @property
    def typed_password(self) -> str | None:
        """None where there is none, or a command prints it."""
        return None if self.keep is Keep.COMMAND else self.password or None

    def sign_in(self, config: Path) -> SignIn:
        """Raises FaxtuiError where it can't be used as it is."""
        if not self.profile.strip():
            raise InvalidValue("A profile needs a name, such as main.", "profile")
        if not self.login.strip():
            raise InvalidValue("Type the login, such as 60300.console.", "login")
        own = Profile(base_url=self.base_url, login=self.login, password_command=self._command())
        return settle_sign_in(own, Given(password=self.typed_password), config, self.profile)

    def save(self, config: Path) -> Path | None:
        """Write the profile into the configuration, and the password where it is to be kept.

        Returns where a copy of the file was kept, if one was. Raises FaxtuiError.
        """
        self.sign_in(config)
        changes = self._changes()
        if self.keep is Keep.KEYRING:
            if not self.password:
                raise InvalidValue("Type the password that the keyring is to keep.", "password")
            write_keyring(name_in_keyring(self.login, self.base_url), self.password)
        return save_settings(config, changes)

    def _changes(self) -> list[Change]:
        """Of the ways to the password only the chosen one is left: another would come before it."""
        table = ("profiles", self.profile)
        return [
            (("default_profile",), self.profile),
            ((*table, "base_url"), self.base_url),
            ((*table, "login"), self.login),
            ((*table, "password_command"), list(self._command()) or None),
            ((*table, "password_file"), None),
            ((*table, "keyring"), True if self.keep is Keep.KEYRING else None),
        ]

    def _command(self) -> tuple[str, ...]:
        if self.keep is not Keep.COMMAND:
            return ()
        try:
            command = tuple(shlex.split(self.command))
        except ValueError as error:
            raise InvalidValue(f"The command can't be read ({error}): close its quotes.", "command") from error
        if not command:
            raise InvalidValue("Type the command that prints the password, such as pass show fax.", "command")
        return command
