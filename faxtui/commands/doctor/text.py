"""The findings as people and as scripts read them."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from faxtui.commands.doctor.finding import Finding
from faxtui.domain.text import in_ascii, visible

_INDENT = 26
_NARROWEST = 24
"""The columns that a sentence gets even where a terminal has fewer."""


def as_text(finding: Finding, width: int, *, utf8: bool = True) -> str:
    """Lines of at most ``width`` columns, the sentence in a column of its own; without a line end after the last."""
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
    """One object. ``findings`` is a list of objects with ``verdict``, ``topic`` and ``sentence``."""
    told = [{"verdict": each.verdict, "topic": each.topic, "sentence": each.sentence} for each in findings]
    return json.dumps({"findings": told, "exit_code": exit_code}, indent=2)
