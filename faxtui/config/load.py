"""Configuration files: where they are, and reading them into Settings, the user's over the site's over the defaults."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from faxtui.config.settings import SECTIONS, Profile, Section, Settings, UnknownEntry, View, read_view, text
from faxtui.config.toml_files import Table, read_table, table_in
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue
from faxtui.translation import _

NEWEST_VERSION = 1
"""Version of the files that this faxtui reads; a file without one is of version 1."""


@dataclass(frozen=True, slots=True)
class Paths:
    """``config`` is the user's file, ``site_config`` the machine's, ``state`` the program's own; ``logs`` a folder."""

    config: Path
    site_config: Path
    state: Path
    logs: Path

    @property
    def journal(self) -> Path:
        """File of what was saved and deleted here."""
        return self.state.with_name("journal.jsonl")


def default_paths() -> Paths:
    """Return the platform's own places (on Linux those of ``XDG_*``)."""
    from platformdirs import PlatformDirs

    places = PlatformDirs("faxtui", appauthor=False)
    return Paths(
        config=places.user_config_path / "config.toml",
        site_config=places.site_config_path / "config.toml",
        state=places.user_state_path / "state.toml",
        logs=places.user_log_path,
    )


DEFAULT_PROFILE_NAME = "main"
VERSION, DEFAULT_PROFILE, PROFILES, KEYS, VIEWS = "version", "default_profile", "profiles", "keys", "views"

S = TypeVar("S", bound=Section)


class _Source(NamedTuple):
    path: Path
    table: Table


