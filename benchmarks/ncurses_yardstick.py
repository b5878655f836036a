"""Compare the bytes that faxtui sends with those of ncurses for the very same screens, and with stock Textual's.

python benchmarks/ncurses_yardstick.py [--json FILE]

ncurses has been sending little for forty years: it is the yardstick for what a screen takes. faxtui is used on a
pty, an emulator keeps the screen after each key, and ncurses paints those one after the other on a pty of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import curses
import fcntl
import json
import locale
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte
from bound import verdict
from starting import SIZE, commands, environment, service

STEPS = ("start", "j", "j", "j", "n", "n", "p", "o", "j", "\r", "\x1b", "k")
NAMES = {"\r": "Enter", "\x1b": "Esc"}
TERMINALS: Mapping[str, Mapping[str, str]] = {
    "16 colours": {"TERM": "xterm", "COLORTERM": ""},
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
}
MOST = {"16 colours": (0.80, 1.00), "truecolor": (0.95, 1.15)}
"""The largest ratio to ncurses that is still right: of all bytes, and of any single step."""
THIN, STOCK = "true", "false"
"""What ``[ui] thin`` is set to: our driver, or Textual's own."""
QUIET = 0.35
"""Seconds without a byte after which a key counts as done."""
_ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;0$y", b"\x1b[6n": b"\x1b[1;79R"}
"""What an xterm of 80 columns says: no synchronized output, tab stops as usual, all repeated that was to be."""
_HIDDEN = (b"\x1b[?2026$p", b"\x1b[>25u", b"\x1b[<u")
"""What pyte would print."""
_COLOURS = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")

Cell = tuple[str, int, int, int]
"""Character, foreground and background as curses numbers them, attributes."""
Screen = list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Step:
    """``last``: seconds from the key to the last byte."""

    sent: int
    last: float
    screen: Screen


class RepeatingScreen(pyte.Screen):
    """pyte lacks REP."""

    def draw(self, data: str) -> None:
        self.last = data[-1:]
        super().draw(data)

    def repeat(self, count: int = 1) -> None:
        super().draw(self.last * count)


class RepeatingStream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat"}
    events = pyte.ByteStream.events | {"repeat"}


class Pty:
    """A program on a pty, ended when the block is left."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
            os.execvpe(command[0], list(command), dict(environ))

    def __enter__(self) -> Pty:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self._pid, 0)

    def press(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def read(self, until: str = "") -> tuple[bytes, float]:
        """Everything until it is quiet, and the text has come; with the seconds to the last of it."""
        begun = time.perf_counter()
        data, last = b"", 0.0
        while True:
            waits = QUIET if data and until.encode() in data else 20.0
            if not select.select([self._terminal], [], [], waits)[0]:
                return data, last
            try:
                chunk = os.read(self._terminal, 65536)
            except OSError:
                return data, last
            data, last = data + chunk, time.perf_counter() - begun
            for question, answer in _ANSWERS.items():
                if question in chunk:
                    self.press(answer)


def browse(thin: str, terminal: Mapping[str, str]) -> list[Step]:
    with service() as address, tempfile.TemporaryDirectory() as home:
        environ = {**environment(home), **terminal}
        config = Path(home) / ".config" / "faxtui" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f"[ui]\nthin = {thin}\n", encoding="utf-8")
        screen = RepeatingScreen(*SIZE)
        stream = RepeatingStream(screen)
        with Pty(commands(address, 50)["faxtui"], environ) as program:
            steps = []
            for key in STEPS:
                if key != "start":
                    program.press(key.encode())
                data, last = program.read("page 1 of" if key == "start" else "")
                shown = data
                for each in _HIDDEN:
                    shown = shown.replace(each, b"")
                stream.feed(shown)
                steps.append(Step(len(data), last, _picture(screen)))
    return steps


def _picture(screen: pyte.Screen) -> Screen:
    return [[_cell(screen.buffer[line][column]) for column in range(SIZE[0])] for line in range(SIZE[1])]


def _cell(char: pyte.screens.Char) -> Cell:
    bold = curses.A_BOLD if char.bold else 0
    underline = curses.A_UNDERLINE if char.underscore else 0
    reverse = curses.A_REVERSE if char.reverse else 0
    return char.data, _number(char.fg), _number(char.bg), bold | underline | reverse


def _number(colour: str) -> int:
    """Of red, green and blue the nearest of the palette: a code shorter than ours."""
    if colour == "default":
        return -1
    plain = colour.removeprefix("bright")
    if plain in _COLOURS:
        return _COLOURS.index(plain) + (8 if plain != colour else 0)
    red, green, blue = (round(int(colour[at : at + 2], 16) / 51) for at in (0, 2, 4))
    return 16 + 36 * red + 6 * green + blue


def paint(screens: Sequence[Screen]) -> None:
    """Show each screen when a key comes."""

    def show(window: curses.window) -> None:
        curses.use_default_colors()
        curses.curs_set(0)
        pairs: dict[tuple[int, int], int] = {(-1, -1): 0}
        for screen in screens:
            sys.stdin.read(1)
            for line, column, (text, fg, bg, attributes) in _cells(screen):
                if (fg, bg) not in pairs:
                    pairs[fg, bg] = len(pairs)
                    curses.init_pair(pairs[fg, bg], fg, bg)
                with contextlib.suppress(curses.error):
                    window.addstr(line, column, text, curses.color_pair(pairs[fg, bg]) | attributes)
            window.refresh()
        sys.stdin.read(1)

    locale.setlocale(locale.LC_ALL, "")
    curses.wrapper(show)


def _cells(screen: Screen) -> Iterator[tuple[int, int, Cell]]:
    for line, row in enumerate(screen):
        for column, cell in enumerate(row):
            if cell[0]:
                yield line, column, cell


def ncurses(screens: Sequence[Screen]) -> list[int]:
    """The bytes that ncurses sends for each."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "screens"
        file.write_text(json.dumps(screens), encoding="utf-8")
        environ = {**environment(home), "LC_ALL": "C.UTF-8"}
        with Pty([sys.executable, __file__, "paint", str(file)], environ) as painter:
            sent = [len(painter.read()[0])]
            for _ in screens:
                painter.press(b"x")
                sent.append(len(painter.read()[0]))
    return [sent[0] + sent[1], *sent[2:]]


def measure(terminal: str) -> list[dict[str, float | str]]:
    ours, stock = (browse(thin, TERMINALS[terminal]) for thin in (THIN, STOCK))
    theirs = ncurses([step.screen for step in ours])
    return [
        {
            "terminal": terminal,
            "step": NAMES.get(key, key),
            "faxtui": mine.sent,
            "ncurses": yardstick,
            "stock": other.sent,
            "ms": mine.last * 1000,
            "stock ms": other.last * 1000,
        }
        for key, mine, other, yardstick in zip(STEPS, ours, stock, theirs, strict=True)
    ]


def report(terminal: str, steps: Sequence[Mapping[str, float | str]]) -> str:
    lines = [f"{terminal:12}{'faxtui':>8}{'ncurses':>9}{'ratio':>7}{'stock':>8}{'ms':>7}{'stock':>7}"]
    ratios = []
    for step in steps:
        mine, yardstick = float(step["faxtui"]), float(step["ncurses"])
        ratios.append(mine / yardstick)
        times = f"{float(step['ms']):>7.0f}{float(step['stock ms']):>7.0f}"
        lines.append(f"  {step['step']:10}{mine:>8,.0f}{yardstick:>9,.0f}{ratios[-1]:>7.2f}{step['stock']:>8,}{times}")
    in_all = sum(float(step["faxtui"]) for step in steps) / sum(float(step["ncurses"]) for step in steps)
    for name, ratio, most in zip(("in all", "worst step"), (in_all, max(ratios)), MOST[terminal], strict=True):
        lines.append(f"  {name:27}{ratio:>7.2f}  {verdict(ratio, most)}")
    return "\n".join(lines)


def main() -> int:
    if sys.argv[1:2] == ["paint"]:
        paint(json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measured = []
    for terminal in TERMINALS:
        steps = measure(terminal)
        measured += steps
        print(report(terminal, steps))
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
