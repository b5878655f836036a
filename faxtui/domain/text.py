"""Text of others, made safe to show; widths, ASCII and amounts."""

from __future__ import annotations

import math
import re
import unicodedata

from faxtui.translation import ngettext, number

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_HIDDEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
"""Default ignorable characters that Python calls printable: joiners, fillers, variation selectors."""
_UNSURE = (
    "\u2630-\u2637\u268a-\u268f\u302e\u302f\u3248-\u324f\u4dc0-\u4dff\U00016ff0\U00016ff1"
    "\U0001d300-\U0001d376\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff"
)
"""Symbols that terminals give different widths: emoji modifiers, the letters of flags, trigrams, counting rods."""
_REPLACED = re.compile(f"[{_HIDDEN}{_UNSURE}]")
_JAMO = "\u1160-\u11ff\ud7b0-\ud7fb"
_ALONE = re.compile(
    rf"(?:\A|(?<=[ {REPLACEMENT}]))[^\w\x00-\xff{REPLACEMENT}]+"
    rf"|(?<![\u1100-\u11ff\ua960-\ua97c\uac00-\ud7fb])[{_JAMO}]+"
)
"""Combining characters without one to combine with."""
_IS_JAMO = re.compile(f"[{_JAMO}]")
"""Vowels and final consonants of Hangul: they combine, though Unicode calls them letters."""
_COMBINING = frozenset({"Mn", "Mc", "Me"})
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""Default ignorable characters and the Braille blank, which nobody sees when they are pasted."""
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
    """Return ``text`` with control and invisible characters replaced by visible ones.

    Control characters (C0, C1), bidirectional and zero-width characters, line separators, lone surrogates, symbols
    of unsure width and combining characters with nothing to combine with each become one visible character; unusual
    spaces become plain ones. The number of characters stays the same.
    """
    if text.isascii() and text.isprintable():
        return text
    if not text.isprintable():
        text = "".join(each if each.isprintable() else _mark(each) for each in text)
    return _ALONE.sub(_with_marks, _REPLACED.sub(REPLACEMENT, text))


def _with_marks(alone: re.Match[str]) -> str:
    rest = alone[0]
    first = next((place for place, each in enumerate(rest) if width(each)), len(rest))
    return REPLACEMENT * first + rest[first:]


def width(character: str) -> int:
    """Return the cells of a character on a terminal: two if it is wide, none if it combines with the one before.

    For a character that `visible` shows, this is what Rich, and so Textual, counts too.
    """
    if unicodedata.category(character) in _COMBINING or _IS_JAMO.match(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def without_invisible(text: str) -> str:
    """Return ``text`` as a person sees it: without format characters and fillers, with plain spaces for unusual ones.

    Documents and chat programs put such characters (U+202A, U+200E, U+FEFF …) around numbers that are copied from them.
    Control characters stay, for `visible` or an error to show.
    """
    if text.isascii():
        return text
    seen = (" " if unicodedata.category(each) == "Zs" else each for each in text if unicodedata.category(each) != "Cf")
    return _IGNORABLE.sub("", "".join(seen))


def first_line(text: str) -> str:
    """Return the first line of ``text`` that is not blank, trimmed and without invisible characters."""
    return next(filter(None, (without_invisible(each).strip() for each in text.splitlines())), "")


def _mark(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if unicodedata.category(character) == "Zs":
        return " "
    return REPLACEMENT


def duration(seconds: float) -> str:
    """``1 second``, ``5 minutes``, ``24 hours``: rounded up, in the largest unit of which there are two."""
    if seconds >= 2 * 86_400:
        days = math.ceil(seconds / 86_400)
        return ngettext("{count} day", "{count} days", days).format(count=number(days))
    if seconds >= 2 * 3600:
        hours = math.ceil(seconds / 3600)
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    if seconds >= 2 * 60:
        minutes = math.ceil(seconds / 60)
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    whole = math.ceil(seconds)
    return ngettext("{count} second", "{count} seconds", whole).format(count=whole)


def in_ascii(text: str) -> str:
    """Return ``text`` in ASCII: marks and letters as near as possible, ``?`` for the rest."""
    if text.isascii():
        return text
    return "".join(each if each.isascii() else _bare(each) for each in text.translate(_IN_ASCII))


def _bare(character: str) -> str:
    """``e`` for ``é``."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    return plain if plain.isascii() and plain.isprintable() and plain else "?"
