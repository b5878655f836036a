"""Every key that works, in groups, from the table of actions."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static

from faxtui import __version__
from faxtui.ui.actions import ALL, GROUPS
from faxtui.ui.look import Look
from faxtui.ui.widgets.line import TopLine

_ROOM_FOR_TWO = 76
_KEYS_WIDTH = 11


class HelpScreen(Screen[None]):
    """Closes with Esc, and with the key that opened it."""

    BINDINGS = [
        Binding("escape,question_mark,enter", "dismiss", "Back", show=False),
        Binding("q", "dismiss", "Back", show=False),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._text = Static()

    def compose(self) -> ComposeResult:
        yield TopLine(self._look.marks, "Keys", f"faxtui {__version__}")
        with VerticalScroll():
            yield self._text
        yield TopLine(self._look.marks, "↑ ↓ scroll   Esc back")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        groups = [self._group(name) for name in GROUPS]
        if self.size.width < _ROOM_FOR_TWO:
            self._text.update(Group(*groups))
            return
        beside = Table.grid(expand=True, padding=(0, 2, 0, 0))
        beside.add_column(ratio=1)
        beside.add_column(ratio=1)
        middle = 2
        beside.add_row(Group(*groups[:middle]), Group(*groups[middle:]))
        self._text.update(beside)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _group(self, name: str) -> Table:
        write = self._look.marks.write
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=_KEYS_WIDTH)
        table.add_column()
        table.add_row(Text(name, style="bold"))
        for each in ALL:
            if each.group == name:
                table.add_row(Text(write(self._look.keys.of(each)), style="bold"), Text(write(each.help)))
        table.add_row("")
        return table