class _Loader:
    """Files, the site's first, their problems, and the origin of each setting."""

    def __init__(self) -> None:
        self.sources: list[_Source] = []
        self.problems: list[str] = []
        self.origins: dict[str, Path] = {}

    def add(self, path: Path) -> None:
        """Add a file. One that can't be read counts as empty, and is reported."""
        try:
            table = read_table(path)
        except ConfigurationError as error:
            self._report(_("{error} Until then the defaults apply.").format(error=error))
            return
        self.sources.append(_Source(path, table))
        version = table.get(VERSION, NEWEST_VERSION)
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._report(_("The version of {path} is not a positive integer: ignored.").format(path=path))
        elif version > NEWEST_VERSION:
            self._report(
                _(
                    "{path} was written for a newer faxtui (version {version}). Settings that this one does not know "
                    "are ignored."
                ).format(path=path, version=version)
            )

    def section(self, kind: type[S], *names: str) -> S:
        """Return the table of that name, read from each file, later ones over earlier ones."""
        known = {each.name: each for each in kind.settings()}
        values: dict[str, object] = {}
        for source, name, value in self._entries(*names):
            label = _label(source, name, names)
            if name not in known:
                self._report(_unknown(label, name, known))
                continue
            try:
                values[name] = known[name].read(value)
            except InvalidValue as error:
                self._report(_("Ignored {setting}. {reason}").format(setting=label, reason=error))
                if known[name].safest is not None:
                    values[name] = known[name].safest
            else:
                self.origins[".".join([*names, name])] = source.path
        return kind(**values)

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the entries of ``[keys]``; only the screen knows which actions there are."""
        keys: dict[str, str] = {}
        entries = ((source, *each) for source, top, given in self._entries(KEYS) for each in _dotted(top, given))
        for source, name, value in entries:
            if isinstance(value, str) and value.strip():
                keys[name] = value
                self.origins[f"{KEYS}.{name}"] = source.path
            else:
                self._report(
                    _("Ignored {setting}. Expected the name of a key in quotes.").format(
                        setting=_label(source, name, [KEYS])
                    )
                )
        return tuple(keys.items())

    def views(self) -> tuple[View, ...]:
        views: dict[str, View] = {}
        for source, name, value in self._entries(VIEWS):
            label = _label(source, name, [VIEWS])
            try:
                views[name] = read_view(name, value)
            except UnknownEntry as error:
                reason = f"{error} {_suggestion(error.field, error.known)}".rstrip()
                self._report(_("Ignored the view {view}. {reason}").format(view=label, reason=reason))
            except InvalidValue as error:
                self._report(_("Ignored the view {view}. {reason}").format(view=label, reason=error))
            else:
                self.origins[f"{VIEWS}.{name}"] = source.path
        return tuple(views.values())

    def profile_names(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for source, name, value in self._entries(PROFILES):
            if isinstance(value, dict):
                names[name] = None
            else:
                self._report(_not_a_table(source, name, (PROFILES, name)))
        return tuple(names)

    def profile_name(self, wanted: str | None) -> str:
        """Return the name of the profile to use. Raises ConfigurationError if the wanted one does not exist."""
        names = self.profile_names()
        default = self._default_profile()
        name = wanted or default or (names[0] if len(names) == 1 else DEFAULT_PROFILE_NAME)
        if name not in names and (wanted or default):
            text = (
                _("There is no profile “{name}” in the configuration. Choose from {names}.")
                if names
                else _("There is no profile “{name}” in the configuration: there are none.")
            )
            self._report(text.format(name=name, names=", ".join(names)))
            raise ConfigurationError(" ".join(self.problems))
        return name

    def _default_profile(self) -> str:
        default = ""
        for source in self.sources:
            try:
                default = text(source.table.get(DEFAULT_PROFILE, default))
            except InvalidValue as error:
                label = _top_label(source, DEFAULT_PROFILE)
                self._report(_("Ignored {setting}. {reason}").format(setting=label, reason=error))
            else:
                if DEFAULT_PROFILE in source.table:
                    self.origins[DEFAULT_PROFILE] = source.path
        return default

    def check_tables(self) -> None:
        known = (VERSION, DEFAULT_PROFILE, PROFILES, *SECTIONS, KEYS, VIEWS)
        for source, name, _value in self._entries():
            if name not in known:
                self._report(_unknown(_top_label(source, name), name, known))

    def _entries(self, *names: str) -> Iterator[tuple[_Source, str, object]]:
        """Yield the entries of the table of that name in each file."""
        for source in self.sources:
            table = source.table
            for depth, name in enumerate(names, 1):
                if name in table and not isinstance(table[name], dict):
                    self._report(_not_a_table(source, name, names[:depth]))
                table = table_in(table, name)
            for name, value in table.items():
                yield source, name, value

    def _report(self, problem: str) -> None:
        self.problems.append(visible(problem))


def load_settings(paths: Paths, profile: str | None = None) -> Settings:
    """Read the configuration. Raises ConfigurationError only if the profile does not exist."""
    loader = _Loader()
    loader.add(paths.site_config)
    loader.add(paths.config)
    loader.check_tables()
    name = loader.profile_name(profile)
    settings = Settings(
        profile_name=name,
        profile=loader.section(Profile, PROFILES, name),
        keys=loader.keys(),
        views=loader.views(),
        profile_names=loader.profile_names(),
    )
    for each, kind in SECTIONS.items():
        settings = settings.replaced(each, loader.section(kind, each))
    problems = tuple(dict.fromkeys(loader.problems))
    return replace(settings, problems=problems, origins=tuple(loader.origins.items()))


def _dotted(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield ``page.next`` for a table too: TOML makes one of a name that was written without quotes."""
    if isinstance(value, dict) and value:
        for each, inner in value.items():
            yield from _dotted(f"{name}.{each}", inner)
    else:
        yield name, value


def _label(source: _Source, name: str, tables: Iterable[str]) -> str:
    return _("“{name}” in [{table}] of {path}").format(name=name, table=".".join(tables), path=source.path)


def _top_label(source: _Source, name: str) -> str:
    return _("“{name}” in {path}").format(name=name, path=source.path)


def _not_a_table(source: _Source, name: str, tables: Iterable[str]) -> str:
    return _("Ignored {setting}. Expected a table, written [{table}].").format(
        setting=_top_label(source, name), table=".".join(tables)
    )


def _unknown(label: str, name: str, known: Iterable[str]) -> str:
    suggestion = _suggestion(name, known)
    return f"{_('There is no setting {setting}.').format(setting=label)} {suggestion}".rstrip()


def _suggestion(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return _("Did you mean “{name}”?").format(name=near[0]) if near else ""
