"""The application: what is on the screen, what a person can do anywhere in it, and how it starts and ends."""

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
from textual.filter import LineFilter, NoColor
from textual.notifications import SeverityLevel
from textual.screen import Screen

from faxtui.config.logs import explanation
from faxtui.config.settings import Settings, View
from faxtui.domain.fax import FaxKey
from faxtui.domain.query import FaxQuery
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError
from faxtui.inbox.inbox import Inbox
from faxtui.operations.operations import OperationsView
from faxtui.signals import Orderly
from faxtui.terminal.capabilities import Colours
from faxtui.translation import _, ngettext
from faxtui.ui import status
from faxtui.ui.display import (
    THEMES,
    AsciiOnly,
    DisplayOptions,
    Glyphs,
    ReversedBackgrounds,
    VisibleOnly,
    seconds_to_read,
    theme_for,
)
from faxtui.ui.drivers import (
    driver_for,
    is_behind,
    redraw_screen,
    restore_terminal,
    send,
    set_escape_delay,
    switch_mouse,
    window_title,
)
from faxtui.ui.keymap import ALL, GROUPS, PROGRAM_WIDE, TABLE, Keys, bindings
from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.session import AccountServices, AppConfig, FirstRun, Session, SessionConfig
from faxtui.ui.typed_keys import AttentiveApp, Settled, TypeAhead, WaitsForRows
from faxtui.ui.widgets.bars import MessageBar

if TYPE_CHECKING:
    from faxtui.operations.deletion import DeletionsView
    from faxtui.ui.screens.connect import ConnectScreen
    from faxtui.ui.screens.dialog import Chosen
    from faxtui.ui.screens.menus import Command
    from faxtui.ui.screens.questions import LeavePanel

_VISIBLE_ONLY = VisibleOnly()


