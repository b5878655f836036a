"""``faxtui download``: the documents of the faxes that match, or of some that are named, into a folder.

``faxtui download``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from faxtui.cli.context import DEMO_FOLDER, CommandContext, Words, connected, run_to_end, standard_streams
from faxtui.cli.list import Streams
from faxtui.config.state import SavedState
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import FILE, FOLDER, Fax, FaxKey
from faxtui.domain.filename import DEFAULT_TEMPLATE, fields_in
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, FaxQuery
from faxtui.domain.query import in_words as query_in_words
from faxtui.domain.service import DocumentService
from faxtui.domain.text import counted, visible
from faxtui.errors import FaxtuiError, InvalidValue, ServiceError, StorageError, UsageError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.operations.download import Batch, Listeners
from faxtui.operations.download_folder import CopyState, DownloadFolder, Verification
from faxtui.operations.outcomes import (
    AlreadyThere,
    DownloadFailed,
    NoAddress,
    NoLongerThere,
    Outcome,
    Progress,
    Saved,
    in_words,
    shown,
    summary,
)
from faxtui.operations.saver import SavedRecorder
from faxtui.storage.journal import AccountName, Journal
from faxtui.storage.manifest import NAME

DONE, UNDONE = 0, 1
MOST_OFTEN = 0.1
"""Seconds between two changes of the line that tells how far it is."""
_STATES = {
    CopyState.MISSING: "is missing",
    CopyState.CHANGED: "is not what was saved",
    CopyState.UNREADABLE: "can't be read",
}


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """What to save into ``folder``: the documents of ``keys``, or where there are none, of every fax of ``query``.

    ``template`` names the files (see `faxtui.domain.file_name`), on the clock of ``zone`` (None: this machine's);
    ``account`` is whose they are. Of a fax that is given by its key nothing else is known: where the template asks for
    more, its own file name is taken. Raises InvalidValue where the template can't be taken, or a key has no address.
    """

    folder: Path
    query: FaxQuery = field(default_factory=FaxQuery)
    keys: tuple[FaxKey, ...] = ()
    template: str = DEFAULT_TEMPLATE
    zone: tzinfo | None = None
    account: AccountName = field(default_factory=lambda: AccountName("", ""))
    patience: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        fields_in(self.template)
        for key in self.keys:
            if not key.has_address:
                raise InvalidValue(f"{shown(key)} can't be asked for: name a fax by its folder and file, FOLDER/FILE.")

    @property
    def name(self) -> str:
        is_known = not self.keys or fields_in(self.template) <= {FOLDER.name, FILE.name}
        return self.template if is_known else f"{{{FILE.name}}}"


async def download(
    service: DocumentService, clock: ServiceClock, request: DownloadRequest, journal: Journal, streams: Streams
) -> int:
    """Save what is asked for; returns the exit code: 0 where each fax is in the folder now.

    What was saved before is looked at and not fetched again, so that a run that was cut off goes on when it is started
    anew; the journal notes it, for the browser.

    Raises InvalidValue, ServiceError where the sign-in, the way to the service or the list fails, and
    StorageError where the disk does; what was saved until then is told before.
    """
    words = _Words(streams)
    tally = PageStats()
    shelf = await asyncio.to_thread(DownloadFolder, request.folder, request.name, request.zone, request.account.host)
    recorder = await _recorder(journal, request.account, words)

    def note(fax: Fax, outcome: Outcome) -> None:
        words.tell_of_outcome(fax, outcome)
        if isinstance(outcome, Saved | AlreadyThere):
            recorder.record(fax.identity, outcome.path, outcome.sha256)

    listeners = Listeners(
        note,
        words.tell_of_progress,
        lambda fax, error, seconds: words.tell_of_wait(error, seconds, shown(fax.key)),
    )
    batch = Batch(service, shelf, patience=request.patience, listeners=listeners)
    try:
        if request.keys:
            await batch.save([Fax(folder=key.folder, file_name=key.file_name) for key in request.keys])
        else:
            async with aclosing(_every_fax(service, clock, request, tally, words.tell_of_wait, batch.expect)) as faxes:
                await batch.save(faxes)
    except (FaxtuiError, asyncio.CancelledError):
        await _finish(recorder, words)
        words.clear()
        if batch.progress.done:
            words.say(f"{_summary(batch.progress, request)} The rest is untouched: start again to go on.")
        raise
    await _finish(recorder, words)
    if batch.progress.done:
        words.say(_summary(batch.progress, request))
    else:
        words.say(f"There are no faxes: {query_in_words(request.query.filters)}.")
    if warning := clock.take_warning(is_watched=streams.err_is_terminal):
        words.say(warning)
    if tally.remark:
        words.say(tally.remark)
    return UNDONE if batch.progress.unsaved else DONE


async def verify(folder: Path, streams: Streams) -> int:
    """Check what was saved in a folder against its manifest; returns the exit code: 0 where all of it is whole.

    Raises StorageError where there is no manifest, or none that can be read.
    """
    words = _Words(streams)
    verification = await asyncio.to_thread(Verification, folder)
    checked = wrong = 0
    async for each in verification.checked():
        checked += 1
        if each.state is not CopyState.WHOLE:
            wrong += 1
            words.say(f"{visible(each.entry.name)} {_STATES[each.state]}: download it again.")
        words.show(f"{checked:,} of {counted(len(verification), 'file', 'files')} …")
    if verification.unreadable:
        words.say(f"{counted(verification.unreadable, 'line', 'lines')} of {NAME} can't be read.")
    words.say(f"{checked - wrong:,} of {counted(checked, 'file', 'files')} in {visible(str(folder))} are whole.")
    return UNDONE if wrong or verification.unreadable else DONE


async def _recorder(journal: Journal, account: AccountName, words: Words) -> SavedRecorder:
    """What the journal has already is not written again, so it is read first."""
    try:
        await asyncio.to_thread(journal.read)
    except StorageError as error:
        words.say(str(error))
    return SavedRecorder(journal, account)


async def _finish(recorder: SavedRecorder, words: Words) -> None:
    for problem in await recorder.finish():
        words.say(problem)


async def _every_fax(
    service: DocumentService,
    clock: ServiceClock,
    request: DownloadRequest,
    tally: PageStats,
    on_wait: Callable[[ServiceError, float], None],
    expect: Callable[[int | None], None],
) -> AsyncGenerator[Fax, None]:
    pages = iter_pages(
        service, clock, request.query.at_page(1), request.zone, request.patience, tally=tally, on_wait=on_wait
    )
    async with aclosing(pages):
        async for page in pages:
            expect(tally.total)
            for fax in page.page.faxes:
                yield fax


def _summary(progress: Progress, request: DownloadRequest) -> str:
    return f"{summary(progress)}, in {visible(str(request.folder))}."


class _Words(Words):
    """What is said of a download: how far it is not more often than a person can read."""

    def __init__(self, streams: Streams) -> None:
        super().__init__(streams)
        self._shown_at = -MOST_OFTEN

    def show(self, text: str) -> None:
        if time.monotonic() - self._shown_at >= MOST_OFTEN:
            super().show(text)
            self._shown_at = time.monotonic()

    def tell_of_progress(self, progress: Progress) -> None:
        self.show(in_words(progress))

    def tell_of_outcome(self, fax: Fax, outcome: Outcome) -> None:
        match outcome:
            case NoLongerThere():
                self.say(f"{shown(fax.key)} is no longer on the service: someone else took or deleted it.")
            case NoAddress():
                self.say(f"{shown(fax.key)} can't be asked for: its folder or file name leads nowhere.")
            case DownloadFailed(error=error):
                self.say(visible(str(error)))


def run_download(at: CommandContext, environ: Mapping[str, str]) -> int:
    """Never reads what the browser remembers. Raises FaxtuiError."""
    options, streams = at.options, standard_streams(environ, needs_output=False)
    if options.verify is not None:
        if options.faxes or options.to is not None:
            raise UsageError("--verify looks at a folder and saves nothing: leave --to and the faxes out.")
        return run_to_end(verify(options.verify, streams))
    request = _request(at)
    journal = Journal(None if options.demo else at.paths.journal)
    return run_to_end(_download(connected(at, environ), request, journal, streams))


def _request(at: CommandContext) -> DownloadRequest:
    options, settings = at.options, at.settings
    if options.faxes and (options.filters or options.view is not None):
        raise UsageError("Name faxes by FOLDER/FILE, or choose them by filters, not both.")
    folder = settings.download.place / (DEMO_FOLDER if options.demo else "")
    return DownloadRequest(
        folder=options.to if options.to is not None else folder,
        query=at.query(SavedState()).with_page_size(MAXIMUM_PAGE_SIZE),
        keys=tuple(_key(each) for each in options.faxes),
        template=settings.download.name,
        zone=settings.ui.zone,
        account=at.account,
    )


def _key(named: str) -> FaxKey:
    folder, _, file_name = named.partition("/")
    return FaxKey(folder, file_name)


async def _download(service: DocumentService, request: DownloadRequest, journal: Journal, streams: Streams) -> int:
    try:
        return await download(service, ServiceClock(), request, journal, streams)
    finally:
        await service.aclose()
