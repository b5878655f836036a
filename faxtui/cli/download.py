"""Command ``faxtui download``: save documents of matching or named faxes in a folder, and verify them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from pathlib import Path

from faxtui.cli.context import DEMO_FOLDER, CommandContext, connect_for_command, has_consent, run_to_end
from faxtui.cli.output import Messages, Streams, standard_streams
from faxtui.config.state import SavedState
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import FILE, FOLDER, Fax, FaxKey
from faxtui.domain.filename import DEFAULT_TEMPLATE, fields_in
from faxtui.domain.query import MAXIMUM_PAGE_SIZE, FaxQuery
from faxtui.domain.query import in_words as query_in_words
from faxtui.domain.service import DocumentService
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError, InvalidValue, PreviewNotInstalled, StorageError, UsageError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.pagination import PageStats, iter_pages
from faxtui.operations.download import Batch, DownloadObserver, Outcome, Progress, in_words, missing_text, summary
from faxtui.operations.download_folder import (
    MANIFEST,
    AlreadyThere,
    CopyState,
    DownloadFolder,
    Saved,
    Verification,
)
from faxtui.operations.saver import JournalRecorder
from faxtui.storage.journal import AccountName, Journal
from faxtui.translation import N_, _, ngettext

DONE, INCOMPLETE = 0, 1
_PROGRESS_INTERVAL = 0.1
"""Least seconds between two changes of the progress line: a person can't read more."""
_DAMAGE = {
    CopyState.MISSING: N_("{name} is missing. Download it again."),
    CopyState.CHANGED: N_("{name} has changed since it was saved. Download it again."),
    CopyState.UNREADABLE: N_("{name} can't be read. Download it again."),
}


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """Documents to save in ``folder``: those of ``keys`` or, if there are none, of every fax of ``query``.

    ``template`` names the files (see `faxtui.domain.filename`), with times in ``zone`` (None: this machine's). Only
    the key of a named fax is known: if the template needs more, the fax's own file name is used. Raises InvalidValue
    for an invalid template, or a key without an address. With ``text_languages``, the text of each fax is written
    beside its file, recognised in these languages if necessary. ``only_new``: what the ``manifest`` (the folder's
    if None) knows isn't saved again, even if its file was moved away.
    """

    folder: Path
    query: FaxQuery = field(default_factory=FaxQuery)
    keys: tuple[FaxKey, ...] = ()
    template: str = DEFAULT_TEMPLATE
    zone: tzinfo | None = None
    account: AccountName = field(default_factory=lambda: AccountName("", ""))
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    text_languages: Sequence[str] = ()
    manifest: Path | None = None
    only_new: bool = False

    def __post_init__(self) -> None:
        fields_in(self.template)
        for key in self.keys:
            if not key.has_address:
                raise InvalidValue(
                    _("{fax} cannot be downloaded. Name a fax by its folder and file: FOLDER/FILE.").format(
                        fax=key.shown
                    )
                )

    @property
    def name(self) -> str:
        is_known = not self.keys or fields_in(self.template) <= {FOLDER.name, FILE.name}
        return self.template if is_known else f"{{{FILE.name}}}"


