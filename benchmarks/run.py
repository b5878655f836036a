"""Every benchmark, one after the other, with what it is compared to.

python benchmarks/run.py [--json FILE] [NAME …]

Each can be run by itself, too. Times are noisy: what counts are ratios within one run. Bytes are exact.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

NAMES = ("starting", "using", "ncurses_yardstick", "enduring", "listing", "downloading")


def run(name: str, folder: Path) -> object:
    """Let it print its table; gives its figures."""
    print(f"== {name}", flush=True)
    file = folder / f"{name}.json"
    subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--json", str(file)], check=True)
    figures: object = json.loads(file.read_text(encoding="utf-8"))
    return figures


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {' '.join(NAMES)}")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    unknown = [each for each in options.names if each not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}: there are {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as folder:
        figures = {name: run(name, Path(folder)) for name in options.names or NAMES}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
