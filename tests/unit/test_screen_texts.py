"""Texts for people: whole, translatable, and in the words of the house. Read from the source, nothing is run."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from faxtui import errors

PACKAGE = Path(errors.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MARKS = {"_", "N_", "ngettext"}
ERRORS = {name for name, each in vars(errors).items() if inspect.isclass(each) and issubclass(each, Exception)}

NOT_CONVERTED: frozenset[str] = frozenset({})
"""Modules whose errors are not translatable yet. One that is leaves this list."""

UNWANTED = re.compile(
    r"\b(told of|tells of|mends?|goes on|go on|comes? about|came about|asked for|for good|anew|look(ed)? again|"
    r"whole or not at all|takes? back|taken back|where it is kept|the far end|cuts? off|br(eak|oke) off|holds now|"
    r"marks taken off|what there is|leave faxtui|answers?|answered|won't take|can't be taken|by whatever|whoever)\b",
    re.IGNORECASE,
)
"""The left column of the glossary: words that have a better one."""


def _name(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").as_posix()


def _calls(module: Path, names: set[str]) -> Iterator[tuple[int, list[ast.expr]]]:
    """Yield line and arguments of each call of one of ``names``, whether imported or as an attribute."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield node.lineno, node.args + [each.value for each in node.keywords]


def _joins(argument: ast.expr) -> bool:
    """Return True for an f-string that holds a value, or strings added up."""
    match argument:
        case ast.JoinedStr():
            return any(isinstance(each, ast.FormattedValue) for each in argument.values)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.IfExp():
            return _joins(argument.body) or _joins(argument.orelse)
    return False


def _joined_errors(module: Path) -> list[int]:
    return [line for line, arguments in _calls(module, ERRORS) if any(map(_joins, arguments))]


def test_a_text_for_translation_is_written_whole() -> None:
    joined = [
        f"{_name(module)}:{line}"
        for module in MODULES
        for line, arguments in _calls(module, MARKS)
        if any(map(_joins, arguments))
    ]
    assert not joined, "values belong into .format(name=…)"


def test_both_forms_of_a_plural_stand_in_the_call() -> None:
    """Otherwise they are not found for translation, without a word."""
    hidden = [
        f"{_name(module)}:{line}"
        for module in MODULES
        for line, arguments in _calls(module, {"ngettext"})
        if _name(module) != "translation"
        if not all(isinstance(each, ast.Constant) for each in arguments[:2])
    ]
    assert not hidden


def _at_import(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of calls of `_` and `ngettext` that run while a module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for default in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.decorator_list):
                yield from _at_import(ast.Expression(default))
        elif not isinstance(node, ast.Lambda):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                yield node.lineno
            yield from _at_import(node)


def test_no_text_is_translated_before_the_language_is_known() -> None:
    early = [f"{_name(module)}:{line}" for module in MODULES for line in _at_import(ast.parse(module.read_text()))]
    assert not early, "mark constants with N_() and translate them where they are shown"


def test_errors_are_translatable_sentences() -> None:
    found = [
        f"{_name(module)}:{line}"
        for module in MODULES
        if _name(module) not in NOT_CONVERTED
        for line in _joined_errors(module)
    ]
    assert not found, "give the error _(“… {name} …”).format(name=…)"


@pytest.mark.parametrize("module", sorted(NOT_CONVERTED))
def test_the_list_of_modules_to_convert_is_current(module: str) -> None:
    path = PACKAGE / f"{module}.py"
    assert path.exists()
    assert _joined_errors(path), "take it off the list"


def test_no_text_uses_a_word_that_the_glossary_replaces() -> None:
    found = [
        f"{_name(module)}:{line}: {unwanted[0]}"
        for module in MODULES
        for line, arguments in _calls(module, MARKS)
        for argument in arguments
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        if (unwanted := UNWANTED.search(argument.value))
    ]
    assert not found
