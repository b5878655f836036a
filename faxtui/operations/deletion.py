"""How deletions are told of, in sentences.

What becomes of a deletion: values for the screen, made anew at every change.

The copy that is kept of a fax before it is deleted.

One request to delete, and what is then known.

What the journal is told of deletions, without holding anything else up.

What a wish to delete comes to, before anything is done: what the question names."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from faxtui.domain.clock import machine_now
from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.service import DocumentService
from faxtui.domain.text import visible
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    NoResponse,
    Refused,
    ServiceError,
    SignInRefused,
    StorageError,
    Unconfirmed,
    Unreachable,
    WrongAddress,
)
from faxtui.operations.download_folder import CopyState, check_copy
from faxtui.storage.journal import AccountName, Entry, Event, Journal, Record, WasDeleted

READ_ONLY = "This is read-only: nothing can be deleted."
CLOSING = "faxtui is ending: nothing more is deleted."
NO_ADDRESS = "A fax without folder and file name has no address: it can't be deleted from here."
NOT_PLAIN = "{name} is not deleted from here: a server could take dots in its name for another address."
UNDER_WAY = "{name} is being deleted already."
IS_DELETED = "{name} is deleted already."
IS_UNKNOWN = "Whether {name} was deleted is not known: ask the service again first."
SAME_DOCUMENT = "{rows} of the rows are one document, {name}: it is deleted once, and all of them go."
GONE_UNSAVED = "{name} is no longer there: someone else took or deleted it, and no copy of it could be saved."
GONE_BEFORE = "{name} was no longer there: someone else took or deleted it."
GONE_AFTER_SILENCE = "{name} is no longer there, though the request to delete it had no answer."
NOT_RECORDED = "{name} is deleted, but the journal does not tell so. {error}"
NOT_SENT = "{name} was not asked to be deleted: it was taken back or dropped, or its countdown began again."
UNPREPARED = "{name} was not deleted, because what comes before that failed. {error}"
KEPT = "{name} is still there. {error}"
STOPPED = "{name} was not deleted, because deleting another fax failed. {error}"
STILL_THERE = "{name} is still there: the request to delete it had no effect so far, look again before the next one."
LISTED_AGAIN = "{name} is still in the list: it was not deleted. Refresh, and delete it again if it stays there."
OTHER_FAX = "{name} was not deleted: another fax has that name now. Look at it before you delete it."
UNSETTLED = "Whether {name} was deleted is not known. {error}"
DROPPED = "{name} was not deleted, because faxtui ended before."
NOT_ANSWERED = "Whether {name} was deleted is not known, because faxtui ended before the answer came."


def named(key: FaxKey) -> str:
    """``0-20261123-1041-1135.PDF in 134296015``, safe to look at."""
    return f"{visible(key.file_name)} in {visible(key.folder)}"


@dataclass(frozen=True, slots=True)
class Saving:
    """Its copy is being saved, or ``is_saved`` and waits for the others that were asked for with it."""

    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """Nothing was sent yet, and nothing is for ``seconds_left``; ``is_held_up``: a busy service asked to wait."""

    seconds_left: int
    is_held_up: bool = False


@dataclass(frozen=True, slots=True)
class Deleting:
    """The request is on its way: it can't be taken back."""


@dataclass(frozen=True, slots=True)
class Settling:
    """The request had no answer: the service is asked whether the fax is still there."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """It is no longer there; not ``by_us``: someone else took it. ``remark`` is a sentence, or empty."""

    by_us: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class NotDeleted:
    """It was not deleted, for a ``reason`` that is a sentence: its row is as before."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undone:
    """The operator took it back before anything was sent."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may or may not have arrived, and the service could not be asked: only the operator asks again."""

    reason: str


Unsent = Saving | Pending
UnderWay = Saving | Pending | Deleting | Settling
Over = Deleted | NotDeleted | Undone | Unknown
State = UnderWay | Over


@dataclass(frozen=True, slots=True)
class Deletion:
    """One document and what becomes of it."""

    fax: Fax
    state: State

    @property
    def is_under_way(self) -> bool:
        """Whether its rows are struck through."""
        return isinstance(self.state, UnderWay)

    @property
    def is_unsent(self) -> bool:
        """Whether it can be taken back."""
        return isinstance(self.state, Unsent)


