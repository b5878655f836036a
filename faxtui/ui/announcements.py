"""Watching on the screen of a session: when it runs, and how faxes that arrive are announced.

A notification outside the program has counts only, never numbers or names.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol

from faxtui.config.settings import Watch
from faxtui.domain.fax import Fax
from faxtui.domain.query import UNTIL, FaxQuery, Sort, open_window
from faxtui.domain.service import FaxService
from faxtui.errors import InvalidValue
from faxtui.inbox.inbox import Inbox
from faxtui.inbox.view import Shown
from faxtui.inbox.watch import ArrivalKey, Watcher, WatchView, arrival_key
from faxtui.translation import _, ngettext

_COMMAND_LIMIT = 60.0
"""Seconds that the command for a new fax may run."""


class AnnouncementsObserver(Protocol):
    """What announcements reach."""

    @property
    def watch_settings(self) -> Watch:
        """The settings in use now."""

    def watch_changed(self, view: WatchView) -> None:
        """Show the state of the watching."""

    def faxes_brought_in(self, faxes: tuple[Fax, ...]) -> None:
        """Mark these as new."""

    def is_untouched(self, fax: Fax) -> bool:
        """Return True if the fax was neither opened, saved nor deleted here."""

    def clock_time(self, moment: datetime) -> str:
        """Return the time of day on the operator's clock, in minutes."""

    def notify(self, sentence: str) -> None:
        """Show a notification."""

    def warn(self, sentence: str) -> None:
        """Show a warning."""

    def ring(self) -> None:
        """Ring the terminal's bell."""

    def notify_desktop(self, sentence: str) -> None:
        """Show a notification on the desktop, if the terminal can."""

    def run_for(self, faxes: tuple[Fax, ...]) -> None:
        """Run the configured command for each of these."""

    def crash(self, error: BaseException) -> None:
        """End the program because of an unexpected error."""


