"""Textual without what moves, blinks or colours for its own sake: each of it costs bytes, and tells nothing.

The application as far as it shows an account: opening one, its settings, and errors that nobody expected.

Leaving while deletes wait to be sent: after them, without them, or not at all.

Going to another account, and connecting one that is not there yet.

Going to a saved view, and saving what is on the screen as one.

The application: how it begins and ends, and what a person can do anywhere in it.

Running the application to its end, whatever ends it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual._styles_cache import StylesCache
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.filter import LineFilter, NoColor
from textual.screen import Screen

from faxtui.config.logs import explanation
from faxtui.config.settings import Settings, View
from faxtui.domain.fax import FaxKey
from faxtui.domain.query import FaxQuery
from faxtui.domain.text import counted, visible
from faxtui.errors import FaxtuiError
from faxtui.inbox.inbox import Inbox
from faxtui.operations.deletion import Deleted, DeletionsView
from faxtui.operations.operations import OperationsView
from faxtui.signals import Orderly
from faxtui.terminal.capabilities import Capabilities, Colours
from faxtui.ui import status
from faxtui.ui.display import (
    THEMES,
    AsciiOnly,
    DisplayOptions,
    ReversedBackgrounds,
    VisibleOnly,
    complain,
    say,
    theme_for,
)
from faxtui.ui.drivers import driver_for, forget_screen, give_back_terminal, is_behind, set_escape_delay, switch_mouse
from faxtui.ui.glyphs import Glyphs
from faxtui.ui.keymap import ALL, GROUPS, PROGRAM_WIDE, TABLE, Keys, bindings
from faxtui.ui.session import AppConfig, FirstRun, Session, SessionConfig, SessionObserver
from faxtui.ui.silence import AttentiveApp, Silence
from faxtui.ui.type_ahead import Settled, TypeAhead, WaitsForRows

if TYPE_CHECKING:
    from faxtui.ui.screens.connect import ConnectScreen
    from faxtui.ui.screens.dialog import Chosen
    from faxtui.ui.screens.palette import Command
    from faxtui.ui.screens.questions import LeavePanel
    from faxtui.ui.session import AccountServices


_VISIBLE_ONLY = VisibleOnly()


class BaseApp(AttentiveApp, inherit_bindings=False):
    """An application for the terminal at the ``far_end``. Left alone, it sends nothing."""

    ALLOW_SELECT = False

    def __init__(self, driver: type[Driver] | None, far_end: Capabilities, silence: Silence) -> None:
        self.silence = silence
        super().__init__(driver_class=driver, ansi_color=True if far_end.colours is Colours.NONE else None)
        self.animation_level = "none"
        self._characters = () if far_end.utf8 else (AsciiOnly(),)
        self._colours = (ReversedBackgrounds(), NoColor(far_end.colours is Colours.NONE))

    def begin_with(self, theme: str) -> None:
        """Start with this theme. Setting it, as later on, would have every style read twice before the first frame."""
        self.set_reactive(AttentiveApp.theme, theme)
        is_dark = self.current_theme.dark
        classes = {f"-theme-{theme}": True, "-dark-mode": is_dark, "-light-mode": not is_dark}
        self.update_classes(classes, update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        colours = self._colours if self.native_ansi_color else ()
        return [
            _VISIBLE_ONLY,
            *self._characters,
            *(each for each in colours if each.enabled),
            *super().get_line_filters(),
        ]

    def pop_screen(self) -> AwaitComplete:
        popped = super().pop_screen()
        # The cache of this function keeps the last 1,024 widgets alive, with all that they have painted.
        StylesCache.get_inner_outer.cache_clear()
        return popped

    def _set_pointer_shape(self, shape: str) -> None:
        """Not set: where the mouse is, nobody asks the terminal for."""


class SessionApp(BaseApp, inherit_bindings=False):
    """Shows one account at a time, or none yet."""

    def __init__(self, start: AppConfig) -> None:
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
    def look(self) -> DisplayOptions:
        ui = self.settings.ui
        return DisplayOptions(Glyphs(self.start.far_end.utf8), self.keys, ui.zone, ui.date_format)

    @property
    def inbox(self) -> Inbox:
        """The inbox of the account on the screen. There is none before an account was chosen."""
        assert self.session is not None
        return self.session.inbox

    def open_first(self, launch: SessionConfig) -> Session:
        """The account that the program begins with; `begin_session` follows once it is on the screen."""
        self.session = self._session_of(launch)
        return self.session

    async def open_account(self, launch: SessionConfig) -> None:
        """Show another account; what is on the screen of this one is let go."""
        left = (
            "" if self.session is None else status.farewell(await self.session.aclose(), "another account was opened")
        )
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

    def _session_of(self, launch: SessionConfig) -> Session:
        ears = SessionObserver(
            self.say,
            self.complain,
            self._ask_for_password,
            self.handled,
            self.crash,
            is_blind=lambda: is_behind(self._driver),
        )
        return Session(launch, self.look, lambda: self.settings, ears)

    def handled(self, view: OperationsView) -> bool:
        """What was done with faxes: whether the program ends once all of it is through."""
        return False

    def _ask_for_password(self, reason: str, refused: str = "") -> None:
        """Over the rows that are there. Esc leaves all as it is. ``refused`` is the password that was, if one was."""
        from faxtui.ui.screens.connect import SignInPanel

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


class QuitGuard:
    """Leaves once all that was asked about is deleted; where something is not, that is told and nobody leaves."""

    def __init__(self, app: SessionApp) -> None:
        self.is_waiting = False
        self._app = app
        self._panel: LeavePanel | None = None
        self._deletions = DeletionsView()
        self._asked_about: frozenset[FaxKey] = frozenset()

    async def ask(self) -> None:
        """Leave at once where that drops nothing, or where it is asked for once more."""
        from faxtui.ui.screens.questions import LeavePanel

        app = self._app
        deletions = DeletionsView() if app.session is None else app.session.handling.view.deletions
        if self._question is not None or not deletions.unsent:
            app.exit()
            return
        self._deletions = deletions
        self._asked_about = frozenset(key for key, each in deletions.by_key.items() if each.is_under_way)
        self._panel = LeavePanel(app.look.marks, deletions)
        await app.push_screen(self._panel, self._answered)

    def follow(self, deletions: DeletionsView) -> None:
        """What becomes of them."""
        self._deletions = deletions
        if self._question is not None:
            self._question.follow(deletions)
        if not self.is_waiting or deletions.is_under_way:
            return
        self.is_waiting = False
        if all(isinstance(deletions.of(key), Deleted) for key in self._asked_about):
            self._app.exit()
        else:
            self._app.complain("Not everything was deleted, so faxtui stays open.")

    @property
    def _question(self) -> LeavePanel | None:
        """The panel, while it is what is on the screen."""
        return self._panel if self._panel is not None and self._panel.is_current else None

    def _answered(self, choice: Chosen[bool] | None) -> None:
        """Whether to wait for them; None for staying after all."""
        self.is_waiting = choice is not None and choice.value
        if choice is not None and not choice.value:
            self._app.exit()
        self.follow(self._deletions)
        self._app.show_handling()


class Accounts:
    """What `a` leads to; the account on the screen stays until another one can be opened."""

    def __init__(self, app: SessionApp, doors: AccountServices) -> None:
        self._app = app
        self._doors = doors

    async def choose(self) -> None:
        from faxtui.ui.screens.menus import accounts_menu

        if self._app.session is not None:
            menu = accounts_menu(self._app.look.marks, self._app.settings, self._app.session.launch.profile)
            await self._app.push_screen(menu, self._chosen)

    async def connect(self, reason: str) -> None:
        """Ask for an account; ``reason`` is a sentence above the fields."""
        from faxtui.ui.screens.connect import ConnectScreen

        app = self._app
        names = app.settings.profile_names
        await app.push_screen(
            ConnectScreen(app.look, self._doors, reason, profiles=names, is_first=app.session is None)
        )

    async def _chosen(self, choice: Chosen[str] | None) -> None:
        from faxtui.ui.screens.menus import ANOTHER, DEMO

        app = self._app
        if choice is None:
            return
        name = choice.value
        if name == ANOTHER:
            await self.connect("Another account is kept as a profile with a name of its own.")
            return
        if app.session is not None and name == app.session.launch.profile:
            return
        try:
            await app.open_account(self._doors.demo() if name == DEMO else self._doors.profile(name))
        except FaxtuiError as error:
            app.complain(str(error))


class SavedViews:
    """What `v` leads to."""

    def __init__(self, app: SessionApp, doors: AccountServices) -> None:
        self._app = app
        self._doors = doors

    async def choose(self) -> None:
        from faxtui.ui.screens.menus import views_menu

        app = self._app
        if app.session is not None:
            menu = views_menu(app.look.marks, app.settings.views, app.inbox.view.query)
            await app.push_screen(menu, self._chosen)

    async def _chosen(self, choice: Chosen[View | None] | None) -> None:
        from faxtui.ui.screens.menus import NameView

        app = self._app
        if choice is None or app.session is None:
            return
        view = choice.value
        if view is None:
            await app.push_screen(NameView(app.look.marks, [each.name for each in app.settings.views]), self._named)
        else:
            await app.session.browser.choose(app.inbox.view.query.filtered(view.filters).sorted_by(view.sort))

    def _named(self, name: str | None) -> None:
        if name is not None:
            self._app.run_worker(self._save(name, self._app.inbox.view.query))

    async def _save(self, name: str, query: FaxQuery) -> None:
        from faxtui.ui.screens.menus import view_changes

        app = self._app
        try:
            app.say(await asyncio.to_thread(self._doors.save, view_changes(name, query)))
        except FaxtuiError as error:
            app.complain(str(error))
            return
        others = tuple(each for each in app.settings.views if each.name != name)
        app.settings = replace(app.settings, views=(*others, View(name, query.filters, query.sort)))


class FaxApp(SessionApp, inherit_bindings=False):
    """The browser of received faxes."""

    TITLE = "faxtui"
    CSS_PATH = "faxtui.tcss"
    BINDINGS = bindings(PROGRAM_WIDE)

    def __init__(self, start: AppConfig) -> None:
        super().__init__(start)
        self.farewell = ""
        self._leaving = QuitGuard(self)
        self._accounts = None if start.doors is None else Accounts(self, start.doors)
        self._views = None if start.doors is None else SavedViews(self, start.doors)
        self._type_ahead = TypeAhead(self, self._deliver)

    def get_default_screen(self) -> Screen[None]:
        if isinstance(self.start.first, SessionConfig):
            return self.open_first(self.start.first).browser
        return Screen()

    async def on_mount(self) -> None:
        self.set_escape_delay()
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())
        for problem in self.keys.problems:
            self.complain(problem)
        if self.session is not None:
            self.begin_session(self.session)
        if isinstance(self.start.first, FirstRun):
            await Accounts(self, self.start.first.doors).connect(self.start.first.reason)
        self.call_after_refresh(self._type_ahead.begin)

    async def on_unmount(self) -> None:
        if self.session is not None:
            self.farewell = status.farewell(await self.session.aclose())

    def handled(self, view: OperationsView) -> bool:
        self._leaving.follow(view.deletions)
        return self._leaving.is_waiting

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._type_ahead.take(event)
            return
        if isinstance(event, events.MouseDown):
            self._type_ahead.drop_held()
        await super().on_event(event)

    async def _deliver(self, typed: events.Key | events.Paste) -> None:
        """The rest of a text is dropped, except for the keys that work everywhere."""
        is_everywhere = isinstance(typed, events.Key) and typed.key in self.keys.everywhere
        if is_everywhere or not self.silence.drops(typed):
            self._focus_something()
            await super().on_event(typed)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """A key that was on its way while a screen opened finds no widgets there yet: it was not typed for them."""
        return (priority or self.screen.is_mounted) and await super()._check_bindings(key, priority)

    def _focus_something(self) -> None:
        """Focus what the screen begins with if nothing is focused, as after a resize that hides the field in use."""
        screen = self.screen
        # A key shows that the terminal has the focus again: Textual restores the field that was in use.
        self.app_focus = True
        if screen.focused is None:
            first = next((each for each in screen.query(screen.AUTO_FOCUS or "*") if each.focusable), None)
            screen.set_focus(first)

    def on_settled(self, message: Settled) -> None:
        self._type_ahead.settled(message)

    @on(WaitsForRows.RowsChanged)
    async def _rows_changed(self) -> None:
        await self._type_ahead.rows_changed()

    # What a person can do anywhere

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers what can be done now on this screen, from the table of actions."""
        can_be_done = {each.binding.id: each for each in screen.active_bindings.values() if each.enabled}
        by_method = {each.method: each for each in reversed(ALL) if each not in TABLE and each.id != "commands"}
        for action in reversed(by_method.values()):
            active = can_be_done.get(action.id)
            if active is not None:
                title = self.look.marks.write(f"{action.label}: {action.help}  {self.keys.of(action)}")
                yield SystemCommand(title, "", partial(self.run_action, action.method, default_namespace=active.node))

    def action_command_palette(self) -> None:
        from faxtui.ui.screens.palette import Command, CommandPalette

        commands = [Command(each.title, each.callback) for each in self.get_system_commands(self.screen)]
        self.push_screen(CommandPalette(self.look.marks, commands), self._run_command)

    def _run_command(self, chosen: Chosen[Command] | None) -> None:
        if chosen is not None:
            self.call_later(chosen.value.run)

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
            self.settings = self.settings_on_screen()
            screen = SettingsScreen(self.look, self.settings, self.settings_in_files, doors, self.apply, self._saved)
            await self.push_screen(screen)

    def _saved(self, settings: Settings) -> None:
        self.settings_in_files = settings

    async def action_quit(self) -> None:
        """Ask where deletes are not sent yet: leaving would drop them."""
        await self._leaving.ask()

    def action_repaint(self) -> None:
        self.screen.refresh(layout=True)
        forget_screen(self._driver)

    def action_mouse(self) -> None:
        on = not self.settings.ui.mouse
        self.apply(self.settings_on_screen().changed("ui", "mouse", on))
        self.say("The mouse is on." if on else "The mouse is off: select text with it as the terminal does.")

    def action_suspend(self) -> None:
        self.action_suspend_process()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs the configuration is not there without it."""
        return self.start.doors is not None or action not in ("accounts", "choose_view", "settings")

    async def on_connect_screen_chosen(self, message: ConnectScreen.Chosen) -> None:
        await self.open_account(message.launch)


_STARTED = 3.0
"""Seconds after which the start is over."""
_CLOSING = 1.0
"""Seconds that what still runs at the end gets to end too: it may hang in a name look-up, or on a disk."""


def browse(start: AppConfig) -> int:
    """Open the browser; returns the exit code once the terminal is as it was before."""
    # Textual takes an empty one for a set one; what it means is settled by now.
    os.environ.pop("NO_COLOR", None)
    app = FaxApp(start)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.call_later(_STARTED, _look_for_garbage)

    def end(code: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(partial(app.exit, return_code=code))

    def at_once() -> None:
        give_back_terminal(app.driver_in_use)

    # A terminal that goes away is a hang-up, whether or not that signal was to be ignored.
    with Orderly(end, at_once=at_once, also_ignored=True) as ending:
        try:
            loop.run_until_complete(app.run_async(mouse=start.first.settings.ui.mouse))
            _cancel_rest(loop)
        finally:
            # Closing does not wait for threads: one may hang in a name look-up.
            loop.close()
        if app.farewell:
            _tell(app.look.marks, app.farewell)
        error = app.failure
        if error is not None:
            _tell(app.look.marks, explanation(start.logs, error))
            return 1
        return ending.code or app.return_code or 0


def _look_for_garbage() -> None:
    """From here on, and not among what the start has loaded."""
    gc.freeze()
    gc.enable()


def _tell(marks: Glyphs, sentence: str) -> None:
    """On what may be a terminal that was hung up: then nobody is there to be told."""
    with suppress(OSError):
        print(f"faxtui: {marks.write(visible(sentence))}", file=sys.stderr, flush=True)


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_CLOSING))
    loop.run_until_complete(loop.shutdown_asyncgens())
