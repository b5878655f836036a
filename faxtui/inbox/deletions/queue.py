"""Who waits for what: the deletions of a run, by key, and when each may be sent."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from faxtui.domain.fax import Fax, FaxKey
from faxtui.inbox.deletions import wording
from faxtui.inbox.deletions.copies import SavedCopy
from faxtui.inbox.deletions.states import (
    Deleted,
    Deletion,
    DeletionsView,
    Pending,
    Saving,
    State,
    UnderWay,
    Unknown,
    Unsent,
)
from faxtui.inbox.deletions.wording import named


@dataclass(slots=True, eq=False)
class Request:
    """What was requested at once has one grace, so that all of it can be undone until it ends.

    ``number`` counts the requests. ``due`` (seconds, monotonic) is known once every copy is saved and verified, or has
    failed.
    """

    number: int
    due: float | None = None


class Item:
    """A fax and what becomes of it; ``requested_at`` and ``changed_at`` are in seconds, monotonic."""

    def __init__(self, fax: Fax, request: Request, state: State) -> None:
        self.fax = fax
        self.request = request
        self.copy: SavedCopy | None = None
        self.was_held_up = False
        self.state = state
        self.requested_at = self.changed_at

    @property
    def state(self) -> State:
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        self.changed_at = time.monotonic()

    @property
    def key(self) -> FaxKey:
        return self.fax.key

    @property
    def is_unsent(self) -> bool:
        return isinstance(self.state, Unsent)

    @property
    def why_not_again(self) -> str:
        """Why it can't be asked for anew, in a sentence; empty where it can."""
        reasons = (words for over, words in _NOT_AGAIN if isinstance(self.state, over))
        return next(reasons, "").format(name=named(self.key))


_NOT_AGAIN = ((UnderWay, wording.UNDER_WAY), (Deleted, wording.IS_DELETED), (Unknown, wording.IS_UNKNOWN))


class Queue:
    """``grace`` is in seconds, and so is every moment: monotonic. Knows the time only from its callers."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self._items: dict[FaxKey, Item] = {}
        self._numbers = count(1)
        self._held_until = -math.inf

    def add(self, faxes: Iterable[Fax], state: State) -> list[Item]:
        """One request; it replaces whatever is over of the same faxes."""
        request = Request(next(self._numbers))
        added = [Item(fax, request, state) for fax in faxes]
        self._items |= {each.key: each for each in added}
        return added

    def get(self, key: FaxKey) -> Item | None:
        return self._items.get(key)

    def in_state(self, *states: type[State]) -> list[Item]:
        return [each for each in self._items.values() if isinstance(each.state, states)]

    def drop(self, item: Item) -> None:
        del self._items[item.key]

    def forget(self, state: type[State]) -> None:
        self._items = {key: item for key, item in self._items.items() if not isinstance(item.state, state)}

    @property
    def unsent(self) -> list[Item]:
        return [each for each in self._items.values() if each.is_unsent]

    @property
    def unsent_of_last_request(self) -> list[Item]:
        unsent = self.unsent
        last = max((each.request.number for each in unsent), default=0)
        return [each for each in unsent if each.request.number == last]

    @property
    def is_under_way(self) -> bool:
        return any(isinstance(each.state, UnderWay) for each in self._items.values())

    def begin_grace(self, request: Request, now: float) -> None:
        """Begin to count, unless a copy is still being saved."""
        waiting = [each for each in self.unsent if each.request is request]
        if Saving(is_saved=False) in [each.state for each in waiting]:
            return
        request.due = now + self.grace
        for each in waiting:
            each.state = self._pending(each, now)

    def begin_again(self, now: float) -> None:
        """Nobody could see the countdown: every grace that runs begins again."""
        for each in self._pending_items():
            each.request.due = now + self.grace
        self.count_down(now)

    def count_down(self, now: float) -> None:
        for each in self._pending_items():
            each.state = self._pending(each, now)

    def hold_up(self, item: Item, now: float, wait: float) -> None:
        """The service is busy: nothing is sent for ``wait`` seconds, and that item once more after them."""
        item.was_held_up = True
        self._held_until = now + wait
        item.state = self._pending(item, now)
        self.count_down(now)

    def is_due(self, item: Item, now: float) -> bool:
        return (
            self._items.get(item.key) is item
            and isinstance(item.state, Pending)
            and item.request.due is not None
            and now >= max(item.request.due, self._held_until)
        )

    def next_due(self, now: float) -> Item | None:
        return next((each for each in self._items.values() if self.is_due(each, now)), None)

    @property
    def view(self) -> DeletionsView:
        return DeletionsView({key: Deletion(each.fax, each.state) for key, each in self._items.items()})

    def _pending_items(self) -> list[Item]:
        return self.in_state(Pending)

    def _pending(self, item: Item, now: float) -> Pending:
        due = now if item.request.due is None else item.request.due
        left = max(due, self._held_until) - now
        return Pending(max(math.ceil(left), 0), is_held_up=self._held_until > max(due, now))
