"""A delete: its states, texts and plan, its request to the service, and its entries in the journal."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
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
    Unreachable,
    WrongAddress,
)
from faxtui.operations.download_folder import CopyState, check_copy
from faxtui.storage.journal import AccountName, Event, Journal, JournalEntry, Record, WasDeleted
from faxtui.translation import N_, _, ngettext

READ_ONLY = N_("Read-only: deleting is disabled.")
ENDING = N_("faxtui is quitting. Nothing more is deleted.")
NO_ADDRESS = N_("A fax without a folder or file name cannot be deleted.")
NOT_PLAIN = N_("{fax} cannot be deleted: a server could read the dots in its name as another address.")
IN_PROGRESS = N_("{fax} is already being deleted.")
IS_DELETED = N_("{fax} is already deleted.")
IS_UNKNOWN = N_("The deletion of {fax} is unconfirmed. Check it before you delete again.")
GONE_UNSAVED = N_("{fax} is gone: it was deleted elsewhere, and no copy could be saved.")
GONE_BEFORE = N_("{fax} was already gone: it was deleted elsewhere.")
GONE_AFTER_SILENCE = N_("{fax} is gone, although the delete request got no response.")
NOT_RECORDED = N_("{fax} was deleted, but the journal does not record it. {error}")
NOT_SENT = N_("No delete request was sent for {fax}: it was undone, or its countdown restarted.")
NOT_PREPARED = N_("{fax} was not deleted because its copy or its journal entry could not be saved. {error}")
KEPT = N_("{fax} was not deleted. {error}")
STOPPED = N_("{fax} was not deleted because another delete failed. {error}")
STILL_THERE = N_("{fax} is still on the service: the delete has had no effect yet. Refresh before you retry.")
LISTED_AGAIN = N_("{fax} is still in the list: it was not deleted. Refresh, and retry if it is still there.")
OTHER_FAX = N_("{fax} was not deleted: another fax has that name now. Check it before you delete it.")
UNCONFIRMED = N_("The deletion of {fax} is unconfirmed. {error}")
DROPPED = N_("{fax} was not deleted because faxtui quit first.")
NO_RESPONSE = N_("The deletion of {fax} is unconfirmed: faxtui quit before the response came.")
_MOST_SENTENCES = 3
"""How many sentences are reported from when deletes begin until none is in progress, before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Its copy is being saved, or ``is_saved`` and waits for the others of its request."""

    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """Nothing is sent for ``seconds_left``; ``is_held_up``: a busy service asked to wait."""

    seconds_left: int
    is_held_up: bool = False


@dataclass(frozen=True, slots=True)
class Deleting:
    """The request was sent: it can't be undone."""


@dataclass(frozen=True, slots=True)
class Confirming:
    """The request got no response: the service is asked whether the fax is still there."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """It is no longer there; not ``by_us``: deleted elsewhere. ``remark`` is a sentence, or empty."""

    by_us: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class NotDeleted:
    """It was not deleted, for a ``reason`` in a sentence: its row is as before."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undone:
    """The operator undid it before anything was sent."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may or may not have arrived, and the service could not tell: only the operator checks again."""

    reason: str


Unsent = Saving | Pending
InProgress = Saving | Pending | Deleting | Confirming
Over = Deleted | NotDeleted | Undone | Unknown
State = InProgress | Over


@dataclass(frozen=True, slots=True)
class Deletion:
    """One document and the state of its delete."""

    fax: Fax
    state: State

    @property
    def is_in_progress(self) -> bool:
        """True while its rows are struck through."""
        return isinstance(self.state, InProgress)

    @property
    def is_unsent(self) -> bool:
        """True while it can be undone."""
        return isinstance(self.state, Unsent)


