"""The application: the one inbox, the screens that show it, and how it begins and ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial

from textual import events
from textual.app import App, SystemCommand
from textual.screen import Screen

from faxtui.config.state import Remembered
from faxtui.errors import StorageError
from faxtui.inbox.connecting import Connecting
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import InboxView
from faxtui.terminal.capabilities import Colours
from faxtui.ui.actions import ALL, PROGRAM_WIDE, TABLE, bindings
from faxtui.ui.keys import Keys
from faxtui.ui.launch import Launch
from faxtui.ui.look import Look
from faxtui.ui.marks import Marks
from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.theme import THEMES, theme_for
from faxtui.ui.type_ahead import Settled, TypeAhead

log = logging.getLogger(__name__)


class FaxApp(App[None], inherit_bindings=False):
    """The browser of received faxes."""

    TITLE = "faxtui"
    CSS_PATH = "faxtui.tcss"
    BINDINGS = bindings(PROGRAM_WIDE)
    ALLOW_SELECT = False
    ANIMATION = "none"

    def __init__(self, launch: Launch) -> None:
        ui = launch.settings.ui
        theme = theme_for(ui.theme, launch.far_end)
        super().__init__(ansi_color=True if launch.far_end.colours is Colours.NONE else None)
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme
        self.animation_level = "none"
        self.set_class(not launch.far_end.utf8, "-ascii")
        self.launch = launch
        self.failure: BaseException | None = None
        self._type_ahead = TypeAhead(self, super().on_event)
        keys = Keys(dict(launch.settings.keys))
        self.set_keymap(keys.keymap)
        self._notices = (*launch.notices, *keys.problems)
        self.inbox = Inbox(
            Connecting(launch.connect),
            launch.query,
            zone=ui.zone,
            clock=launch.clock,
            manners=launch.manners,
            on_change=self._show,
            on_crash=self.crash,
        )
        look = Look(Marks(launch.far_end.utf8), keys, ui.zone, ui.date_format)
        self._browser = BrowserScreen(
            self.inbox,
            look,
            launch.title,
            self._remember,
            columns=ui.shown_fields,
            sidebar=launch.shows_sidebar,
        )
        self._to_save: Remembered | None = None
        self._saving: asyncio.Task[None] | None = None

    def get_default_screen(self) -> Screen[None]:
        return self._browser

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.action_repaint())
        for notice in self._notices:
            self.notify(self._browser.look.marks.write(notice), severity="warning", timeout=15, markup=False)
        # Connecting takes a moment: the first frame comes first.
        self.call_after_refresh(self._browser.open, self.launch.query)

    async def on_unmount(self) -> None:
        await self.inbox.aclose()
        if self._saving is not None:
            await self._saving

    def _remember(self, remembered: Remembered) -> None:
        """Keep this for the next time, off the event loop; the newest of several wins."""
        self._to_save = remembered
        if self.launch.state is not None and self._saving is None:
            self._saving = asyncio.create_task(self._save())

    async def _save(self) -> None:
        state = self.launch.state
        try:
            while state is not None and self._to_save is not None:
                newest, self._to_save = self._to_save, None
                await asyncio.to_thread(state.save, newest)
        except StorageError as error:
            log.warning("the state could not be saved")
            self.notify(f"{error} Filters and sort will not be there the next time.", severity="warning", markup=False)
        finally:
            self._saving = None

    def _show(self, view: InboxView) -> None:
        self._browser.show(view)

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
        look = self._browser.look
        can_be_done = {each.binding.id: each for each in screen.active_bindings.values() if each.enabled}
        by_method = {each.method: each for each in reversed(ALL) if each not in TABLE and each.id != "commands"}
        for action in reversed(by_method.values()):
            active = can_be_done.get(action.id)
            if active is not None:
                title = look.marks.write(f"{action.label}: {action.help}  {look.keys.of(action)}")
                yield SystemCommand(title, "", partial(self.run_action, action.method, default_namespace=active.node))

    async def action_help(self) -> None:
        """Show the help; the same key closes it."""
        from faxtui.ui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            await self.push_screen(HelpScreen(self._browser.look))

    def action_repaint(self) -> None:
        self.screen.refresh(layout=True)

    def action_suspend(self) -> None:
        self.action_suspend_process()
