"""Compare saving 200 faxes of 100 kB with as many bare downloads of httpx, each in its own process.

python benchmarks/downloading.py [--runs N] [--json FILE]

Both have four requests under way at a time, of a service in a process of its own that takes 50 ms for each. The bare
loop streams to files and does nothing else; faxtui hashes, waits for the disk, and keeps its manifest. Times are noisy,
so what counts are ratios of medians; the programs take turns. Memory is the most that a process ever had, for many
faxes and for few, and for large ones and small ones.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bound import verdict

MANY, FEW, SIZE, LARGE, LATENCY = 200, 50, 100_000, 20_000_000, 0.05
AT_ONCE = 4
MOST_TIME, MOST_MEMORY = 1.3, 1.1
"""Largest ratios that are still right: of time to the bare loop's, of memory for many faxes, or large ones, to few."""
SIGN_IN = ("60300.demo", "demo")

Figures = Mapping[str, float]


def serve(size: int) -> None:
    """Print the address and answer until killed, with documents that differ in their first bytes."""
    rest = bytes(range(256)) * (size // 256 + 1)

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            head = b"%PDF-1.4 " + self.path.encode()
            time.sleep(LATENCY)
            self.send_response(200)
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(head)
            self.wfile.write(memoryview(rest)[: size - len(head)])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def bare_downloads(address: str, count: int, folder: Path) -> None:
    """The yardstick: what one would write in a hurry."""
    import httpx

    async def fetch(client: httpx.AsyncClient, numbers: Iterator[int]) -> None:
        for number in numbers:
            url = f"/api/V1/InboundFolders/134296015/HostedInboundFiles/{number}.PDF"
            async with client.stream("GET", url) as answer:
                with (folder / f"{number}.pdf").open("wb") as file:
                    async for chunk in answer.aiter_bytes():
                        file.write(chunk)

    async def fetch_all() -> None:
        numbers = iter(range(count))
        async with httpx.AsyncClient(base_url=address, auth=SIGN_IN) as client:
            await asyncio.gather(*(fetch(client, numbers) for _ in range(AT_ONCE)))

    asyncio.run(fetch_all())


def save_all(address: str, count: int, folder: Path) -> None:
    from faxtui.domain.account import Account
    from faxtui.domain.fax import Fax
    from faxtui.domain.filename import DEFAULT_TEMPLATE
    from faxtui.odyssey.client import OdysseyService
    from faxtui.operations.download import Batch
    from faxtui.operations.download_folder import DownloadFolder

    async def save() -> None:
        service = OdysseyService(Account(address, *SIGN_IN))
        faxes = [Fax(folder="134296015", file_name=f"{number}.PDF") for number in range(count)]
        progress = await Batch(service, DownloadFolder(folder, DEFAULT_TEMPLATE, None), at_once=AT_ONCE).save(faxes)
        assert progress.saved == count
        await service.aclose()

    asyncio.run(save())


PROGRAMS = {"faxtui": save_all, "bare": bare_downloads}


def run_here(program: str, address: str, count: int) -> None:
    """Run a program in this process, then print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        PROGRAMS[program](address, count, Path(folder))
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def run_there(program: str, address: str, count: int) -> Figures:
    """Milliseconds from start to end of a process, and its memory in KiB."""
    started = time.perf_counter()
    done = subprocess.run([*_ME, "run", program, address, str(count)], check=True, stdout=subprocess.PIPE)
    took = (time.perf_counter() - started) * 1000
    return {"time": took, **json.loads(done.stdout)}


_ME = (sys.executable, str(Path(__file__)))


@contextmanager
def service(size: int) -> Iterator[str]:
    with subprocess.Popen([*_ME, "serve", str(size)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def times(runs: int) -> Figures:
    """Medians over so many runs of each program, in turns; the first of each does not count."""
    taken: dict[str, list[float]] = {"faxtui": [], "bare": []}
    with service(SIZE) as address:
        for _ in range(runs + 1):
            for program, of in taken.items():
                of.append(run_there(program, address, MANY)["time"])
    return {f"{name}, {MANY} faxes, ms": statistics.median(of[1:]) for name, of in taken.items()}


def memory(count: int, size: int) -> float:
    with service(size) as address:
        return statistics.median(run_there("faxtui", address, count)["peak"] for _ in range(3))


def main() -> int:
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    if sys.argv[1:2] == ["run"]:
        run_here(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    taken = times(options.runs)
    kept = {
        f"memory, {count} faxes of {size:,} B, KiB": memory(count, size)
        for count, size in ((FEW, SIZE), (MANY, SIZE), (AT_ONCE, LARGE))
    }
    ours, bare = taken.values()
    few, many, large = kept.values()
    figures = {**taken, **kept}
    for name, value in figures.items():
        print(f"{name:40}{value:>10,.0f}")
    for name, ratio, most in (
        ("time to bare downloads'", ours / bare, MOST_TIME),
        ("memory, many faxes to few", many / few, MOST_MEMORY),
        ("memory, large faxes to small", large / few, MOST_MEMORY),
    ):
        print(f"{name:40}{ratio:>10.2f}  {verdict(ratio, most)}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
