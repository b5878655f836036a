"""What a person does with faxes, on whichever screen they are looked at."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from faxtui.domain.fax import Fax
from faxtui.domain.fields import Reading
from faxtui.domain.text import counted
from faxtui.errors import FaxtuiError
from faxtui.inbox.handling import Done, Handling
from faxtui.ui.look import Look
from faxtui.ui.screens.panel import Chosen

if TYPE_CHECKING:
    from faxtui.inbox.deletions.plan import Plan

T = TypeVar("T")
_TOLD = 3
"""How many of the faxes that can't be deleted are told of one by one."""


class FaxActions:
    """Saving, deleting and copying: of those that ``chosen`` gives, while those that ``here`` gives can be seen."""

    def __init__(
        self,
        screen: Screen[T],
        handling: Handling,
        look: Look,
        *,
        chosen: Callable[[], Sequence[Fax]],
        here: Callable[[], Sequence[Fax]],
        reading: Callable[[], Reading],
        command: Callable[[], str],
    ) -> None:
        self.look = look
        self._screen = screen
        self._handling = handling
        self._chosen = chosen
        self._here = here
        self._reading = reading
        self._command = command

    def save(self) -> None:
        faxes = self._chosen()
        if faxes and not self._handling.save(faxes):
            self.tell_of_busy()

    def tell_of_busy(self) -> None:
        self.say(f"One at a time: {self.look.keys.first('cancel')} in the list cancels what goes on.")

    async def delete(self) -> None:
        """Ask first."""
        from faxtui.ui.screens.delete import DeletePanel

        plan = self._handling.deletions.plan(self._chosen())
        self._tell_of_refused(plan)
        if not plan.documents:
            return
        try:
            folder = self._handling.saver.where().folder
        except FaxtuiError as error:
            self.complain(str(error))
            return
        here = frozenset(fax.key for fax in self._here())
        panel = DeletePanel(self.look.marks, plan, here, f"{socket.gethostname()}:{folder}", self._reading())
        await self._screen.app.push_screen(panel, partial(self._answered, plan))

    def undo(self) -> None:
        kept = self._handling.deletions.undo()
        if kept:
            self.say(f"{counted(len(kept), 'fax stays', 'faxes stay')}: nothing was sent.")
        else:
            self.say("There is no delete to take back.")

    async def copy(self) -> None:
        from faxtui.ui.screens.copy_menu import copy_menu

        faxes = self._chosen()
        if faxes:
            menu = copy_menu(self.look.marks, faxes[0], self._command())
            await self._screen.app.push_screen(menu, self._copy)

    def say(self, sentence: str) -> None:
        self._screen.notify(self.look.marks.write(sentence), markup=False)

    def complain(self, sentence: str) -> None:
        self._screen.notify(self.look.marks.write(sentence), severity="warning", timeout=10, markup=False)

    async def _answered(self, plan: Plan, choice: Chosen[bool] | None) -> None:
        from faxtui.ui.screens.delete import MANY, ConfirmCount

        if choice is None:
            return
        if len(plan.documents) <= MANY:
            self._delete(plan, choice.value, True)
        else:
            panel = ConfirmCount(self.look.marks, len(plan.documents))
            await self._screen.app.push_screen(panel, partial(self._delete, plan, choice.value))

    def _delete(self, plan: Plan, with_copies: bool, is_sure: bool | None) -> None:
        if is_sure:
            self._handling.delete(plan, with_copies=with_copies)

    def _tell_of_refused(self, plan: Plan) -> None:
        """Tell why some stay; of those nobody knows of, the service is asked."""
        unknown = [each.fax for each in plan.refused if self._handling.view.done(each.fax.key) is Done.UNKNOWN]
        if unknown:
            self.say(f"Asking the service what became of {counted(len(unknown), 'fax', 'faxes')}.")
            self._handling.deletions.settle(unknown)
        reasons = list(dict.fromkeys(each.reason for each in plan.refused if each.fax not in unknown))
        for reason in reasons[:_TOLD]:
            self.complain(reason)
        if len(reasons) > _TOLD:
            self.complain(f"{len(reasons) - _TOLD:,} more can't be deleted.")

    def _copy(self, choice: Chosen[str] | None) -> None:
        """Nobody tells whether the terminal took it."""
        if choice is not None:
            self._screen.app.copy_to_clipboard(choice.value)
            self.say(f"Sent to the terminal's clipboard, if it has one: {choice.value}")


class ActsOnFaxes(Screen[T]):
    """A screen whose keys of `actions.HANDLING` do what ``acts`` does."""

    acts: FaxActions

    def action_save(self) -> None:
        self.acts.save()

    async def action_delete(self) -> None:
        await self.acts.delete()

    def action_undo(self) -> None:
        self.acts.undo()

    async def action_copy(self) -> None:
        await self.acts.copy()
