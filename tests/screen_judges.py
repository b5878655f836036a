"""Two terminals that tell what a stream of bytes makes of their screen: pyte, and tmux."""

import re
import subprocess
import unicodedata
from itertools import count
from pathlib import Path

from pyte.screens import Char
from repeating_pyte import RepeatingScreen, RepeatingStream

from faxtui.terminal.driver.pen import apply_sgr
from faxtui.terminal.driver.screen import PLAIN, Style, clusters, on_blank

START = "\x1b[?7l\x1b[?25l"
"""Textual paints with line wrap off."""
_READ = "printf '\\033[5n'; head -c 4 >/dev/null"
"""Ask the terminal how it is (DSR), and wait for the answer: it has read everything before, then."""
Seen = tuple[str, Style]
"""A character and how it looks. Of a space, what can't be seen on it does not count: its colour, and its weight."""
Picture = list[list[Seen]]
_ATTRIBUTES = {"bold": 1, "italics": 3, "underscore": 4, "blink": 5, "reverse": 7, "strikethrough": 9}
_STYLED = re.compile(r"\x1b\[(?P<parameters>[0-9:;]*)m|\x0e|\x0f|(?P<text>[^\x1b\x0e\x0f]+)")


def _seen(text: str, style: Style) -> Seen:
    text = unicodedata.normalize("NFC", text)
    return text, on_blank(style) if text == " " else style


class PyteJudge:
    def __init__(self, columns: int, lines: int) -> None:
        self._screen = RepeatingScreen(columns, lines)
        self._stream = RepeatingStream(self._screen)
        self.feed(START)

    def feed(self, data: str) -> None:
        self._stream.feed(data.encode())

    def picture(self) -> Picture:
        lines, columns = range(self._screen.lines), range(self._screen.columns)
        return [[_of_pyte(self._screen.buffer[line][column]) for column in columns] for line in lines]


def _of_pyte(char: Char) -> Seen:
    codes = {code for name, code in _ATTRIBUTES.items() if getattr(char, name)}
    return _seen(char.data, Style(char.fg.removeprefix("default"), char.bg.removeprefix("default"), frozenset(codes)))


class TmuxJudge:
    """A tmux server of its own; each of its sessions is a terminal that shows one stream."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._tmux("new-session", "-d", "-s", "idle", "exec sleep 600")

    def picture(self, data: str, columns: int, lines: int) -> Picture:
        """What it shows once all of that was sent to it.

        It does not tell what is erased to the right of the last character, so there is one at last: in a column more.
        """
        name = f"judged{next(self._numbers)}"
        self._write(name, START + data)
        self._write("mark", "".join(f"\x1b[{line + 1};{columns + 1}H\x1b[m|" for line in range(lines)))
        tmux = f"tmux -S {self._folder}/tmux wait-for"
        told = [f"{tmux} -S {name}", f"{tmux} {name}-wide"]
        steps = [f"cat {name}", _READ, *told, "cat mark", _READ, f"{tmux} -S {name}-marked"]
        command = "; ".join([f"cd {self._folder}", "stty raw -echo", *steps, "exec sleep 60"])
        self._tmux("new-session", "-d", "-s", name, "-x", str(columns), "-y", str(lines), command)
        self._tmux("wait-for", name)
        self._tmux("resize-window", "-t", name, "-x", str(columns + 1))
        self._tmux("wait-for", "-S", f"{name}-wide")
        self._tmux("wait-for", f"{name}-marked")
        captured = self._tmux("capture-pane", "-peN", "-t", name)
        self._tmux("kill-session", "-t", name)
        rows = _of_tmux(captured, lines)
        assert [row[columns:] for row in rows] == [[("|", PLAIN)]] * lines
        return [row[:columns] for row in rows]

    def stop(self) -> None:
        self._tmux("kill-server", is_sure=False)

    def _write(self, name: str, data: str) -> None:
        (self._folder / name).write_text(data, encoding="utf-8", newline="")

    def _tmux(self, *arguments: str, is_sure: bool = True) -> str:
        command = ["tmux", "-S", str(self._folder / "tmux"), "-f", "/dev/null", "-u", *arguments]
        return subprocess.run(command, check=is_sure, capture_output=True, text=True, timeout=20).stdout


def _of_tmux(captured: str, lines: int) -> Picture:
    """The look goes on from line to line."""
    rows: Picture = []
    style = PLAIN
    for line in captured.split("\n")[:lines]:
        row: list[Seen] = []
        for match in _STYLED.finditer(line):
            if match["text"] is None:
                style = apply_sgr(style, match["parameters"])
                continue
            for cluster, width in clusters(match["text"]):
                row += [_seen(cluster, style), *[("", style)] * (width - 1)]
        rows.append(row)
    return rows
