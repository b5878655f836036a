"""Combinations of options of which one has no effect: an error, since whoever gave it expected one."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from faxtui.domain.filters import FILTERS

_ACCOUNT = ("profile", "base_url", "login", "password_file")
_FILTERS = tuple(each.parameter for each in FILTERS)
_SELECTION = (*_FILTERS, "view", "sort")
_SHOWN = (*_SELECTION, "page", "page_size")
_NAMES = {each.parameter: each.name for each in FILTERS}
_NOT_EMPTY = (*_FILTERS, "view", "sort", "profile", "base_url", "login")


def without_effect(command: str, given: Mapping[str, object]) -> str:
    """Return why an option of those ``given`` on the command line has no effect; empty if each has one."""
    for name in _NOT_EMPTY:
        value = given.get(name)
        if isinstance(value, str) and not value.strip():
            return f"{_option(name)} needs a value: leave it out, or name one"
    for present, names, reason in _rules(command, given):
        for name in names:
            if present and name in given:
                return f"{_option(name)} has no effect {reason}: leave it out"
    return ""


def _rules(command: str, given: Mapping[str, object]) -> tuple[tuple[bool, tuple[str, ...], str], ...]:
    """When, which options have no effect, and why."""
    present: AbstractSet[str] = {name for name, value in given.items() if value not in (None, False, [])}
    is_list, is_download, is_config = (command == each for each in ("list", "download", "config"))
    verifies = is_download and "verify" in present
    return (
        (is_list and "all" in present, ("page",), "with --all, which lists every page"),
        (verifies, ("demo", *_ACCOUNT, *_SHOWN), "with --verify, which looks at a folder only"),
        (is_download, ("page", "page_size"), "on a download, which saves every page"),
        (is_download and "faxes" in present, ("sort",), "on faxes that are named by FOLDER/FILE"),
        (command == "doctor", _SHOWN, "on faxtui doctor"),
        (is_config, _SHOWN, "on faxtui config"),
        (is_config and given.get("what") == "path", ("demo", *_ACCOUNT), "on faxtui config path"),
        ("demo" in present, _ACCOUNT, "with --demo, which has an account of its own"),
    )


def _option(name: str) -> str:
    return f"--{_NAMES.get(name, name).replace('_', '-')}"
