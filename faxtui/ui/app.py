"""The application: how it begins and ends, and what a person can do anywhere in it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import SystemCommand
from textual.screen import Screen

from faxtui.config.settings import Settings
from faxtui.inbox.handling import HandlingView
from faxtui.ui import words
from faxtui.ui.accounts import Accounts
from faxtui.ui.actions import ALL, GROUPS, PROGRAM_WIDE, TABLE, bindings
from faxtui.ui.drivers import forget_screen
from faxtui.ui.launch import FirstRun, Launch, Start
from faxtui.ui.leaving import Leaving
from faxtui.ui.saved_views import SavedViews
from faxtui.ui.session_app import SessionApp
from faxtui.ui.type_ahead import Settled, TypeAhead, WaitsForRows

if TYPE_CHECKING:
    from faxtui.ui.screens.connect import ConnectScreen
    from faxtui.ui.screens.palette import Command
    from faxtui.ui.screens.panel import Chosen


class FaxApp(SessionApp, inherit_bindings=False):
    """The browser of received faxes."""

    TITLE = "faxtui"
    CSS_PATH = "faxtui.tcss"
    BINDINGS = bindings(PROGRAM_WIDE)

    def __init__(self, start: Start) -> None:
        super().__init__(start)
        self.farewell = ""
        self._leaving = Leaving(self)
        self._accounts = None if start.doors is None else Accounts(self, start.doors)
        self._views = None if start.doors is None else SavedViews(self, start.doors)
        self._type_ahead = TypeAhead(self, self._deliver)

    def get_default_screen(self) -> Screen[None]:
        if isinstance(self.start.first, Launch):
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
            self.farewell = words.farewell(await self.session.aclose())

    def handled(self, view: HandlingView) -> bool:
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
