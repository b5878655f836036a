"""What the browser is started with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from faxtui.config.settings import Settings
from faxtui.config.state import StateFile
from faxtui.domain.query import FaxQuery
from faxtui.inbox.clock import ServiceClock
from faxtui.inbox.inbox import Manners
from faxtui.inbox.service import FaxService
from faxtui.terminal.capabilities import Capabilities


@dataclass(frozen=True, slots=True)
class Launch:
    """Where the faxes come from, what is asked for first, and how this operator likes it.

    ``title`` says whose faxes these are. ``connect`` may raise ServiceError, and is asked again then. ``state`` is
    None where nothing is remembered; ``notices`` are sentences to be told at the start.
    """

    title: str
    connect: Callable[[], FaxService]
    query: FaxQuery
    settings: Settings = field(default_factory=Settings)
    far_end: Capabilities = field(default_factory=Capabilities)
    shows_sidebar: bool = True
    state: StateFile | None = None
    logs: Path | None = None
    notices: tuple[str, ...] = ()
    manners: Manners | None = None
    clock: ServiceClock | None = None
