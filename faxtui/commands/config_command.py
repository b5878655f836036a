"""``faxtui config``: where files are, and every setting with its value and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from faxtui.config.paths import Paths
from faxtui.config.settings import SECTIONS, Section, Settings
from faxtui.config.values import shown
from faxtui.domain.sorting import sort_text
from faxtui.domain.text import visible

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Override:
    """A value that an option or the environment gives, and which of them."""

    value: str
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
        yield f"{name:<20}{path}{'' if path.exists() else '  (not there)'}"


def setting_lines(settings: Settings, overrides: Mapping[str, Override]) -> Iterator[str]:
    """Every setting as a line of TOML, with its origin. Secrets are no settings: they are never among them."""
    origins = {name: str(path) for name, path in settings.origins}
    yield from _section(settings.profile, f"profiles.{settings.profile_name}", origins, overrides)
    for name in SECTIONS:
        yield from _section(settings.section(name), name, origins, overrides)
    for name, keys in settings.keys:
        yield _line(f"keys.{name}", _toml(keys), origins.get(f"keys.{name}", _DEFAULT))
    for view in settings.views:
        for name, value in [*view.filters.as_text().items(), ("sort", sort_text(view.sort))]:
            yield _line(f"views.{view.name}.{name}", _toml(value), origins.get(f"views.{view.name}", _DEFAULT))


def _section(
    section: Section, table: str, origins: Mapping[str, str], overrides: Mapping[str, Override]
) -> Iterator[str]:
    for each in section.settings():
        name = f"{table}.{each.name}"
        override = overrides.get(each.name) if table.startswith("profiles.") else None
        if override is not None:
            yield _line(name, _toml(override.value), override.origin)
        else:
            yield _line(name, _toml(getattr(section, each.name)), origins.get(name, _DEFAULT))


def _line(name: str, value: str, origin: str) -> str:
    return f"{visible(name)} = {visible(value)}  # {visible(origin)}"


def _toml(value: object) -> str:
    import tomli_w

    if isinstance(value, tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    if value is None or isinstance(value, Path):
        value = shown(value)
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()
