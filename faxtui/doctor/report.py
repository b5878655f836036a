"""Findings of doctor, the installation it checks, and the report for people and scripts."""

from __future__ import annotations

import asyncio
import json
import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from faxtui.config.load import Paths
from faxtui.config.settings import Settings
from faxtui.domain.service import FaxService
from faxtui.domain.text import in_ascii, visible
from faxtui.errors import ConfigurationError, FaxtuiError


class Verdict(StrEnum):
    """Result of a check. ``SKIPPED`` was not tried; it is no failure by itself."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Topic(StrEnum):
    """Subject of a finding. Scripts read these names: they are not translated and don't change."""

    CONFIGURATION = "configuration"
    PASSWORD_FILE = "password file"
    STATE = "state"
    LOG = "log"
    PROXY = "proxy"
    ADDRESS = "address"
    TLS = "TLS"
    CLOCK = "clock"
    SIGN_IN = "sign-in"
    LIST = "list"
    READING = "reading"
    DOWNLOADS = "downloads"
    KEYRING = "keyring"
    CLIPBOARD = "clipboard"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Finding:
    """Line of the report. ``exit_code`` is doctor's if this is the only finding."""

    verdict: Verdict
    topic: Topic
    sentence: str
    exit_code: int = 0


def ok(topic: Topic, sentence: str) -> Finding:
    return Finding(Verdict.OK, topic, sentence)


def warning(topic: Topic, sentence: str) -> Finding:
    return Finding(Verdict.WARNING, topic, sentence)


def failed(topic: Topic, error: FaxtuiError) -> Finding:
    return Finding(Verdict.FAILED, topic, str(error), error.exit_code)


def skipped(topic: Topic, sentence: str) -> Finding:
    return Finding(Verdict.SKIPPED, topic, sentence)


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of the steps in seconds (our decision): together at most 30.

    ``handshake`` may be needed twice: for an untrusted certificate a second connection is made.
    """

    prepare: float = 5.0
    look_up: float = 5.0
    reach: float = 4.0
    handshake: float = 4.0
    answer: float = 8.0


@dataclass(frozen=True, slots=True)
class Installation:
    """Installation of faxtui as it would run.

    ``connect`` creates the service without sending a request, and may raise FaxtuiError. ``login`` is empty if there is
    none, ``method`` is ``Basic`` or ``OAuth2``, ``password_file`` None if the password comes from elsewhere. ``zone``
    is the operator's (None: this machine's), ``terminal`` its size (None: no terminal). ``unusable`` is the error that
    made the configuration unusable; ``settings`` are the defaults then.
    """

    settings: Settings
    paths: Paths
    base_url: str
    login: str
    connect: Callable[[], FaxService] = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    method: str = "Basic"
    zone: tzinfo | None = None
    terminal: os.terminal_size | None = None
    password_file: Path | None = None
    unusable: ConfigurationError | None = None
    limits: Limits = Limits()


def span(seconds: float) -> str:
    """Return a duration like ``21 ms`` or ``2.4 s``."""
    return f"{max(seconds * 1000, 1):.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def shown(path: Path, environ: Mapping[str, str]) -> str:
    """Return the path with ``~`` for the home folder."""
    home = environ.get("HOME")
    if home and path.is_relative_to(home):
        return str(Path("~") / path.relative_to(home))
    return str(path)


T = TypeVar("T")


async def within(seconds: float, work: Callable[[], T]) -> T:
    """Run blocking work in a thread. Raises TimeoutError after ``seconds``, else what ``work`` raises.

    Work that hangs is left behind: no command waits for threads at its end.
    """
    async with asyncio.timeout(seconds):
        return await asyncio.to_thread(work)


_INDENT = 26
_NARROWEST = 24
"""Least columns for the sentence, even on a narrower terminal."""


def as_text(finding: Finding, width: int, *, utf8: bool = True) -> str:
    """Return lines of at most ``width`` columns, the sentence in its own column; no final line end."""
    head = f" {finding.verdict:<8} {finding.topic:<15} "
    sentence = visible(finding.sentence)
    return textwrap.fill(
        sentence if utf8 else in_ascii(sentence),
        max(width, _INDENT + _NARROWEST),
        initial_indent=head,
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_json(findings: Sequence[Finding], exit_code: int) -> str:
    """Return a JSON object: ``findings``, a list of objects with verdict, topic and sentence, and ``exit_code``."""
    found = [{"verdict": each.verdict, "topic": each.topic, "sentence": each.sentence} for each in findings]
    return json.dumps({"findings": found, "exit_code": exit_code}, indent=2)
