"""The deletes of one account: their queue, their countdown, and how each is carried out.

A delete is first saved if that was chosen, then pending for a grace in which it can be undone, then written to the
journal, then sent: once, one at a time, and never after a countdown that nobody could see.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.errors import Busy, FaxtuiError, Gone, ServiceError, SignInRefused, StorageError, Unconfirmed
from faxtui.operations import deletion
from faxtui.operations.deletion import (
    FAILS_ALL,
    Confirming,
    Deleted,
    Deleting,
    Deletion,
    DeletionJournal,
    DeletionsView,
    InProgress,
    Limits,
    NotDeleted,
    Pending,
    Plan,
    Save,
    SavedCopy,
    Saving,
    State,
    Undone,
    Unfinished,
    Unknown,
    Unsent,
    check_deleted,
    delete_once,
    plan_deletion,
)
from faxtui.operations.operations import OperationContext
from faxtui.storage.journal import Event, WasDeleted
from faxtui.translation import _

TICK = 0.25
"""Seconds between two looks at the clocks."""
LONGEST_GAP = 2.0
"""Seconds between two looks beyond which nobody could have seen the countdown (our decision)."""
SAVES_AT_ONCE = 4
LONGEST_WAIT = 60.0
"""Seconds that a busy service may ask for."""
END_LIMIT = 1.0
"""Seconds that a sent request is given for its response at the end of the program."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """``monotonic`` and ``wall`` are in seconds, ``sleep`` waits for so many of them."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class SuspendDetector:
    """Detect that the process was suspended, by both clocks: a monotonic one may stand still while the machine sleeps.

    A wall clock that is set, either way, looks like that too; it only restarts a grace.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._monotonic, self._wall = self._clocks.monotonic(), self._clocks.wall()

    def was_paused(self) -> bool:
        """Return True if more than 2 s went by since the last look."""
        monotonic, wall = self._monotonic, self._wall
        self.begin()
        return max(self._monotonic - monotonic, abs(self._wall - wall)) > LONGEST_GAP


@dataclass(slots=True, eq=False)
class DeleteRequest:
    """Faxes that were requested to be deleted together: they have one grace, and are undone together.

    ``number`` counts the requests. ``due`` (seconds, monotonic) is known once every copy is saved and verified, or has
    failed.
    """

    number: int
    due: float | None = None


class Item:
    """A fax and its delete; ``requested_at`` and ``changed_at`` are in seconds, monotonic."""

    def __init__(self, fax: Fax, request: DeleteRequest, state: State) -> None:
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
        """Return a sentence why it can't be requested again; empty if it can."""
        match self.state:
            case NotDeleted() | Undone():
                return ""
            case Deleted():
                return self.text(deletion.IS_DELETED)
            case Unknown():
                return self.text(deletion.IS_UNKNOWN)
        return self.text(deletion.IN_PROGRESS)

    def text(self, text: str, error: FaxtuiError | None = None) -> str:
        """Return a sentence of `deletion` about this fax."""
        return _(text).format(fax=self.key.shown, error=error)


class Queue:
    """Deletes of one run by key, and when each may be sent. ``grace`` and every moment are in seconds, monotonic."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self._items: dict[FaxKey, Item] = {}
        self._numbers = count(1)
        self._held_until = -math.inf

    def add(self, faxes: Iterable[Fax], state: State) -> list[Item]:
        """Add one request; it replaces earlier ones of the same faxes that are over."""
        request = DeleteRequest(next(self._numbers))
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
    def is_in_progress(self) -> bool:
        return any(isinstance(each.state, InProgress) for each in self._items.values())

    def begin_grace(self, request: DeleteRequest, now: float) -> None:
        """Begin the countdown, unless a copy is still being saved."""
        waiting = [each for each in self.unsent if each.request is request]
        if Saving(is_saved=False) in [each.state for each in waiting]:
            return
        request.due = now + self.grace
        for each in waiting:
            each.state = self._pending(each, now)

    def restart_countdown(self, now: float) -> None:
        """Restart every grace: nobody could see the countdown."""
        for each in self._pending_items():
            each.request.due = now + self.grace
        self.count_down(now)

    def count_down(self, now: float) -> None:
        for each in self._pending_items():
            each.state = self._pending(each, now)

    def hold_up(self, item: Item, now: float, wait: float) -> None:
        """Send nothing for ``wait`` seconds because the service is busy, then that item once more."""
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


class DeletionsObserver(Protocol):
    """What deletes report to."""

    @property
    def is_blind(self) -> bool:
        """True while nobody can see the screen, and so no countdown."""

    def deletions_changed(self, view: DeletionsView) -> None:
        """Show what changed."""

    def sign_in_refused(self, error: SignInRefused) -> None:
        """Ask for the password: the service refused it to a delete."""

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error. Nothing more is sent."""