class FaxApp(AttentiveApp, inherit_bindings=False):
    """The browser of received faxes: shows one account at a time, or none yet.

    Nothing moves, blinks or is coloured for decoration, because each of these costs bytes. An idle program sends none.
    """

    TITLE = "faxtui"
    CSS_PATH = "faxtui.tcss"
    BINDINGS = bindings(PROGRAM_WIDE)
    ALLOW_SELECT = False

    def __init__(self, start: AppConfig) -> None:
        self.silence = start.silence
        has_colours = start.capabilities.colours is not Colours.NONE
        super().__init__(
            driver_class=driver_for(start.first.settings.ui.thin), ansi_color=None if has_colours else True
        )
        self.animation_level = "none"
        self._characters = () if start.capabilities.utf8 else (AsciiOnly(),)
        self._colours = (ReversedBackgrounds(), NoColor(not has_colours))
        self.start = start
        self.settings = self.settings_in_files = start.first.settings
        self.session: Session | None = None
        self._new_count = 0
        self.failure: BaseException | None = None
        self.farewell = ""
        self.keys = Keys(dict(self.settings.keys))
        self.set_keymap(self.keys.keymap)
        for each in THEMES:
            self.register_theme(each)
        self._begin_with_theme(theme_for(self.settings.ui.theme, start.capabilities))
        self._quit_guard = QuitGuard(self)
        self._type_ahead = TypeAhead(self, self._deliver)

    # How it starts

    def _begin_with_theme(self, theme: str) -> None:
        """Start with this theme. Setting it as usual would have every style read twice before the first frame."""
        self.set_reactive(AttentiveApp.theme, theme)
        is_dark = self.current_theme.dark
        classes = {f"-theme-{theme}": True, "-dark-mode": is_dark, "-light-mode": not is_dark}
        self.update_classes(classes, update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_default_screen(self) -> Screen[None]:
        first = self.start.first
        if isinstance(first, FirstRun):
            return Screen()
        self.session = Session(first, self.options, self)
        return self.session.browser

    async def on_mount(self) -> None:
        self._set_escape_delay()
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())
        for problem in self.keys.problems:
            self.warn(problem)
        if self.session is not None:
            self._begin_session(self.session)
        if isinstance(self.start.first, FirstRun):
            await self._connect_account(self.start.first.services, self.start.first.reason)
        self.call_after_refresh(self._type_ahead.begin)

    def _begin_session(self, session: Session) -> None:
        for notice in session.config.notices:
            self.warn(notice)
        session.connect()
        # The request comes after the first frame, which nothing should delay.
        self.call_after_refresh(session.begin)

    # What is painted

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
        """Send nothing: the shape of the mouse pointer is not worth its bytes."""

    @property
    def options(self) -> DisplayOptions:
        ui = self.settings.ui
        capabilities, region, reader = self.start.capabilities, self.start.region, self.settings.reader
        return DisplayOptions(
            Glyphs(capabilities.utf8), self.keys, ui.zone, ui.date_format, reader, capabilities, region
        )

    @property
    def inbox(self) -> Inbox:
        """The inbox of the account on the screen. There must be one."""
        assert self.session is not None
        return self.session.inbox

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a sentence for a while, never read as markup."""
        if timeout is None:
            timeout = seconds_to_read(message, is_warning=severity != "information")
        message = self.options.glyphs.write(message)
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    @on(MessageBar.Expired)
    def _refresh_notifications(self) -> None:
        """Show notifications in the bar of the screen; a screen without one has Textual's toasts."""
        bar = next(iter(self.screen.query(MessageBar)), None) if self.screen_stack else None
        if bar is None:
            super()._refresh_notifications()
        elif bar.is_attached:
            bar.show(self._notifications)

    def warn(self, sentence: str) -> None:
        """Show what went wrong, for longer than what went well."""
        self.notify(sentence, severity="warning")

    # What a session reports (SessionObserver)

    @property
    def is_blind(self) -> bool:
        return is_behind(self._driver)

    def operations_changed(self, view: OperationsView) -> bool:
        self._quit_guard.follow(view.deletions)
        return self._quit_guard.is_waiting

    def ring(self) -> None:
        send(self._driver, "\a")

    def notify_desktop(self, sentence: str) -> None:
        send(self._driver, self.start.capabilities.desktop_notification(sentence))

    def show_new_count(self, count: int) -> None:
        """Show it in the window's title, which is as before once there are none."""
        if self.start.capabilities.has_title and count != self._new_count:
            send(self._driver, window_title(count, self._new_count))
            self._new_count = count

    def ask_for_password(self, reason: str, refused: str) -> None:
        from faxtui.ui.screens.connect import SignInPanel

        session = self.session
        if session is not None:
            self.push_screen(SignInPanel(self.options.glyphs, session.config.login, reason, refused), session.sign_in)

    # Settings

    def apply(self, settings: Settings) -> None:
        """Use these settings from now on, for as long as the program runs."""
        before, self.settings = self.settings, settings
        self.theme = theme_for(settings.ui.theme, self.start.capabilities)
        if settings.ui.mouse != before.ui.mouse:
            switch_mouse(self._driver, on=settings.ui.mouse)
        self._set_escape_delay()
        if self.session is not None:
            self.session.apply(settings, self.options)

    def _set_escape_delay(self) -> None:
        set_escape_delay(self._driver, self.settings.ui.escape_delay, is_remote=self.start.capabilities.is_remote)

    def _settings_on_screen(self) -> Settings:
        """Return the settings with the page size and columns that were chosen in the list itself."""
        settings = self.settings
        if self.session is None:
            return settings
        columns = tuple(each.name for each in self.session.browser.columns_chosen)
        with_columns = settings.changed("ui", "columns", columns)
        return with_columns.changed("ui", "page_size", self.inbox.view.query.page_size)

    async def action_settings(self) -> None:
        from faxtui.ui.screens.settings import SettingsScreen

        services = self.start.services
        if services is not None and not isinstance(self.screen, SettingsScreen):
            self.settings = self._settings_on_screen()
            screen = SettingsScreen(
                self.options, self.settings, self.settings_in_files, services, self.apply, self._saved
            )
            await self.push_screen(screen)

    def _saved(self, settings: Settings) -> None:
        self.settings_in_files = settings

    def action_mouse(self) -> None:
        on = not self.settings.ui.mouse
        self.apply(self._settings_on_screen().changed("ui", "mouse", on))
        self.notify(_("Mouse on.") if on else _("Mouse off: the terminal selects text."))

    # Keys

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._type_ahead.accept(event)
            return
        if isinstance(event, events.MouseDown):
            self._type_ahead.drop_held()
        await super().on_event(event)

    async def _deliver(self, typed: events.Key | events.Paste) -> None:
        """Hand it to what has the focus. The rest of a dropped text goes, except for the keys that work everywhere."""
        is_everywhere = isinstance(typed, events.Key) and typed.key in self.keys.everywhere
        if is_everywhere or not self.silence.drops(typed):
            self._focus_something()
            await super().on_event(typed)

    async def _check_bindings(self, key: str, priority: bool = False) -> bool:
        """A key that was on its way while a screen opened finds no widgets there yet: it was not typed for them."""
        is_used = (priority or self.screen.is_mounted) and await super()._check_bindings(key, priority)
        if not is_used and not priority and isinstance(self.screen, WaitsForRows):
            self.screen.report_unused(key)
        return is_used

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

    @on(BrowserScreen.StateChanged)
    def _state_changed(self, message: BrowserScreen.StateChanged) -> None:
        if self.session is not None and self.session.browser is message.browser:
            self.session.remember(message.state)

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
                title = self.options.glyphs.write(f"{_(action.label)}: {_(action.help)}  {self.keys.label(action)}")
                yield SystemCommand(title, "", partial(self.run_action, action.method, default_namespace=active.node))

    def action_command_palette(self) -> None:
        from faxtui.ui.screens.menus import Command, CommandPalette

        commands = [Command(each.title, each.callback) for each in self.get_system_commands(self.screen)]
        self.push_screen(CommandPalette(self.options.glyphs, commands), self._run_command)

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
            await self.push_screen(HelpScreen(self.options, groups))

    def action_undo(self) -> None:
        """Undo the delete that was requested last, whatever is on the screen."""
        count = 0 if self.session is None else len(self.session.operations.undo())
        kept = ngettext("Undone: {count:,} fax kept.", "Undone: {count:,} faxes kept.", count).format(count=count)
        self.notify(kept if count else _("Nothing to undo."))

    def action_watch(self) -> None:
        """Watch for new faxes, or stop."""
        if self.session is not None:
            self.session.toggle_watching()

    async def action_refresh_list(self) -> None:
        """Refresh the list, also while one of its faxes is shown in detail."""
        if self.session is not None:
            await self.session.browser.refresh_list()

    def action_repaint(self) -> None:
        self.screen.refresh(layout=True)
        redraw_screen(self._driver)

    def action_suspend(self) -> None:
        self.action_suspend_process()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return False for what needs the configuration when there is none."""
        return self.start.services is not None or action not in ("accounts", "choose_view", "settings")

    # Accounts

    async def action_accounts(self) -> None:
        from faxtui.ui.screens.menus import accounts_menu

        if self.start.services is not None and self.session is not None:
            menu = accounts_menu(self.options.glyphs, self.settings, self.session.config.profile)
            await self.push_screen(menu, self._account_chosen)

    async def _account_chosen(self, choice: Chosen[str] | None) -> None:
        """Open this account; the one on the screen stays until the other one can be opened."""
        from faxtui.ui.screens.menus import ANOTHER, DEMO

        services = self.start.services
        if choice is None or services is None:
            return
        name = choice.value
        if name == ANOTHER:
            await self._connect_account(services, _("Save another account as a new profile."))
            return
        if self.session is not None and name == self.session.config.profile:
            return
        try:
            await self.open_account(services.open_demo() if name == DEMO else services.open_profile(name))
        except FaxtuiError as error:
            self.warn(str(error))

    async def _connect_account(self, services: AccountServices, reason: str) -> None:
        """Ask for an account; ``reason`` is a sentence above the fields."""
        from faxtui.ui.screens.connect import ConnectScreen

        names, is_first = self.settings.profile_names, self.session is None
        await self.push_screen(ConnectScreen(self.options, services, reason, profiles=names, is_first=is_first))

    async def on_connect_screen_chosen(self, message: ConnectScreen.Chosen) -> None:
        await self.open_account(message.config)

    async def open_account(self, config: SessionConfig) -> None:
        """Show another account, and end the session of this one."""
        if self.session is not None:
            left = status.farewell(await self.session.aclose(), _("another account was opened"))
            if left:
                self.warn(left)
        self.settings_in_files = config.settings
        self.settings = config.settings.with_sections_of(self.settings)
        query = config.query.with_page_size(self.settings.ui.page_size)
        self.session = Session(replace(config, settings=self.settings, query=query), self.options, self)
        with self.batch_update():
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.push_screen(self.session.browser)
        self._begin_session(self.session)

    # Saved views

    async def action_choose_view(self) -> None:
        from faxtui.ui.screens.menus import views_menu

        if self.start.services is not None and self.session is not None:
            menu = views_menu(self.options.glyphs, self.settings.views, self.inbox.view.query)
            await self.push_screen(menu, self._view_chosen)

    async def _view_chosen(self, choice: Chosen[View | None] | None) -> None:
        """Show this view; None as the value: save what is on the screen as one."""
        from faxtui.ui.screens.menus import NameView

        if choice is None or self.session is None:
            return
        view = choice.value
        if view is None:
            names = [each.name for each in self.settings.views]
            await self.push_screen(NameView(self.options.glyphs, names), self._view_named)
        else:
            await self.session.browser.choose(self.inbox.view.query.filtered(view.filters).sorted_by(view.sort))

    def _view_named(self, name: str | None) -> None:
        if name is not None and self.start.services is not None:
            self.run_worker(self._save_view(self.start.services, name, self.inbox.view.query))

    async def _save_view(self, services: AccountServices, name: str, query: FaxQuery) -> None:
        from faxtui.ui.screens.menus import view_changes

        try:
            self.notify(await asyncio.to_thread(services.save_settings, view_changes(name, query)))
        except FaxtuiError as error:
            self.warn(str(error))
            return
        others = tuple(each for each in self.settings.views if each.name != name)
        self.settings = replace(self.settings, views=(*others, View(name, query.filters, query.sort)))

    # How it ends

    async def action_quit(self) -> None:
        """Quit; ask first if deletes are not sent yet, because quitting drops them."""
        await self._quit_guard.ask()

    def show_operations(self) -> None:
        """Show again what is done with faxes, because how the program ends has changed."""
        if self.session is not None:
            self.session.show_operations(self.session.operations.view)

    async def on_unmount(self) -> None:
        if self.session is not None:
            self.farewell = status.farewell(await self.session.aclose())

    def crash(self, error: BaseException) -> None:
        """Quit because of an unexpected error, which `browse` reports."""
        self.failure = self.failure or error
        self._return_code = 1
        self._exception_event.set()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        """Quit without Textual's own crash screen, which prints local variables."""
        self._exception = self._exception or error
        self.crash(error)

    def panic(self, *renderables: object) -> None:
        self.crash(RuntimeError("The terminal could not be read."))


