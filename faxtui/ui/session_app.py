"""The application as far as it shows an account: opening one, its settings, and errors that nobody expected."""

from __future__ import annotations

from dataclasses import replace

from textual.driver import Driver

from faxtui.config.settings import Settings
from faxtui.domain.text import counted
from faxtui.inbox.handling import HandlingView
from faxtui.inbox.inbox import Inbox
from faxtui.ui import words
from faxtui.ui.drivers import driver_for, is_behind, set_escape_delay, switch_mouse
from faxtui.ui.keys import Keys
from faxtui.ui.launch import Launch, Start
from faxtui.ui.look import Look
from faxtui.ui.marks import Marks
from faxtui.ui.quiet import QuietApp
from faxtui.ui.saying import complain, say
from faxtui.ui.session import Ears, Session
from faxtui.ui.theme import THEMES, theme_for


class SessionApp(QuietApp, inherit_bindings=False):
    """Shows one account at a time, or none yet."""

    def __init__(self, start: Start) -> None:
        super().__init__(driver_for(start.first.settings.ui.thin), start.far_end, start.silence)
        self.start = start
        self.settings = self.settings_in_files = start.first.settings
        self.session: Session | None = None
        self.failure: BaseException | None = None
        self.keys = Keys(dict(self.settings.keys))
        self.set_keymap(self.keys.keymap)
        for each in THEMES:
            self.register_theme(each)
        self.begin_with(theme_for(self.settings.ui.theme, start.far_end))

    @property
    def driver_in_use(self) -> Driver | None:
        """There is none before the start."""
        return self._driver

    # What is shown

    @property
    def look(self) -> Look:
        ui = self.settings.ui
        return Look(Marks(self.start.far_end.utf8), self.keys, ui.zone, ui.date_format)

    @property
    def inbox(self) -> Inbox:
        """The inbox of the account on the screen. There is none before an account was chosen."""
        assert self.session is not None
        return self.session.inbox

    def open_first(self, launch: Launch) -> Session:
        """The account that the program begins with; `begin_session` follows once it is on the screen."""
        self.session = self._session_of(launch)
        return self.session

    async def open_account(self, launch: Launch) -> None:
        """Show another account; what is on the screen of this one is let go."""
        left = "" if self.session is None else words.farewell(await self.session.aclose(), "another account was opened")
        if left:
            self.complain(left)
        self.settings_in_files = launch.settings
        self.settings = launch.settings.with_sections_of(self.settings)
        query = launch.query.with_page_size(self.settings.ui.page_size)
        self.session = self._session_of(replace(launch, settings=self.settings, query=query))
        with self.batch_update():
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.push_screen(self.session.browser)
        self.begin_session(self.session)

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
        self.set_escape_delay()
        if self.session is not None:
            self.session.apply(settings, self.look)

    def set_escape_delay(self) -> None:
        set_escape_delay(self._driver, self.settings.ui.escape_delay, is_remote=self.start.far_end.is_remote)

    def action_undo(self) -> None:
        """Undo the delete that was requested last, whatever is on the screen."""
        kept = () if self.session is None else self.session.handling.undo()
        self.say(f"Undone: {counted(len(kept), 'fax', 'faxes')} kept." if kept else "Nothing to undo.")

    async def action_refresh_list(self) -> None:
        """Refresh the list, also while one of its faxes is shown in detail."""
        if self.session is not None:
            await self.session.browser.refresh_list()

    def settings_on_screen(self) -> Settings:
        """Page size and columns may have been chosen in the list itself."""
        settings = self.settings
        if self.session is None:
            return settings
        columns = tuple(each.name for each in self.session.browser.columns_chosen)
        with_columns = settings.changed("ui", "columns", columns)
        return with_columns.changed("ui", "page_size", self.inbox.view.query.page_size)

    def show_handling(self) -> None:
        """Show once more what is done with faxes: how the program ends has changed."""
        if self.session is not None:
            self.session.show_handling(self.session.handling.view)

    def _session_of(self, launch: Launch) -> Session:
        ears = Ears(
            self.say,
            self.complain,
            self._ask_for_password,
            self.handled,
            self.crash,
            is_blind=lambda: is_behind(self._driver),
        )
        return Session(launch, self.look, lambda: self.settings, ears)

    def handled(self, view: HandlingView) -> bool:
        """What was done with faxes: whether the program ends once all of it is through."""
        return False

    def _ask_for_password(self, reason: str, refused: str = "") -> None:
        """Over the rows that are there. Esc leaves all as it is. ``refused`` is the password that was, if one was."""
        from faxtui.ui.screens.sign_in import SignInPanel

        session = self.session
        if session is not None:
            self.push_screen(SignInPanel(self.look.marks, session.launch.login, reason, refused), session.sign_in)

    def begin_session(self, session: Session) -> None:
        for notice in session.launch.notices:
            self.complain(notice)
        session.connect()
        # Asking comes after the first frame, which nothing should hold up.
        self.call_after_refresh(session.begin)

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