async def download(
    service: DocumentService, clock: ServiceClock, request: DownloadRequest, journal: Journal, streams: Streams
) -> int:
    """Save the requested faxes and return the exit code: 0 if each fax is now in the folder.

    Saved faxes are checked and not fetched again, so that an interrupted run continues when it is started again. The
    journal records them for the browser.

    Raises InvalidValue, ServiceError if the sign-in, the connection or the list fails, and StorageError for a disk
    error; before that, what was saved is reported.
    """
    messages = _DownloadMessages(streams)
    stats = PageStats()
    folder = await asyncio.to_thread(
        partial(DownloadFolder, manifest=request.manifest, only_new=request.only_new),
        *(request.folder, request.name, request.zone, request.account.host),
    )
    recorder = await _recorder(journal, request.account, messages)

    observer = _Observer(messages, recorder)
    batch = Batch(service, folder, observer, retry_policy=request.retry_policy)
    try:
        if request.keys:
            await batch.save([Fax(folder=key.folder, file_name=key.file_name) for key in request.keys])
        else:
            async with aclosing(
                _every_fax(service, clock, request, stats, messages.write_retry, batch.expect)
            ) as faxes:
                await batch.save(faxes)
    except (FaxtuiError, asyncio.CancelledError):
        await _finish(recorder, messages)
        messages.clear()
        if batch.progress.done:
            messages.write(
                _("{summary} Start again to continue.").format(summary=summary(batch.progress, request.folder))
            )
        raise
    await _finish(recorder, messages)
    if batch.progress.done:
        messages.write(summary(batch.progress, request.folder))
    else:
        messages.write(_("No faxes: {filters}.").format(filters=query_in_words(request.query.filters)))
    if warning := clock.pop_warning(is_watched=streams.err_is_terminal):
        messages.write(warning)
    if stats.remark:
        messages.write(stats.remark)
    has_texts = await _write_texts(observer.paths, request.text_languages, messages)
    return DONE if has_texts and not batch.progress.unsaved else INCOMPLETE


async def _write_texts(paths: Sequence[Path], languages: Sequence[str], messages: Messages) -> bool:
    """Write the text of each saved file beside it. Return False if one could not be read or written."""
    if not languages:
        return True
    from faxtui.cli.text import write_text_beside

    written = failed = 0
    for path in paths:
        try:
            written += await write_text_beside(path, languages, messages.show_progress)
        except PreviewNotInstalled:
            raise
        except FaxtuiError as error:
            failed += 1
            messages.write(_("No text of {name}: {error}").format(name=visible(path.name), error=error))
    messages.write(ngettext("Wrote {count:,} text file.", "Wrote {count:,} text files.", written).format(count=written))
    return not failed


async def verify(folder: Path, streams: Streams) -> int:
    """Check saved files against the manifest of their folder and return the exit code: 0 if all are intact.

    Raises StorageError if the manifest is missing or can't be read.
    """
    messages = _DownloadMessages(streams)
    verification = await asyncio.to_thread(Verification, folder)
    checked = wrong = 0
    async for each in verification.checked():
        checked += 1
        if each.state is not CopyState.WHOLE:
            wrong += 1
            messages.write(_(_DAMAGE[each.state]).format(name=visible(each.entry.name)))
        messages.show_progress(
            ngettext("{done:,} of {count:,} file …", "{done:,} of {count:,} files …", len(verification)).format(
                done=checked, count=len(verification)
            )
        )
    if verification.unreadable:
        messages.write(
            ngettext(
                "{count:,} line of {name} can't be read.",
                "{count:,} lines of {name} can't be read.",
                verification.unreadable,
            ).format(count=verification.unreadable, name=MANIFEST)
        )
    messages.write(
        ngettext(
            "{intact:,} of {count:,} file in {folder} is intact.",
            "{intact:,} of {count:,} files in {folder} are intact.",
            checked,
        ).format(intact=checked - wrong, count=checked, folder=visible(str(folder)))
    )
    return INCOMPLETE if wrong or verification.unreadable else DONE


async def _recorder(journal: Journal, account: AccountName, messages: Messages) -> JournalRecorder:
    """Read the journal first, so that nothing is recorded twice."""
    try:
        await asyncio.to_thread(journal.read)
    except StorageError as error:
        messages.write(str(error))
    return JournalRecorder(journal, account)


async def _finish(recorder: JournalRecorder, messages: Messages) -> None:
    for problem in await recorder.finish():
        messages.write(problem)