class QuitGuard:
    """Quits once every delete that the operator was asked about is through; if one failed, says so and stays open."""

    def __init__(self, app: FaxApp) -> None:
        self.is_waiting = False
        self._app = app
        self._panel: LeavePanel | None = None
        self._deletions: DeletionsView | None = None
        self._asked_about: frozenset[FaxKey] = frozenset()

    async def ask(self) -> None:
        """Quit at once if that drops no delete, or if the operator insists; ask otherwise."""
        from faxtui.ui.screens.questions import LeavePanel

        app = self._app
        deletions = None if app.session is None else app.session.operations.view.deletions
        if self._question is not None or deletions is None or not deletions.unsent:
            app.exit()
            return
        self._deletions = deletions
        self._asked_about = frozenset(key for key, each in deletions.by_key.items() if each.is_in_progress)
        self._panel = LeavePanel(app.options.glyphs, deletions)
        await app.push_screen(self._panel, self._answered)

    def follow(self, deletions: DeletionsView | None) -> None:
        """Show the progress of the deletes, and quit if the last one is through."""
        self._deletions = deletions
        if deletions is None:
            return
        if self._question is not None:
            self._question.follow(deletions)
        if not self.is_waiting or deletions.is_in_progress:
            return
        self.is_waiting = False
        if deletions.deleted >= self._asked_about:
            self._app.exit()
        else:
            self._app.warn(_("Not everything was deleted, so faxtui stays open."))

    @property
    def _question(self) -> LeavePanel | None:
        """The panel, while it is on top."""
        return self._panel if self._panel is not None and self._panel.is_current else None

    def _answered(self, choice: Chosen[bool] | None) -> None:
        """Wait for the deletes, or quit without them; None: stay."""
        self.is_waiting = choice is not None and choice.value
        if choice is not None and not choice.value:
            self._app.exit()
        self.follow(self._deletions)
        self._app.show_operations()


