"""One account on the screen, and what the application is started with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from faxtui.config.settings import Settings, Watch
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery
from faxtui.domain.regional import DEFAULT_REGION, Region
from faxtui.domain.service import DocumentService
from faxtui.errors import FaxtuiError, NoSignIn, SignInRefused, StorageError
from faxtui.inbox.connection import Connector, LazyService
from faxtui.inbox.inbox import FetchPolicy, Inbox
from faxtui.inbox.view import Failed, InboxView, Shown, Waiting
from faxtui.operations.operations import DownloadTarget, FaxOperations, FinalState, OperationContext, OperationsView
from faxtui.storage.journal import AccountName, Journal
from faxtui.terminal.capabilities import Capabilities
from faxtui.translation import _
from faxtui.ui.display import DisplayOptions
from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.typed_keys import Silence

if TYPE_CHECKING:
    from datetime import datetime

    from faxtui.config.new_account import NewAccount
    from faxtui.config.toml_files import Change
    from faxtui.domain.account import Account
    from faxtui.domain.fax import Fax
    from faxtui.inbox.watch import WatchView
    from faxtui.operations.delete_queue import Clocks
    from faxtui.ui.announcements import Announcements


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """The account to show, its first query, and the settings.

    ``profile`` is a profile's name, empty for the demo; ``title`` names the account on the screen. ``state`` is None if
    nothing is remembered; ``notices`` are sentences to show at the start. ``account`` is the name in ``journal``;
    documents go to the ``subfolder`` of the configured folder. ``clocks`` count down deletes, None: this computer's.
    """

    profile: str
    title: str
    connector: Connector
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


class AccountServices(Protocol):
    """Other accounts, and the configuration. Each method may raise FaxtuiError.

    Reading or connecting an account may take a while: a command may have to print the password.
    """

    def open_profile(self, name: str) -> SessionConfig:
        """Return the session of a configured account."""

    def open_demo(self) -> SessionConfig:
        """Return the session of the demo."""

    def read_account(self, new: NewAccount) -> Account:
        """Return an account as it was entered, with its password."""

    def connect(self, account: Account) -> DocumentService:
        """Create a client. Nothing is sent yet."""

    def save_account(self, new: NewAccount) -> SessionConfig:
        """Write a new account to the configuration. Return its session."""

    def save_settings(self, changes: Sequence[Change]) -> str:
        """Write changes to the configuration. Return a sentence that names the file."""

    def new_clock(self) -> ServiceClock:
        """Return a clock for a service that is not connected yet."""


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The start without an account; ``reason`` says why there is none."""

    reason: str
    services: AccountServices
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class AppConfig:
    """The start of the application. Questions that destroy something wait for ``silence``."""

    first: SessionConfig | FirstRun
    services: AccountServices | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    region: Region = DEFAULT_REGION
    logs: Path | None = None
    silence: Silence = field(default_factory=Silence)


