"""Saved state of the program: filters, sort and sidebar of each profile, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from faxtui.config.settings import text
from faxtui.config.toml_files import Table, locked, read_table, table_in, write_instead, write_table
from faxtui.domain.query import Filters, Sort, filter_named, parse_sort, sort_text
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, InvalidValue
from faxtui.translation import _

log = logging.getLogger(__name__)
_PROFILES, _FILTERS, _SORT, _SIDEBAR = "profiles", "filters", "sort", "sidebar"


@dataclass(frozen=True, slots=True)
class SavedState:
    """``sidebar`` is True if it is shown beside the table when there is room."""

    filters: Filters = field(default_factory=Filters)
    sort: Sort = field(default_factory=Sort)
    sidebar: bool = True


class StateFile:
    """State of one profile in ``state.toml``."""

    def __init__(self, path: Path, profile: str, *, with_filters: bool = True) -> None:
        self._path = path
        self._profile = profile
        self._with_filters = with_filters

    def with_filters(self, wanted: bool) -> StateFile:
        """Return the same file, with or without saved filters."""
        return StateFile(self._path, self._profile, with_filters=wanted)

    def load(self) -> tuple[SavedState, str]:
        """Return the saved state, and a sentence if it could not be read, else an empty text."""
        try:
            table = table_in(table_in(read_table(self._path), _PROFILES), self._profile)
        except ConfigurationError as error:
            return SavedState(), _("{error} Until then nothing is remembered.").format(error=error)
        return self._remembered(table), ""

    def save(self, remembered: SavedState) -> None:
        """Save the state beside that of other profiles; a file that can't be read is set aside. Raises StorageError."""
        with locked(self._path):
            self._write(remembered)

    def _write(self, remembered: SavedState) -> None:
        mine: dict[str, object] = {_SORT: sort_text(remembered.sort), _SIDEBAR: remembered.sidebar}
        if self._with_filters:
            mine[_FILTERS] = remembered.filters.as_text()
        try:
            before = read_table(self._path)
        except ConfigurationError:
            kept = write_instead(self._path, {_PROFILES: {self._profile: mine}})
            log.warning("the state file could not be read: set aside as %s", kept.name)
        else:
            write_table(self._path, {**before, _PROFILES: {**table_in(before, _PROFILES), self._profile: mine}})

    def _remembered(self, table: Table) -> SavedState:
        default = SavedState()
        sidebar = table.get(_SIDEBAR)
        return SavedState(
            _filters(table_in(table, _FILTERS)) if self._with_filters else default.filters,
            _sort(table[_SORT]) if _SORT in table else default.sort,
            sidebar if isinstance(sidebar, bool) else default.sidebar,
        )


def _filters(table: Table) -> Filters:
    """Return every valid filter; an invalid one is left out."""
    filters = Filters()
    for name, value in table.items():
        try:
            filters = filters.with_value(filter_named(name), text(value))
        except InvalidValue:
            log.warning("a remembered filter was left out: %s", visible(name))
    return filters


def _sort(value: object) -> Sort:
    try:
        return parse_sort(text(value))
    except InvalidValue:
        log.warning("the remembered sort was left out")
        return Sort()