_STARTED = 3.0
"""Seconds after which the start is over and garbage is collected."""
_CLOSING = 1.0
"""Seconds that tasks get to end after the application: one may hang in a name look-up, or on a disk."""


def browse(start: AppConfig) -> int:
    """Open the browser. Return the exit code once the terminal is restored."""
    # Textual takes an empty one for a set one; `Capabilities` has read it before.
    os.environ.pop("NO_COLOR", None)
    app = FaxApp(start)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.call_later(_STARTED, _collect_garbage)

    def end(code: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(partial(app.exit, return_code=code))

    def at_once() -> None:
        restore_terminal(app.driver_in_use)

    # A terminal that goes away ends the program even if SIGHUP is ignored.
    with Orderly(end, at_once=at_once, also_ignored=True) as ending:
        try:
            loop.run_until_complete(app.run_async(mouse=start.first.settings.ui.mouse))
            _cancel_rest(loop)
        finally:
            # Closing does not wait for threads: one may hang in a name look-up.
            loop.close()
        if app.farewell:
            _print(app.options.glyphs, app.farewell)
        error = app.failure
        if error is not None:
            _print(app.options.glyphs, explanation(start.logs, error))
            return 1
        return ending.code or app.return_code or 0


def _collect_garbage() -> None:
    """Collect garbage from now on, but not among what the start has loaded."""
    gc.freeze()
    gc.enable()


def _print(glyphs: Glyphs, sentence: str) -> None:
    """Print a sentence, if the terminal is still there."""
    with suppress(OSError):
        print(f"faxtui: {glyphs.write(visible(sentence))}", file=sys.stderr, flush=True)


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_CLOSING))
    loop.run_until_complete(loop.shutdown_asyncgens())
