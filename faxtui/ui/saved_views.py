"""Going to a saved view, and saving what is on the screen as one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from faxtui.config.settings import View
from faxtui.domain.query import FaxQuery
from faxtui.errors import FaxtuiError

if TYPE_CHECKING:
    from faxtui.ui.launch import Doors
    from faxtui.ui.screens.panel import Chosen
    from faxtui.ui.session_app import SessionApp


class SavedViews:
    """What `v` leads to."""

    def __init__(self, app: SessionApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def choose(self) -> None:
        from faxtui.ui.screens.views import views_menu

        app = self._app
        if app.session is not None:
            menu = views_menu(app.look.marks, app.settings.views, app.inbox.view.query)
            await app.push_screen(menu, self._chosen)

    async def _chosen(self, choice: Chosen[View | None] | None) -> None:
        from faxtui.ui.screens.views import NameView

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
        from faxtui.ui.screens.views import view_changes

        app = self._app
        try:
            app.say(await asyncio.to_thread(self._doors.save, view_changes(name, query)))
        except FaxtuiError as error:
            app.complain(str(error))
            return
        others = tuple(each for each in app.settings.views if each.name != name)
        app.settings = replace(app.settings, views=(*others, View(name, query.filters, query.sort)))