async def _every_fax(
    service: DocumentService,
    clock: ServiceClock,
    request: DownloadRequest,
    stats: PageStats,
    on_wait: Callable[[FaxtuiError, float], None],
    expect: Callable[[int | None], None],
) -> AsyncGenerator[Fax, None]:
    pages = iter_pages(
        service, clock, request.query.at_page(1), request.zone, request.retry_policy, stats=stats, on_wait=on_wait
    )
    async with aclosing(pages):
        async for page in pages:
            expect(stats.total)
            for fax in page.page.faxes:
                yield fax


class _DownloadMessages(Messages):
    """Messages of a download, with its progress."""

    def __init__(self, streams: Streams) -> None:
        super().__init__(streams)
        self._shown_at = -_PROGRESS_INTERVAL

    def show_progress(self, text: str) -> None:
        if time.monotonic() - self._shown_at >= _PROGRESS_INTERVAL:
            super().show_progress(text)
            self._shown_at = time.monotonic()


class _Observer(DownloadObserver):
    """Reports a download to a person and to the journal."""

    def __init__(self, messages: Messages, recorder: JournalRecorder) -> None:
        self.paths: list[Path] = []
        self._messages = messages
        self._recorder = recorder

    def note_outcome(self, fax: Fax, outcome: Outcome) -> None:
        if isinstance(outcome, Saved | AlreadyThere):
            self.paths.append(Path(outcome.path))
            self._recorder.saved(fax.identity, outcome.path, outcome.sha256)
        else:
            self._messages.write(missing_text(fax, outcome))
            self._recorder.unsaved(fax.identity, missing_text(fax, outcome))

    def note_progress(self, progress: Progress) -> None:
        self._messages.show_progress(in_words(progress))

    def note_retry(self, fax: Fax, error: FaxtuiError, seconds: float) -> None:
        self._messages.write_retry(error, seconds, fax.key.shown)


def run_download(context: CommandContext, environ: Mapping[str, str]) -> int:
    """Run ``faxtui download`` and return the exit code. The browser's saved state is not read.

    Raises FaxtuiError.
    """
    options, streams = context.options, standard_streams(environ, needs_output=False)
    if options.verify is not None:
        if options.faxes or options.to is not None:
            raise UsageError(_("--verify only checks a folder. Omit --to and the faxes."))
        return run_to_end(verify(options.verify, streams))
    request = _request(context)
    if options.follow:
        from faxtui.cli.follow import run_follow

        return run_follow(context, request.folder, environ)
    if not (options.faxes or options.filters or options.view is not None or options.all):
        question = _("Save every fax of the last 7 days in {folder}?").format(folder=visible(str(request.folder)))
        nobody = _("Without filters, every fax of the last 7 days would be saved. Add filters or --all.")
        if not has_consent(question, nobody, environ):
            return INCOMPLETE
    journal = Journal(None if options.demo else context.paths.journal)
    return run_to_end(_download(connect_for_command(context, environ), request, journal, streams))


def _request(context: CommandContext) -> DownloadRequest:
    options, settings = context.options, context.settings
    if options.faxes and (options.filters or options.view is not None):
        raise UsageError(_("Name faxes by FOLDER/FILE or choose them by filters, not both."))
    folder = settings.download.place / (DEMO_FOLDER if options.demo else "")
    return DownloadRequest(
        folder=options.to if options.to is not None else folder,
        query=context.query(SavedState()).with_page_size(MAXIMUM_PAGE_SIZE),
        keys=tuple(_key(each) for each in options.faxes),
        template=settings.download.name,
        zone=settings.ui.zone,
        account=context.account,
        text_languages=settings.reader.languages if options.text else (),
        manifest=options.manifest,
        only_new=options.new,
    )


def _key(named: str) -> FaxKey:
    folder, _, file_name = named.partition("/")
    return FaxKey(folder, file_name)


async def _download(service: DocumentService, request: DownloadRequest, journal: Journal, streams: Streams) -> int:
    try:
        return await download(service, ServiceClock(), request, journal, streams)
    finally:
        await service.aclose()
