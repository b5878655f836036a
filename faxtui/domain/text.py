"""Text that others wrote, made safe to look at."""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""What Unicode calls default ignorable, and Python printable: joiners, fillers, variation selectors."""
_CONTROL_PICTURES = 0x2400
_IN_ASCII = str.maketrans(
    {
        "…": "..",
        "–": "-",
        "—": "-",
        "‹": "<",
        "›": ">",
        "·": "|",
        "▲": "^",
        "▼": "v",
        "▌": ">",
        "●": "*",
        "↑": "^",
        "↓": "v",
        "→": ">",
        "←": "<",
        "×": "x",
        "“": '"',
        "”": '"',
        "’": "'",
        "•": "*",
        "ß": "ss",
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
    }
)


def visible(text: str) -> str:
    """``text`` with everything that would act instead of being seen replaced by a visible mark.

    Control characters (C0, C1), bidirectional and zero-width characters, line separators and lone surrogates
    each become one visible character; unusual spaces become plain ones. The number of characters stays the same.
    """
    if text.isprintable():
        return text if text.isascii() else _BLANK.sub(REPLACEMENT, text)
    return _BLANK.sub(REPLACEMENT, "".join(each if each.isprintable() else _mark(each) for each in text))


def _mark(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if unicodedata.category(character) == "Zs":
        return " "
    return REPLACEMENT


def counted(number: int, one: str, many: str) -> str:
    """``1 page``, ``1,234 pages``: a number with thousands marked, and the noun that goes with it."""
    return f"{number:,} {one if number == 1 else many}"


def in_ascii(text: str) -> str:
    """``text`` for a terminal that shows nothing else: marks and letters as near as they come, ``?`` for the rest."""
    if text.isascii():
        return text
    return "".join(each if each.isascii() else _bare(each) for each in text.translate(_IN_ASCII))


def _bare(character: str) -> str:
    """``e`` for ``é``."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return plain if plain.isascii() and plain.isprintable() and plain else "?"