@dataclass(frozen=True, slots=True)
class DeletionsView:
    """Every delete requested in this run, by (folder, file), also those that are over."""

    by_key: Mapping[FaxKey, Deletion] = field(default_factory=dict)

    def of(self, key: FaxKey) -> State | None:
        found = self.by_key.get(key)
        return None if found is None else found.state

    @property
    def unsent(self) -> tuple[Fax, ...]:
        """Faxes that are kept if the program quits now."""
        return tuple(each.fax for each in self.by_key.values() if each.is_unsent)

    @property
    def is_in_progress(self) -> bool:
        return any(each.is_in_progress for each in self.by_key.values())

    @property
    def deleted(self) -> frozenset[FaxKey]:
        """Faxes that are no longer there, whatever an older page shows."""
        return frozenset(key for key, each in self.by_key.items() if isinstance(each.state, Deleted))

    @property
    def gone(self) -> frozenset[FaxIdentity]:
        """Faxes that somebody else deleted."""
        states = [(each.fax.identity, each.state) for each in self.by_key.values()]
        return frozenset(fax for fax, state in states if isinstance(state, Deleted) and not state.by_us)

    @property
    def progress(self) -> str:
        """``saving 1 first, deleting 2 in 0:07``, for the page bar; empty if nothing is in progress."""
        states = [each.state for each in self.by_key.values()]
        waits = [each.seconds_left for each in states if isinstance(each, Pending)]
        minutes, seconds = divmod(min(waits, default=0), 60)
        is_one_wait = len(set(waits)) == 1
        parts = (
            (_("saving {count:,} first"), sum(isinstance(each, Saving) for each in states)),
            (_("deleting {count:,} now"), sum(isinstance(each, Deleting) for each in states)),
            (_("checking {count:,}"), sum(isinstance(each, Confirming) for each in states)),
            (
                _("deleting {count:,} in {minutes}:{seconds:02}")
                if is_one_wait
                else _("deleting {count:,}, the first in {minutes}:{seconds:02}"),
                len(waits),
            ),
        )
        return ", ".join(text.format(count=count, minutes=minutes, seconds=seconds) for text, count in parts if count)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Deletes at the end of the program: faxes for which nothing was sent, and those whose deletion is unconfirmed."""

    dropped: tuple[Fax, ...] = ()
    unknown: tuple[Fax, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedCopy:
    """A complete file on the disk; ``sha256`` is hexadecimal, of the bytes that the service sent."""

    path: Path
    sha256: str


Save = Callable[[Fax], Awaitable[SavedCopy]]
"""Save a fax and verify the file. Raises FaxtuiError if there is no such copy; may be cancelled."""


def require_copy(copy: SavedCopy) -> None:
    """Raise StorageError unless the copy is as it was saved."""
    match check_copy(copy.path, copy.sha256):
        case CopyState.WHOLE:
            return
        case CopyState.MISSING:
            text = _("The copy {path} is missing. Save the fax again.")
        case CopyState.UNREADABLE:
            text = _("The copy {path} can't be read. Check its permissions, or save the fax again.")
        case CopyState.CHANGED:
            text = _("The copy {path} has changed since it was saved. Save the fax again.")
    raise StorageError(text.format(path=visible(str(copy.path))))


NOT_CARRIED_OUT = (Busy, Refused, SignInRefused, Forbidden, WrongAddress, Unreachable)
"""Errors after which the request was certainly not carried out; after any other the fax may be gone."""
FAILS_ALL = (SignInRefused, Unreachable)
"""Errors that the next request would meet as well: wrong credentials, which lock accounts, and a link that is down."""


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """Result of a delete request, or of a check whether a fax is still there.

    ``is_there`` is None if that is unknown. ``error`` tells how a request failed, and so what to do next.
    """

    is_there: bool | None
    error: ServiceError | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one delete request, and for one check whether a fax is still there (our decision).

    Each step of a request has a limit of its own, but a service that drips never reaches it, and other deletes wait.
    """

    deleting: float = 60.0
    confirming: float = 20.0


async def delete_once(service: DocumentService, key: FaxKey, limit: float) -> DeleteResult:
    """Send the one request."""
    try:
        async with asyncio.timeout(limit):
            await service.delete_document(key)
    except TimeoutError:
        return DeleteResult(None, _too_slow(limit))
    except Gone as error:
        return DeleteResult(False, error)
    except NOT_CARRIED_OUT as error:
        return DeleteResult(True, error)
    except ServiceError as error:
        return DeleteResult(None, error)
    return DeleteResult(False)


async def check_deleted(service: DocumentService, key: FaxKey, limit: float) -> DeleteResult:
    """Check whether a fax is still there after a request that got no response. The request is not sent again."""
    try:
        async with asyncio.timeout(limit), service.open_document(key):
            return DeleteResult(True)
    except TimeoutError:
        return DeleteResult(None, _too_slow(limit))
    except Gone:
        return DeleteResult(False)
    except ServiceError as error:
        return DeleteResult(None, error)


def _too_slow(limit: float) -> NoResponse:
    return NoResponse(
        _("The service did not complete its response within {limit:g} seconds. Retry in a moment.").format(limit=limit)
    )


LONGEST_REQUEST = timedelta(seconds=90)
"""After which a delete request, and the check whether it worked, are over (our decision)."""