log = logging.getLogger(__name__)
_SAVING = 1.5
"""Seconds that saving the state may take at the end: longer than it waits for a lock."""


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

    def ring(self) -> None:
        """Ring the terminal's bell."""

    def notify_desktop(self, sentence: str) -> None:
        """Show a notification on the desktop, if the terminal can."""

    def show_new_count(self, count: int) -> None:
        """Show in the window's title how many faxes arrived."""

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
        self._poll_error: FaxtuiError | None = None
        self._service = LazyService(config.connector)
        self.inbox = Inbox(
            self._service,
            config.query,
            self,
            zone=config.settings.ui.zone,
            clock=config.clock,
            policy=config.fetch_policy,
        )
        context = OperationContext(
            self._service,
            config.account,
            config.journal,
            grace=config.settings.delete.grace,
            read_only=config.settings.profile.read_only,
            clocks=config.clocks,
            retry_policy=None if config.fetch_policy is None else config.fetch_policy.retry_policy,
        )
        self.operations = FaxOperations(context, self)
        self.browser = BrowserScreen(
            self.inbox,
            self.operations,
            options,
            config.title,
            columns=config.settings.ui.shown_fields,
            sidebar=config.shows_sidebar,
            profile=config.profile,
        )
        self._shown: Shown | None = None
        self._announcements: Announcements | None = None
        self._commands: set[asyncio.Task[None]] = set()
        self._command_turn = asyncio.Lock()
        self._is_journal_wanted = True
        self._to_save: SavedState | None = None
        self._saving: asyncio.Task[None] | None = None
        self._unsaved = ""

    def connect(self) -> None:
        """Connect ahead of the first page."""
        self._service.begin()

    async def begin(self) -> None:
        """Request the first page."""
        await self.browser.open(self.config.query)

    def sign_in(self, password: str | None) -> None:
        """Retry with this password; None: the operator cancelled."""
        # Ask again after the next try.
        self._asked_because_of = None
        if password is not None:
            self._service.sign_in(password)
            self.inbox.refresh()

    def toggle_watching(self) -> None:
        """Watch for new faxes, or stop."""
        if self._announcements is not None:
            self._announcements.toggle()

    def apply(self, settings: Settings, options: DisplayOptions) -> None:
        """Use these settings from now on; the folder and what files are called are looked up at each saving."""
        self.inbox.zone = settings.ui.zone
        self.operations.set_grace(settings.delete.grace)
        if self.config.state is not None:
            state = self.config.state.with_filters(settings.ui.remember_filters)
            self.config = replace(self.config, state=state)
        self.browser.restyle(options, settings.ui.shown_fields)
        if self._announcements is not None:
            self._announcements.apply()
        before, self._applied = self._applied, settings.ui
        query = self.inbox.view.query
        if settings.ui.page_size not in (before.page_size, query.page_size):
            self.browser.call_later(self.browser.choose, query.with_page_size(settings.ui.page_size))
        elif settings.ui.timezone != before.timezone:
            # "Today" begins at another moment.
            self.browser.call_later(self.browser.open_anew)

    async def aclose(self) -> FinalState:
        """Gives what is left undone."""
        if self._announcements is not None:
            self._announcements.stop()
            self._observer.show_new_count(0)
        for each in self._commands:
            each.cancel()
        ending = await self.operations.aclose()
        await self.inbox.aclose()
        if self._saving is not None:
            await asyncio.wait([self._saving], timeout=_SAVING)
            if self._saving is not None:
                self._unsaved = _("The disk did not respond in time. Filters and sort will not be there the next time.")
        return ending._replace(unsaved=self._unsaved)

    @property
    def is_blind(self) -> bool:
        """True while nobody can see the screen, and so no countdown."""
        return self._observer.is_blind

    @property
    def download_target(self) -> DownloadTarget:
        """Where documents are saved at present. Raises FaxtuiError."""
        settings = self._observer.settings
        return DownloadTarget(settings.download.place / self.config.subfolder, settings.download.name, settings.ui.zone)

    def notify(self, sentence: str) -> None:
        """Show a notification."""
        self._observer.notify(sentence)

    def warn(self, sentence: str) -> None:
        """Show a warning."""
        self._observer.warn(sentence)

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""
        self._observer.crash(error)

    def show_operations(self, view: OperationsView) -> None:
        """Show what is done with faxes."""
        leaves = self._observer.operations_changed(view)
        self.browser.show_operations(view, leaves=leaves)

    def inbox_changed(self, view: InboxView) -> None:
        self.browser.show(view)
        if view.shown is not None and view.shown is not self._shown:
            self._shown = view.shown
            self.browser.run_worker(self._compare(view.shown))
            if warning := self.inbox.clock.pop_warning():
                self._observer.warn(warning)
            if self._announcements is not None:
                self._announcements.page_shown(view.shown)
            else:
                # Not before the rows can be seen.
                self.browser.call_after_refresh(self._begin_watching)
        if self._is_journal_wanted and (view.shown is not None or isinstance(view.activity, Failed | Waiting)):
            # Not before the rows can be seen: nothing they need is in the journal.
            self._is_journal_wanted = False
            self.browser.call_after_refresh(self._read_journal)
        if isinstance(view.activity, Failed):
            self.sign_in_refused(view.activity.error)

    # What announcements report (AnnouncementsObserver)

    def _begin_watching(self) -> None:
        from faxtui.ui.announcements import Announcements

        if self._announcements is None and self._shown is not None and self.browser.is_attached:
            self._announcements = Announcements(self._service, self.inbox, self)
            self._announcements.page_shown(self._shown)

    @property
    def watch_settings(self) -> Watch:
        return self._observer.settings.watch

    def watch_changed(self, view: WatchView) -> None:
        """Show the state of the watching; ask for the password if a poll was rejected."""
        self.browser.show_watch(view)
        self._observer.show_new_count(len(view.new))
        if view.error is not None and view.error is not self._poll_error:
            self.sign_in_refused(view.error)
        self._poll_error = view.error

    def faxes_brought_in(self, faxes: tuple[Fax, ...]) -> None:
        self.browser.mark_new(faxes)

    def is_untouched(self, fax: Fax) -> bool:
        return self.operations.view.local_status(fax) is None

    def clock_time(self, moment: datetime) -> str:
        return self.browser.options.time_of_day(moment)

    def ring(self) -> None:
        self._observer.ring()

    def notify_desktop(self, sentence: str) -> None:
        self._observer.notify_desktop(sentence)

    def run_for(self, faxes: tuple[Fax, ...]) -> None:
        """Run the configured command for each of these, one after the other, beside everything else."""
        task = asyncio.create_task(self._run_for(faxes))
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)

    async def _run_for(self, faxes: tuple[Fax, ...]) -> None:
        from faxtui.ui.announcements import run_command

        # Those of an earlier poll come first: commands that hang may not take all threads of the program.
        async with self._command_turn:
            for fax in faxes:
                if problem := await run_command(self.watch_settings.command, fax):
                    self._observer.warn(problem)

    def _read_journal(self) -> None:
        self.browser.run_worker(self.operations.load_journal())

    async def _compare(self, shown: Shown) -> None:
        await self.operations.compare(shown.page.faxes, shown.requested)
        await self.operations.reload_journal()

    def rows_deleted(self) -> None:
        """Fetch the list again: the rows after those deleted moved up, so the next page would leave some out."""
        self.browser.call_later(self.browser.open_anew)

    def operation_failed(self, error: FaxtuiError) -> None:
        """Show why a background task ended."""
        self._observer.warn(str(error))
        self.sign_in_refused(error)

    def sign_in_refused(self, error: FaxtuiError) -> None:
        """Ask for the password if the sign-in was refused, once for each refusal."""
        if isinstance(error, SignInRefused | NoSignIn) and error is not self._asked_because_of:
            self._asked_because_of = error
            self._observer.ask_for_password(str(error), error.password if isinstance(error, SignInRefused) else "")

    def remember(self, state: SavedState) -> None:
        """Save this for the next time, off the event loop; the newest of several wins."""
        self._to_save = state
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
            text = _("{error} Filters and sort will not be there the next time.")
            self._unsaved = text.format(error=error)
            self._observer.warn(self._unsaved)
        finally:
            self._saving = None
