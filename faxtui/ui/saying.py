"""Sentences that are shown for a while, beside everything else."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App

from faxtui.ui.marks import Marks

R = TypeVar("R")
_AT_LEAST = 4.0
_READ = 15.0
"""Seconds for a short sentence, and characters that are read in each further one."""
_AT_MOST = 20.0


def say(app: App[R], marks: Marks, sentence: str) -> None:
    app.notify(marks.write(sentence), timeout=_AT_LEAST + len(sentence) / _READ, markup=False)


def complain(app: App[R], marks: Marks, sentence: str) -> None:
    """Tell of something that is wrong, twice as long, without stopping for it."""
    timeout = min(2 * (_AT_LEAST + len(sentence) / _READ), _AT_MOST)
    app.notify(marks.write(sentence), severity="warning", timeout=timeout, markup=False)
