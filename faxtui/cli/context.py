"""Sentences to a person on standard error, and lines of data on standard output.

Running a command to its end, whatever ends it.

Options, configuration and what is remembered, put together into an account and a query.

Where a command's data goes: to standard output, or into a file that is there whole or not at all.

What the commands for scripts have in common: their streams, and a service that they are signed in to.

What a command says to a person while it runs."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from faxtui.cli.options import Options
from faxtui.config.credentials import Given, SignIn, settle_sign_in
from faxtui.config.load import load_settings
from faxtui.config.paths import Paths, default_paths
from faxtui.config.settings import Profile, Settings
from faxtui.config.state import SavedState
from faxtui.domain.query import FaxQuery, Filters, parse_sort
from faxtui.domain.service import DocumentService
from faxtui.domain.text import in_ascii, visible
from faxtui.errors import ConfigurationError, NoSignIn, ServiceError, StorageError, UsageError, why
from faxtui.inbox.view import retry_notice
from faxtui.signals import Orderly
from faxtui.storage.files import whole_file
from faxtui.storage.journal import AccountName
from faxtui.terminal.capabilities import capabilities

if TYPE_CHECKING:
    from pathlib import Path

    from faxtui.domain.account import Account
    from faxtui.domain.service import DocumentService


def say(sentence: str, environ: Mapping[str, str]) -> None:
    """Where nobody could hear it, nothing is said."""
    if sys.stderr is not None:
        print(f"faxtui: {shown(sentence, environ)}", file=sys.stderr)


def shown(text: str, environ: Mapping[str, str]) -> str:
    """Return the text as the terminal can show it, with visible marks in place of what would act on it."""
    written = visible(text)
    return written if capabilities(environ).utf8 else in_ascii(written)


def put(lines: Iterable[str], environ: Mapping[str, str]) -> None:
    """Print lines of data: on a terminal as it can show them, elsewhere as they are.

    Raises BrokenPipeError where nobody reads any more, StorageError where standard output takes nothing else."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    try:
        for line in lines:
            print(shown(line, environ) if is_terminal else line)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(
            f"Standard output can't be written: {why(error)}. What came out of it is not whole."
        ) from error


_LIMIT = 2.0
"""Seconds that a command may take to clean up after a signal: longer than it waits for a lock."""
_UNFINISHED = "The disk did not respond in time, so an unfinished file may be left. The next run removes it."


def run_to_end(command: Coroutine[None, None, int]) -> int:
    """Return the command's exit code, or that of the signal that ended it; it cleans up after itself either way.

    Threads are not waited for: one may hang in a name look-up, or on a disk that does not respond.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    signalled = asyncio.Event()

    def end(_: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(signalled.set)

    with Orderly(end, limit=_LIMIT + 1) as ending:
        try:
            task = loop.run_until_complete(_finished(command, signalled))
            if task.done():
                loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        if ending.code is None:
            return task.result()
        if not task.done():
            say(_UNFINISHED, os.environ)
        elif not task.cancelled():
            task.result()
        return ending.code


def exit_on_signal() -> Orderly:
    """Make a signal an exception, SystemExit with its code: a terminal gets its echo back, a command ends."""

    def end(code: int) -> None:
        raise SystemExit(code)

    return Orderly(end)


async def _finished(command: Coroutine[None, None, int], signalled: asyncio.Event) -> asyncio.Task[int]:
    """Run the command to its end; after a signal it is cancelled, and may still be running after some time."""
    task, waiting = asyncio.create_task(command), asyncio.create_task(signalled.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_LIMIT)
    return task


DEMO = AccountName("demo", "60300.demo")
Connect = Callable[[str | None], "DocumentService"]
"""Makes a service, with a password typed just now or the one that is kept. May take a while, and raise FaxtuiError."""


DEMO_FOLDER = "demo"
"""In the folder that faxes are saved in: sample faxes stay apart from real ones."""


@dataclass(frozen=True, slots=True)
class CommandContext:
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

    def query(self, remembered: SavedState) -> FaxQuery:
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


def desk(options: Options) -> CommandContext:
    """Read the configuration. Raises ConfigurationError where a file or profile asked for is not there."""
    paths = paths_for(options)
    if options.config is not None and not _is_file(options.config):
        raise ConfigurationError(f"There is no configuration file {options.config}.")
    settings = _settings_of_demo(paths) if options.demo else load_settings(paths, options.profile)
    if options.read_only:
        settings = replace(settings, profile=replace(settings.profile, read_only=True))
    return CommandContext(options, paths, settings)


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


def connection(at: CommandContext) -> Connect:
    """To the demo or to the account asked for."""
    return connect_to_demo if at.options.demo else connector(at.sign_in())


@dataclass(frozen=True, slots=True)
class Streams:
    """Where data and words go.

    ``is_terminal``: ``out`` is a terminal, ``width`` cells wide; None if it is none, or does not say. ``utf8``:
    whether the terminal shows it.
    """

    out: BinaryIO
    err: TextIO
    width: int | None = None
    err_is_terminal: bool = False
    utf8: bool = True
    is_terminal: bool = False


def destination(output: Path | None, streams: Streams) -> AbstractContextManager[BinaryIO]:
    """The file ``output``, or standard output where that is None, to write a list to.

    After an error or a cancellation, a file is as it was before. Raises StorageError where the data can't be written,
    and BrokenPipeError where nobody reads standard output any more.
    """
    return _standard_output(streams.out) if output is None else whole_file(output)


@contextmanager
def _standard_output(out: BinaryIO) -> Iterator[BinaryIO]:
    """Raises BrokenPipeError where nobody reads any more, else StorageError; it takes no more data then."""
    try:
        yield out
        out.flush()
    except OSError as error:
        _silence(out)
        if isinstance(error, BrokenPipeError):
            raise
        raise StorageError(
            f"The list can't be written to standard output: {why(error)}. What came out of it is not whole."
        ) from error


def _silence(out: BinaryIO) -> None:
    """What is still buffered goes nowhere, so that the interpreter's own flush at its end does not fail once more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, out.fileno())
    os.close(null)


