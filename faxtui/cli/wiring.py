"""Options, configuration and what is remembered, put together into an account and a query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from faxtui.cli.arguments import Options
from faxtui.config.load import load_settings
from faxtui.config.paths import Paths, default_paths
from faxtui.config.settings import Profile, Settings
from faxtui.config.sign_in import Given, SignIn, settle_sign_in
from faxtui.config.state import Remembered
from faxtui.domain.filters import Filters
from faxtui.domain.query import FaxQuery
from faxtui.domain.sorting import parse_sort
from faxtui.errors import ConfigurationError, UsageError
from faxtui.inbox.journal import AccountName

if TYPE_CHECKING:
    from pathlib import Path

    from faxtui.domain.account import Account
    from faxtui.inbox.service import DocumentService

DEMO = AccountName("demo", "60300.demo")
Connect = Callable[[str | None], "DocumentService"]
"""Makes a service, with a password typed just now or the one that is kept. May take a while, and raise FaxtuiError."""


DEMO_FOLDER = "demo"
"""In the folder that faxes are saved in: sample faxes stay apart from real ones."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every command starts from."""

    options: Options
    paths: Paths
    settings: Settings

    def sign_in(self) -> SignIn:
        """Raises NoSignIn where there is no login, ConfigurationError where the address is bad."""
        options = self.options
        given = Given(options.base_url, options.login, options.password_file, options.password)
        try:
            return settle_sign_in(self.settings.profile, given, self.paths.config, self.settings.profile_name)
        except UsageError as error:
            # What is missing may well stand in a file that could not be read.
            raise type(error)(" ".join([*self.settings.problems, *self._choice(), str(error)])) from error

    def _choice(self) -> list[str]:
        """What to say where there are several profiles and nobody said which."""
        settings = self.settings
        if self.options.base_url or not settings.profile_names or settings.profile_name in settings.profile_names:
            return []
        return [f"Choose a profile by --profile or default_profile: there are {', '.join(settings.profile_names)}."]

    @property
    def account(self) -> AccountName:
        """Whose faxes these are, for the journal and for saved copies. Raises FaxtuiError where there is no address."""
        if self.options.demo:
            return DEMO
        sign_in = self.sign_in()
        return AccountName.at(sign_in.base_url, sign_in.login)

    def query(self, remembered: Remembered) -> FaxQuery:
        """Any filter among the options, and any view, sets all remembered filters aside.

        Raises InvalidValue where there is no such view, or a filter can't be taken.
        """
        options, filters, sort = self.options, remembered.filters, remembered.sort
        if options.view is not None:
            view = self.settings.view_named(options.view)
            filters, sort = view.filters, view.sort
        if options.filters:
            kept = filters.as_text() if options.view is not None else {}
            filters = Filters({**kept, **dict(options.filters)})
        return FaxQuery(
            filters=filters,
            sort=parse_sort(options.sort) if options.sort else sort,
            page=1 if options.page is None else options.page,
            page_size=self.settings.ui.page_size if options.page_size is None else options.page_size,
        )


def desk(options: Options) -> Desk:
    """Read the configuration. Raises ConfigurationError where a file or profile asked for is not there."""
    paths = paths_for(options)
    if options.config is not None and not _is_file(options.config):
        raise ConfigurationError(f"There is no configuration file {options.config}.")
    settings = _settings_of_demo(paths) if options.demo else load_settings(paths, options.profile)
    if options.read_only:
        settings = replace(settings, profile=replace(settings.profile, read_only=True))
    return Desk(options, paths, settings)


def _is_file(path: Path) -> bool:
    """Not either where it can't be looked at: a name too long, a folder that is closed to us."""
    try:
        return path.is_file()
    except OSError:
        return False


def paths_for(options: Options) -> Paths:
    paths = default_paths()
    return paths if options.config is None else replace(paths, config=options.config)


def _settings_of_demo(paths: Paths) -> Settings:
    """The demo takes the look from the configuration, and needs nothing of it."""
    try:
        return replace(load_settings(paths), profile=Profile())
    except ConfigurationError as error:
        return Settings(problems=(str(error),))


def connector(sign_in: SignIn) -> Connect:
    return lambda password: connect(sign_in.account(password))


def connect(account: Account) -> DocumentService:
    from faxtui.odyssey.client import OdysseyService

    return OdysseyService(account)


def connect_to_demo(password: str | None = None) -> DocumentService:
    """The service in a box, reached without a network."""
    from httpx import ASGITransport

    from faxtui.demo import DemoService
    from faxtui.domain.account import Account
    from faxtui.odyssey.client import OdysseyService

    return OdysseyService(Account(f"http://{DEMO.host}", DEMO.login, "demo"), transport=ASGITransport(DemoService()))


def connection(at: Desk) -> Connect:
    """To the demo or to the account asked for."""
    return connect_to_demo if at.options.demo else connector(at.sign_in())
