"""Accounts of a configuration that is never written."""

from collections.abc import Sequence
from dataclasses import dataclass

from faxtui.config.new_account import NewAccount
from faxtui.config.toml_files import Change
from faxtui.domain.account import Account
from faxtui.domain.clock import ServiceClock
from faxtui.domain.service import DocumentService
from faxtui.errors import InvalidValue
from faxtui.ui.session import SessionConfig


@dataclass
class PreparedAccounts:
    """Every profile opens ``other``, the demo and a new account ``config``; without these there is no account."""

    config: SessionConfig | None = None
    other: SessionConfig | None = None
    account: Account | None = None

    def open_profile(self, name: str) -> SessionConfig:
        return self._given(self.other or self.config)

    def open_demo(self) -> SessionConfig:
        return self._given(self.config)

    def read_account(self, new: NewAccount) -> Account:
        return self.account or Account(new.base_url, new.login, new.password)

    def connect(self, account: Account) -> DocumentService:
        return self._given(self.config).connector.connect()

    def save_account(self, new: NewAccount) -> SessionConfig:
        return self._given(self.config)

    def save_settings(self, changes: Sequence[Change]) -> str:
        self._given(self.config)
        return "Saved."

    def new_clock(self) -> ServiceClock:
        return ServiceClock()

    def _given(self, config: SessionConfig | None) -> SessionConfig:
        if config is None:
            raise InvalidValue("There is no other account, and no file to save to.")
        return config
