"""How deletions end with the program."""

from __future__ import annotations

from dataclasses import dataclass

from faxtui.domain.fax import Fax


@dataclass(frozen=True, slots=True)
class Closing:
    """What the end of the program left: faxes for which nothing was sent, and those of which nobody knows."""

    dropped: tuple[Fax, ...] = ()
    unknown: tuple[Fax, ...] = ()
