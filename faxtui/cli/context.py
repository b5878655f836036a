"""Context of a command: its options and configuration, the service that they lead to, and running it to its end."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from faxtui.cli.options import Options
from faxtui.cli.output import displayable, print_message
from faxtui.config.credentials import GivenSignIn, SignIn, resolve_sign_in
from faxtui.config.load import Paths, default_paths, load_settings
from faxtui.config.settings import Profile, Settings
from faxtui.config.state import SavedState
from faxtui.domain.query import FaxQuery, Filters, parse_sort
from faxtui.errors import ConfigurationError, NoSignIn, UsageError
from faxtui.signals import Orderly
from faxtui.storage.journal import AccountName
from faxtui.translation import N_, _

if TYPE_CHECKING:
    from pathlib import Path

    from faxtui.domain.account import Account
    from faxtui.domain.service import DocumentService
    from faxtui.inbox.connection import Connector

DEMO = AccountName("demo", "60300.demo")
DEMO_FOLDER = "demo"
"""Subfolder for sample faxes, to keep them apart from real ones."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Options, files and settings of a command."""

    options: Options
    paths: Paths
    settings: Settings

    def sign_in(self) -> SignIn:
        """Return how to sign in. Raises NoSignIn without a login, ConfigurationError for a bad address."""
        options = self.options
        given = GivenSignIn(options.base_url, options.login, options.password_file, options.password)
        try:
            return resolve_sign_in(self.settings.profile, given, self.paths.config, self.settings.profile_name)
        except UsageError as error:
            # What is missing may be in a file that could not be read.
            raise type(error)(" ".join([*self.settings.problems, *self._profile_hint(), str(error)])) from error

    def _profile_hint(self) -> list[str]:
        """Return the profiles to choose from, if there are several and none was chosen."""
        settings = self.settings
        if self.options.base_url or not settings.profile_names or settings.profile_name in settings.profile_names:
            return []
        return [
            _("Choose a profile with --profile or default_profile. Available: {names}.").format(
                names=", ".join(settings.profile_names)
            )
        ]

    @property
    def account(self) -> AccountName:
        """Account for the journal and for saved copies. Raises FaxtuiError without an address or login."""
        if self.options.demo:
            return DEMO
        sign_in = self.sign_in()
        return AccountName.at(sign_in.base_url, sign_in.login)

    def query(self, remembered: SavedState) -> FaxQuery:
        """Return what to list first. Any filter option, and any view, sets all remembered filters aside.

        Raises InvalidValue for an unknown view or an invalid filter.
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


def load_context(options: Options) -> CommandContext:
    """Read the configuration. Raises ConfigurationError if the file or profile given by an option does not exist."""
    paths = paths_for(options)
    if options.config is not None and not _is_file(options.config):
        raise ConfigurationError(_("There is no configuration file {path}.").format(path=options.config))
    settings = _demo_settings(paths) if options.demo else load_settings(paths, options.profile)
    if options.read_only:
        settings = replace(settings, profile=replace(settings.profile, read_only=True))
    return CommandContext(options, paths, settings)


def paths_for(options: Options) -> Paths:
    """Return where files are, with the configuration file of ``--config``."""
    paths = default_paths()
    return paths if options.config is None else replace(paths, config=options.config)


def _is_file(path: Path) -> bool:
    """Return False also if the path can't be examined: a name too long, a closed folder."""
    try:
        return path.is_file()
    except OSError:
        return False


def _demo_settings(paths: Paths) -> Settings:
    """Return the display settings of the configuration with an empty profile: the demo needs nothing else."""
    try:
        return replace(load_settings(paths), profile=Profile())
    except ConfigurationError as error:
        return Settings(problems=(str(error),))


def connect(account: Account) -> DocumentService:
    """Create the client of a real service. Nothing is sent yet."""
    from faxtui.odyssey.client import OdysseyService

    return OdysseyService(account)


class AccountConnector(NamedTuple):
    """Connects to the account of a sign-in, with the password that was typed if there is one."""

    sign_in: SignIn
    typed_password: str | None = None

    def connect(self, password: str | None = None) -> DocumentService:
        return connect(self.sign_in.account(password or self.typed_password))


class DemoConnector:
    """Connects to the built-in demo service, without a network."""

    def connect(self, password: str | None = None) -> DocumentService:
        from httpx import ASGITransport

        from faxtui.demo import DemoService
        from faxtui.domain.account import Account
        from faxtui.odyssey.client import OdysseyService

        return OdysseyService(
            Account(f"http://{DEMO.host}", DEMO.login, "demo"), transport=ASGITransport(DemoService())
        )


def connector_for(context: CommandContext) -> Connector:
    """Return what connects to the demo or to the account that the options and settings name."""
    return DemoConnector() if context.options.demo else AccountConnector(context.sign_in())


def connect_for_command(context: CommandContext, environ: Mapping[str, str]) -> DocumentService:
    """Report configuration problems and connect; on a terminal, prompt for a missing password. Raises FaxtuiError."""
    connector = connector_for(context)
    for problem in context.settings.problems:
        print_message(problem, environ)
    with exit_on_signal():
        try:
            return connector.connect()
        except NoSignIn as error:
            if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr)):
                raise
            print_message(str(error), environ)
            prompt = _("Password of {login}: ").format(login=context.sign_in().login)
            password = _prompt_for_password(displayable(prompt, environ))
            if not password:
                raise
            return connector.connect(password)


_YES = ("y", "yes", "o", "oui")
"""What a person may type to agree, in English and French."""


def has_consent(question: str, without_terminal: str, environ: Mapping[str, str]) -> bool:
    """Ask a person to agree. Raises UsageError with the text ``without_terminal`` if there is nobody to ask."""
    if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr)):
        raise UsageError(without_terminal)
    print(displayable(question, environ), end=" [y/N] ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in _YES


def exit_on_signal() -> Orderly:
    """Turn a signal into SystemExit with its code, so that the terminal gets its echo back."""

    def end(code: int) -> None:
        raise SystemExit(code)

    return Orderly(end)


def _prompt_for_password(prompt: str) -> str:
    """Return what is typed; empty for an empty line or the end of input (Ctrl+D)."""
    import getpass

    try:
        return getpass.getpass(prompt, sys.stderr)
    except EOFError:
        return ""


_CLEAN_UP_SECONDS = 2.0
"""Seconds that a command may take to clean up after a signal: longer than it waits for a lock."""
_UNFINISHED = N_("The disk did not respond in time. An unfinished file may be left; the next run removes it.")


def run_to_end(command: Coroutine[None, None, int]) -> int:
    """Return the command's exit code, or that of the signal that ended it; the command cleans up in both cases.

    Threads are not waited for: one may hang in a name look-up, or on a disk that does not respond.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    signalled = asyncio.Event()

    def end(_: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(signalled.set)

    with Orderly(end, limit=_CLEAN_UP_SECONDS + 1) as ending:
        try:
            task = loop.run_until_complete(_run(command, signalled))
            if task.done():
                loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        if ending.code is None:
            return task.result()
        if not task.done():
            print_message(_(_UNFINISHED), os.environ)
        elif not task.cancelled():
            task.result()
        return ending.code


async def _run(command: Coroutine[None, None, int], signalled: asyncio.Event) -> asyncio.Task[int]:
    """Run the command to its end; cancel it after a signal, when it may still be running after some time."""
    task, waiting = asyncio.create_task(command), asyncio.create_task(signalled.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_CLEAN_UP_SECONDS)
    return task
