"""Commands ``faxtui journal``, which prints what was done here, and ``faxtui purge``, which deletes what is saved."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, tzinfo
from pathlib import Path

from faxtui.cli.context import CommandContext, connect_for_command, run_to_end
from faxtui.cli.follow import has_agreed
from faxtui.cli.output import Messages, Streams, open_output, standard_streams
from faxtui.config.state import SavedState
from faxtui.domain.clock import ServiceClock, machine_now
from faxtui.domain.fax import Fax, FaxIdentity
from faxtui.domain.query import FROM, MAXIMUM_PAGE_SIZE, SINCE, TO, UNTIL, FaxQuery
from faxtui.domain.service import DocumentService
from faxtui.domain.text import in_ascii, visible
from faxtui.domain.when import Bound, resolve
from faxtui.errors import SignInRefused, UsageError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.operations.delete_queue import Clocks, Deletions, DeletionsObserver
from faxtui.operations.deletion import Deleted, DeletionsView, NotDeleted, SavedCopy, Unknown
from faxtui.operations.formats import cells_of
from faxtui.operations.operations import OperationContext
from faxtui.operations.saver import CopyChecks
from faxtui.storage.journal import Event, Journal, JournalEntry
from faxtui.translation import N_, _, ngettext

DONE, INCOMPLETE = 0, 1
_EVENTS = {
    Event.OPENED: N_("opened"),
    Event.UNOPENED: N_("marked unopened"),
    Event.SAVED: N_("saved"),
    Event.UNSAVED: N_("not saved"),
    Event.DELETING: N_("delete requested"),
    Event.DELETED: N_("deleted"),
    Event.FAILED: N_("not deleted"),
}
_COLUMNS = ("at", "event", "from", "to", "received", "folder", "file", "path", "reason")
_TOGETHER = 100
"""How many faxes are in the delete queue at a time."""


def run_journal(context: CommandContext, environ: Mapping[str, str]) -> int:
    """Print what was opened, saved and deleted here, and return the exit code. Raises FaxtuiError."""
    options, zone = context.options, context.settings.ui.zone
    streams = standard_streams(environ, needs_output=True)
    filters = context.query(SavedState()).filters
    journal = Journal(context.paths.journal)
    now, bounds = machine_now(), (filters.get(SINCE), filters.get(UNTIL))
    since = resolve(bounds[0], Bound.START, now, zone) if bounds[0] else None
    until = resolve(bounds[1], Bound.END, now, zone) if bounds[1] else None
    numbers, find = (filters.get(FROM), filters.get(TO)), (options.find or "").casefold()
    found = [
        (at, entry)
        for at, entry in journal.entries(context.account)
        if (since is None or at >= since)
        and (until is None or at < until)
        and all(not wanted or wanted == has for wanted, has in zip(numbers, _numbers(entry), strict=True))
        and any(find in each.casefold() for each in _texts(entry))
    ]
    try:
        with open_output(None, streams) as out:
            out.write(_written(found, options.format, zone, streams))
    except BrokenPipeError:
        return DONE
    if not found and streams.err_is_terminal:
        Messages(streams).write(_("The journal has no such entry."))
    return DONE


def _numbers(entry: JournalEntry) -> tuple[str, str]:
    return entry.fax.sender or "", entry.fax.recipient or ""


def _texts(entry: JournalEntry) -> Iterator[str]:
    """Yield the texts that ``--find`` searches."""
    yield from (*entry.fax.key, *_numbers(entry), entry.path, entry.reason)


def _written(found: Sequence[tuple[datetime, JournalEntry]], kind: str, zone: tzinfo | None, streams: Streams) -> bytes:
    rows = [_members(at.astimezone(zone), entry) for at, entry in found]
    match kind:
        case "json":
            return (json.dumps(rows, indent=1) + "\n").encode()
        case "jsonl":
            return "".join(json.dumps(each) + "\n" for each in rows).encode()
        case "csv":
            buffer = io.StringIO(newline="")
            writer = csv.writer(buffer, lineterminator="\r\n")
            writer.writerow(_COLUMNS)
            writer.writerows([each[name] for name in _COLUMNS] for each in rows)
            return buffer.getvalue().encode("utf-8", "backslashreplace")
    lines = [
        (f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}", _(_EVENTS[entry.event]), entry.fax.key.shown, _remark(entry))
        for at, entry in found
    ]
    text = "".join(f"{line}\n" for line in _table(lines))
    return (text if streams.utf8 else in_ascii(text)).encode()


def _members(at: datetime, entry: JournalEntry) -> Mapping[str, str]:
    fax = entry.fax
    values = (at.isoformat(timespec="milliseconds"), entry.event.value, fax.sender, fax.recipient, fax.received)
    return {
        name: value or "" for name, value in zip(_COLUMNS, (*values, *fax.key, entry.path, entry.reason), strict=True)
    }


def _remark(entry: JournalEntry) -> str:
    return visible(entry.reason or entry.path)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(cells_of, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (text + " " * (width - cells_of(text)) for text, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def run_purge(context: CommandContext, environ: Mapping[str, str]) -> int:
    """Delete from the service what is older, saved and verified, and return the exit code. Raises FaxtuiError."""
    options = context.options
    streams = standard_streams(environ, needs_output=False)
    if context.settings.profile.read_only:
        raise UsageError(_("Read-only: deleting is disabled."))
    if not options.saved or options.older is None:
        raise UsageError(_("faxtui purge needs --older and --saved: it deletes only faxes that are saved here."))
    filters = context.query(SavedState()).filters
    until = resolve(options.older, Bound.START, machine_now(), context.settings.ui.zone)
    filters = filters.with_value(UNTIL, until.isoformat(" "))
    if not filters.get(SINCE):
        filters = filters.with_value(SINCE, "2000-01-01")
    journal = Journal(context.paths.journal)
    query = FaxQuery(filters=filters, page_size=MAXIMUM_PAGE_SIZE)
    return run_to_end(_purge(connect_for_command(context, environ), query, context, journal, streams, environ))


async def _purge(
    service: DocumentService,
    query: FaxQuery,
    context: CommandContext,
    journal: Journal,
    streams: Streams,
    environ: Mapping[str, str],
) -> int:
    messages = Messages(streams)
    try:
        await asyncio.to_thread(journal.read)
        stats = PageStats()
        faxes = await _saved_faxes(service, query, context, journal, stats, messages)
        messages.clear()
        count = len(faxes)
        text = ngettext(
            "{count:,} of {listed:,} faxes is older, saved here and intact.",
            "{count:,} of {listed:,} faxes are older, saved here and intact.",
            count,
        )
        messages.write(text.format(count=count, listed=stats.faxes))
        if context.options.dry_run or not faxes:
            return DONE
        question = ngettext(
            "Delete {count:,} fax from the service? This cannot be undone.",
            "Delete {count:,} faxes from the service? This cannot be undone.",
            count,
        )
        if not has_agreed(question.format(count=count), context.options.yes, environ):
            return INCOMPLETE
        purge = Purge(service, context, journal, messages)
        try:
            for begin in range(0, count, _TOGETHER):
                await purge.delete(faxes[begin : begin + _TOGETHER])
        finally:
            await purge.aclose()
        return DONE if purge.report() == count else INCOMPLETE
    finally:
        messages.clear()
        await service.aclose()


async def _saved_faxes(
    service: DocumentService,
    query: FaxQuery,
    context: CommandContext,
    journal: Journal,
    stats: PageStats,
    messages: Messages,
) -> list[Fax]:
    """Return the listed faxes whose copy, as the journal knows it, is intact."""
    records, checks = journal.records(context.account), CopyChecks()
    found: dict[FaxIdentity, Fax] = {}
    names = Counter[object]()
    zone = context.settings.ui.zone
    pages = iter_pages(
        *(service, ServiceClock(), query, zone, RetryPolicy()), stats=stats, on_wait=messages.write_retry
    )
    async with aclosing(pages):
        async for shown in pages:
            rows = {fax.identity: fax for fax in shown.page.faxes if fax.identity not in found}
            names.update(fax.key for fax in rows.values())
            copies = {identity: records.of(identity) for identity in rows}
            saved = {identity: record for identity, record in copies.items() if record.is_saved}
            for identity in await asyncio.to_thread(checks.which_hold, saved.items()):
                found[identity] = rows[identity]
            messages.show_progress(
                ngettext("{count:,} fax checked …", "{count:,} faxes checked …", stats.faxes).format(count=stats.faxes)
            )
    # A name that two faxes have at once proves nothing.
    return [fax for fax in found.values() if names[fax.key] == 1]


class Purge(DeletionsObserver):
    """Deletes through the same queue and journal as the screen, each only if its copy is intact then."""

    is_blind = False

    def __init__(
        self,
        service: DocumentService,
        context: CommandContext,
        journal: Journal,
        messages: Messages,
        clocks: Clocks | None = None,
    ) -> None:
        self._journal = journal
        self._account = context.account
        self._messages = messages
        self._error: BaseException | None = None
        self._changed = asyncio.Event()
        operations = OperationContext(service, context.account, journal, grace=0, clocks=clocks)
        self._deletions = Deletions(operations, self._copy, self)

    async def delete(self, faxes: Iterable[Fax]) -> None:
        """Delete these, and return once each has ended. Raises SignInRefused."""
        for each in self._deletions.request(faxes, with_copies=True).refused:
            self._messages.write(each.reason)
        while self._deletions.view.is_in_progress and self._error is None:
            self._changed.clear()
            await self._changed.wait()
        if self._error is not None:
            raise self._error

    async def aclose(self) -> None:
        await self._deletions.aclose()

    def report(self) -> int:
        """Write how it ended, and return how many faxes were deleted."""
        states = [each.state for each in self._deletions.view.by_key.values()]
        for state in states:
            match state:
                case NotDeleted(reason=reason) | Unknown(reason=reason) | Deleted(remark=reason) if reason:
                    self._messages.write(reason)
        deleted = sum(isinstance(each, Deleted) for each in states)
        text = ngettext(
            "{count:,} fax was deleted from the service.", "{count:,} faxes were deleted from the service.", deleted
        )
        self._messages.write(text.format(count=deleted))
        return deleted

    async def _copy(self, fax: Fax) -> SavedCopy:
        record = self._journal.records(self._account).of(fax.identity)
        return SavedCopy(Path(record.path), record.sha256)

    def deletions_changed(self, view: DeletionsView) -> None:
        self._messages.show_progress(view.progress)
        self._changed.set()

    def sign_in_refused(self, error: SignInRefused) -> None:
        self.crash(error)

    def crash(self, error: BaseException) -> None:
        self._error = self._error or error
        self._changed.set()
