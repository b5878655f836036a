"""An operator's desk with deletions on it: time that the test moves, and a service that does what it is told."""

import asyncio
import hashlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripted_service import TOO_LONG, ScriptedService, settle

from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.service import Document, DocumentService
from faxtui.errors import Gone, SignInRefused
from faxtui.operations.delete_queue import TICK, Clocks, Deletions, DeletionsObserver
from faxtui.operations.deletion import DeletionsView, Limits, Pending, Save, SavedCopy, State
from faxtui.operations.operations import OperationContext
from faxtui.storage.journal import AccountName, Event, Journal, JournalEntry

ACCOUNT = AccountName("api.example", "60300.console")
A, B, C = (
    Fax(folder="f", file_name=name, sender="0478123456", received_text="2026-11-23T10:41:07")
    for name in ("a.pdf", "b.pdf", "c.pdf")
)
CONTENT = b"%PDF-1.4 a fax"


class Time:
    """Stands until the test moves it on."""

    def __init__(self) -> None:
        self.monotonic = 1000.0
        self.wall = 1_795_000_000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.monotonic, lambda: self.wall, self.sleep)

    async def sleep(self, seconds: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.monotonic + seconds, wake))
        await wake

    async def goes_by(self, seconds: float) -> None:
        """As it does while the program runs."""
        for _ in range(round(seconds / TICK)):
            await self.jumps(TICK, TICK)

    async def jumps(self, monotonic: float, wall: float) -> None:
        """As it does while the program does not run; in a machine that sleeps, the monotonic clock stands still."""
        await settle()
        self.monotonic += monotonic
        self.wall += wall
        due = [wake for at, wake in self._sleepers if at <= self.monotonic]
        self._sleepers = [each for each in self._sleepers if each[0] > self.monotonic]
        for wake in due:
            if not wake.done():
                wake.set_result(None)
        await settle()


class Whole:
    """The document that every fax here has."""

    length = len(CONTENT)
    start = 0
    version: str | None = None
    proves_end = True

    async def chunks(self) -> AsyncIterator[bytes]:
        yield CONTENT


class Documents(ScriptedService):
    """Answers at once with what it is told to, in turn, and then with success; ``door`` holds requests to delete up."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[FaxKey] = []
        self.looked: list[FaxKey] = []
        self.to_delete: dict[FaxKey, deque[Exception]] = {}
        self.to_look: dict[FaxKey, deque[Exception]] = {}
        self.door = asyncio.Event()
        self.door.set()
        self.documents_door = asyncio.Event()
        self.documents_door.set()

    def will_fail(self, fax: Fax, *errors: Exception) -> None:
        self.to_delete[fax.key] = deque(errors)

    def when_looked_for(self, fax: Fax, *errors: Exception) -> None:
        self.to_look[fax.key] = deque(errors)

    async def delete_document(self, key: FaxKey) -> None:
        self.sent.append(key)
        await self.door.wait()
        _fail(self.to_delete, key)

    @asynccontextmanager
    async def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Document]:
        self.looked.append(key)
        await self.documents_door.wait()
        _fail(self.to_look, key)
        yield Whole()


def _fail(errors: dict[FaxKey, deque[Exception]], key: FaxKey) -> None:
    if errors.get(key):
        raise errors[key].popleft()


class SlowJournal(Journal):
    """Can be held up before it writes that something is about to be deleted, as by a busy disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.door = threading.Event()
        self.door.set()
        self.waits = threading.Event()

    def append(self, *entries: JournalEntry) -> None:
        if any(entry.event is Event.DELETING for entry in entries):
            self.waits.set()
            assert self.door.wait(TOO_LONG)
        super().append(*entries)

    def hold_up(self) -> None:
        self.door.clear()

    async def is_reached(self) -> None:
        assert await asyncio.to_thread(self.waits.wait, TOO_LONG)


