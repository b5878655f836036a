"""Compare `faxtui list --all --format json` with a bare loop of httpx over the same pages, each in its own process.

python benchmarks/listing.py [--runs N] [--json FILE]

Times are noisy, so what counts are ratios of medians; the programs take turns. The service is in a process of its own
and answers from memory: at once, where all that the programs do themselves shows, and as late as a service on a
network does at best. Both find their modules compiled, as installed programs do. Memory is the most that a process
ever had; tracemalloc's figure is Python's part of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

from bound import verdict

MANY, FEW, PAGE = 10_000, 2_500, 1_000
LATENCIES = (0.0, 0.05)
"""Seconds that the service takes for a page."""
MOST_TIME, MOST_MEMORY = 1.3, 1.1
"""Largest ratios that are still right: of time to the bare loop's, of memory for many faxes to that for few."""
SIGN_IN = ("60300.demo", "demo")

Figures = Mapping[str, float]


def page_of(faxes: int, number: int) -> bytes:
    last = -(-faxes // PAGE)
    rows = range((number - 1) * PAGE, min(number * PAGE, faxes))
    content = {
        "PageIndex": number,
        "PageSize": PAGE,
        "TotalCount": faxes,
        "TotalPageCount": last,
        "Resources": [fax(row) for row in rows],
        "HasPreviousPage": number > 1,
        "HasNextPage": number < last,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def fax(row: int) -> Mapping[str, object]:
    received = datetime(2026, 11, 23, 10, 40) - timedelta(seconds=row)
    return {
        "MessageId": str(7_956_746 - row),
        "ReceivedDate": received.isoformat(),
        "To": "134296015",
        "From": f"0478{row:06}",
        "Folder": "134296015",
        "FileName": f"0-{received:%Y%m%d-%H%M}-{8_533_965 - row}.PDF",
        "CallTime": 47 + row % 200,
        "Pages": 1 + row % 30,
        "BaudRate": 14_400,
        "CustomerNumber": 60_300,
    }


def serve(faxes: int, latency: float) -> None:
    """Print the address and answer until killed."""
    pages = {number: page_of(faxes, number) for number in range(1, -(-faxes // PAGE) + 1)}

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            query = {name.lower(): value for name, (value,) in parse_qs(urlsplit(self.path).query).items()}
            body = pages[int(query["pageindex"])]
            time.sleep(latency)
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def bare_loop(address: str) -> None:
    """The yardstick: what one would write in a hurry."""
    import httpx

    start = f"{datetime.now(UTC) - timedelta(days=7):%Y-%m-%dT%H:%M:%S}.000Z"
    with httpx.Client(base_url=address, auth=SIGN_IN) as client, Path(os.devnull).open("w") as out:
        page, has_next = 1, True
        while has_next:
            query: dict[str, str | int] = {"pageIndex": page, "pageSize": PAGE, "filterStartDate": start}
            answer = client.get("/api/V1/InboundFax", params=query).json()
            json.dump(answer["Resources"], out)
            page, has_next = page + 1, answer["HasNextPage"]


def list_all(address: str) -> None:
    from faxtui.cli.list import ListRequest, list_faxes
    from faxtui.cli.output import Streams
    from faxtui.domain.account import Account
    from faxtui.domain.clock import ServiceClock
    from faxtui.domain.query import FaxQuery
    from faxtui.odyssey.client import OdysseyService
    from faxtui.operations.formats import Format

    async def listing(out: BinaryIO) -> None:
        service = OdysseyService(Account(address, *SIGN_IN))
        request = ListRequest(FaxQuery(page_size=PAGE), Format.JSON, all_pages=True)
        await list_faxes(service, ServiceClock(), request, Streams(out, sys.stderr))
        await service.aclose()

    with Path(os.devnull).open("wb") as null:
        asyncio.run(listing(null))


def list_all_traced(address: str) -> None:
    tracemalloc.start()
    list_all(address)


PROGRAMS = {"faxtui": list_all, "bare": bare_loop, "traced": list_all_traced}


def run_here(program: str, address: str) -> None:
    """Run a program in this process, then print what it took."""
    PROGRAMS[program](address)
    peak = tracemalloc.get_traced_memory()[1] if tracemalloc.is_tracing() else 0
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "python": peak / 1024}))


def run_there(program: str, address: str) -> Figures:
    """Milliseconds from start to end of a process, and its memory in KiB."""
    started = time.perf_counter()
    done = subprocess.run([*_ME, "run", program, address], check=True, stdout=subprocess.PIPE)
    took = (time.perf_counter() - started) * 1000
    return {"time": took, **json.loads(done.stdout)}


_ME = (sys.executable, str(Path(__file__)))


@contextmanager
def bytecode_kept() -> Iterator[None]:
    """What the first run of each program compiles is there for all later ones, whatever this shell's settings are."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield


@contextmanager
def service(faxes: int, latency: float = 0.0) -> Iterator[str]:
    with subprocess.Popen([*_ME, "serve", str(faxes), str(latency)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def times(runs: int, latency: float) -> Figures:
    """Medians over so many runs of each program, in turns; the first of each does not count."""
    taken: dict[str, list[float]] = {"faxtui": [], "bare": []}
    with service(MANY, latency) as address:
        for _ in range(runs + 1):
            for program, of in taken.items():
                of.append(run_there(program, address)["time"])
    return {f"{name}, {latency * 1000:.0f} ms a page, ms": statistics.median(of[1:]) for name, of in taken.items()}


def memory(faxes: int) -> Figures:
    with service(faxes) as address:
        whole = [run_there("faxtui", address)["peak"] for _ in range(3)]
        python = run_there("traced", address)["python"]
    return {f"memory, {faxes:,} faxes, KiB": statistics.median(whole), f"Python's, {faxes:,} faxes, KiB": python}


def report(measured: Mapping[float, Figures], few: Figures, many: Figures) -> str:
    lines = [f"{name:34}{value:>8,.0f}" for of in (*measured.values(), few, many) for name, value in of.items()]
    for latency, of in measured.items():
        ours, bare = of.values()
        lines.append(_told(f"time to bare loop's, {latency * 1000:.0f} ms a page", ours / bare, MOST_TIME))
    lines.append(_told("memory, many faxes to few", _first(many) / _first(few), MOST_MEMORY))
    return "\n".join(lines)


def _first(figures: Figures) -> float:
    return next(iter(figures.values()))


def _told(name: str, ratio: float, most: float) -> str:
    return f"{name:34}{ratio:>8.2f}  {verdict(ratio, most)}"


def main() -> int:
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]), float(sys.argv[3]))
    if sys.argv[1:2] == ["run"]:
        run_here(sys.argv[2], sys.argv[3])
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with bytecode_kept():
        measured = {latency: times(options.runs, latency) for latency in LATENCIES}
        few, many = memory(FEW), memory(MANY)
    print(report(measured, few, many))
    if options.json:
        figures = {name: value for of in (*measured.values(), few, many) for name, value in of.items()}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