@dataclass(frozen=True, slots=True)
class DeletionsView:
    """Every deletion asked for in this run, by (folder, file), those that are over too."""

    by_key: Mapping[FaxKey, Deletion] = field(default_factory=dict)

    def of(self, key: FaxKey) -> State | None:
        found = self.by_key.get(key)
        return None if found is None else found.state

    @property
    def unsent(self) -> tuple[Fax, ...]:
        """What quitting now would drop."""
        return tuple(each.fax for each in self.by_key.values() if each.is_unsent)

    @property
    def is_under_way(self) -> bool:
        return any(each.is_under_way for each in self.by_key.values())

    @property
    def deleted(self) -> frozenset[FaxKey]:
        """What is no longer there, whatever an older page shows."""
        return frozenset(key for key, each in self.by_key.items() if isinstance(each.state, Deleted))

    @property
    def progress(self) -> str:
        """What goes on, for the page bar: ``saving 1 first, deleting 2 in 0:07``; empty where nothing does."""
        states = [each.state for each in self.by_key.values()]
        saving = sum(isinstance(each, Saving) for each in states)
        waits = [each.seconds_left for each in states if isinstance(each, Pending)]
        now = sum(isinstance(each, Deleting) for each in states)
        asking = sum(isinstance(each, Settling) for each in states)
        said = (
            (saving, f"saving {saving:,} first"),
            (now, f"deleting {now:,} now"),
            (asking, f"asking what became of {asking:,}"),
            (len(waits), _countdown(waits)),
        )
        return ", ".join(words for count, words in said if count)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What the end of the program left: faxes for which nothing was sent, and those of which nobody knows."""

    dropped: tuple[Fax, ...] = ()
    unknown: tuple[Fax, ...] = ()


def _countdown(waits: list[int]) -> str:
    if not waits:
        return ""
    minutes, seconds = divmod(min(waits), 60)
    first = "" if min(waits) == max(waits) else "the first "
    return f"deleting {len(waits):,}{', ' if first else ' '}{first}in {minutes}:{seconds:02}"


@dataclass(frozen=True, slots=True)
class SavedCopy:
    """A whole file on the disk; ``sha256`` is hexadecimal, of the bytes that the service sent."""

    path: Path
    sha256: str


Save = Callable[[Fax], Awaitable[SavedCopy]]
"""Saves a fax and verifies the file. Raises FaxtuiError where there is no such copy; may be cancelled."""


def require_copy(copy: SavedCopy) -> None:
    """Raises StorageError if the copy is not, or no longer, as it was saved."""
    name = visible(str(copy.path))
    match check_copy(copy.path, copy.sha256):
        case CopyState.MISSING:
            raise StorageError(f"The copy {name} is missing. Save the fax again.")
        case CopyState.UNREADABLE:
            raise StorageError(f"The copy {name} can't be read. Check its permissions, or save the fax again.")
        case CopyState.CHANGED:
            raise StorageError(f"The copy {name} is no longer what was saved. Save the fax again.")


NOT_CARRIED_OUT = (Busy, Refused, SignInRefused, Forbidden, WrongAddress, Unreachable)
"""What a request that failed so certainly did not do; after anything else the fax may be gone."""
FAILS_ALL = (SignInRefused, Unreachable)
"""What the next request would meet as well: wrong credentials, which lock accounts, and a link that is down."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """The fax is no longer there; not ``by_us``: it was not there when the request arrived."""

    by_us: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The request was not carried out."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class StillThere:
    """The request had no answer, and the fax is there all the same."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class Unproven:
    """The service answered, but not with the documented confirmation: the next listing settles it."""

    error: Unconfirmed


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one request to delete, and for one question whether a fax is still there (our decision).

    Each step of a request has a limit of its own, but a service that drips never reaches it, and other deletes wait.
    """

    deleting: float = 60.0
    settling: float = 20.0


async def delete_once(service: DocumentService, key: FaxKey, limit: float) -> Vanished | Kept | Unproven | Unsure:
    """Send the one request."""
    try:
        async with asyncio.timeout(limit):
            await service.delete_document(key)
    except TimeoutError:
        return Unsure(_too_slow(limit))
    except Gone:
        return Vanished(by_us=False)
    except NOT_CARRIED_OUT as error:
        return Kept(error)
    except Unconfirmed as error:
        return Unproven(error)
    except ServiceError as error:
        return Unsure(error)
    return Vanished(by_us=True)


async def settle(service: DocumentService, key: FaxKey, limit: float) -> Vanished | StillThere | Unsure:
    """Ask what became of a request that had no answer: what is gone now counts as deleted by it.

    The request is not sent again.
    """
    try:
        async with asyncio.timeout(limit), service.open_document(key):
            return StillThere()
    except TimeoutError:
        return Unsure(_too_slow(limit))
    except Gone:
        return Vanished(by_us=True)
    except ServiceError as error:
        return Unsure(error)


def _too_slow(limit: float) -> NoResponse:
    return NoResponse(f"The service did not complete its response within {limit:g} seconds. Try again in a moment.")


LONGEST_REQUEST = timedelta(seconds=90)
"""After which a request to delete, and the question what became of it, are over (our decision)."""


class Ledger:
    """One account's part of the journal."""

    def __init__(self, journal: Journal, account: AccountName) -> None:
        self._journal = journal
        self._account = account

    def record(self, fax: FaxIdentity) -> Record:
        return self._journal.records(self._account).of(fax)

    async def saved(self, fax: FaxIdentity, copy: SavedCopy) -> None:
        """Raises StorageError."""
        await asyncio.to_thread(self._write, Event.SAVED, fax, copy)

    async def deleting(self, fax: FaxIdentity, copy: SavedCopy | None) -> None:
        """What must be on the disk before a request may be sent. Raises StorageError, also for a copy that is lost."""
        await asyncio.to_thread(self._check_and_write, fax, copy)

    async def deleted(self, fax: FaxIdentity, copy: SavedCopy | None, reason: str = "") -> StorageError | None:
        """Gives what kept it from being written: it is too late to raise that."""
        return await self._told(Event.DELETED, fax, copy, reason)

    async def failed(self, fax: FaxIdentity, copy: SavedCopy | None, reason: str) -> StorageError | None:
        """Gives what kept it from being written: the journal then tells of an unknown outcome."""
        return await self._told(Event.FAILED, fax, copy, reason)

    async def still_there(self, faxes: Iterable[FaxIdentity]) -> None:
        """Note of these that they are in the list; where that can't be written, the next list tells it again."""
        entries = [
            Entry(event=Event.FAILED, account=self._account, fax=each, reason=LISTED_AGAIN.format(name=named(each.key)))
            for each in faxes
        ]
        with suppress(StorageError):
            await asyncio.to_thread(self._journal.append, *entries)

    def is_contradicted(self, fax: FaxIdentity, requested: float) -> bool:
        """Whether a list that was requested at that moment (seconds, monotonic) proves a deletion in it wrong.

        A request without an outcome may be another program's, and still be on its way.
        """
        record = self.record(fax)
        if record.was_deleted is WasDeleted.NO:
            return False
        age = timedelta(seconds=time.monotonic() - requested)
        allowed = LONGEST_REQUEST if record.was_deleted is WasDeleted.UNKNOWN else timedelta()
        return record.deletion_at is None or record.deletion_at + allowed < machine_now() - age

    async def _told(self, event: Event, fax: FaxIdentity, copy: SavedCopy | None, reason: str) -> StorageError | None:
        try:
            await asyncio.to_thread(self._write, event, fax, copy, reason)
        except StorageError as error:
            return error
        return None

    def _check_and_write(self, fax: FaxIdentity, copy: SavedCopy | None) -> None:
        if copy is not None:
            require_copy(copy)
        self._write(Event.DELETING, fax, copy)

    def _write(self, event: Event, fax: FaxIdentity, copy: SavedCopy | None, reason: str = "") -> None:
        path, sha256 = ("", "") if copy is None else (str(copy.path), copy.sha256)
        self._journal.append(
            Entry(event=event, account=self._account, fax=fax, path=path, sha256=sha256, reason=reason)
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fax that is not deleted, and a sentence why."""

    fax: Fax
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """``documents`` go, each once; ``refused`` stay; ``remarks`` are sentences on rows that are one document."""

    documents: tuple[Fax, ...]
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()


def plan_deletion(faxes: Iterable[Fax], why_not: Callable[[Fax], str]) -> Plan:
    """``why_not`` gives a sentence for a document that can't be deleted now, and nothing for one that can."""
    documents: dict[FaxKey, Fax] = {}
    refused: dict[FaxKey, Refusal] = {}
    unaddressed: list[Refusal] = []
    rows: Counter[FaxKey] = Counter()
    for fax in faxes:
        reason = why_not(fax)
        if not fax.key.has_address:
            unaddressed.append(Refusal(fax, reason or NO_ADDRESS))
        elif reason:
            refused.setdefault(fax.key, Refusal(fax, reason))
        else:
            documents.setdefault(fax.key, fax)
            rows[fax.key] += 1
    remarks = tuple(SAME_DOCUMENT.format(rows=count, name=named(key)) for key, count in rows.items() if count > 1)
    return Plan(tuple(documents.values()), (*refused.values(), *unaddressed), remarks)
