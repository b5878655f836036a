"""Start of the browser: the account to open and what the screens may ask for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from faxtui.cli.context import DEMO, DEMO_FOLDER, CommandContext, connect, connect_to_demo, connector, load_context
from faxtui.cli.options import Options
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.text import visible
from faxtui.errors import NoSignIn, UsageError
from faxtui.inbox.inbox import FetchPolicy
from faxtui.storage.journal import AccountName, Journal
from faxtui.terminal.capabilities import Capabilities, capabilities
from faxtui.translation import N_, _
from faxtui.ui.session import AccountServices, AppConfig, FirstRun, SessionConfig

if TYPE_CHECKING:
    from pathlib import Path

    from faxtui.config.new_account import NewAccount
    from faxtui.config.settings import Settings
    from faxtui.config.toml_files import Change

WELCOME = N_(
    "Nothing is configured yet. Enter your login and password and test the connection. Nothing is saved until you "
    "choose Save."
)
_NO_OPTIONS = Options()
"""Options for another account: those given at start were not meant for it."""


def prepare(context: CommandContext, environ: Mapping[str, str]) -> AppConfig:
    """Return what to start with. Raises FaxtuiError without an account or a terminal."""
    return replace(begin(context), capabilities=_checked_terminal(environ))


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


def _own_session(context: CommandContext) -> SessionConfig:
    sign_in, settings = context.sign_in(), context.settings
    state = StateFile(context.paths.state, settings.profile_name, with_filters=settings.ui.remember_filters)
    remembered, problem = state.load()
    return SessionConfig(
        profile=settings.profile_name,
        title=_title(settings, settings.profile_name, sign_in.login),
        connect=connector(replace(sign_in, hint=_("It is not stored: faxtui asks each time."))),
        query=context.query(remembered),
        login=sign_in.login,
        settings=settings,
        shows_sidebar=remembered.sidebar,
        state=state,
        notices=(*settings.problems, *([problem] if problem else [])),
        fetch_policy=FetchPolicy(prefetch=settings.profile.prefetch),
        account=AccountName.at(sign_in.base_url, sign_in.login),
        journal=Journal(context.paths.journal),
    )


def _demo_session(context: CommandContext) -> SessionConfig:
    """Return a session with the configured display options; the demo remembers nothing."""
    return SessionConfig(
        profile="",
        title=_title(context.settings, "demo", _("sample faxes")),
        connect=connect_to_demo,
        query=context.query(SavedState()),
        settings=context.settings,
        notices=context.settings.problems,
        account=DEMO,
        subfolder=DEMO_FOLDER,
    )


def _title(settings: Settings, *whose: str) -> str:
    return " · ".join([*map(visible, whose), *([_("read only")] if settings.profile.read_only else [])])


def _account_services(context: CommandContext) -> AccountServices:
    config = context.paths.config

    options = replace(_NO_OPTIONS, config=context.options.config, read_only=context.options.read_only)

    def context_of(profile: str) -> CommandContext:
        return load_context(replace(options, profile=profile))

    def enrol(new: NewAccount) -> SessionConfig:
        backup = new.save(config)
        session = _own_session(context_of(new.profile))
        connect_stored, typed = session.connect, new.typed_password
        return replace(
            session,
            connect=lambda password: connect_stored(password or typed),
            notices=(*session.notices, _saved(config, backup)),
        )

    def save(changes: Sequence[Change]) -> str:
        from faxtui.config.toml_files import save_settings

        return _saved(config, save_settings(config, changes))

    return AccountServices(
        profile=lambda name: _own_session(context_of(name)),
        demo=lambda: _demo_session(load_context(replace(options, demo=True))),
        account=lambda new: new.sign_in(config).account(),
        connect=connect,
        enrol=enrol,
        save=save,
    )


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
