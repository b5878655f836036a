"""What each key costs: faxtui beside a stock Textual table, and beside neomutt and visidata where they are installed.

python benchmarks/using.py [--json FILE]

Each program shows the same faxes in its own way: neomutt as messages of a mailbox, visidata as rows of a CSV file.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from ncurses_yardstick import TERMINALS
from program import Program
from starting import ROW, SIZE, commands, environment, service

QUIET = 0.35
"""Seconds without a byte after which a key counts as done."""
MOVES = 5
COLUMNS = ("ReceivedDate", "From", "To", "Pages", "CallTime", "FileName")
Resource = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Subject:
    """A program, what it shows once it is there, and its keys for each deed; an empty one where it has none."""

    command: Sequence[str]
    shows: str
    move: str
    page: str
    sort: str
    narrow: str
    back: str
    open: str
    close: str


DEEDS = ("move", "page", "sort", "narrow", "back", "open", "close")


def subjects(address: str, folder: Path) -> Mapping[str, Subject]:
    ours = commands(address, 50)
    resources = faxes(address)
    found = {
        "faxtui": Subject(ours["faxtui"], ROW["faxtui"], "j", "n", "o", "f", "\x1b", "\r", "\x1b"),
        "stock": Subject(ours["stock"], ROW["stock"], "\x1b[B", "n", "o", "", "", "", ""),
    }
    if shutil.which("neomutt"):
        mailbox = as_mailbox(resources, folder / "faxes.mbox")
        settings = folder / "neomuttrc"
        (folder / "Mail").mkdir()
        settings.write_text("set sort = reverse-date\nset confirm_append = no\nset sleep_time = 0\n", encoding="utf-8")
        command = ["neomutt", "-n", "-R", "-F", str(settings), "-f", str(mailbox)]
        found["neomutt"] = Subject(
            command, r"\d+ *[NO]? *[A-Z][a-z][a-z] [ 0-9][0-9]", "j", "z", "of", "l", "\x07", "\r", "i"
        )
    if shutil.which("vd"):
        table = as_table(resources, folder / "faxes.csv")
        found["visidata"] = Subject(["vd", str(table)], "ReceivedDate", "j", "\x06", "[", "", "", "\r", "q")
    return found


def faxes(address: str) -> Sequence[Resource]:
    parameters: dict[str, str | int] = {"pageSize": 1000, "filterStartDate": "2026-01-01T00:00:00.000Z"}
    answer = httpx.get(f"{address}/api/V1/InboundFax", params=parameters, auth=("60300.demo", "demo"))
    resources: Sequence[Resource] = answer.json()["Resources"]
    return resources


def as_mailbox(resources: Sequence[Resource], path: Path) -> Path:
    messages = [
        f"From fax@example Thu Jan  1 00:00:00 2026\nFrom: {fax['From']} <fax@example>\nTo: {fax['To']} <me@example>\n"
        f"Date: {rfc_date(str(fax['ReceivedDate']))}\nSubject: {fax['FileName']}\n\n{fax['Pages']} pages\n\n"
        for fax in resources
    ]
    path.write_text("".join(messages), encoding="utf-8")
    return path


def rfc_date(text: str) -> str:
    from datetime import datetime
    from email.utils import format_datetime

    return format_datetime(datetime.fromisoformat(text).astimezone())


def as_table(resources: Sequence[Resource], path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([fax[name] for name in COLUMNS] for fax in resources)
    return path


def use(subject: Subject, environ: Mapping[str, str]) -> Mapping[str, Mapping[str, float]]:
    """Bytes and milliseconds of the start and of each deed."""
    with Program(subject.command, SIZE, environ) as program:
        begun = program.start({"row": subject.shows}, quiet=1)
        found = {"start": {"bytes": float(len(begun.data)), "ms": 1000 * begun.last}}
        for deed in DEEDS:
            keys: str = getattr(subject, deed)
            if keys:
                bursts = [program.press(keys.encode(), QUIET) for _ in range(MOVES if deed == "move" else 1)]
                found[deed] = {
                    "bytes": statistics.median(len(each.data) for each in bursts),
                    "ms": 1000 * statistics.median(each.last for each in bursts),
                }
    return found


Figures = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]


def measure() -> Figures:
    """By terminal, program, deed and unit."""
    figures: dict[str, dict[str, Mapping[str, Mapping[str, float]]]] = {}
    with service() as address, tempfile.TemporaryDirectory() as home:
        found = subjects(address, Path(home))
        for terminal, told in TERMINALS.items():
            environ = {**environment(home), **told}
            figures[terminal] = {name: use(each, environ) for name, each in found.items()}
    return figures


def report(figures: Figures) -> str:
    lines = []
    for terminal, programs in figures.items():
        lines.append(f"{terminal:12}" + "".join(f"{name:>17}" for name in programs))
        for deed in ("start", *DEEDS):
            cells = [_cell(programs[name].get(deed)) for name in programs]
            lines.append(f"  {deed:10}" + "".join(f"{each:>17}" for each in cells))
    return "\n".join(lines)


def _cell(found: Mapping[str, float] | None) -> str:
    return "" if found is None else f"{found['bytes']:,.0f} B {found['ms']:>5,.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure()
    print(report(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
