"""Mark the texts that a person reads, so that they can be translated. For now each returns its argument."""

from __future__ import annotations


def _(text: str) -> str:
    """Return ``text`` in the operator's language."""
    return text


def N_(text: str) -> str:
    """Mark a constant for translation; `_` translates it when it is shown."""
    return text


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form that goes with ``count``."""
    return one if count == 1 else many
