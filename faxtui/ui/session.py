"""One account on the screen: its service, its inbox, its browser, and what of it is remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from faxtui.config.state import Remembered
from faxtui.errors import FaxtuiError, NoSignIn, SignInRefused, StorageError
from faxtui.inbox.connecting import Connecting
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Failed, InboxView
from faxtui.ui.launch import Launch
from faxtui.ui.look import Look
from faxtui.ui.screens.browser import BrowserScreen

log = logging.getLogger(__name__)


class Session:
    """Begins when `begin` is called, ends with `aclose`."""

    def __init__(
        self,
        launch: Launch,
        look: Look,
        *,
        complain: Callable[[str], None],
        ask_for_password: Callable[[str], None],
        on_crash: Callable[[BaseException], None],
    ) -> None:
        self.launch = launch
        self._complain = complain
        self._ask_for_password = ask_for_password
        self._asked_because_of: FaxtuiError | None = None
        self._service = Connecting(partial(launch.connect, None))
        self.inbox = Inbox(
            self._service,
            launch.query,
            zone=launch.settings.ui.zone,
            clock=launch.clock,
            manners=launch.manners,
            on_change=self._show,
            on_crash=on_crash,
        )
        self.browser = BrowserScreen(
            self.inbox,
            look,
            launch.title,
            self._remember,
            columns=launch.settings.ui.shown_fields,
            sidebar=launch.shows_sidebar,
        )
        self._to_save: Remembered | None = None
        self._saving: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Ask for the first page."""
        await self.browser.open(self.launch.query)

    def sign_in(self, password: str | None) -> None:
        """Ask once more, with this password."""
        if password is not None:
            self._service.reconnect(partial(self.launch.connect, password))
            self.inbox.refresh()

    async def aclose(self) -> None:
        await self.inbox.aclose()
        if self._saving is not None:
            await self._saving

    def _show(self, view: InboxView) -> None:
        self.browser.show(view)
        error = view.activity.error if isinstance(view.activity, Failed) else None
        if isinstance(error, SignInRefused | NoSignIn) and error is not self._asked_because_of:
            self._asked_because_of = error
            self._ask_for_password(str(error))

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
            self._complain(f"{error} Filters and sort will not be there the next time.")
        finally:
            self._saving = None
