"""Command ``faxtui download --follow``: save each fax as it arrives, run a command for it, delete it."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from faxtui.cli.context import CommandContext, connect_for_command, has_consent, run_to_end
from faxtui.cli.output import Messages, Streams, standard_streams
from faxtui.config.state import SavedState
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import MAXIMUM_PAGE_SIZE
from faxtui.domain.service import DocumentService
from faxtui.domain.text import visible
from faxtui.errors import UsageError
from faxtui.operations.follow import Follower, FollowObserver
from faxtui.operations.follow_folder import FollowConfig
from faxtui.operations.operations import DownloadTarget
from faxtui.storage.journal import Journal
from faxtui.translation import _, ngettext


def run_follow(context: CommandContext, folder: Path, environ: Mapping[str, str]) -> int:
    """Follow until a signal or an error ends it, and return the exit code. Raises FaxtuiError."""
    options, settings = context.options, context.settings
    streams = standard_streams(environ, needs_output=False)
    if options.delete and settings.profile.read_only:
        raise UsageError(_("Read-only: deleting is disabled. Omit --delete."))
    config = FollowConfig(
        DownloadTarget(folder, settings.download.name, settings.ui.zone),
        context.account,
        context.query(SavedState()).with_page_size(MAXIMUM_PAGE_SIZE).at_page(1),
        manifest=options.manifest,
        command=command_in(options.run),
        skips_in_doubt=options.in_doubt == "skip",
        deletes=options.delete,
        interval=settings.watch.interval,
    )
    if options.delete:
        question = _("Each fax is deleted from the service once it is saved in {folder}. Continue?")
        if not has_agreed(question.format(folder=visible(str(folder))), options.yes, environ):
            return 1
    journal = Journal(None if options.demo else context.paths.journal, keep=settings.journal.kept)
    return run_to_end(_follow(connect_for_command(context, environ), config, journal, streams))


def command_in(text: str | None) -> tuple[str, ...]:
    """Split a command as a shell would. Raises UsageError if that fails, or if there is no such program."""
    if text is None:
        return ()
    try:
        command = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(_("The command of --run can't be read: close its quotes.")) from error
    if not command or shutil.which(command[0]) is None:
        raise UsageError(
            _("The command of --run can't be found: {name}.").format(name=visible(command[0] if command else ""))
        )
    return command


def has_agreed(question: str, yes: bool, environ: Mapping[str, str]) -> bool:
    """Ask before something is deleted, unless ``yes``. Raises UsageError if there is no terminal to ask on."""
    if yes:
        return True
    return has_consent(question, _("There is no terminal to ask on before faxes are deleted. Add --yes."), environ)


async def _follow(service: DocumentService, config: FollowConfig, journal: Journal, streams: Streams) -> int:
    messages = Messages(streams)
    try:
        messages.show_progress(_("Following. Press Ctrl+C to end."))
        await Follower(service, ServiceClock(), config, journal, _Observer(messages)).run()
    finally:
        messages.clear()
        await service.aclose()
    return 0


class _Observer(FollowObserver):
    """Reports to a person or to a system's log: numbers of faxes, and names only of those that failed."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages
        self._saved = 0

    def note_saved(self, count: int) -> None:
        self._saved += count
        text = ngettext("{count:,} fax saved.", "{count:,} faxes saved.", count).format(count=count)
        self._messages.write(text)

    def note_problem(self, sentence: str) -> None:
        self._messages.write(sentence)

    def note_recovery(self) -> None:
        self._messages.write(_("The service responds again."))
