"""Sentences to a person on standard error."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from faxtui.domain.text import in_ascii, visible
from faxtui.terminal.capabilities import capabilities


def say(sentence: str, environ: Mapping[str, str]) -> None:
    """Where nobody could hear it, nothing is said."""
    if sys.stderr is not None:
        text = visible(sentence)
        print(f"faxtui: {text if capabilities(environ).utf8 else in_ascii(text)}", file=sys.stderr)
