"""The configuration files made into Settings: the user's over the site's, over the defaults."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from faxtui.config.files import Table, read_table, table_in
from faxtui.config.paths import Paths
from faxtui.config.settings import Profile, Section, Settings, Ui
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue

DEFAULT_PROFILE = "main"
_PROFILES, _UI, _KEYS, _DEFAULT_PROFILE = "profiles", "ui", "keys", "default_profile"

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    table: Table


@dataclass(slots=True)
class _Reading:
    """The files, the site's first, and what was found wrong with them."""

    sources: list[_Source] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def take(self, path: Path) -> None:
        """A file that can't be read counts as empty, and is told of."""
        try:
            self.sources.append(_Source(path, read_table(path)))
        except ConfigurationError as error:
            self.problems.append(f"{error} Until then the defaults hold.")

    def section(self, kind: type[S], *names: str) -> S:
        """Read the table of that name from each file, later ones over earlier ones."""
        known = {each.name: each for each in kind.settings()}
        taken: dict[str, object] = {}
        for source in self.sources:
            for name, value in self._table(source, names).items():
                label = f"“{name}” in [{'.'.join(names)}] of {source.path}"
                if name not in known:
                    self.problems.append(f"There is no setting {label}.{_nearest(name, known)}")
                    continue
                try:
                    taken[name] = known[name].read(value)
                except InvalidValue as error:
                    self.problems.append(f"The setting {label} was left out: {str(error).rstrip('.')}.")
        return kind(**taken)

    def keys(self) -> tuple[tuple[str, str], ...]:
        """What ``[keys]`` remaps; which actions there are is for the screen to know."""
        keys: dict[str, str] = {}
        for source in self.sources:
            for name, value in self._table(source, (_KEYS,)).items():
                if isinstance(value, str) and value.strip():
                    keys[name] = value
                else:
                    self.problems.append(f"The key “{name}” in [keys] of {source.path} takes a key's name in quotes.")
        return tuple(keys.items())

    def profile_name(self, wanted: str | None) -> str:
        """Raises ConfigurationError where the profile asked for is not there."""
        names = [name for source in self.sources for name in table_in(source.table, _PROFILES)]
        defaults = [source.table[_DEFAULT_PROFILE] for source in self.sources if _DEFAULT_PROFILE in source.table]
        default = str(defaults[-1]) if defaults else None
        name = wanted or default or (names[0] if len(set(names)) == 1 else DEFAULT_PROFILE)
        if name not in names and (wanted or default):
            there_are = f"there are {', '.join(dict.fromkeys(names))}" if names else "there are none"
            raise ConfigurationError(f"There is no profile “{visible(name)}” in the configuration: {there_are}.")
        return name

    def check_tables(self, known: Sequence[str]) -> None:
        for source in self.sources:
            for name in source.table:
                if name not in known:
                    self.problems.append(f"There is no setting “{name}” in {source.path}.{_nearest(name, known)}")

    def _table(self, source: _Source, names: Iterable[str]) -> Table:
        table = source.table
        for name in names:
            if name in table and not isinstance(table[name], dict):
                self.problems.append(f"“{name}” in {source.path} was left out: it is a table, written [{name}].")
            table = table_in(table, name)
        return table


def load_settings(paths: Paths, profile: str | None = None) -> Settings:
    """Read the configuration. Only a profile that is not there stops it: ConfigurationError."""
    reading = _Reading()
    reading.take(paths.site_config)
    reading.take(paths.config)
    reading.check_tables((_DEFAULT_PROFILE, _PROFILES, _UI, _KEYS))
    name = reading.profile_name(profile)
    settled, ui, keys = reading.section(Profile, _PROFILES, name), reading.section(Ui, _UI), reading.keys()
    return Settings(name, settled, ui, keys, tuple(reading.problems))


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f" Did you mean “{near[0]}”?" if near else ""
