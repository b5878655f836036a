"""What the browser is started with, and the doors that lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from faxtui.config.settings import Settings
from faxtui.config.state import StateFile
from faxtui.domain.query import FaxQuery
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.inbox import Manners
from faxtui.inbox.journal import AccountName, Journal
from faxtui.inbox.service import DocumentService
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.silence import Silence

if TYPE_CHECKING:
    from faxtui.config.enrolment import Enrolment
    from faxtui.config.save import Change
    from faxtui.domain.account import Account
    from faxtui.inbox.deletions.pauses import Clocks


@dataclass(frozen=True, slots=True)
class Launch:
    """Where the faxes come from, what is asked for first, and how this operator likes it.

    ``profile`` is a profile's name, empty for the demo; ``title`` says whose faxes these are. ``connect`` takes a
    password typed just now (None: the one that is kept); it may take a while and raise FaxtuiError, and is asked again
    then. ``state`` is None where nothing is remembered; ``notices`` are sentences to be told at the start.
    ``account`` is what ``journal`` knows it as; documents go to the ``subfolder`` of the folder that is set.
    ``clocks`` are those that deletes are counted down by, None this machine's own.
    """

    profile: str
    title: str
    connect: Callable[[str | None], DocumentService]
    query: FaxQuery
    login: str = ""
    settings: Settings = field(default_factory=Settings)
    shows_sidebar: bool = True
    state: StateFile | None = None
    notices: tuple[str, ...] = ()
    manners: Manners | None = None
    clock: ServiceClock | None = None
    account: AccountName = field(default_factory=lambda: AccountName("", ""))
    journal: Journal = field(default_factory=lambda: Journal(None))
    subfolder: str = ""
    clocks: Clocks | None = None


@dataclass(frozen=True, slots=True)
class Doors:
    """Ways to other accounts and into the configuration. Each may raise FaxtuiError.

    ``account``, ``connect`` and ``enrol`` may take a while: a command may have to print the password. ``enrol`` and
    ``save`` write files; ``save`` says in a sentence where.
    """

    profile: Callable[[str], Launch]
    demo: Callable[[], Launch]
    account: Callable[[Enrolment], Account]
    connect: Callable[[Account], DocumentService]
    enrol: Callable[[Enrolment], Launch]
    save: Callable[[Sequence[Change]], str]
    clock: Callable[[], ServiceClock] = ServiceClock


@dataclass(frozen=True, slots=True)
class FirstRun:
    """There is nobody to sign in as yet: ``reason`` says why."""

    reason: str
    doors: Doors
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Start:
    """How the application begins. ``silence`` is what its questions wait for."""

    first: Launch | FirstRun
    doors: Doors | None = None
    far_end: Capabilities = field(default_factory=Capabilities)
    logs: Path | None = None
    silence: Silence = field(default_factory=Silence)