def standard_streams(environ: Mapping[str, str], *, needs_output: bool) -> Streams:
    """Raises UsageError where standard output is closed, and needed."""
    if sys.stdout is None:
        if needs_output:
            raise UsageError("Standard output is closed, so there is nowhere to write to: give --output FILE.")
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    is_terminal = sys.stdout.isatty()
    return Streams(
        out=sys.stdout.buffer,
        err=sys.stderr,
        width=os.get_terminal_size(sys.stdout.fileno()).columns or None if is_terminal else None,
        is_terminal=is_terminal,
        err_is_terminal=sys.stderr.isatty(),
        utf8=capabilities(environ).utf8,
    )


def connected(at: CommandContext, environ: Mapping[str, str]) -> DocumentService:
    """Tells of what is wrong in the configuration, and asks for a password where there is none and somebody to ask.

    Raises FaxtuiError.
    """
    connect = connection(at)
    for problem in at.settings.problems:
        say(problem, environ)
    with exit_on_signal():
        return _signed_in(connect, at, environ)


def _signed_in(connect: Connect, at: CommandContext, environ: Mapping[str, str]) -> DocumentService:
    try:
        return connect(None)
    except NoSignIn as error:
        if not all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr)):
            raise
        say(str(error), environ)
        password = _asked_for(shown(f"Password of {at.sign_in().login}: ", environ))
        if not password:
            raise
        return connect(password)


def _asked_for(prompt: str) -> str:
    """Empty where nothing is typed, or the end of it (Ctrl+D)."""
    try:
        return getpass.getpass(prompt, sys.stderr)
    except EOFError:
        return ""


class Words:
    """What is said to a person: lines for good, and on a terminal one that is rewritten in place."""

    def __init__(self, streams: Streams) -> None:
        self._err = streams.err
        self._is_terminal = streams.err_is_terminal
        self._utf8 = streams.utf8
        self._shown = 0

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.clear()
        self._write(f"faxtui: {visible(sentence)}\n")

    def show(self, text: str) -> None:
        """How far it is, until something else is said or shown; where there is no terminal, nothing."""
        if self._is_terminal:
            self.clear()
            self._write(visible(text))
            self._shown = len(text)

    def clear(self) -> None:
        """Take away what is shown, so that data can go to the same terminal."""
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def tell_of_wait(self, error: ServiceError, seconds: float, what: str = "") -> None:
        """Say that a request failed, for ``what`` if given, and in how many seconds it is sent again."""
        notice = retry_notice(error, seconds)
        self.say(f"{what}: {notice}." if what else f"{notice[0].upper()}{notice[1:]}.")

    def _write(self, text: str) -> None:
        """Where nobody listens any more, the data still counts."""
        with suppress(OSError):
            self._err.write(text if self._utf8 else in_ascii(text))
            self._err.flush()
