"""``faxtui config``: where files are, and every setting with its value and where that comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faxtui.config.load import DEFAULT_PROFILE, KEYS, PROFILES, VIEWS
from faxtui.config.paths import Paths
from faxtui.config.settings import SECTIONS, Section, Settings
from faxtui.config.values import shown
from faxtui.domain.sorting import sort_text
from faxtui.domain.text import visible

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Override:
    """A value that an option or the environment gives, and which of them."""

    value: str | bool
    origin: str


def path_lines(paths: Paths) -> Iterator[str]:
    """One file or folder a line, and whether it is there."""
    named = {
        "configuration": paths.config,
        "site configuration": paths.site_config,
        "state": paths.state,
        "logs": paths.logs,
    }
    for name, path in named.items():
        yield f"{name:<20}{path}{'' if os.path.lexists(path) else '  (not there)'}"


def setting_lines(settings: Settings, overrides: Mapping[str, Override]) -> Iterator[str]:
    """Every setting as a line of TOML, with its origin. Secrets are no settings: they are never among them.

    ``overrides`` are of settings of the profile, and of which profile it is.
    """
    origins = {name: str(path) for name, path in settings.origins}
    profile = overrides.get(DEFAULT_PROFILE) or Override(settings.profile_name, origins.get(DEFAULT_PROFILE, _DEFAULT))
    yield _line([DEFAULT_PROFILE], profile.value, profile.origin)
    yield from _section(settings.profile, [PROFILES, settings.profile_name], origins, overrides)
    for name in SECTIONS:
        yield from _section(settings.section(name), [name], origins, {})
    for name, keys in settings.keys:
        yield _line([KEYS, name], keys, origins.get(f"{KEYS}.{name}", _DEFAULT))
    for view in settings.views:
        for name, value in [*view.filters.as_text().items(), ("sort", sort_text(view.sort))]:
            yield _line([VIEWS, view.name, name], value, origins.get(f"{VIEWS}.{view.name}", _DEFAULT))


def _section(
    section: Section, tables: Sequence[str], origins: Mapping[str, str], overrides: Mapping[str, Override]
) -> Iterator[str]:
    for each in section.settings():
        names = [*tables, each.name]
        override = overrides.get(each.name)
        if override is not None:
            yield _line(names, _without_password(each.name, override.value), override.origin)
        else:
            value = _without_password(each.name, getattr(section, each.name))
            yield _line(names, value, origins.get(".".join(names), _DEFAULT))


def _without_password(name: str, value: object) -> object:
    """A password written where none belongs, into an address or after the login, is not shown."""
    if not isinstance(value, str):
        return value
    if name in ("base_url", "token_url") and "@" in value:
        scheme = next((each for each in ("https://", "http://") if value.startswith(each)), "")
        return f"{scheme}…@{value.rpartition('@')[2]}"
    if name == "login" and ":" in value:
        return f"{value.partition(':')[0]}:…"
    return value


def _line(names: Sequence[str], value: object, origin: str) -> str:
    return f"{visible('.'.join(map(_key, names)))} = {visible(_toml(value))}  # {visible(origin)}"


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    import tomli_w

    if isinstance(value, tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    if value is None or isinstance(value, Path):
        value = shown(value)
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()
