"""Conventions of the operator's region, from the locale that the environment names: dates, and cells of CSV.

They come from a table: the locale need not be installed on this machine. (All our decisions.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ShortDates(NamedTuple):
    """Formats (strftime) of dates of this year, and of others, each 14 cells wide."""

    this_year: str
    other_year: str


MONTH_FIRST = ShortDates("%m-%d %H:%M:%S", "%y-%m-%d %H:%M")
_MONTH_FIRST_LANGUAGES = frozenset({"c", "posix", "hu", "ja", "ko", "lt", "sv", "zh"})
_MONTH_FIRST_LOCALES = frozenset({"en", "en_ca", "en_ph", "en_us"})
_DOTTED = frozenset(
    {"bg", "cs", "da", "de", "et", "fi", "hr", "is", "lv", "nb", "nn", "no", "pl", "ro", "ru", "sk", "sl", "sr", "tr"}
)
"""Languages that write 25.11."""
_COMMA_LANGUAGES = frozenset({"c", "en", "he", "hi", "ja", "ko", "posix", "th", "zh"})
_COMMA_LOCALES = frozenset(f"es_{each}" for each in ("do", "gt", "hn", "mx", "ni", "pa", "pe", "pr", "sv", "us"))


class Region(NamedTuple):
    """Short formats of dates, and what spreadsheets expect between cells of CSV."""

    dates: ShortDates = MONTH_FIRST
    separator: str = ","


DEFAULT_REGION = Region()


def region_of(environ: Mapping[str, str]) -> Region:
    return Region(_short_dates(environ), _cell_separator(environ))


def _short_dates(environ: Mapping[str, str]) -> ShortDates:
    """Return the short formats in the order of LC_TIME: ``25/11 16:53:08``, or ``11-25 16:53:08``."""
    locale, language = _locale(environ, "LC_TIME")
    if language in _MONTH_FIRST_LANGUAGES or locale in _MONTH_FIRST_LOCALES:
        return MONTH_FIRST
    mark = "." if language in _DOTTED else "/"
    return ShortDates(f"%d{mark}%m %H:%M:%S", f"%d{mark}%m{mark}%y %H:%M")


def _cell_separator(environ: Mapping[str, str]) -> str:
    """Return what spreadsheets of LC_NUMERIC expect between cells: ``;`` where decimals have a comma."""
    locale, language = _locale(environ, "LC_NUMERIC")
    return "," if language in _COMMA_LANGUAGES or locale in _COMMA_LOCALES else ";"


def _locale(environ: Mapping[str, str], category: str) -> tuple[str, str]:
    """Return ``fr_ca`` and ``fr`` for ``fr_CA.UTF-8@euro``; ``c`` if no locale is set."""
    name = next((environ[each] for each in ("LC_ALL", category, "LANG") if environ.get(each)), "C")
    locale = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
    return locale, locale.partition("_")[0]
