"""Going to another account, and connecting one that is not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faxtui.errors import FaxtuiError

if TYPE_CHECKING:
    from faxtui.ui.launch import Doors
    from faxtui.ui.screens.panel import Chosen
    from faxtui.ui.session_app import SessionApp


class Accounts:
    """What `a` leads to; the account on the screen stays until another one can be opened."""

    def __init__(self, app: SessionApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def choose(self) -> None:
        from faxtui.ui.screens.accounts import accounts_menu

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
        from faxtui.ui.screens.accounts import ANOTHER, DEMO

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
