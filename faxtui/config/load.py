"""Configuration files of other versions of faxtui.

The configuration files made into Settings: the user's over the site's, over the defaults."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from faxtui.config.paths import Paths
from faxtui.config.settings import SECTIONS, Profile, Section, Settings, UnknownEntry, View, read_view, text
from faxtui.config.toml_files import Table, read_table, table_in
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue

NEWEST_VERSION = 1
"""The version of the files that this faxtui writes; a file without one is of version 1."""

Step = Callable[[Table], Table]
STEPS: Mapping[int, Step] = {}
"""How a file of a version is made into one of the next; applied in turn when a file is read."""


def migrated(table: Table, steps: Mapping[int, Step] = STEPS, newest: int = NEWEST_VERSION) -> tuple[Table, str]:
    """The table as this version writes it, and what to say of the file where its version is not known (else empty)."""
    version = table.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return table, "has a version that is no whole number from 1: it is read as if it were of this one."
    if version > newest:
        return table, f"was written for a newer faxtui (version {version}): what this one does not know is left out."
    for step in range(version, newest):
        table = steps[step](table)
    return ({**table, "version": newest} if version < newest else table), ""


DEFAULT_PROFILE_NAME = "main"
VERSION, DEFAULT_PROFILE, PROFILES, KEYS, VIEWS = "version", "default_profile", "profiles", "keys", "views"

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    table: Table


@dataclass(slots=True)
class _Reading:
    """The files, the site's first, what was found wrong with them, and where each setting comes from."""

    sources: list[_Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    origins: dict[str, Path] = field(default_factory=dict)

    def take(self, path: Path) -> None:
        """A file that can't be read counts as empty, and is told of."""
        try:
            table, problem = migrated(read_table(path))
        except ConfigurationError as error:
            self._tell(f"{error} Until then the defaults hold.")
            return
        self.sources.append(_Source(path, table))
        if problem:
            self._tell(f"{path} {problem}")

    def section(self, kind: type[S], *names: str) -> S:
        """Read the table of that name from each file, later ones over earlier ones."""
        known = {each.name: each for each in kind.settings()}
        taken: dict[str, object] = {}
        for source, name, value in self._entries(*names):
            label = _label(source, name, names)
            if name not in known:
                self._tell(f"There is no setting {label}.{_nearest(name, known)}")
                continue
            try:
                taken[name] = known[name].read(value)
            except InvalidValue as error:
                self._tell(f"The setting {label} was left out: {str(error).rstrip('.')}.")
                if known[name].safest is not None:
                    taken[name] = known[name].safest
            else:
                self.origins[".".join([*names, name])] = source.path
        return kind(**taken)

    def keys(self) -> tuple[tuple[str, str], ...]:
        """What ``[keys]`` remaps; which actions there are is for the screen to know."""
        keys: dict[str, str] = {}
        entries = ((source, *each) for source, top, given in self._entries(KEYS) for each in _dotted(top, given))
        for source, name, value in entries:
            if isinstance(value, str) and value.strip():
                keys[name] = value
                self.origins[f"{KEYS}.{name}"] = source.path
            else:
                self._tell(f"The key {_label(source, name, [KEYS])} takes a key's name in quotes.")
        return tuple(keys.items())

    def views(self) -> tuple[View, ...]:
        views: dict[str, View] = {}
        for source, name, value in self._entries(VIEWS):
            label = _label(source, name, [VIEWS])
            try:
                views[name] = read_view(name, value)
            except UnknownEntry as error:
                self._tell(f"The view {label} was left out: {error}{_nearest(error.field, error.known)}")
            except InvalidValue as error:
                self._tell(f"The view {label} was left out: {error}")
            else:
                self.origins[f"{VIEWS}.{name}"] = source.path
        return tuple(views.values())

    def profile_names(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for source, name, value in self._entries(PROFILES):
            if isinstance(value, dict):
                names[name] = None
            else:
                self._tell(_no_table(source, name, (PROFILES, name)))
        return tuple(names)

    def profile_name(self, wanted: str | None) -> str:
        """Raises ConfigurationError where the profile asked for is not there."""
        names = self.profile_names()
        default = self._default_profile()
        name = wanted or default or (names[0] if len(names) == 1 else DEFAULT_PROFILE_NAME)
        if name not in names and (wanted or default):
            there_are = f"there are {', '.join(names)}" if names else "there are none"
            self._tell(f"There is no profile “{name}” in the configuration: {there_are}.")
            raise ConfigurationError(" ".join(self.problems))
        return name

    def _default_profile(self) -> str:
        default = ""
        for source in self.sources:
            try:
                default = text(source.table.get(DEFAULT_PROFILE, default))
            except InvalidValue as error:
                self._tell(f"The setting “{DEFAULT_PROFILE}” in {source.path} was left out: {error}.")
            else:
                if DEFAULT_PROFILE in source.table:
                    self.origins[DEFAULT_PROFILE] = source.path
        return default

    def check_tables(self) -> None:
        known = (VERSION, DEFAULT_PROFILE, PROFILES, *SECTIONS, KEYS, VIEWS)
        for source, name, _ in self._entries():
            if name not in known:
                self._tell(f"There is no setting “{name}” in {source.path}.{_nearest(name, known)}")

    def _entries(self, *names: str) -> Iterator[tuple[_Source, str, object]]:
        """What each file has in the table of that name."""
        for source in self.sources:
            table = source.table
            for depth, name in enumerate(names, 1):
                if name in table and not isinstance(table[name], dict):
                    self._tell(_no_table(source, name, names[:depth]))
                table = table_in(table, name)
            for name, value in table.items():
                yield source, name, value

    def _tell(self, problem: str) -> None:
        self.problems.append(visible(problem))


def load_settings(paths: Paths, profile: str | None = None) -> Settings:
    """Read the configuration. Only a profile that is not there stops it: ConfigurationError."""
    reading = _Reading()
    reading.take(paths.site_config)
    reading.take(paths.config)
    reading.check_tables()
    name = reading.profile_name(profile)
    settings = Settings(
        profile_name=name,
        profile=reading.section(Profile, PROFILES, name),
        keys=reading.keys(),
        views=reading.views(),
        profile_names=reading.profile_names(),
    )
    for each, kind in SECTIONS.items():
        settings = settings.replaced(each, reading.section(kind, each))
    problems = tuple(dict.fromkeys(reading.problems))
    return replace(settings, problems=problems, origins=tuple(reading.origins.items()))


def _dotted(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield ``page.next`` for a table too: TOML makes one of a name that was written without quotes."""
    if isinstance(value, dict) and value:
        for each, inner in value.items():
            yield from _dotted(f"{name}.{each}", inner)
    else:
        yield name, value


def _label(source: _Source, name: str, tables: Iterable[str]) -> str:
    return f"“{name}” in [{'.'.join(tables)}] of {source.path}"


def _no_table(source: _Source, name: str, tables: Iterable[str]) -> str:
    return f"“{name}” in {source.path} was left out: it is a table, written [{'.'.join(tables)}]."


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean “{near[0]}”?" if near else ""
