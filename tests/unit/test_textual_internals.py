"""The private names of Textual that the drivers use are there; without them, Textual's own driver runs."""

import subprocess
import sys

import pytest

from faxtui.terminal.driver.textual_internals import ATTRIBUTES, METHODS, unexpected

FALLBACK = """
import logging
logging.basicConfig(format="%(message)s")
from textual.drivers.linux_driver import LinuxDriver
from textual._xterm_parser import XTermParser
from textual.driver import Driver
{change}
from faxtui.ui.drivers import driver_for, is_behind, redraw_screen, switch_mouse, typed_at
print(driver_for("auto"), driver_for("false"))
redraw_screen(None), switch_mouse(None, on=True), print(is_behind(None), typed_at(None))
"""


def run(change: str) -> tuple[str, list[str]]:
    code = FALLBACK.format(change=change)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return result.stdout, result.stderr.splitlines()


def test_this_textual_has_all_of_them() -> None:
    assert list(unexpected()) == []
    assert all(METHODS.values())
    assert ATTRIBUTES


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("del XTermParser._sequence_to_key_events", "XTermParser._sequence_to_key_events"),
        ("LinuxDriver._enable_mouse_support = None", "LinuxDriver._enable_mouse_support"),
        ("XTermParser.parse_mouse_code = lambda self, text: None", "XTermParser.parse_mouse_code"),
        ("def init(self, *a, **k): pass\nLinuxDriver.__init__ = init", "LinuxDriver._must_signal_resume"),
        (
            "import sys; sys.modules['textual.drivers._writer_thread'] = None",
            "textual.drivers._writer_thread:WriterThread",
        ),
    ],
)
def test_without_one_textuals_own_driver_runs_and_the_log_says_so(change: str, name: str) -> None:
    output, log = run(change)
    assert output.split("\n")[:2] == ["None None", "False -inf"]
    assert len(set(log)) == 1
    assert name in log[0]


def test_with_all_of_them_nothing_is_logged() -> None:
    output, log = run("")
    assert "ThinDriver" in output
    assert "BaseDriver" in output
    assert log == []
