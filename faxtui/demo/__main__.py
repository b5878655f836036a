"""`python -m faxtui.demo`: the demo on a port of this machine, for benchmarks, screenshots and curl."""

import argparse
import math
import socket
import sys
from collections.abc import Sequence
from datetime import datetime

from faxtui.demo.service import DEFAULT_ACCOUNTS, DEFAULT_SEED, DemoService, read_moment, utcnow

_HOST = "127.0.0.1"
_YEARS = range(2018, 2100)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal ends the process; return an exit code if that can't start."""
    options = _parser().parse_args(arguments)
    try:
        from faxtui.demo.serving import serve
    except ModuleNotFoundError:
        return _failed(2, "The demo needs uvicorn, which is not installed. Install with: pip install uvicorn")
    try:
        listener = socket.create_server((_HOST, options.port))
    except OSError as error:
        return _failed(
            1, f"Could not listen on port {options.port}: {error.strerror}. Choose another port, or leave it out."
        )
    moment: datetime | None = options.at
    service = DemoService(
        seed=options.seed,
        clock=(lambda: moment) if moment else utcnow,
        answers_json=options.json_documents,
        latency=options.latency,
    )
    for login, password in DEFAULT_ACCOUNTS.items():
        print(f"Sign in as {login}, password {password}. Ctrl+C ends the demo.", file=sys.stderr)
    return serve(service, listener)


def _failed(exit_code: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m faxtui.demo",
        description="Serve made-up faxes as an Odyssey service, on a port of this machine only, and print its address.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=_port, default=0, help="default: 0, any free port")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same number gives the same faxes")
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="MOMENT",
        help="stop its clock at this time, for example 2026-11-23T09:42:00Z (UTC unless it has an offset)",
    )
    parser.add_argument("--latency", type=_seconds, default=0.0, metavar="SECONDS", help="delay each response")
    parser.add_argument("--json-documents", action="store_true", help="send documents as base64 in JSON")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got “{text}”")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number of seconds like 0.3, got “{text}”")
    return seconds


def _moment(text: str) -> datetime:
    try:
        moment = read_moment(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a time like 2026-11-23T09:42:00Z, got “{text}”") from None
    if moment.year not in _YEARS:
        raise argparse.ArgumentTypeError(
            f"The demo has faxes from {_YEARS[0]} to {_YEARS[-1]} only, not in {moment.year}."
        )
    return moment


if __name__ == "__main__":
    sys.exit(main())
