"""With what the faxes of one account are handled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faxtui.inbox.journal import AccountName, Journal
from faxtui.inbox.service import DocumentService

if TYPE_CHECKING:
    from faxtui.inbox.deletions.pauses import Clocks
    from faxtui.inbox.patience import Patience


@dataclass(frozen=True, slots=True)
class Means:
    """``grace`` is the seconds in which a deletion can be taken back. What is ``read_only`` deletes nothing.

    While ``is_blind``, as where the terminal takes nothing, nobody sees a countdown: none goes on then. ``clocks`` and
    ``patience`` are the usual ones where they are None.
    """

    service: DocumentService
    account: AccountName
    journal: Journal
    grace: float
    read_only: bool = False
    is_blind: Callable[[], bool] = lambda: False
    clocks: Clocks | None = None
    patience: Patience | None = None
