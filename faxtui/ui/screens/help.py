"""The help: every key, in groups, read from the table of actions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from faxtui import __version__
from faxtui.translation import N_, _
from faxtui.ui.display import DisplayOptions
from faxtui.ui.keymap import ALL, GROUPS
from faxtui.ui.screens.dialog import ClosesOnce
from faxtui.ui.widgets.bars import TopLine

_ROOM_FOR_TWO = 76
_LEGEND = N_(
    "Beside a row: ● marked, o opened, s saved, D being deleted, x deleted, g deleted elsewhere, "
    "? deletion unconfirmed."
)


class HelpScreen(ClosesOnce[None]):
    """Closes with Esc, and with the key that opened it."""

    BINDINGS = [
        Binding("escape,enter,q", "dismiss", "Back", show=False),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, options: DisplayOptions, groups: Sequence[str] = GROUPS) -> None:
        super().__init__()
        self._groups = groups
        self._options = options
        self._text = Static()
        self._keys_width = max(cell_len(options.keys.label(each)) for each in ALL) + 1

    def compose(self) -> ComposeResult:
        yield TopLine(self._options.glyphs, _("Keys"), f"faxtui {__version__}")
        with VerticalScroll():
            yield self._text
        yield TopLine(self._options.glyphs, _("↑ ↓ scroll   Esc back"))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        groups = [self._group(name) for name in self._groups]
        legend = Text(self._options.glyphs.write(_(_LEGEND)))
        if self.size.width < _ROOM_FOR_TWO:
            self._text.update(Group(*groups, legend))
            return
        beside = Table.grid(expand=True)
        beside.add_column(ratio=1)
        beside.add_column(ratio=1)
        half = (len(groups) + 1) // 2
        beside.add_row(Group(*groups[:half]), Group(*groups[half:]))
        self._text.update(Group(beside, legend))

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _group(self, name: str) -> Group:
        write = self._options.glyphs.write
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=self._keys_width)
        table.add_column()
        for each in ALL:
            if each.group == name:
                table.add_row(Text(write(self._options.keys.label(each)), style="bold"), Text(write(_(each.help))))
        return Group(Text(_(name), style="bold underline"), table, "")
