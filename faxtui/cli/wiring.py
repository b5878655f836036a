"""Options, configuration and what is remembered, put together into what the browser starts with."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from faxtui.cli.arguments import Options
from faxtui.config.load import load_settings
from faxtui.config.logs import start_log
from faxtui.config.paths import Paths, default_paths
from faxtui.config.settings import Settings
from faxtui.config.sign_in import Given, settle_account
from faxtui.config.state import Remembered, StateFile
from faxtui.domain.filters import Filters
from faxtui.domain.query import FaxQuery
from faxtui.domain.sorting import parse_sort
from faxtui.errors import ConfigurationError, UsageError
from faxtui.inbox.inbox import Manners
from faxtui.terminal.capabilities import Capabilities, capabilities
from faxtui.ui.launch import Launch

if TYPE_CHECKING:
    from faxtui.domain.account import Account
    from faxtui.inbox.service import FaxService


def prepare(options: Options, environ: Mapping[str, str]) -> Launch:
    """Raises UsageError, ConfigurationError or NoSignIn where there is nothing to start with."""
    paths = _paths(options)
    start_log(paths.logs, options.log_level)
    launch = _demo(options, paths) if options.demo else _own(options, paths)
    return replace(launch, far_end=_far_end(environ))


def _own(options: Options, paths: Paths) -> Launch:
    settings = load_settings(paths, options.profile)
    given = Given(options.base_url, options.login, options.password_file, options.password)
    account = settle_account(settings.profile, given, paths.config)
    state = StateFile(paths.state, settings.profile_name, with_filters=settings.ui.remember_filters)
    remembered, problem = state.load()
    return Launch(
        title=f"{settings.profile_name} · {account.login}",
        connect=lambda: _connect(account),
        query=_query(options, settings, remembered),
        settings=settings,
        shows_sidebar=remembered.sidebar,
        state=state,
        logs=paths.logs,
        notices=(*settings.problems, *([problem] if problem else [])),
        manners=Manners(prefetch=settings.profile.prefetch),
    )


def _demo(options: Options, paths: Paths) -> Launch:
    """The demo takes the look from the configuration, and remembers nothing."""
    settings = load_settings(paths)
    return Launch(
        title="demo · sample faxes",
        connect=_connect_to_demo,
        query=_query(options, settings, Remembered()),
        settings=settings,
        logs=paths.logs,
        notices=settings.problems,
    )


def _connect(account: Account) -> FaxService:
    from faxtui.odyssey.client import OdysseyService

    return OdysseyService(account)


def _connect_to_demo() -> FaxService:
    from httpx import ASGITransport

    from faxtui.demo import DemoService
    from faxtui.domain.account import Account
    from faxtui.odyssey.client import OdysseyService

    return OdysseyService(Account("http://demo", "60300.demo", "demo"), transport=ASGITransport(DemoService()))


def _query(options: Options, settings: Settings, remembered: Remembered) -> FaxQuery:
    """Any filter among the options sets all remembered ones aside."""
    return FaxQuery(
        filters=Filters(dict(options.filters)) if options.filters else remembered.filters,
        sort=parse_sort(options.sort) if options.sort else remembered.sort,
        page=1 if options.page is None else options.page,
        page_size=settings.ui.page_size if options.page_size is None else options.page_size,
    )


def _paths(options: Options) -> Paths:
    paths = default_paths()
    if options.config is None:
        return paths
    if not options.config.is_file():
        raise ConfigurationError(f"There is no configuration file {options.config}.")
    return replace(paths, config=options.config)


def _far_end(environ: Mapping[str, str]) -> Capabilities:
    far_end = capabilities(environ)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("There is no terminal to draw on: start faxtui in one.")
    if far_end.is_dumb:
        raise UsageError(
            f"The terminal “{environ.get('TERM', '')}” can't move its cursor, so there is no screen to draw on: "
            "set TERM to what the terminal is, such as xterm-256color."
        )
    return far_end
