"""The kinds of input that a terminal may pass to the application."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """A key: one character, or the sequence of a function key in a form without sub-parameters."""

    sequence: str


@dataclass(frozen=True, slots=True)
class Paste:
    """The content of a bracketed paste."""

    text: str


@dataclass(frozen=True, slots=True)
class Mouse:
    """A mouse report in SGR form (xterm's ctlseqs)."""

    sequence: str


@dataclass(frozen=True, slots=True)
class Focus:
    """The terminal's window got or lost the focus."""

    gained: bool


@dataclass(frozen=True, slots=True)
class NewSize:
    """The terminal's window has another size (in-band resize notification, mode 2048)."""


@dataclass(frozen=True, slots=True)
class Synchronized:
    """Response to DECRQM: whether the terminal knows synchronized output (mode 2026)."""

    supported: bool


@dataclass(frozen=True, slots=True)
class CursorPosition:
    """Response to ``CSI 6n``: line and column, from 0."""

    line: int
    column: int


Token = Key | Paste | Mouse | Focus | NewSize | Synchronized | CursorPosition

ESCAPE = Key("\x1b")