class BackgroundTasks:
    """Tasks that are kept until they end. ``on_crash`` gets unexpected errors."""

    def __init__(self, on_crash: Callable[[BaseException], None]) -> None:
        self._on_crash = on_crash
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def aclose(self, limit: Awaitable[None]) -> None:
        """Wait for all tasks until ``limit`` is over, then cancel the rest."""
        waiting = asyncio.ensure_future(limit)
        if self._running:
            ended = asyncio.create_task(asyncio.wait(self._running))
            await asyncio.wait((ended, waiting), return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
        for each in (waiting, *self._running):
            each.cancel()
        # Each gets to see that it was cancelled.
        await asyncio.sleep(0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_crash(error)


class Deletions:
    """The deletes of one account in this run. Every change is reported as a new DeletionsView."""

    def __init__(
        self,
        context: OperationContext,
        save: Save,
        observer: DeletionsObserver,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self.view = DeletionsView()
        self._context = context
        self._journal = DeletionJournal(context.journal, context.account)
        self._save_copy = save
        self._observer = observer
        self._clocks = context.clocks or Clocks()
        self._suspend_detector = SuspendDetector(self._clocks)
        self._queue = Queue(context.grace)
        self._saves_at_once = asyncio.Semaphore(SAVES_AT_ONCE)
        self._saves: dict[Item, asyncio.Task[None]] = {}
        self._tasks = BackgroundTasks(self._crash)
        self._sender: asyncio.Task[None] | None = None
        self._timekeeper: asyncio.Task[None] | None = None
        self._is_closed = False

    def plan(self, faxes: Iterable[Fax]) -> Plan:
        """Return what `request` would do."""
        return plan_deletion(faxes, self._why_not)

    def request(self, faxes: Iterable[Fax], *, with_copies: bool) -> Plan:
        """Delete these after a grace; if ``with_copies``, only what was saved and verified before."""
        plan = self.plan(faxes)
        if not plan.documents:
            return plan
        self._keep_time()
        items = self._queue.add(plan.documents, Saving() if with_copies else Pending(0))
        if with_copies:
            self._saves |= {each: self._tasks.start(self._save(each)) for each in items}
        else:
            self._queue.begin_grace(items[0].request, self._clocks.monotonic())
        self._notify()
        return plan

    def undo(self) -> tuple[Fax, ...]:
        """Undo what was requested last and is not sent yet; returns the faxes that are kept."""
        undone = self._queue.unsent_of_last_request
        for each in undone:
            self._end(each, Undone())
        self._notify()
        return tuple(each.fax for each in undone)

    def set_grace(self, seconds: float) -> None:
        """Delete after so long, from the next request on."""
        self._queue.grace = seconds

    def restart_countdown(self) -> None:
        """Restart the countdown: nobody could see it, as when a terminal accepted no bytes for a while."""
        self._queue.restart_countdown(self._clocks.monotonic())
        self._notify()

    def confirm(self, faxes: Iterable[Fax]) -> None:
        """Check those of ``faxes`` whose deletion is unconfirmed, in this run or, by the journal, an earlier one."""
        unknown = {fax.key: fax for fax in faxes if self._is_unknown(fax)}
        items = [] if self._is_closed else self._queue.add(unknown.values(), Confirming())
        if items:
            self._tasks.start(self._confirm_in_turn(items))
        self._notify()

    def compare(self, faxes: Iterable[Fax], requested: float) -> None:
        """Compare with rows of a list that was requested at that moment (seconds, monotonic).

        What is in it was not deleted before, whatever the response said. Another fax of the same name is not the one to
        delete, so nothing is sent for that name any more. What is not in it may be on another page.
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
                still_there += [each for each in listed if self._journal.is_contradicted(each, requested)]
            elif item.fax.identity not in listed:
                self._name_used_again(item, requested)
            elif isinstance(item.state, Deleted | Unknown) and requested > item.changed_at:
                still_there.append(item.fax.identity)
                if isinstance(item.state, Deleted) and not item.state.by_us:
                    # Only the list still has it: it may be requested again.
                    self._queue.drop(item)
                else:
                    item.state = NotDeleted(item.text(deletion.LISTED_AGAIN))
        if still_there:
            self._tasks.start(self._note_still_there(still_there))
        self._notify()

    def _name_used_again(self, item: Item, requested: float) -> None:
        if item.is_unsent and requested > item.requested_at:
            self._end(item, NotDeleted(item.text(deletion.OTHER_FAX)))
        elif not isinstance(item.state, InProgress) and requested > item.changed_at:
            self._queue.drop(item)

    async def _note_still_there(self, faxes: list[FaxIdentity]) -> None:
        await self._journal.still_there(faxes)
        self._observer.deletions_changed(self.view)

    def drop_finished(self) -> None:
        """Drop from the view what was kept or undone: the operator has seen it."""
        self._queue.forget(NotDeleted)
        self._queue.forget(Undone)
        self._notify()

    async def aclose(self) -> Unfinished:
        """Drop what was not sent, permanently, and wait a second for responses to what was. Leave the service open."""
        self._is_closed = True
        dropped = self._drop_unsent(deletion.DROPPED)
        if self._timekeeper is not None:
            self._timekeeper.cancel()
        await self._tasks.aclose(self._clocks.sleep(END_LIMIT))
        dropped += self._drop_unsent(deletion.DROPPED)
        for each in self._queue.in_state(Deleting, Confirming):
            each.state = Unknown(each.text(deletion.NO_RESPONSE))
        self._notify()
        return Unfinished(
            tuple(each.fax for each in dropped), tuple(each.fax for each in self._queue.in_state(Unknown))
        )

    def _why_not(self, fax: Fax) -> str:
        if self._context.read_only:
            return _(deletion.READ_ONLY)
        if self._is_closed:
            return _(deletion.ENDING)
        if fax.key.has_address and not fax.key.is_plain:
            return _(deletion.NOT_PLAIN).format(fax=fax.key.shown)
        item = self._queue.get(fax.key)
        return "" if item is None else item.why_not_again

    def _is_unknown(self, fax: Fax) -> bool:
        item = self._queue.get(fax.key)
        if item is not None:
            return isinstance(item.state, Unknown)
        return self._journal.record(fax.identity).was_deleted is WasDeleted.UNKNOWN

    def _keep_time(self) -> None:
        if self._timekeeper is None or self._timekeeper.done():
            self._suspend_detector.begin()
            self._timekeeper = self._tasks.start(self._count_down())
        else:
            self._look()

    async def _count_down(self) -> None:
        while self._queue.is_in_progress:
            await self._clocks.sleep(TICK)
            is_due = self._next_due() is not None
            if is_due and (self._sender is None or self._sender.done()):
                self._sender = self._tasks.start(self._send_what_is_due())
            self._notify()

    def _look(self) -> float:
        """Return the time (seconds, monotonic); restart the grace after a pause."""
        now = self._clocks.monotonic()
        if self._suspend_detector.was_paused() or self._observer.is_blind:
            self._queue.restart_countdown(now)
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
                await self._journal.saved(item.fax.identity, copy)
        except Gone:
            self._end(item, Deleted(by_us=False, remark=item.text(deletion.GONE_UNSAVED)))
        except FaxtuiError as error:
            self._keep(item, error, deletion.NOT_PREPARED)
        else:
            if item.is_unsent:
                item.copy, item.state = copy, Saving(is_saved=True)
        self._saves.pop(item, None)
        self._queue.begin_grace(item.request, self._clocks.monotonic())
        self._notify()

    async def _send_what_is_due(self) -> None:
        while (item := self._next_due()) is not None:
            await self._delete(item)
            self._notify()

    async def _delete(self, item: Item) -> None:
        try:
            await self._journal.deleting(item.fax.identity, item.copy)
        except StorageError as error:
            self._keep(item, error, deletion.NOT_PREPARED)
            await self._note_failed(item, str(error))
            return
        now = self._look()
        if self._is_closed or not self._queue.is_due(item, now):
            await self._note_failed(item, item.text(deletion.NOT_SENT))
            return
        item.state = Deleting()
        self._notify()
        result = await delete_once(self._context.service, item.key, self._limits.deleting)
        if result.is_there is False:
            is_gone_before = result.error is not None
            await self._note_deleted(
                item, not is_gone_before, item.text(deletion.GONE_BEFORE) if is_gone_before else ""
            )
        elif result.is_there and result.error is not None:
            await self._note_failed(item, str(result.error))
            if isinstance(result.error, Busy) and not item.was_held_up:
                self._queue.hold_up(item, self._look(), min(result.error.retry_after, LONGEST_WAIT))
            else:
                self._keep(item, result.error, deletion.KEPT)
        elif isinstance(result.error, Unconfirmed):
            # The service responded, but not as documented: the next list settles it.
            item.state = Unknown(str(result.error))
        else:
            item.state = Confirming()
            self._notify()
            await self._confirm(item)

    async def _confirm_in_turn(self, items: list[Item]) -> None:
        for each in items:
            await self._confirm(each)
            self._notify()

    async def _confirm(self, item: Item) -> None:
        """Check what became of a request that got no response: what is gone now counts as deleted by it."""
        result = await check_deleted(self._context.service, item.key, self._limits.confirming)
        if result.is_there is False:
            await self._note_deleted(item, True, item.text(deletion.GONE_AFTER_SILENCE))
        elif result.is_there:
            reason = item.text(deletion.STILL_THERE)
            await self._note_failed(item, reason)
            item.state = NotDeleted(reason)
        else:
            item.state = Unknown(item.text(deletion.UNCONFIRMED, result.error))
            self._drop_unsent(deletion.STOPPED, result.error)

    async def _note_failed(self, item: Item, reason: str) -> None:
        await self._journal.ended(Event.FAILED, item.fax.identity, item.copy, reason)

    async def _note_deleted(self, item: Item, by_us: bool, remark: str) -> None:
        unwritten = await self._journal.ended(Event.DELETED, item.fax.identity, item.copy, remark)
        if unwritten is not None:
            remark = f"{remark} {item.text(deletion.NOT_RECORDED, unwritten)}".lstrip()
        item.state = Deleted(by_us, remark)

    def _keep(self, item: Item, error: FaxtuiError, text: str) -> None:
        """Note that a fax was not deleted. An error that the next delete would meet as well ends all that wait."""
        self._end(item, NotDeleted(item.text(text, error)))
        if isinstance(error, FAILS_ALL):
            self._drop_unsent(deletion.STOPPED, error)
        if isinstance(error, SignInRefused):
            self._observer.sign_in_refused(error)

    def _drop_unsent(self, text: str, error: ServiceError | None = None) -> list[Item]:
        dropped = self._queue.unsent
        for each in dropped:
            self._end(each, NotDeleted(each.text(text, error)))
        return dropped

    def _end(self, item: Item, state: NotDeleted | Deleted | Undone) -> None:
        """End a delete, unless it has ended before."""
        if isinstance(item.state, InProgress):
            item.state = state
        saving = self._saves.pop(item, None)
        if saving is not None and saving is not asyncio.current_task():
            saving.cancel()

    def _notify(self) -> None:
        view = self._queue.view
        if view != self.view:
            self.view = view
            self._observer.deletions_changed(view)

    def _crash(self, error: BaseException) -> None:
        self._is_closed = True
        self._observer.crash(error)
