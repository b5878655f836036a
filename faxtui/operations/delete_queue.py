"""Noticing that time went by while this program did not run.

Who waits for what: the deletions of a run, by key, and when each may be sent.

Deletions from the operator's wish to their end.

Asked for, each is saved first where that is wanted, then pending for a grace in which it can be taken back, then
written to the journal, then sent: once, one at a time, and never after a countdown that nobody could see.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import count

from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.errors import Busy, FaxtuiError, Gone, ServiceError, SignInRefused, StorageError
from faxtui.operations import deletion
from faxtui.operations.background_task import Tasks
from faxtui.operations.deletion import (
    FAILS_ALL,
    Deleted,
    Deleting,
    Deletion,
    DeletionsView,
    Kept,
    Ledger,
    Limits,
    NotDeleted,
    Pending,
    Plan,
    Save,
    SavedCopy,
    Saving,
    Settling,
    State,
    StillThere,
    UnderWay,
    Undone,
    Unfinished,
    Unknown,
    Unproven,
    Unsent,
    Unsure,
    Vanished,
    delete_once,
    named,
    plan_deletion,
    settle,
)
from faxtui.operations.operations import OperationContext
from faxtui.storage.journal import WasDeleted

TICK = 0.25
"""Seconds between two looks at the clocks."""
LONGEST_GAP = 2.0
"""Seconds between two looks beyond which nobody could have seen the countdown (our decision)."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """``monotonic`` and ``wall`` are in seconds, ``sleep`` waits for so many of them."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class SuspendDetector:
    """Compares both clocks at every look: a monotonic one may stand still while the machine sleeps.

    A wall clock that is set, either way, looks like a pause too: that costs nothing but a grace begun again.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._monotonic, self._wall = self._clocks.monotonic(), self._clocks.wall()

    def was_paused(self) -> bool:
        """Whether more than 2 s went by since the last look."""
        monotonic, wall = self._monotonic, self._wall
        self.begin()
        return max(self._monotonic - monotonic, abs(self._wall - wall)) > LONGEST_GAP


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


_NOT_AGAIN = ((UnderWay, deletion.UNDER_WAY), (Deleted, deletion.IS_DELETED), (Unknown, deletion.IS_UNKNOWN))


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


SAVES_AT_ONCE = 4
LONGEST_WAIT = 60.0
"""Seconds that a busy service may ask for."""
CLOSING = 1.0
"""Seconds that a request under way is given to be answered."""


class Deletions:
    """The deletions of one account in this run; every change is told to one listener as a new DeletionsView.

    A refused sign-in is told to ``on_refused`` as well. An error that nobody expected goes to ``on_crash``, and nothing
    more is sent.
    """

    def __init__(
        self,
        means: OperationContext,
        save: Save,
        *,
        on_refused: Callable[[SignInRefused], None] = lambda _: None,
        on_change: Callable[[DeletionsView], None],
        on_crash: Callable[[BaseException], None],
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self.view = DeletionsView()
        self._means = means
        self._ledger = Ledger(means.journal, means.account)
        self._save_copy = save
        self._clocks = means.clocks or Clocks()
        self._watch = SuspendDetector(self._clocks)
        self._on_refused = on_refused
        self._queue = Queue(means.grace)
        self._on_change = on_change
        self._on_crash = on_crash
        self._saves_at_once = asyncio.Semaphore(SAVES_AT_ONCE)
        self._saves: dict[Item, asyncio.Task[None]] = {}
        self._tasks = Tasks(self._crash)
        self._sender: asyncio.Task[None] | None = None
        self._timekeeper: asyncio.Task[None] | None = None
        self._is_closed = False

    def plan(self, faxes: Iterable[Fax]) -> Plan:
        """What `request` would do."""
        return plan_deletion(faxes, self._why_not)

    def request(self, faxes: Iterable[Fax], *, with_copies: bool) -> Plan:
        """Delete these: after a grace, and where ``with_copies`` only what was saved and verified before."""
        plan = self.plan(faxes)
        if not plan.documents:
            return plan
        self._keep_time()
        items = self._queue.add(plan.documents, Saving() if with_copies else Pending(0))
        if with_copies:
            self._saves |= {each: self._tasks.start(self._save(each)) for each in items}
        else:
            self._queue.begin_grace(items[0].request, self._clocks.monotonic())
        self._tell()
        return plan

    def undo(self) -> tuple[Fax, ...]:
        """Undo what was requested last and is not sent yet; returns the faxes that are kept."""
        undone = self._queue.unsent_of_last_request
        for each in undone:
            self._end(each, Undone())
        self._tell()
        return tuple(each.fax for each in undone)

    def set_grace(self, seconds: float) -> None:
        """Delete after so long, from the next request on."""
        self._queue.grace = seconds

    def begin_again(self) -> None:
        """Nobody could see the countdown, as where a terminal took nothing in for a while: it begins again."""
        self._queue.begin_again(self._clocks.monotonic())
        self._tell()

    def settle(self, faxes: Iterable[Fax]) -> None:
        """Ask what became of those of which nobody knows, from this run or, as the journal tells, an earlier one."""
        unknown = {fax.key: fax for fax in faxes if self._is_unknown(fax)}
        items = [] if self._is_closed else self._queue.add(unknown.values(), Settling())
        if items:
            self._tasks.start(self._settle_in_turn(items))
        self._tell()

    def compare(self, faxes: Iterable[Fax], requested: float) -> None:
        """Compare with rows of a list that was requested at that moment (seconds, monotonic).

        What is in it was not deleted before, whatever the service answered; another fax of the same name is none of
        ours, so nothing is sent for that name any more. What is not in it may be on another page.
        """
        if self._is_closed:
            return
        rows: defaultdict[FaxKey, dict[FaxIdentity, Fax]] = defaultdict(dict)
        for fax in faxes:
            rows[fax.key][fax.identity] = fax
        still_there = []
        for key, listed in rows.items():
            item = self._queue.get(key)
            if item is None:
                still_there += [each for each in listed if self._ledger.is_contradicted(each, requested)]
            elif item.fax.identity not in listed:
                self._name_used_again(item, requested)
            elif isinstance(item.state, Deleted | Unknown) and requested > item.changed_at:
                still_there.append(item.fax.identity)
                if isinstance(item.state, Deleted) and not item.state.by_us:
                    # Only the list has it still: whoever wants to may ask again.
                    self._queue.drop(item)
                else:
                    item.state = NotDeleted(deletion.LISTED_AGAIN.format(name=named(key)))
        if still_there:
            self._tasks.start(self._note_still_there(still_there))
        self._tell()

    def _name_used_again(self, item: Item, requested: float) -> None:
        if item.is_unsent and requested > item.requested_at:
            self._end(item, NotDeleted(deletion.OTHER_FAX.format(name=named(item.key))))
        elif not isinstance(item.state, UnderWay) and requested > item.changed_at:
            self._queue.drop(item)

    async def _note_still_there(self, faxes: list[FaxIdentity]) -> None:
        await self._ledger.still_there(faxes)
        self._on_change(self.view)

    def forget_kept(self) -> None:
        """Drop from the view what came back or was taken back: the operator has seen it."""
        self._queue.forget(NotDeleted)
        self._queue.forget(Undone)
        self._tell()

    async def aclose(self) -> Unfinished:
        """Drop what was not sent, for good, and give what was sent a second to be answered.

        The service is left open.
        """
        self._is_closed = True
        dropped = self._drop_unsent(deletion.DROPPED)
        if self._timekeeper is not None:
            self._timekeeper.cancel()
        await self._tasks.end(self._clocks.sleep(CLOSING))
        dropped += self._drop_unsent(deletion.DROPPED)
        unanswered = self._queue.in_state(Deleting, Settling)
        for each in unanswered:
            each.state = Unknown(deletion.NOT_ANSWERED.format(name=named(each.key)))
        self._tell()
        return Unfinished(
            tuple(each.fax for each in dropped), tuple(each.fax for each in self._queue.in_state(Unknown))
        )

    def _why_not(self, fax: Fax) -> str:
        key = fax.key
        if self._means.read_only:
            return deletion.READ_ONLY
        if self._is_closed:
            return deletion.CLOSING
        if key.has_address and not key.is_plain:
            return deletion.NOT_PLAIN.format(name=named(key))
        item = self._queue.get(key)
        return "" if item is None else item.why_not_again

    def _is_unknown(self, fax: Fax) -> bool:
        item = self._queue.get(fax.key)
        if item is not None:
            return isinstance(item.state, Unknown)
        return self._ledger.record(fax.identity).was_deleted is WasDeleted.UNKNOWN

    def _keep_time(self) -> None:
        if self._timekeeper is None or self._timekeeper.done():
            self._watch.begin()
            self._timekeeper = self._tasks.start(self._count_down())
        else:
            self._look()

    async def _count_down(self) -> None:
        while self._queue.is_under_way:
            await self._clocks.sleep(TICK)
            is_due = self._next_due() is not None
            if is_due and (self._sender is None or self._sender.done()):
                self._sender = self._tasks.start(self._send_what_is_due())
            self._tell()

    def _look(self) -> float:
        """What time it is; after a pause the grace begins again."""
        now = self._clocks.monotonic()
        if self._watch.was_paused() or self._means.is_blind():
            self._queue.begin_again(now)
        else:
            self._queue.count_down(now)
        return now

    def _next_due(self) -> Item | None:
        now = self._look()
        return None if self._is_closed else self._queue.next_due(now)

    async def _save(self, item: Item) -> None:
        try:
            async with self._saves_at_once:
                copy = await self._save_copy(item.fax)
                await self._ledger.saved(item.fax.identity, copy)
        except Gone:
            self._end(item, Deleted(by_us=False, remark=deletion.GONE_UNSAVED.format(name=named(item.key))))
        except FaxtuiError as error:
            self._keep(item, error, deletion.UNPREPARED)
        else:
            if item.is_unsent:
                item.copy, item.state = copy, Saving(is_saved=True)
        self._saves.pop(item, None)
        self._queue.begin_grace(item.request, self._clocks.monotonic())
        self._tell()

    async def _send_what_is_due(self) -> None:
        while (item := self._next_due()) is not None:
            await self._delete(item)
            self._tell()

    async def _delete(self, item: Item) -> None:
        try:
            await self._ledger.deleting(item.fax.identity, item.copy)
        except StorageError as error:
            self._keep(item, error, deletion.UNPREPARED)
            await self._ledger.failed(item.fax.identity, item.copy, str(error))
            return
        now = self._look()
        if self._is_closed or not self._queue.is_due(item, now):
            await self._ledger.failed(item.fax.identity, item.copy, deletion.NOT_SENT.format(name=named(item.key)))
            return
        item.state = Deleting()
        self._tell()
        match await delete_once(self._means.service, item.key, self._limits.deleting):
            case Vanished(by_us=by_us):
                await self._vanish(item, by_us, "" if by_us else deletion.GONE_BEFORE.format(name=named(item.key)))
            case Kept(error=reason):
                await self._ledger.failed(item.fax.identity, item.copy, str(reason))
                if isinstance(reason, Busy) and not item.was_held_up:
                    self._queue.hold_up(item, self._look(), min(reason.retry_after, LONGEST_WAIT))
                else:
                    self._keep(item, reason, deletion.KEPT)
            case Unproven(error=unproven):
                item.state = Unknown(str(unproven))
            case Unsure():
                item.state = Settling()
                self._tell()
                await self._settle(item)

    async def _settle_in_turn(self, items: list[Item]) -> None:
        for each in items:
            await self._settle(each)
            self._tell()

    async def _settle(self, item: Item) -> None:
        name = named(item.key)
        match await settle(self._means.service, item.key, self._limits.settling):
            case Vanished():
                await self._vanish(item, True, deletion.GONE_AFTER_SILENCE.format(name=name))
            case StillThere():
                reason = deletion.STILL_THERE.format(name=name)
                await self._ledger.failed(item.fax.identity, item.copy, reason)
                item.state = NotDeleted(reason)
            case Unsure(error=error):
                item.state = Unknown(deletion.UNSETTLED.format(name=name, error=error))
                self._drop_unsent(deletion.STOPPED, error)

    async def _vanish(self, item: Item, by_us: bool, remark: str) -> None:
        unwritten = await self._ledger.deleted(item.fax.identity, item.copy, remark)
        if unwritten is not None:
            remark = f"{remark} {deletion.NOT_RECORDED.format(name=named(item.key), error=unwritten)}".lstrip()
        item.state = Deleted(by_us, remark)

    def _keep(self, item: Item, error: FaxtuiError, words: str) -> None:
        """It stays; what the next one would meet as well ends all that wait."""
        self._end(item, NotDeleted(words.format(name=named(item.key), error=error)))
        if isinstance(error, FAILS_ALL):
            self._drop_unsent(deletion.STOPPED, error)
        if isinstance(error, SignInRefused):
            self._on_refused(error)

    def _drop_unsent(self, words: str, error: ServiceError | None = None) -> list[Item]:
        dropped = self._queue.unsent
        for each in dropped:
            self._end(each, NotDeleted(words.format(name=named(each.key), error=error)))
        return dropped

    def _end(self, item: Item, state: NotDeleted | Deleted | Undone) -> None:
        """Whatever ended it first counts."""
        if isinstance(item.state, UnderWay):
            item.state = state
        saving = self._saves.pop(item, None)
        if saving is not None and saving is not asyncio.current_task():
            saving.cancel()

    def _tell(self) -> None:
        view = self._queue.view
        if view != self.view:
            self.view = view
            self._on_change(view)

    def _crash(self, error: BaseException) -> None:
        self._is_closed = True
        self._on_crash(error)