class DeletionJournal:
    """The deletes of one account in the journal; writes in a thread."""

    def __init__(self, journal: Journal, account: AccountName) -> None:
        self._journal = journal
        self._account = account

    def record(self, fax: FaxIdentity) -> Record:
        return self._journal.records(self._account).of(fax)

    async def saved(self, fax: FaxIdentity, copy: SavedCopy) -> None:
        """Raises StorageError."""
        await asyncio.to_thread(self._write, Event.SAVED, fax, copy)

    async def deleting(self, fax: FaxIdentity, copy: SavedCopy | None) -> None:
        """Write what must be on the disk before a request is sent. Raises StorageError, also if the copy is lost."""

        def check_and_write() -> None:
            if copy is not None:
                require_copy(copy)
            self._write(Event.DELETING, fax, copy)

        await asyncio.to_thread(check_and_write)

    async def ended(
        self, event: Event, fax: FaxIdentity, copy: SavedCopy | None, reason: str = ""
    ) -> StorageError | None:
        """Write that it was deleted or failed, and return the error if that fails: it is too late to raise it.

        Without that entry the journal has a delete of unknown outcome.
        """
        try:
            await asyncio.to_thread(self._write, event, fax, copy, reason)
        except StorageError as error:
            return error
        return None

    async def still_there(self, faxes: Iterable[FaxIdentity]) -> None:
        """Write that these are in the list; if that fails, the next list leads here again."""

        def entry(fax: FaxIdentity) -> JournalEntry:
            reason = _(LISTED_AGAIN).format(fax=fax.key.shown)
            return JournalEntry(event=Event.FAILED, account=self._account, fax=fax, reason=reason)

        with suppress(StorageError):
            await asyncio.to_thread(self._journal.append, *map(entry, faxes))

    def is_contradicted(self, fax: FaxIdentity, requested: float) -> bool:
        """Return True if a list that was requested at that moment (seconds, monotonic) disproves a deletion.

        A request without an outcome may be another program's that is still in progress.
        """
        record = self.record(fax)
        if record.was_deleted is WasDeleted.NO:
            return False
        age = timedelta(seconds=time.monotonic() - requested)
        allowed = LONGEST_REQUEST if record.was_deleted is WasDeleted.UNKNOWN else timedelta()
        return record.deletion_at is None or record.deletion_at + allowed < machine_now() - age

    def _write(self, event: Event, fax: FaxIdentity, copy: SavedCopy | None, reason: str = "") -> None:
        path, sha256 = ("", "") if copy is None else (str(copy.path), copy.sha256)
        self._journal.append(
            JournalEntry(event=event, account=self._account, fax=fax, path=path, sha256=sha256, reason=reason)
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fax that is not deleted, and a sentence why."""

    fax: Fax
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """``documents`` are deleted, each once; ``refused`` are kept; ``remarks`` are about rows that are one document."""

    documents: tuple[Fax, ...]
    refused: tuple[Refusal, ...] = ()
    remarks: tuple[str, ...] = ()


def plan_deletion(faxes: Iterable[Fax], why_not: Callable[[Fax], str]) -> Plan:
    """Plan a delete. ``why_not`` returns a sentence for a document that can't be deleted now, else an empty text."""
    documents: dict[FaxKey, Fax] = {}
    refused: dict[FaxKey, Refusal] = {}
    unaddressed: list[Refusal] = []
    rows: Counter[FaxKey] = Counter()
    for fax in faxes:
        reason = why_not(fax)
        if not fax.key.has_address:
            unaddressed.append(Refusal(fax, reason or _(NO_ADDRESS)))
        elif reason:
            refused.setdefault(fax.key, Refusal(fax, reason))
        else:
            documents.setdefault(fax.key, fax)
            rows[fax.key] += 1
    remarks = tuple(
        ngettext(
            "{count:,} row is the document {fax}. It is deleted once.",
            "{count:,} of the rows are one document, {fax}. It is deleted once, and all of them go.",
            count,
        ).format(count=count, fax=key.shown)
        for key, count in rows.items()
        if count > 1
    )
    return Plan(tuple(documents.values()), (*refused.values(), *unaddressed), remarks)


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """A sentence about deletes that ended; ``is_wrong``: not everything went as intended."""

    sentence: str
    is_wrong: bool = False


class DeleteMessages:
    """Report the end of each delete once: by a sentence if there is something to know about it, else by number."""

    def __init__(self) -> None:
        self._over: frozenset[tuple[FaxKey, State]] = frozenset()
        self._deleted = 0
        self._sentences = 0
        self._uncounted = 0

    def of(self, view: DeletionsView) -> Iterator[DeleteMessage]:
        """Yield what is new in a view that is later than those before."""
        over = {(key, each.state): each for key, each in view.by_key.items() if not each.is_in_progress}
        ended = [each for ending, each in over.items() if ending not in self._over]
        self._over = frozenset(over)
        self._deleted += sum(isinstance(each.state, Deleted) and not _remark(each) for each in ended)
        remarks = [remark for remark in map(_remark, ended) if remark]
        self._uncounted += len(remarks)
        # What ended together ended for one reason.
        if remarks and self._sentences < _MOST_SENTENCES:
            self._sentences += 1
            self._uncounted -= 1
            yield DeleteMessage(remarks[0], is_wrong=True)
        if not view.is_in_progress:
            yield from self._counts()

    def _counts(self) -> Iterator[DeleteMessage]:
        if count := self._uncounted:
            text = ngettext("The same for {count:,} more fax.", "The same for {count:,} more faxes.", count)
            yield DeleteMessage(text.format(count=count), is_wrong=True)
        if count := self._deleted:
            text = ngettext(
                "{count:,} fax was deleted from the service.", "{count:,} faxes were deleted from the service.", count
            )
            yield DeleteMessage(text.format(count=count))
        self._deleted = self._sentences = self._uncounted = 0


def _remark(deletion: Deletion) -> str:
    match deletion.state:
        case NotDeleted(reason=reason) | Unknown(reason=reason) | Deleted(remark=reason):
            return reason
    return ""
