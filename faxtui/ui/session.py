"""One account on the screen, and what the application is started with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from faxtui.config.settings import Settings
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery
from faxtui.domain.service import DocumentService
from faxtui.errors import FaxtuiError, NoSignIn, SignInRefused, StorageError
from faxtui.inbox.connection import LazyService
from faxtui.inbox.inbox import FetchPolicy, Inbox
from faxtui.inbox.view import Failed, InboxView, Shown, Waiting
from faxtui.operations.operations import FaxOperations, FinalState, OperationContext, OperationsObserver, OperationsView
from faxtui.storage.journal import AccountName, Journal
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.display import DisplayOptions
from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.silence import Silence

if TYPE_CHECKING:
    from faxtui.config.new_account import NewAccount
    from faxtui.config.toml_files import Change
    from faxtui.domain.account import Account
    from faxtui.operations.delete_queue import Clocks
    from faxtui.operations.operations import DownloadTarget


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """Where the faxes come from, what is asked for first, and how this operator likes it.

    ``profile`` is a profile's name, empty for the demo; ``title`` says whose faxes these are. ``connect`` takes a
    password typed just now (None: the one that is kept); it may take a while and raise FaxtuiError, and is asked again
    then. ``state`` is None where nothing is remembered; ``notices`` are sentences to be told at the start.
    ``account`` is what ``journal`` knows it as; documents go to the ``subfolder`` of the folder that is set.
    ``clocks`` are those that deletes are counted down by, None this machine's own.
    """

    profile: str
    title: str
    connect: Callable[[str | None], DocumentService]
    query: FaxQuery
    login: str = ""
    settings: Settings = field(default_factory=Settings)
    shows_sidebar: bool = True
    state: StateFile | None = None
    notices: tuple[str, ...] = ()
    fetch_policy: FetchPolicy | None = None
    clock: ServiceClock | None = None
    account: AccountName = field(default_factory=lambda: AccountName("", ""))
    journal: Journal = field(default_factory=lambda: Journal(None))
    subfolder: str = ""
    clocks: Clocks | None = None


@dataclass(frozen=True, slots=True)
class AccountServices:
    """Ways to other accounts and into the configuration. Each may raise FaxtuiError.

    ``account``, ``connect`` and ``enrol`` may take a while: a command may have to print the password. ``enrol`` and
    ``save`` write files; ``save`` says in a sentence where.
    """

    profile: Callable[[str], SessionConfig]
    demo: Callable[[], SessionConfig]
    account: Callable[[NewAccount], Account]
    connect: Callable[[Account], DocumentService]
    enrol: Callable[[NewAccount], SessionConfig]
    save: Callable[[Sequence[Change]], str]
    clock: Callable[[], ServiceClock] = ServiceClock


@dataclass(frozen=True, slots=True)
class FirstRun:
    """There is nobody to sign in as yet: ``reason`` says why."""

    reason: str
    services: AccountServices
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class AppConfig:
    """How the application begins. ``silence`` is what its questions wait for."""

    first: SessionConfig | FirstRun
    services: AccountServices | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    logs: Path | None = None
    silence: Silence = field(default_factory=Silence)


log = logging.getLogger(__name__)
_SAVING = 1.5
"""Seconds that saving the state may take at the end: longer than it waits for a lock."""
_FORGOTTEN = "Filters and sort will not be there the next time."


class SessionObserver(Protocol):
    """What a session reports to; the application implements it."""

    @property
    def settings(self) -> Settings:
        """The settings in use now."""

    @property
    def is_blind(self) -> bool:
        """True while nobody can see the screen, as when the terminal accepts no bytes."""

    def notify(self, message: str) -> None:
        """Show a notification."""

    def warn(self, sentence: str) -> None:
        """Show a warning."""

    def ask_for_password(self, reason: str, refused: str) -> None:
        """Ask over the rows on the screen; Esc changes nothing. ``refused``: the password refused, empty if none."""

    def operations_changed(self, view: OperationsView) -> bool:
        """Note what is done with faxes. Return True if the program ends once that is through."""

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""


class Session:
    """One account on the screen: its service, inbox and browser. Starts with `begin`, ends with `aclose`."""

    def __init__(self, config: SessionConfig, options: DisplayOptions, observer: SessionObserver) -> None:
        state = config.state and config.state.with_filters(config.settings.ui.remember_filters)
        self.config = replace(config, state=state)
        self._observer = observer
        self._applied = config.settings.ui
        self._asked_because_of: FaxtuiError | None = None
        self._service = LazyService(partial(config.connect, None))
        self.inbox = Inbox(
            self._service,
            config.query,
            self,
            zone=config.settings.ui.zone,
            clock=config.clock,
            policy=config.fetch_policy,
        )
        means = OperationContext(
            self._service,
            config.account,
            config.journal,
            grace=config.settings.delete.grace,
            read_only=config.settings.profile.read_only,
            is_blind=lambda: observer.is_blind,
            clocks=config.clocks,
            retry_policy=None if config.fetch_policy is None else config.fetch_policy.retry_policy,
        )
        listener = OperationsObserver(
            changed=self.show_operations,
            said=observer.notify,
            went_wrong=observer.warn,
            failed=self._failed,
            refused=self._ask_where_refused,
            deleted=self._look_again,
            crashed=observer.crash,
        )
        self.operations = FaxOperations(means, self._place, listener)
        self.browser = BrowserScreen(
            self.inbox,
            self.operations,
            options,
            config.title,
            self._remember,
            columns=config.settings.ui.shown_fields,
            sidebar=config.shows_sidebar,
            profile=config.profile,
        )
        self._shown: Shown | None = None
        self._is_journal_wanted = True
        self._to_save: SavedState | None = None
        self._saving: asyncio.Task[None] | None = None
        self._unsaved = ""

    def connect(self) -> None:
        """Begin with what the first page takes, ahead of it."""
        self._service.begin()

    async def begin(self) -> None:
        """Ask for the first page."""
        await self.browser.open(self.config.query)

    def sign_in(self, password: str | None) -> None:
        """Ask once more, with this password."""
        if password is not None:
            self._service.reconnect(partial(self.config.connect, password))
            self.inbox.refresh()

    def apply(self, settings: Settings, options: DisplayOptions) -> None:
        """Use these settings from now on; the folder and what files are called are looked up at each saving."""
        self.inbox.zone = settings.ui.zone
        self.operations.set_grace(settings.delete.grace)
        if self.config.state is not None:
            state = self.config.state.with_filters(settings.ui.remember_filters)
            self.config = replace(self.config, state=state)
        self.browser.restyle(options, settings.ui.shown_fields)
        before, self._applied = self._applied, settings.ui
        query = self.inbox.view.query
        if settings.ui.page_size not in (before.page_size, query.page_size):
            self.browser.call_later(self.browser.choose, query.with_page_size(settings.ui.page_size))
        elif settings.ui.timezone != before.timezone:
            # "Today" begins at another moment.
            self.browser.call_later(self.browser.open_anew)

    async def aclose(self) -> FinalState:
        """Gives what is left undone."""
        ending = await self.operations.aclose()
        await self.inbox.aclose()
        if self._saving is not None:
            await asyncio.wait([self._saving], timeout=_SAVING)
            if self._saving is not None:
                self._unsaved = f"The disk did not respond in time. {_FORGOTTEN}"
        return replace(ending, unsaved=self._unsaved)

    def _place(self) -> DownloadTarget:
        from faxtui.operations.operations import DownloadTarget

        settings = self._observer.settings
        return DownloadTarget(settings.download.place / self.config.subfolder, settings.download.name, settings.ui.zone)

    def show_operations(self, view: OperationsView) -> None:
        leaves = self._observer.operations_changed(view)
        self.browser.show_operations(view, leaves=leaves)

    def inbox_changed(self, view: InboxView) -> None:
        self.browser.show(view)
        if view.shown is not None and view.shown is not self._shown:
            self._shown = view.shown
            self.browser.run_worker(self._compare(view.shown))
            if warning := self.inbox.clock.pop_warning():
                self._observer.warn(warning)
        if self._is_journal_wanted and (view.shown is not None or isinstance(view.activity, Failed | Waiting)):
            # Not before the rows can be seen: nothing they need is in the journal.
            self._is_journal_wanted = False
            self.browser.call_after_refresh(self._read_journal)
        if isinstance(view.activity, Failed):
            self._ask_where_refused(view.activity.error)

    def crash(self, error: BaseException) -> None:
        self._observer.crash(error)

    def _read_journal(self) -> None:
        self.browser.run_worker(self.operations.begin())

    async def _compare(self, shown: Shown) -> None:
        await self.operations.compare(shown.page.faxes, shown.requested)
        await self.operations.look_again()

    def _look_again(self) -> None:
        """The rows after those deleted moved up: the next page as it is now would leave some of them out."""
        self.browser.call_later(self.browser.open_anew)

    def _failed(self, error: FaxtuiError) -> None:
        self._observer.warn(str(error))
        self._ask_where_refused(error)

    def _ask_where_refused(self, error: FaxtuiError) -> None:
        """Once for each refusal."""
        if isinstance(error, SignInRefused | NoSignIn) and error is not self._asked_because_of:
            self._asked_because_of = error
            self._observer.ask_for_password(str(error), error.password if isinstance(error, SignInRefused) else "")

    def _remember(self, remembered: SavedState) -> None:
        """PasswordStorage this for the next time, off the event loop; the newest of several wins."""
        self._to_save = remembered
        if self.config.state is not None and self._saving is None:
            self._saving = asyncio.create_task(self._save())

    async def _save(self) -> None:
        state = self.config.state
        try:
            while state is not None and self._to_save is not None:
                newest, self._to_save = self._to_save, None
                await asyncio.to_thread(state.save, newest)
            self._unsaved = ""
        except StorageError as error:
            log.warning("the state could not be saved")
            self._unsaved = f"{error} {_FORGOTTEN}"
            self._observer.warn(self._unsaved)
        finally:
            self._saving = None
