"""Saving, deleting and copying faxes, from the list and from a fax."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from faxtui.domain.fax import Fax, ValueFormat
from faxtui.domain.query import list_command
from faxtui.errors import FaxtuiError
from faxtui.inbox.inbox import Inbox
from faxtui.operations.operations import FaxOperations, LocalStatus
from faxtui.translation import _, ngettext
from faxtui.ui.display import DisplayOptions
from faxtui.ui.typed_keys import WaitsForRows

if TYPE_CHECKING:
    from faxtui.operations.deletion import Plan
    from faxtui.ui.screens.dialog import Chosen

_MOST_REASONS = 3
"""Faxes that can't be deleted are reported one by one up to this many."""
_LOST = (LocalStatus.GOING, LocalStatus.DELETED, LocalStatus.GONE)


class FaxActionsScreen(WaitsForRows):
    """A screen that shows faxes of ``inbox``. Its subclass says which of them a key acts on."""

    def __init__(self, options: DisplayOptions, operations: FaxOperations, inbox: Inbox, profile: str) -> None:
        super().__init__()
        self.options = options
        self._operations = operations
        self._inbox = inbox
        self._profile = profile

    @property
    def current_fax(self) -> Fax | None:
        """The fax under the cursor."""
        raise NotImplementedError

    @property
    def chosen_faxes(self) -> Sequence[Fax]:
        """The faxes that a key saves or deletes."""
        raise NotImplementedError

    @property
    def visible_faxes(self) -> Sequence[Fax]:
        """The faxes on this screen: a question lists the chosen ones that are not among them."""
        raise NotImplementedError

    @property
    def reading(self) -> ValueFormat:
        """How dates and times are written."""
        return self.options.reading(self._inbox.clock.now())

    @property
    def page_text(self) -> str:
        """The text that can be copied; empty if none is shown."""
        return ""

    @property
    def list_command(self) -> str:
        """The command that prints the same list."""
        return list_command(self._inbox.view.query, self._profile)

    def is_lost(self, fax: Fax) -> bool:
        """Return True if there is nothing to read any more: going to the next fax leaves it out."""
        return self._operations.view.local_status(fax) in _LOST

    def warn(self, sentence: str) -> None:
        self.notify(sentence, severity="warning")

    def action_save(self) -> None:
        faxes = self.chosen_faxes
        if faxes and not self._operations.save(faxes):
            self.report_busy()

    def report_busy(self) -> None:
        """Report that another task is running."""
        task = self._operations.view.task
        sentence = _("Already running: {task}. Press {key} in the list to cancel.")
        name = task.removesuffix(" …") or _("another task")
        self.notify(sentence.format(task=name, key=self.options.keys.first("cancel")))

    async def action_delete(self) -> None:
        """Ask before deleting. If a fax may be deleted already, check with the service instead."""
        from faxtui.ui.screens.questions import DeletePanel

        chosen, deletions = self.chosen_faxes, self._operations.deletions
        unknown = [fax for fax in chosen if self._operations.view.local_status(fax) is LocalStatus.UNKNOWN]
        if unknown:
            count = len(unknown)
            sentence = ngettext(
                "Checking with the service whether {count:,} fax was deleted.",
                "Checking with the service whether {count:,} faxes were deleted.",
                count,
            )
            self.notify(sentence.format(count=count))
            deletions.confirm(unknown)
        plan = deletions.plan(fax for fax in chosen if fax not in unknown)
        self._report_refused(plan)
        if not plan.documents:
            return
        try:
            folder = self._operations.download_target.folder
        except FaxtuiError as error:
            self.warn(str(error))
            return
        here = frozenset(fax.key for fax in self.visible_faxes)
        panel = DeletePanel(self.options.glyphs, plan, here, f"{socket.gethostname()}:{folder}", self.reading)
        await self.app.push_screen(panel, partial(self._confirm_count, plan))

    def _report_refused(self, plan: Plan) -> None:
        """Report why some faxes can't be deleted."""
        reasons = list(dict.fromkeys(each.reason for each in plan.refused))
        for reason in reasons[:_MOST_REASONS]:
            self.warn(reason)
        count = len(reasons) - _MOST_REASONS
        if count > 0:
            sentence = ngettext("{count:,} more can't be deleted.", "{count:,} more can't be deleted.", count)
            self.warn(sentence.format(count=count))

    async def _confirm_count(self, plan: Plan, choice: Chosen[bool] | None) -> None:
        """Ask for the number if there are many. The choice is whether copies are saved first; None: keep the faxes."""
        from faxtui.ui.screens.questions import MANY, count_question

        if choice is None:
            return
        if len(plan.documents) <= MANY:
            self._delete(plan, choice.value, choice)
        else:
            question = count_question(self.options.glyphs, len(plan.documents), with_copies=choice.value)
            await self.app.push_screen(question, partial(self._delete, plan, choice.value))

    def _delete(self, plan: Plan, with_copies: bool, confirmed: Chosen[bool] | None) -> None:
        if confirmed is not None:
            self._operations.delete(plan, with_copies=with_copies)

    async def action_copy(self) -> None:
        from faxtui.ui.screens.menus import copy_menu

        fax = self.current_fax
        if fax is not None:
            await self.app.push_screen(
                copy_menu(self.options.glyphs, fax, self.list_command, self.page_text), self._copy
            )

    def _copy(self, choice: Chosen[str] | None) -> None:
        """Copy what is shown, so that nothing acts where it is pasted. No terminal confirms that it accepted it."""
        if choice is not None:
            self.app.copy_to_clipboard(choice.value)
            first, _newline, more = choice.value.partition("\n")
            text = f"{first} …" if more else first
            self.notify(_("Sent to the terminal's clipboard: {text}").format(text=text))
