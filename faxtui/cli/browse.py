"""Start of the browser: the account to open and what the screens may ask for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from faxtui.cli.context import (
    DEMO,
    DEMO_FOLDER,
    AccountConnector,
    CommandContext,
    DemoConnector,
    connect,
    load_context,
)
from faxtui.cli.options import Options
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.clock import ServiceClock
from faxtui.domain.regional import region_of
from faxtui.domain.text import visible
from faxtui.errors import NoSignIn, UsageError
from faxtui.inbox.inbox import FetchPolicy
from faxtui.storage.journal import AccountName, Journal
from faxtui.terminal.capabilities import Capabilities, capabilities
from faxtui.translation import N_, _
from faxtui.ui.session import AppConfig, FirstRun, SessionConfig

if TYPE_CHECKING:
    from pathlib import Path

    from faxtui.config.new_account import NewAccount
    from faxtui.config.settings import Settings
    from faxtui.config.toml_files import Change
    from faxtui.domain.account import Account
    from faxtui.domain.service import DocumentService

WELCOME = N_(
    "Nothing is configured yet. Enter your login and password and test the connection. Nothing is saved until you "
    "choose Save."
)


def prepare(context: CommandContext, environ: Mapping[str, str]) -> AppConfig:
    """Return what to start with. Raises FaxtuiError without an account or a terminal."""
    return replace(begin(context), capabilities=_checked_terminal(environ), region=region_of(environ))


def begin(context: CommandContext) -> AppConfig:
    """Return what to start with, on any terminal. Raises FaxtuiError without an account."""
    services = _account_services(context)
    if context.options.demo:
        first: SessionConfig | FirstRun = _demo_session(context)
    else:
        try:
            first = _own_session(context)
        except NoSignIn:
            if context.settings.profile_names or context.options.profile or context.options.base_url:
                raise
            first = FirstRun(" ".join([*context.settings.problems, _(WELCOME)]), services, context.settings)
    return AppConfig(first, services, logs=context.paths.logs)


def _own_session(context: CommandContext, typed_password: str | None = None) -> SessionConfig:
    sign_in, settings = context.sign_in(), context.settings
    state = StateFile(context.paths.state, settings.profile_name, with_filters=settings.ui.remember_filters)
    remembered, problem = state.load()
    return SessionConfig(
        profile=settings.profile_name,
        title=_title(settings, settings.profile_name, sign_in.login),
        connector=AccountConnector(
            replace(sign_in, hint=_("It is not stored: faxtui asks each time.")), typed_password
        ),
        query=context.query(remembered),
        login=sign_in.login,
        settings=settings,
        shows_sidebar=remembered.sidebar,
        state=state,
        notices=(*settings.problems, *([problem] if problem else [])),
        fetch_policy=FetchPolicy(prefetch=settings.profile.prefetch),
        account=AccountName.at(sign_in.base_url, sign_in.login),
        journal=Journal(context.paths.journal, keep=context.settings.journal.kept),
    )


def _demo_session(context: CommandContext) -> SessionConfig:
    """Return a session with the configured display options; the demo remembers nothing."""
    return SessionConfig(
        profile="",
        title=_title(context.settings, "demo", _("sample faxes")),
        connector=DemoConnector(),
        query=context.query(SavedState()),
        settings=context.settings,
        notices=context.settings.problems,
        account=DEMO,
        subfolder=DEMO_FOLDER,
    )


def _title(settings: Settings, *whose: str) -> str:
    return " · ".join([*map(visible, whose), *([_("read only")] if settings.profile.read_only else [])])


class ConfiguredAccounts(NamedTuple):
    """The accounts of the configuration file, and changes to it."""

    config: Path
    options: Options

    def open_profile(self, name: str) -> SessionConfig:
        return _own_session(load_context(replace(self.options, profile=name)))

    def open_demo(self) -> SessionConfig:
        return _demo_session(load_context(replace(self.options, demo=True)))

    def read_account(self, new: NewAccount) -> Account:
        return new.sign_in(self.config).account()

    def connect(self, account: Account) -> DocumentService:
        return connect(account)

    def save_account(self, new: NewAccount) -> SessionConfig:
        backup = new.save(self.config)
        context = load_context(replace(self.options, profile=new.profile))
        session = _own_session(context, new.typed_password)
        return replace(session, notices=(*session.notices, _saved(self.config, backup)))

    def save_settings(self, changes: Sequence[Change]) -> str:
        from faxtui.config.toml_files import save_settings

        return _saved(self.config, save_settings(self.config, changes))

    def new_clock(self) -> ServiceClock:
        return ServiceClock()


def _account_services(context: CommandContext) -> ConfiguredAccounts:
    """Return the other accounts. Options given at start were not meant for them."""
    options = Options(config=context.options.config, read_only=context.options.read_only)
    return ConfiguredAccounts(context.paths.config, options)


def _saved(config: Path, backup: Path | None) -> str:
    if backup is None:
        return _("Saved in {path}.").format(path=config)
    return _("Saved in {path}. The previous file is now {backup}.").format(path=config, backup=backup)


def _checked_terminal(environ: Mapping[str, str]) -> Capabilities:
    """Return what the terminal can do. Raises UsageError if there is none, or one that can't move its cursor."""
    terminal = capabilities(environ)
    if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(_("The browser needs a terminal. Start faxtui in one, or use faxtui list."))
    if terminal.is_dumb:
        raise UsageError(
            _(
                "The terminal “{term}” can't move its cursor. Set TERM to the terminal's type, such as "
                "xterm-256color, or use faxtui list."
            ).format(term=environ.get("TERM", ""))
        )
    return terminal
