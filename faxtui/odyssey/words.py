"""What others sent, as words that may stand in a sentence of ours: plain, safe to look at, and short."""

from __future__ import annotations

import html
import re

from faxtui.domain.text import visible

EXCERPT = 60
"""Characters of an answer that a sentence shows."""
_WORTH_READING = 16_384
_MARKUP = re.compile(
    r"<(script|style)\b.*?(</\1\s*>|\Z)|<!--.*?(-->|\Z)|</?[a-z!?][^>]*(>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def excerpt(text: str, most: int = EXCERPT) -> str:
    """The beginning of ``text`` on one line, at most ``most`` characters, with control characters made visible."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def first_words(body: bytes) -> str:
    """The beginning of the text in ``body``, without its markup."""
    text = body[:_WORTH_READING].decode("utf-8", "replace")
    return excerpt(html.unescape(_MARKUP.sub(" ", text)))
