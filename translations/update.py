"""Bring the catalogues up to date with the texts in the code: python translations/update.py [--check].

For each language it merges new texts into translations/LANGUAGE.po and compiles that into the package. With ``--check``
nothing is written; the exit code is 1 if something is missing, fuzzy, or not current.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "faxtui"
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
LANGUAGES = ("fr",)
HEADER = "# Texts of faxtui. Edit the translations here, then run: python translations/update.py"
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in the files: a real one would make them differ at each run."""


def texts() -> Catalog:
    """Return the texts that the code marks for translation."""
    template = Catalog(project="faxtui", charset="utf-8")
    for file, line, message, comments, context in extract_from_dir(
        PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        template.add(message, None, [(f"faxtui/{file}", line)], auto_comments=comments, context=context)
    return template


def po_file(language: str) -> Path:
    return PROJECT / "translations" / f"{language}.po"


def mo_file(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "faxtui.mo"


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language as it is in the project."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, project="faxtui", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> bytes:
    """Return the .mo file that belongs to the catalogue of a language."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue(language))
    return buffer.getvalue()


def problems(language: str) -> Iterator[str]:
    """Yield what keeps a catalogue from being complete and current."""
    known = catalogue(language)
    for message in texts():
        if not message.id:
            continue
        translated = known.get(message.id, message.context)
        if translated is None or not all(_forms(translated.string)):
            yield f"not translated: {message.id!r}"
        elif translated.fuzzy:
            yield f"to check: {message.id!r}"
    for message in known:
        yield from (f"{message.id!r}: {error}" for error in message.check(known))
    if not mo_file(language).exists() or mo_file(language).read_bytes() != compiled(language):
        yield f"{mo_file(language).relative_to(PROJECT)} is not current"


def _forms(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def update(language: str) -> None:
    """Merge the texts of the code into the catalogue, and compile it. Texts that are gone leave it."""
    known = catalogue(language)
    known.update(texts(), no_fuzzy_matching=True)
    known.obsolete.clear()
    known.header_comment, known.fuzzy = HEADER, False
    known.project, known.version, known.msgid_bugs_address, known.last_translator = "faxtui", "", "", ""
    known.language_team = language
    known.creation_date = known.revision_date = UNDATED
    with po_file(language).open("wb") as file:
        write_po(file, known, width=100, sort_output=True, no_location=True, omit_header=False, ignore_obsolete=True)
    path = mo_file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compiled(language))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="report what is missing instead of writing")
    check = parser.parse_args().check
    if not check:
        for language in LANGUAGES:
            update(language)
    found = [f"{language}: {problem}" for language in LANGUAGES for problem in problems(language)]
    print("\n".join(found) or "All catalogues are complete and current.")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
