"""The few characters beyond ASCII that the screen uses, and what stands for them where there is no UTF-8."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.cells import cell_len, set_cell_size

from faxtui.domain.query import SortDirection
from faxtui.domain.text import in_ascii


@dataclass(frozen=True, slots=True)
class Glyphs:
    """How to write for this terminal: as it is, or with ASCII in place of what it can't show."""

    utf8: bool = True
    bar: str = field(init=False)
    marked: str = field(init=False)
    ellipsis: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bar", self.write("▌"))
        object.__setattr__(self, "marked", self.write("●"))
        object.__setattr__(self, "ellipsis", self.write("…"))

    def write(self, text: str) -> str:
        return text if self.utf8 else in_ascii(text)

    def sort(self, direction: SortDirection) -> str:
        return self.write("▲" if direction is SortDirection.ASCENDING else "▼")

    def cut(self, text: str, width: int) -> str:
        """``text`` in at most ``width`` cells, with ``…`` where something was cut."""
        written = self.write(text)
        if cell_len(written) <= width:
            return written
        return set_cell_size(written, max(width - len(self.ellipsis), 0)).rstrip() + self.ellipsis[:width]
