"""What doctor finds out, one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from faxtui.errors import FaxtuiError


class Verdict(StrEnum):
    """``SKIPPED`` was not tried, for a reason that the finding gives; it is no failure by itself."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Topic(StrEnum):
    """What a finding is about. Scripts read these names: they don't change."""

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
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. ``exit_code`` is what doctor should end with, were this the only finding."""

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
