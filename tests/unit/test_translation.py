"""Texts in French: complete, current, with the same values in them, and numbers as they are written there."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import update
from babel.messages.catalog import Message

from faxtui.translation import _, language_of, ngettext, number, use_language

PROJECT = Path(update.__file__).parent.parent


@pytest.fixture
def french() -> Iterator[None]:
    use_language("fr")
    yield
    use_language("en")


@pytest.fixture(scope="module")
def messages() -> list[Message]:
    return [each for each in update.catalogue("fr") if each.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_every_text_is_translated_and_the_compiled_catalogue_is_current() -> None:
    assert list(update.problems("fr")) == []


def test_a_translation_has_the_values_of_its_text(messages: list[Message]) -> None:
    def values(text: str) -> set[str]:
        return set(re.findall(r"{\w+|%\(\w+\)s|%[rs]", text))

    for each in messages:
        wanted = values(forms(each.id)[-1])
        for form in forms(each.string):
            # A singular may say "one" in words.
            assert values(form) == wanted or (values(form) < wanted and isinstance(each.id, tuple)), each.id


def test_a_translation_keeps_the_blanks_at_its_ends(messages: list[Message]) -> None:
    def ends(text: str) -> tuple[str, str]:
        return text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]

    assert [each.id for each in messages if ends(forms(each.id)[0]) != ends(forms(each.string)[0])] == []


def test_punctuation_never_begins_a_line(messages: list[Message]) -> None:
    loose = re.compile(r"\w [:;?!](?:\s|$)|« | »")
    assert [each.string for each in messages for form in forms(each.string) if loose.search(form)] == []


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_CA"}, "fr"),
        ({"LANG": "fr@euro"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr:en"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "C", "LANGUAGE": "fr"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, "en"),
    ],
)
def test_the_language_is_that_of_the_locale_if_there_is_one(environ: Mapping[str, str], language: str) -> None:
    assert language_of(environ) == language


@pytest.mark.usefixtures("french")
def test_french_texts_and_numbers() -> None:
    assert _("Quit") == "Quitter"
    assert _("nothing of ours") == "nothing of ours"
    assert _("") == ""
    assert ngettext("{count:,} page", "{count:,} pages", 0).format(count=0) == "0 page"
    assert ngettext("{count:,} page", "{count:,} pages", 1234).format(count=1234) == "1\u202f234 pages"
    assert _("{count:.1f} MB").format(count=2.5) == "2,5 Mo"
    assert _("{share:.0%} down").format(share=0.35) == "à 35\u202f%"
    assert number(1_234_567) == "1\u202f234\u202f567"


def test_english_loads_no_catalogue() -> None:
    use_language("en")
    assert (_("Quit"), number(1234)) == ("Quit", "1,234")
    script = "import sys; from faxtui import translation as t; t.use_language('en'); sys.exit('gettext' in sys.modules)"
    assert subprocess.run([sys.executable, "-S", "-c", script], cwd=PROJECT, check=False).returncode == 0


def test_no_translated_text_is_compared_or_used_as_a_key() -> None:
    """It would be another one in another language."""
    found = []
    for module in sorted((PROJECT / "faxtui").rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            compared = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            keys = [key for key in node.keys if key] if isinstance(node, ast.Dict) else []
            for each in (*compared, *keys):
                if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "_":
                    found.append(f"{module.name}:{each.lineno}")
    assert found == []
