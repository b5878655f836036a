"""Texts that a person reads, in the operator's language: English as written in the code, or a gettext catalogue."""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from gettext import GNUTranslations
    from string import Formatter

AUTOMATIC = "auto"
"""The setting that follows the locale."""
ENGLISH, FRENCH = "en", "fr"
LANGUAGES = (ENGLISH, FRENCH)
_DOMAIN, _NO_DOMAIN = "faxtui", "messages"
_GROUPS = "\u202f"
_IN_NUMBERS = {ord(","): _GROUPS, ord("."): ",", ord("%"): f"{_GROUPS}%"}
"""What separates thousands and decimals in French, and stands before a percent sign."""


class _Catalogue:
    """The language in use and its catalogue; none for English, which loads nothing."""

    language = ENGLISH
    current: GNUTranslations | None = None


def language_of(environ: Mapping[str, str]) -> str:
    """Return the language of messages that the locale names, if faxtui has it, otherwise English."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        # As gettext does: without a locale, LANGUAGE counts for nothing.
        return ENGLISH
    for each in (*environ.get("LANGUAGE", "").split(":"), locale):
        language = each.partition(".")[0].partition("@")[0].partition("_")[0].lower()
        if language in LANGUAGES:
            return language
    return ENGLISH


def use_language(language: str) -> None:
    """Show texts in this language, one of `LANGUAGES`, from now on; those of argparse follow the locale."""
    if language == _Catalogue.language:
        return
    import gettext
    from pathlib import Path

    folder = str(Path(__file__).parent / "locale")
    found = None if language == ENGLISH else gettext.find(_DOMAIN, folder, [language])
    gettext.textdomain(_NO_DOMAIN if found is None else _DOMAIN)
    _Catalogue.language = language
    if found is None:
        _Catalogue.current = None
        return
    gettext.bindtextdomain(_DOMAIN, folder)
    with Path(found).open("rb") as file:
        _Catalogue.current = gettext.GNUTranslations(file)


class _Localized(str):
    """A translated text, whose numbers are written as its language does."""

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        return _formatter().vformat(self, args, values)


@cache
def _formatter() -> Formatter:
    """Return what fills in values; English needs none of it."""
    from string import Formatter

    class Localizing(Formatter):
        def format_field(self, value: object, format_spec: str) -> str:
            written = format(value, format_spec)
            if not isinstance(value, int | float):
                return written
            return written.translate(_IN_NUMBERS)

    return Localizing()


def _(text: str) -> str:
    """Return ``text`` in the operator's language."""
    catalogue = _Catalogue.current
    # The catalogue has its own description under the empty text.
    return text if catalogue is None or not text else _Localized(catalogue.gettext(text))


def N_(text: str) -> str:
    """Mark a constant for translation; `_` translates it when it is shown."""
    return text


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form that goes with ``count``."""
    catalogue = _Catalogue.current
    if catalogue is None:
        return one if count == 1 else many
    return _Localized(catalogue.ngettext(one, many, count))


def number(count: int) -> str:
    """Return a number with its thousands separated."""
    return f"{count:,}" if _Catalogue.current is None else f"{count:,}".replace(",", _GROUPS)