class Announcements:
    """Watches what the list shows, and announces what arrives. Reports to its observer."""

    def __init__(self, service: FaxService, inbox: Inbox, observer: AnnouncementsObserver) -> None:
        self._inbox = inbox
        self._observer = observer
        self._watcher = Watcher(service, inbox.clock, inbox.policy.bucket, self)
        self._was_enabled = observer.watch_settings.enabled
        self._choice: bool | None = None
        self._shown: Shown | None = None
        self._view = WatchView()
        self._to_remind: dict[ArrivalKey, tuple[Fax, float]] = {}

    def page_shown(self, shown: Shown) -> None:
        """Note a page of the list. Other filters are watched for from there on."""
        before, self._shown = self._shown, shown
        if not self._watcher.view.is_on or before is None or has_ended(self._inbox):
            self._start()
            return
        if before.window.filters != shown.window.filters:
            self._watcher.change_filters(shown.window.filters)
        if self._view.failing_since is not None:
            # The list came, so a poll may succeed too, as after a sign-in.
            self._watcher.resume()
        reported, unreported = self._watcher.bring_in(shown.page.faxes, is_new_list=before.window != shown.window)
        if reported or unreported:
            self._observer.faxes_brought_in((*reported, *unreported))
        if unreported:
            self._handle(unreported)

    def toggle(self) -> None:
        """Watch, or stop watching."""
        if self._watcher.view.is_on:
            self._choice = False
            self._stop()
            self._observer.notify(_("Not watching for new faxes."))
            return
        self._choice = True
        if self._start():
            self._observer.notify(_("Watching for new faxes."))
        else:
            self._observer.notify(_("Not watching: no fax can arrive in a period that has ended."))

    def apply(self) -> None:
        """Use changed settings."""
        settings = self._observer.watch_settings
        self._watcher.interval = settings.interval
        if settings.enabled != self._was_enabled:
            self._was_enabled, self._choice = settings.enabled, None
            self._start()

    def stop(self) -> None:
        """Stop without a word, as at the end."""
        self._watcher.stop()

    def _start(self) -> bool:
        """Watch for what the list shows, if that is wanted and faxes can arrive in its period. Return True if so."""
        shown, settings = self._shown, self._observer.watch_settings
        is_wanted = settings.enabled if self._choice is None else self._choice
        if shown is None or not is_wanted or has_ended(self._inbox):
            self._stop()
            return False
        self._to_remind.clear()
        self._watcher.interval = settings.interval
        page = shown.page
        listed_from = None
        if page.number == 1 and shown.window.sort == Sort():
            received = [fax.received for fax in page.faxes if fax.received is not None]
            listed_from = min(received) if page.has_next and received else shown.window.start
        self._watcher.start(shown.window.filters, shown.as_of, page.faxes, listed_from)
        return True

    def _stop(self) -> None:
        self._watcher.stop()
        self._to_remind.clear()
        self.watch_changed(WatchView(is_switched_off=self._choice is False))

    # What the watcher reports (WatchObserver)

    def watch_changed(self, view: WatchView) -> None:
        before, self._view = self._view, view
        self._observer.watch_changed(view)
        settings = self._observer.watch_settings
        if view.failing_since is not None and before.failing_since is None:
            since, error = self._observer.clock_time(view.failing_since), str(view.error)
            self._observer.warn(_("Not watching since {time}. {reason}").format(time=since, reason=error))
            self._signal(settings, _("faxtui cannot look for new faxes."))
        if before.failing_since is not None and view.is_on and view.failing_since is None and view.new == before.new:
            since = self._observer.clock_time(before.failing_since)
            self._observer.notify(_("Watching again. No fax arrived since {time}.").format(time=since))
        self._remind(settings)

    def faxes_arrived(self, faxes: tuple[Fax, ...], since: datetime | None) -> None:
        settings = self._observer.watch_settings
        count = len(faxes)
        if since is not None:
            text = ngettext(
                "{count:,} fax arrived since {time}, when watching was interrupted.",
                "{count:,} faxes arrived since {time}, when watching was interrupted.",
                count,
            )
            self._observer.notify(text.format(count=count, time=self._observer.clock_time(since)))
        self._signal(settings, ngettext("{count:,} new fax", "{count:,} new faxes", count).format(count=count))
        self._handle(faxes)

    def crash(self, error: BaseException) -> None:
        self._observer.crash(error)

    def _handle(self, faxes: tuple[Fax, ...]) -> None:
        """Run the command for each, and note when to remind of it."""
        if self._observer.watch_settings.command:
            self._observer.run_for(faxes)
        now = asyncio.get_running_loop().time()
        self._to_remind.update({arrival_key(fax): (fax, now) for fax in faxes})

    def _remind(self, settings: Watch) -> None:
        """Announce once more what nobody has opened for the time that is set."""
        limit = settings.remind_after
        if limit is None:
            return
        now = asyncio.get_running_loop().time()
        due = {key for key, (_fax, at) in self._to_remind.items() if now - at >= limit.total_seconds()}
        faxes = [self._to_remind.pop(key)[0] for key in due]
        count = sum(self._observer.is_untouched(fax) for fax in faxes)
        if count:
            text = ngettext(
                "{count:,} fax has not been opened for {time}.",
                "{count:,} faxes have not been opened for {time}.",
                count,
            ).format(count=count, time=settings.remind)
            self._observer.notify(text)
            self._signal(settings, text)

    def _signal(self, settings: Watch, sentence: str) -> None:
        if settings.bell:
            self._observer.ring()
        if settings.notify:
            self._observer.notify_desktop(sentence)


async def run_command(command: tuple[str, ...], fax: Fax) -> str:
    """Run a command with the fax as JSON on its input. Return why that failed, or an empty text."""
    from faxtui.operations.formats import JsonLinesWriter
    from faxtui.processes import run_with_input

    try:
        result = await run_with_input(command, JsonLinesWriter().page([fax]), limit=_COMMAND_LIMIT)
    except TimeoutError:
        text = _("The command for new faxes was stopped after {seconds:g} seconds: {command}.")
        return text.format(seconds=_COMMAND_LIMIT, command=command[0])
    except (OSError, ValueError) as error:
        text = _("The command for new faxes could not be started ({reason}). Check [watch] command.")
        return text.format(reason=getattr(error, "strerror", None) or error)
    if result.exit_code:
        text = _("The command for new faxes failed (exit code {code}): {command}.")
        return text.format(code=result.exit_code, command=command[0])
    return ""


def has_ended(inbox: Inbox) -> bool:
    """Return True if the period of the list is over, so that no fax can arrive in it."""
    query: FaxQuery = inbox.view.query
    if not query.filters.get(UNTIL):
        return False
    try:
        window = open_window(query, inbox.clock.now(), inbox.zone)
    except InvalidValue:
        return True
    return window.end is not None and window.end <= inbox.clock.now()