@dataclass
class Saves:
    """Puts the same file into a folder for each fax; a fax in ``held`` waits for its event, in ``errors`` fails."""

    folder: Path
    held: dict[FaxKey, asyncio.Event] = field(default_factory=dict)
    errors: dict[FaxKey, Exception] = field(default_factory=dict)
    under_way: set[FaxKey] = field(default_factory=set)
    most_at_once: int = 0

    async def __call__(self, fax: Fax) -> SavedCopy:
        self.under_way.add(fax.key)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        try:
            if fax.key in self.held:
                await self.held[fax.key].wait()
            if fax.key in self.errors:
                raise self.errors[fax.key]
        finally:
            self.under_way.discard(fax.key)
        path = self.path_of(fax)
        path.write_bytes(CONTENT)
        return SavedCopy(path, hashlib.sha256(CONTENT).hexdigest())

    def hold(self, fax: Fax) -> asyncio.Event:
        return self.held.setdefault(fax.key, asyncio.Event())

    def path_of(self, fax: Fax) -> Path:
        return self.folder / (fax.file_name or "")


class Desk(DeletionsObserver):
    """Deletions, with everything that they ever reported and what crashed in them."""

    is_blind = False

    def __init__(
        self,
        folder: Path,
        *,
        grace: float = 10,
        read_only: bool = False,
        service: DocumentService | None = None,
        save: Save | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.service, self.time, self.saves = Documents(), Time(), Saves(folder)
        self.journal = SlowJournal(folder / "state" / "journal.jsonl")
        self.views: list[DeletionsView] = []
        self.crashes: list[BaseException] = []
        self.refused: list[SignInRefused] = []
        self.changed = asyncio.Event()
        context = OperationContext(
            *(service or self.service, ACCOUNT, self.journal, grace), read_only=read_only, clocks=self.time.clocks
        )
        self.deletions = Deletions(context, save or self.saves, self, limits)

    def deletions_changed(self, view: DeletionsView) -> None:
        self.views.append(view)
        self.changed.set()

    def sign_in_refused(self, error: SignInRefused) -> None:
        self.refused.append(error)

    def crash(self, error: BaseException) -> None:
        self.crashes.append(error)
        self.changed.set()

    def state_of(self, fax: Fax) -> State | None:
        return self.deletions.view.of(fax.key)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Until a change makes it so."""
        async with asyncio.timeout(TOO_LONG):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()

    async def until_is(self, fax: Fax, *states: type[State]) -> State:
        await self.until(lambda: isinstance(self.state_of(fax), states))
        state = self.state_of(fax)
        assert state is not None
        return state

    async def pending(self, *faxes: Fax, with_copies: bool = False) -> None:
        """Ask for these to be deleted, and wait until they are pending."""
        self.deletions.request(faxes, with_copies=with_copies)
        await self.until(lambda: all(isinstance(self.state_of(fax), Pending) for fax in faxes))

    async def let_go(self, *faxes: Fax) -> None:
        """Ask for these to be deleted, and let the grace of 10 s go by."""
        await self.pending(*faxes)
        await self.time.goes_by(10)

    @property
    def progress(self) -> str:
        return self.deletions.view.progress

    @property
    def events(self) -> list[tuple[str, str]]:
        """What the journal tells, oldest first."""
        entries = self.journal.entries(ACCOUNT)
        return [(str(entry.event), entry.fax.key.file_name) for _, entry in entries]


@asynccontextmanager
async def deletion_desk(
    folder: Path,
    *,
    grace: float = 10,
    read_only: bool = False,
    service: DocumentService | None = None,
    save: Save | None = None,
    may_crash: bool = False,
    limits: Limits | None = None,
) -> AsyncIterator[Desk]:
    desk = Desk(folder, grace=grace, read_only=read_only, service=service, save=save, limits=limits)
    try:
        yield desk
    finally:
        desk.journal.door.set()
        desk.service.door.set()
        await desk.deletions.aclose()
    assert may_crash or desk.crashes == []


def gone() -> Gone:
    return Gone("The fax is no longer there.")
