"""What doctor examines."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from faxtui.config.paths import Paths
from faxtui.config.settings import Settings
from faxtui.errors import ConfigurationError
from faxtui.inbox.service import FaxService


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that each step may take (our decision): all of them together end within half a minute.

    ``handshake`` may be needed twice: a certificate that can't be trusted is looked at once more.
    """

    prepare: float = 3.0
    look_up: float = 5.0
    reach: float = 4.0
    handshake: float = 4.0
    answer: float = 9.0


@dataclass(frozen=True, slots=True)
class Subject:
    """An installation of faxtui, as it would run.

    ``connect`` makes the service, without asking it anything yet, and may raise FaxtuiError. ``login`` is empty where
    there is none. ``password_file`` is the file the password would come from, if it would come from one. ``zone`` is
    the operator's (None: this machine's). ``terminal`` is its size, None where there is no terminal. ``unusable`` is
    what kept the configuration from being settled: ``settings`` are the defaults then.
    """

    settings: Settings
    paths: Paths
    base_url: str
    login: str
    connect: Callable[[], FaxService] = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    zone: tzinfo | None = None
    terminal: os.terminal_size | None = None
    password_file: Path | None = None
    unusable: ConfigurationError | None = None
    limits: Limits = Limits()
