"""New account, as entered on the screen before it is saved."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from faxtui.config.credentials import GivenSignIn, SignIn, name_in_keyring, resolve_sign_in, write_keyring
from faxtui.config.settings import Profile
from faxtui.config.toml_files import Change, save_settings
from faxtui.domain.account import BASE_URL
from faxtui.errors import InvalidValue
from faxtui.translation import N_, _


class PasswordStorage(Enum):
    """Where the password is stored; the values are shown, translated."""

    KEYRING = N_("in the system's keyring")
    COMMAND = N_("printed by a command")
    NOWHERE = N_("ask every time")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """``command`` prints the password; it is written as in a shell, but run without one."""

    profile: str = "main"
    base_url: str = BASE_URL
    login: str = ""
    password: str = field(default="", repr=False)
    storage: PasswordStorage = PasswordStorage.COMMAND
    command: str = ""

    @property
    def typed_password(self) -> str | None:
        """The password, None if there is none or a command prints it."""
        return None if self.storage is PasswordStorage.COMMAND else self.password or None

    def sign_in(self, config: Path) -> SignIn:
        """Return how to sign in. Raises FaxtuiError if the account can't be used as it is."""
        if not self.profile.strip():
            raise InvalidValue(_("A profile needs a name, such as main."), "profile")
        if not self.login.strip():
            raise InvalidValue(_("Enter the login, such as 60300.console."), "login")
        own = Profile(base_url=self.base_url, login=self.login, password_command=self._command())
        return resolve_sign_in(own, GivenSignIn(password=self.typed_password), config, self.profile)

    def save(self, config: Path) -> Path | None:
        """Write the profile into the configuration, and the password into its storage.

        Returns the path of the old configuration if it was kept. Raises FaxtuiError.
        """
        self.sign_in(config)
        changes = self._changes()
        if self.storage is PasswordStorage.KEYRING:
            if not self.password:
                raise InvalidValue(_("Enter the password to store in the keyring."), "password")
            write_keyring(name_in_keyring(self.login, self.base_url), self.password)
        return save_settings(config, changes)

    def _changes(self) -> list[Change]:
        """Return the changes, which remove other storages of the password: one might come before the chosen one."""
        table = ("profiles", self.profile)
        return [
            (("default_profile",), self.profile),
            ((*table, "base_url"), self.base_url),
            ((*table, "login"), self.login),
            ((*table, "password_command"), list(self._command()) or None),
            ((*table, "password_file"), None),
            ((*table, "keyring"), True if self.storage is PasswordStorage.KEYRING else None),
        ]

    def _command(self) -> tuple[str, ...]:
        if self.storage is not PasswordStorage.COMMAND:
            return ()
        try:
            command = tuple(shlex.split(self.command))
        except ValueError as error:
            text = _("The command can't be read ({reason}). Close its quotes.")
            raise InvalidValue(text.format(reason=error), "command") from error
        if not command:
            raise InvalidValue(_("Enter the command that prints the password, such as pass show fax."), "command")
        return command
