"""``faxtui download``: the documents of the faxes that match, or of some that are named, into a folder."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from faxtui.commands.list_faxes import Streams
from faxtui.commands.progress import Words
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.fields import FILE, FOLDER
from faxtui.domain.file_name import DEFAULT_TEMPLATE, fields_in
from faxtui.domain.period import in_words as query_in_words
from faxtui.domain.query import FaxQuery
from faxtui.domain.text import counted, visible
from faxtui.errors import FaxtuiError, InvalidValue, ServiceError, StorageError
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.downloads.batch import Batch, Listeners
from faxtui.inbox.downloads.copies import CopyState
from faxtui.inbox.downloads.manifest import NAME
from faxtui.inbox.downloads.outcomes import (
    AlreadyThere,
    Failed,
    Gone,
    NoAddress,
    Outcome,
    Progress,
    Saved,
    in_words,
    shown,
    summary,
)
from faxtui.inbox.downloads.shelf import Shelf
from faxtui.inbox.downloads.verifying import Verification
from faxtui.inbox.journal import AccountName, Journal
from faxtui.inbox.patience import Patience
from faxtui.inbox.saved_copies import SavedRecorder
from faxtui.inbox.service import DocumentService
from faxtui.inbox.walk import Tally, walk

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
    patience: Patience = field(default_factory=Patience)

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
    tally = Tally()
    shelf = await asyncio.to_thread(Shelf, request.folder, request.name, request.zone, request.account.host)
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
    tally: Tally,
    on_wait: Callable[[ServiceError, float], None],
    expect: Callable[[int | None], None],
) -> AsyncGenerator[Fax, None]:
    pages = walk(service, clock, request.query.at_page(1), request.zone, request.patience, tally=tally, on_wait=on_wait)
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
            case Gone():
                self.say(f"{shown(fax.key)} is no longer on the service: someone else took or deleted it.")
            case NoAddress():
                self.say(f"{shown(fax.key)} can't be asked for: its folder or file name leads nowhere.")
            case Failed(error=error):
                self.say(visible(str(error)))
