"""Configuration files of other versions of faxtui."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from faxtui.config.files import Table

VERSION = 1
"""The version of the files that this faxtui writes; a file without one is of version 1."""

Step = Callable[[Table], Table]
STEPS: Mapping[int, Step] = {}
"""How a file of a version is made into one of the next; applied in turn when a file is read."""


def migrated(table: Table, steps: Mapping[int, Step] = STEPS, newest: int = VERSION) -> tuple[Table, str]:
    """The table as this version writes it, and what to say of the file where its version is not known (else empty)."""
    version = table.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return table, "has a version that is no whole number from 1: it is read as if it were of this one."
    if version > newest:
        return table, f"was written for a newer faxtui (version {version}): what this one does not know is left out."
    for step in range(version, newest):
        table = steps[step](table)
    return ({**table, "version": newest} if version < newest else table), ""
