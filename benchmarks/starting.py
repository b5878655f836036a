"""Compare faxtui with a stock Textual table over the same service, in one run, on a real pty.

python benchmarks/starting.py [--runs N] [--json FILE]

Times are noisy, so what counts are ratios of medians; the programs take turns. Bytes are exact.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bound import verdict
from program import Burst, Program

SIZE = (80, 24)
DOWN, ORDER = b"\x1b[B", b"o"
ROW = {"faxtui": r"\d\d-\d\d \d\d:\d\d:\d\d", "stock": r"2026-\d\d-\d\dT"}
FRAME = {"faxtui": r"faxtui", "stock": r"stock"}


@dataclass(frozen=True, slots=True)
class Bound:
    """What is compared, and the largest ratio to the yardstick that is still right."""

    name: str
    unit: str
    most: float


BOUNDS = (
    Bound("first frame", "ms", 1.15),
    Bound("first row", "ms", 1.25),
    Bound("key to cursor line", "ms", 1.25),
    Bound("1,000 rows settled", "ms", 1.25),
    Bound("version", "ms", 3.0),
)

Figures = Mapping[str, float]
Scene = Callable[[str, Sequence[str], Mapping[str, str]], Figures]


@contextmanager
def service() -> Iterator[str]:
    """The demo over a socket, in a process of its own; gives its address."""
    command = [sys.executable, "-m", "faxtui.demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def environment(home: str) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
    return {
        **kept,
        "HOME": home,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "FAXTUI_LOGIN": "60300.demo",
        "FAXTUI_PASSWORD": "demo",
        "TZ": "Europe/Paris",
    }


def commands(address: str, page_size: int) -> Mapping[str, Sequence[str]]:
    here = Path(__file__).parent
    filters = ["--since", "2026-01-01", "--sort", "received:desc", "--page-size", str(page_size)]
    return {
        "faxtui": [sys.executable, "-m", "faxtui", "--base-url", address, *filters],
        "stock": [sys.executable, str(here / "stock.py"), address, str(page_size)],
    }


def small_page(name: str, command: Sequence[str], environ: Mapping[str, str]) -> Figures:
    """Start, then move the cursor."""
    with Program(command, SIZE, environ) as program:
        begun = program.start({"frame": FRAME[name], "row": ROW[name]})
        moves = [program.press(DOWN) for _ in range(10)]
    return {
        "first frame": begun.seen["frame"] * 1000,
        "first row": begun.seen["row"] * 1000,
        "key to cursor line": statistics.median(each.last for each in moves) * 1000,
        "bytes at start": len(begun.data),
        "bytes a move": statistics.median(len(each.data) for each in moves),
    }


def large_page(name: str, command: Sequence[str], environ: Mapping[str, str]) -> Figures:
    """Sort a page of 1,000 rows: from the key to the last byte."""
    with Program(command, SIZE, environ) as program:
        program.start({"row": ROW[name]})
        sorts: list[Burst] = [program.press(ORDER, quiet=0.6) for _ in range(3)]
    return {"1,000 rows settled": statistics.median(each.last for each in sorts) * 1000}


def version(environ: Mapping[str, str]) -> Mapping[str, Figures]:
    """``--version`` against an interpreter that does nothing."""
    return {
        "faxtui": {"version": _timed([str(Path(sys.executable).parent / "faxtui"), "--version"], environ)},
        "stock": {"version": _timed([sys.executable, "-c", "pass"], environ)},
    }


def _timed(command: Sequence[str], environ: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=dict(environ), check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - started) * 1000


def measure(runs: int) -> Mapping[str, Mapping[str, float]]:
    """Medians by program and figure, over so many runs of each, in turns."""
    gathered: dict[str, dict[str, list[float]]] = {"faxtui": {}, "stock": {}}

    def note(name: str, figures: Figures) -> None:
        for figure, value in figures.items():
            gathered[name].setdefault(figure, []).append(value)

    scenes: tuple[tuple[Scene, int], ...] = ((small_page, 50), (large_page, 1000))
    with service() as address, tempfile.TemporaryDirectory() as home:
        environ = environment(home)
        for run in range(runs + 1):
            for scene, page_size in scenes:
                for name, command in commands(address, page_size).items():
                    figures = scene(name, command, environ)
                    if run:
                        note(name, figures)
            for _ in range(3):
                for name, figures in version(environ).items():
                    note(name, figures)
    return {name: {each: statistics.median(found) for each, found in of.items()} for name, of in gathered.items()}


def report(medians: Mapping[str, Mapping[str, float]]) -> str:
    bounds = {each.name: each for each in BOUNDS}
    lines = [f"{'':22}{'faxtui':>10}{'stock':>10}{'ratio':>8}  bound"]
    for name, value in medians["faxtui"].items():
        other = medians["stock"][name]
        bound = bounds.get(name)
        told = verdict(value / other, bound.most) if bound else ""
        unit = f" {bound.unit}" if bound else " B "
        lines.append(f"{name:22}{value:>7,.0f}{unit}{other:>7,.0f}{unit}{value / other:>8.2f}  {told}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    medians = measure(options.runs)
    print(report(medians))
    if options.json:
        options.json.write_text(json.dumps(medians, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
