"""What a person does with faxes, on whichever screen they are looked at."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen, ScreenResultCallbackType

from faxtui.domain.fax import Fax
from faxtui.domain.fields import Reading
from faxtui.domain.text import counted
from faxtui.errors import FaxtuiError
from faxtui.inbox.handling import Done, Handling
from faxtui.ui.look import Look
from faxtui.ui.saying import complain, say

if TYPE_CHECKING:
    from faxtui.inbox.deletions.plan import Plan
    from faxtui.ui.screens.panel import Chosen, Panel

T = TypeVar("T")
Answer = TypeVar("Answer")
_TOLD = 3
"""How many of the faxes that can't be deleted are told of one by one."""


class FaxActions:
    """Saving and deleting those that ``chosen`` gives, while those that ``here`` gives can be seen.

    Copied is what there is of the one that ``current`` gives.
    """

    def __init__(
        self,
        screen: Screen[T],
        handling: Handling,
        look: Look,
        *,
        chosen: Callable[[], Sequence[Fax]],
        current: Callable[[], Fax | None],
        here: Callable[[], Sequence[Fax]],
        reading: Callable[[], Reading],
        command: Callable[[], str],
    ) -> None:
        self.look = look
        self._screen = screen
        self._handling = handling
        self._chosen = chosen
        self._current = current
        self._here = here
        self._reading = reading
        self._command = command

    def save(self) -> None:
        faxes = self._chosen()
        if faxes and not self._handling.save(faxes):
            self.tell_of_busy()

    def tell_of_busy(self) -> None:
        errand = self._handling.errands.current
        doing = "Something" if errand is None else f"“{errand.words}”"
        self.say(f"{doing} goes on already, one at a time: {self.look.keys.first('cancel')} in the list cancels it.")

    async def delete(self) -> None:
        """Ask first; where nobody knows whether it is deleted already, ask the service instead."""
        from faxtui.ui.screens.delete import DeletePanel

        chosen, deletions = self._chosen(), self._handling.deletions
        unknown = [fax for fax in chosen if self._handling.view.done(fax) is Done.UNKNOWN]
        if unknown:
            self.say(f"Asking the service what became of {counted(len(unknown), 'fax', 'faxes')}.")
            deletions.settle(unknown)
        plan = deletions.plan(fax for fax in chosen if fax not in unknown)
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
        await self.ask(panel, partial(self._answered, plan))

    async def copy(self) -> None:
        from faxtui.ui.screens.copy_menu import copy_menu

        fax = self._current()
        if fax is not None:
            await self.ask(copy_menu(self.look.marks, fax, self._command()), self._copy)

    async def ask(self, panel: Panel[Answer], answered: ScreenResultCallbackType[Answer]) -> None:
        await self._screen.app.push_screen(panel, answered)

    def say(self, sentence: str) -> None:
        say(self._screen.app, self.look.marks, sentence)

    def complain(self, sentence: str) -> None:
        complain(self._screen.app, self.look.marks, sentence)

    async def _answered(self, plan: Plan, choice: Chosen[bool] | None) -> None:
        from faxtui.ui.screens.delete import MANY, count_question

        if choice is None:
            return
        if len(plan.documents) <= MANY:
            self._delete(plan, choice.value, choice)
        else:
            question = count_question(self.look.marks, len(plan.documents), with_copies=choice.value)
            await self.ask(question, partial(self._delete, plan, choice.value))

    def _delete(self, plan: Plan, with_copies: bool, confirmed: Chosen[bool] | None) -> None:
        if confirmed is not None:
            self._handling.delete(plan, with_copies=with_copies)

    def _tell_of_refused(self, plan: Plan) -> None:
        """Tell why some stay."""
        reasons = list(dict.fromkeys(each.reason for each in plan.refused))
        for reason in reasons[:_TOLD]:
            self.complain(reason)
        if len(reasons) > _TOLD:
            self.complain(f"{len(reasons) - _TOLD:,} more can't be deleted.")

    def _copy(self, choice: Chosen[str] | None) -> None:
        """What is shown, so that nothing acts where it is pasted. Nobody tells whether the terminal took it."""
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

    async def action_copy(self) -> None:
        await self.acts.copy()
