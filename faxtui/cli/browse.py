"""Opening the browser."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from faxtui.cli.context import DEMO, DEMO_FOLDER, CommandContext, connect, connect_to_demo, connector, desk
from faxtui.cli.options import Options
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.text import visible
from faxtui.errors import NoSignIn, UsageError
from faxtui.inbox.inbox import FetchPolicy
from faxtui.storage.journal import AccountName, Journal
from faxtui.terminal.capabilities import Capabilities, capabilities
from faxtui.ui.session import AccountServices, AppConfig, FirstRun, SessionConfig

if TYPE_CHECKING:
    from pathlib import Path

    from faxtui.config.new_account import NewAccount
    from faxtui.config.save import Change
    from faxtui.config.settings import Settings

WELCOME = "Nothing is configured yet: type your login and password, and try them. Nothing is written before you save."
_ELSEWHERE = Options()
"""Another account is opened as if no option had been given: none of them was meant for it."""


def prepare(at: CommandContext, environ: Mapping[str, str]) -> AppConfig:
    """Raises FaxtuiError where there is nothing to start with, or no terminal to draw on."""
    return replace(begin(at), far_end=_far_end(environ))


def begin(at: CommandContext) -> AppConfig:
    """The account to start with, whatever there is to draw on. Raises FaxtuiError where there is none."""
    doors = _doors(at)
    if at.options.demo:
        first: SessionConfig | FirstRun = _demo(at)
    else:
        try:
            first = _own(at)
        except NoSignIn:
            if at.settings.profile_names or at.options.profile or at.options.base_url:
                raise
            first = FirstRun(" ".join([*at.settings.problems, WELCOME]), doors, at.settings)
    return AppConfig(first, doors, logs=at.paths.logs)


def _own(at: CommandContext) -> SessionConfig:
    sign_in, settings = at.sign_in(), at.settings
    state = StateFile(at.paths.state, settings.profile_name, with_filters=settings.ui.remember_filters)
    remembered, problem = state.load()
    return SessionConfig(
        profile=settings.profile_name,
        title=_title(settings, settings.profile_name, sign_in.login),
        connect=connector(replace(sign_in, ways="It is kept nowhere, so it is asked for each time.")),
        query=at.query(remembered),
        login=sign_in.login,
        settings=settings,
        shows_sidebar=remembered.sidebar,
        state=state,
        notices=(*settings.problems, *([problem] if problem else [])),
        manners=FetchPolicy(prefetch=settings.profile.prefetch),
        account=AccountName.at(sign_in.base_url, sign_in.login),
        journal=Journal(at.paths.journal),
    )


def _demo(at: CommandContext) -> SessionConfig:
    """The demo takes the look from the configuration, and remembers nothing."""
    return SessionConfig(
        profile="",
        title=_title(at.settings, "demo", "sample faxes"),
        connect=connect_to_demo,
        query=at.query(SavedState()),
        settings=at.settings,
        notices=at.settings.problems,
        account=DEMO,
        subfolder=DEMO_FOLDER,
    )


def _title(settings: Settings, *whose: str) -> str:
    return " · ".join([*map(visible, whose), *(["read only"] if settings.profile.read_only else [])])


def _doors(at: CommandContext) -> AccountServices:
    config = at.paths.config

    options = replace(_ELSEWHERE, config=at.options.config, read_only=at.options.read_only)

    def elsewhere(profile: str) -> CommandContext:
        return desk(replace(options, profile=profile))

    def enrol(enrolment: NewAccount) -> SessionConfig:
        kept = enrolment.save(config)
        launch = _own(elsewhere(enrolment.profile))
        kept_connect, typed = launch.connect, enrolment.typed_password
        return replace(
            launch,
            connect=lambda password: kept_connect(password or typed),
            notices=(*launch.notices, _saved(config, kept)),
        )

    def save(changes: Sequence[Change]) -> str:
        from faxtui.config.save import save_settings

        return _saved(config, save_settings(config, changes))

    return AccountServices(
        profile=lambda name: _own(elsewhere(name)),
        demo=lambda: _demo(desk(replace(options, demo=True))),
        account=lambda enrolment: enrolment.sign_in(config).account(),
        connect=connect,
        enrol=enrol,
        save=save,
    )


def _saved(config: Path, kept: Path | None) -> str:
    return f"Saved in {config}." + (f" The file as it was before is {kept}." if kept else "")


def _far_end(environ: Mapping[str, str]) -> Capabilities:
    far_end = capabilities(environ)
    if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError("There is no terminal to draw on: start faxtui in one, or use faxtui list.")
    if far_end.is_dumb:
        raise UsageError(
            f"The terminal “{environ.get('TERM', '')}” can't move its cursor, so there is no screen to draw on: "
            "set TERM to what the terminal is, such as xterm-256color, or use faxtui list."
        )
    return far_end
