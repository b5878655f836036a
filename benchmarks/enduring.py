"""What faxtui takes while nothing happens, and over a long shift, beside a stock Textual table.

python benchmarks/enduring.py [--idle SECONDS] [--turns N] [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bound import verdict
from program import Program
from relay import Relay
from starting import ROW, SIZE, commands, environment, service

TICKS = os.sysconf("SC_CLK_TCK")
WARM = 100
"""Page turns before memory counts as that of a program in use."""
SHORT = 0.03
"""Seconds without a byte after which a page turn counts as done."""
REFRESH = 0.06
"""Seconds from one refresh to the next."""
ESCAPE, AFTER_ESCAPE = b"\x1b", 0.2
"""The key, and seconds until it is known to be no sequence."""
READ = 0.3
"""Seconds without a byte after which a page of a fax is drawn."""
WARM_ROUNDS = 2
LATENCY = 0.3
"""Seconds that an answer of the service takes where the link is bad."""
PREFETCHED = "prefetched turn, ms to its last byte"
ASKED = "requests before it was painted"


def memory(program: Program) -> float:
    """Resident memory in MiB."""
    status = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def processor(program: Program) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{program.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def idle(name: str, address: str, environ: Mapping[str, str], seconds: float) -> Mapping[str, float]:
    """Bytes, and percent of a processor, once everything has settled."""
    with Program(commands(address, 50)[name], SIZE, environ) as program:
        program.start({"row": ROW[name]}, quiet=5)
        before = processor(program)
        sent = program.listen(seconds)
        return {"idle bytes": len(sent), "idle CPU %": 100 * (processor(program) - before) / seconds}


def shift(name: str, address: str, environ: Mapping[str, str], turns: int) -> Mapping[str, float]:
    """Memory after the start, and what it grows by over so many page turns and refreshes once it is in use."""
    with Program(commands(address, 50)[name], SIZE, environ) as program:
        program.start({"row": ROW[name]})
        started = memory(program)
        keys = [b"n"] * 20 + [b"p"] * 20
        for turn in range(WARM):
            program.press(keys[turn % 40], SHORT)
        warm = memory(program)
        for turn in range(WARM, WARM + turns):
            program.press(keys[turn % 40], SHORT)
        turned = memory(program)
        refresh = b"r" if name == "faxtui" else b"o"
        for _ in range(turns):
            # It may show nothing new.
            program.tell(refresh)
            program.listen(REFRESH)
        return {
            "MiB at the start": started,
            "MiB grown by turns": turned - warm,
            "MiB grown by refreshes": memory(program) - turned,
        }


def varied(address: str, environ: Mapping[str, str], rounds: int) -> Mapping[str, float]:
    """Growth over a day of looking at five faxes, reading two of them, and two new sizes of the terminal a round."""
    with Program(commands(address, 50)["faxtui"], SIZE, environ) as program:
        program.start({"row": ROW["faxtui"]})
        warm = 0.0
        for number in range(rounds):
            for each in range(5):
                if each < 2:
                    program.press(b"\r", READ, {"page": "top of page"})
                else:
                    program.press(b"i", SHORT, {"fields": "Customer"})
                program.press(ESCAPE, SHORT)
                program.listen(AFTER_ESCAPE)
                program.press(b"j", SHORT)
            for size in ((70 + number * 7 % 70, 20 + number % 25), SIZE):
                program.resize(size)
                program.listen(AFTER_ESCAPE)
            if number == WARM_ROUNDS:
                warm = memory(program)
        return {"MiB grown by a varied day": memory(program) - warm}


def prefetched(address: str, environ: Mapping[str, str]) -> Mapping[str, float]:
    """A page turn onto a page that was fetched ahead, over a link that takes its time."""
    with Relay(address, LATENCY) as relay, Program(commands(relay.address, 50)["faxtui"], SIZE, environ) as program:
        program.start({"row": ROW["faxtui"]}, quiet=3 * LATENCY)
        program.listen(6 * LATENCY)
        pressed = time.perf_counter()
        turn = program.press(b"n", quiet=LATENCY / 2)
        asked = relay.requests_between(pressed, pressed + turn.last)
        return {PREFETCHED: 1000 * turn.last, ASKED: asked}


def measure(seconds: float, turns: int, rounds: int) -> Mapping[str, Mapping[str, float]]:
    figures: dict[str, dict[str, float]] = {"faxtui": {}, "stock": {}}
    with service() as address, tempfile.TemporaryDirectory() as home:
        environ = environment(home)
        for name in figures:
            figures[name] |= idle(name, address, environ, seconds)
            figures[name] |= shift(name, address, environ, turns)
        figures["faxtui"] |= varied(address, environ, rounds)
        figures["faxtui"] |= prefetched(address, environ)
    return figures


MOST = {
    "idle bytes": 0,
    "idle CPU %": 0.3,
    "MiB grown by turns": 2,
    "MiB grown by refreshes": 2,
    "MiB grown by a varied day": 20,
    PREFETCHED: 80,
    ASKED: 0,
}
MOST_MEMORY = 1.5
"""Times that of the stock table."""


def report(figures: Mapping[str, Mapping[str, float]]) -> str:
    ours, stock = figures["faxtui"], figures["stock"]
    lines = [f"{'':40}{'faxtui':>10}{'stock':>10}  bound"]
    for name, value in ours.items():
        other = f"{stock[name]:>10,.1f}" if name in stock else " " * 10
        told = verdict(value, MOST[name]) if name in MOST else ""
        lines.append(f"{name:40}{value:>10,.1f}{other}  {told}".rstrip())
    memory_ratio = ours["MiB at the start"] / stock["MiB at the start"]
    lines.append(
        f"{'memory at the start, ratio':40}{memory_ratio:>10,.2f}{'':10}  {verdict(memory_ratio, MOST_MEMORY)}"
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(options.idle, options.turns, options.rounds)
    print(report(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
