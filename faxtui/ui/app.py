"""The application: the account on the screen, and how the program begins and ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import SystemCommand
from textual.screen import Screen

from faxtui.config.settings import Settings
from faxtui.inbox.handling import HandlingView
from faxtui.inbox.inbox import Inbox
from faxtui.ui import words
from faxtui.ui.accounts import Accounts
from faxtui.ui.actions import ALL, GROUPS, PROGRAM_WIDE, TABLE, bindings
from faxtui.ui.drivers import driver_for, forget_screen, is_behind, switch_mouse
from faxtui.ui.keys import Keys
from faxtui.ui.launch import FirstRun, Launch, Start
from faxtui.ui.leaving import Leaving
from faxtui.ui.look import Look
from faxtui.ui.marks import Marks
from faxtui.ui.quiet import QuietApp
from faxtui.ui.saved_views import SavedViews
from faxtui.ui.saying import complain, say
from faxtui.ui.session import Ears, Session
from faxtui.ui.theme import THEMES, theme_for
from faxtui.ui.type_ahead import Settled, TypeAhead

if TYPE_CHECKING:
    from faxtui.ui.screens.connect import ConnectScreen


class FaxApp(QuietApp, inherit_bindings=False):
    """The browser of received faxes."""

    TITLE = "faxtui"
    CSS_PATH = "faxtui.tcss"
    BINDINGS = bindings(PROGRAM_WIDE)

    def __init__(self, start: Start) -> None:
        super().__init__(driver_for(start.first.settings.ui.thin), start.far_end)
        self.start = start
        self.settings = self._in_files = start.first.settings
        self.failure: BaseException | None = None
        self.session: Session | None = None
        self.farewell = ""
        self._leaving = Leaving(self)
        self._accounts = None if start.doors is None else Accounts(self, start.doors)
        self._views = None if start.doors is None else SavedViews(self, start.doors)
        for each in THEMES:
            self.register_theme(each)
        self.begin_with(theme_for(self.settings.ui.theme, start.far_end))
        self._type_ahead = TypeAhead(self, super().on_event)
        self._keys = Keys(dict(self.settings.keys))
        self.set_keymap(self._keys.keymap)

    @property
    def look(self) -> Look:
        ui = self.settings.ui
        return Look(Marks(self.start.far_end.utf8), self._keys, ui.zone, ui.date_format)

    @property
    def inbox(self) -> Inbox:
        """The inbox of the account on the screen. There is none before an account was chosen."""
        assert self.session is not None
        return self.session.inbox

    def get_default_screen(self) -> Screen[None]:
        if isinstance(self.start.first, Launch):
            self.session = self._session_of(self.start.first)
            return self.session.browser
        return Screen()

    async def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())
        for problem in self._keys.problems:
            self.complain(problem)
        if self.session is not None:
            self._begin(self.session)
        if isinstance(self.start.first, FirstRun):
            await Accounts(self, self.start.first.doors).connect(self.start.first.reason)

    async def on_unmount(self) -> None:
        if self.session is not None:
            self.farewell = words.farewell(await self.session.aclose())

    async def open_account(self, launch: Launch) -> None:
        """Show another account; what is on the screen of this one is let go."""
        left = "" if self.session is None else words.farewell(await self.session.aclose(), "another account was opened")
        if left:
            self.complain(left)
        self._in_files = launch.settings
        self.settings = launch.settings.with_sections_of(self.settings)
        query = launch.query.with_page_size(self.settings.ui.page_size)
        self.session = self._session_of(replace(launch, settings=self.settings, query=query))
        with self.batch_update():
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.push_screen(self.session.browser)
        self._begin(self.session)

    def say(self, sentence: str) -> None:
        say(self, self.look.marks, sentence)

    def complain(self, sentence: str) -> None:
        complain(self, self.look.marks, sentence)

    def apply(self, settings: Settings) -> None:
        """Take these settings at once, for as long as the program runs."""
        before, self.settings = self.settings, settings
        self.theme = theme_for(settings.ui.theme, self.start.far_end)
        if settings.ui.mouse != before.ui.mouse:
            switch_mouse(self._driver, on=settings.ui.mouse)
        if self.session is None:
            return
        self.inbox.zone = settings.ui.zone
        self.session.remember_filters(settings.ui.remember_filters)
        self.session.browser.restyle(self.look, settings.ui.shown_fields)
        if settings.ui.page_size != before.ui.page_size:
            self.call_later(self.session.browser.choose, self.inbox.view.query.with_page_size(settings.ui.page_size))

    def _settings_on_screen(self) -> Settings:
        """Page size and columns may have been chosen in the list itself."""
        settings = self.settings
        if self.session is None:
            return settings
        columns = tuple(each.name for each in self.session.browser.columns_chosen)
        with_columns = settings.changed("ui", "columns", columns)
        return with_columns.changed("ui", "page_size", self.inbox.view.query.page_size)

    def _saved(self, settings: Settings) -> None:
        self._in_files = settings

    def show_handling(self) -> None:
        """Show once more what is done with faxes: how the program ends has changed."""
        if self.session is not None:
            self.session.show_handling(self.session.handling.view)

    def _session_of(self, launch: Launch) -> Session:
        ears = Ears(
            self.say,
            self.complain,
            self._ask_for_password,
            self._handled,
            self.crash,
            is_blind=lambda: is_behind(self._driver),
        )
        return Session(launch, self.look, lambda: self.settings, ears)

    def _handled(self, view: HandlingView) -> bool:
        self._leaving.follow(view.deletions)
        return self._leaving.is_waiting

    def _ask_for_password(self, reason: str) -> None:
        """Over the rows that are there. Esc leaves all as it is."""
        from faxtui.ui.screens.sign_in import SignInPanel

        session = self.session
        if session is not None:
            self.push_screen(SignInPanel(self.look.marks, session.launch.login, reason), session.sign_in)

    def _begin(self, session: Session) -> None:
        for notice in session.launch.notices:
            self.complain(notice)
        session.connect()
        # Asking comes after the first frame, which nothing should hold up.
        self.call_after_refresh(session.begin)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self._type_ahead.take(event)
        else:
            await super().on_event(event)

    def on_settled(self, message: Settled) -> None:
        self._type_ahead.settled(message)

    # How it ends

    def crash(self, error: BaseException) -> None:
        """Leave because of an error that nobody expected; whoever ran the application tells of it."""
        self.failure = self.failure or error
        self._return_code = 1
        self._exception_event.set()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """In place of Textual's own crash screen, which prints local variables."""
        self._exception = self._exception or error
        self.crash(error)

    def panic(self, *renderables: object) -> None:
        self.crash(RuntimeError("The terminal could not be read."))

    # What a person can do anywhere

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers what can be done now on this screen, from the table of actions."""
        can_be_done = {each.binding.id: each for each in screen.active_bindings.values() if each.enabled}
        by_method = {each.method: each for each in reversed(ALL) if each not in TABLE and each.id != "commands"}
        for action in reversed(by_method.values()):
            active = can_be_done.get(action.id)
            if active is not None:
                title = self.look.marks.write(f"{action.label}: {action.help}  {self._keys.of(action)}")
                yield SystemCommand(title, "", partial(self.run_action, action.method, default_namespace=active.node))

    async def action_help(self) -> None:
        """Show the help; the same key closes it."""
        from faxtui.ui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            groups: tuple[str, ...] = getattr(self.screen, "HELP_GROUPS", GROUPS)
            await self.push_screen(HelpScreen(self.look, groups))

    async def action_accounts(self) -> None:
        if self._accounts is not None:
            await self._accounts.choose()

    async def action_choose_view(self) -> None:
        if self._views is not None:
            await self._views.choose()

    async def action_settings(self) -> None:
        from faxtui.ui.screens.settings import SettingsScreen

        doors = self.start.doors
        if doors is not None and not isinstance(self.screen, SettingsScreen):
            self.settings = self._settings_on_screen()
            screen = SettingsScreen(self.look, self.settings, self._in_files, doors, self.apply, self._saved)
            await self.push_screen(screen)

    async def action_quit(self) -> None:
        """Ask where deletes are not sent yet: leaving would drop them."""
        await self._leaving.ask()

    def action_repaint(self) -> None:
        self.screen.refresh(layout=True)
        forget_screen(self._driver)

    def action_mouse(self) -> None:
        on = not self.settings.ui.mouse
        self.apply(self.settings.changed("ui", "mouse", on))
        self.say("The mouse is on." if on else "The mouse is off: select text with it as the terminal does.")

    def action_suspend(self) -> None:
        self.action_suspend_process()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs the configuration is not there without it."""
        return self.start.doors is not None or action not in ("accounts", "choose_view", "settings")

    async def on_connect_screen_chosen(self, message: ConnectScreen.Chosen) -> None:
        await self.open_account(message.launch)
