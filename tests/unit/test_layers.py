"""What import-linter can't tell: what is loaded when."""

import subprocess
import sys

import pytest

_LOADED = """
import sys
from faxtui.cli import run
assert run(sys.argv[1:], {}) == 0
print(*sorted({"httpx", "rich", "textual"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_needs_no_screen_and_no_network_loads_neither(option: str) -> None:
    run = subprocess.run([sys.executable, "-c", _LOADED, option], capture_output=True, text=True, check=True)
    assert run.stdout
    assert run.stderr.split() == []
