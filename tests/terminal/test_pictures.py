"""Pages in real pixels: xterm with sixel graphics on a screen of its own, photographed."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from configured import configured
from PIL import Image, ImageChops, ImageGrab
from pty_session import environment

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("Xvfb", "xterm", "xdotool"))), reason="Xvfb, xterm or xdotool is not installed"
)
COLUMNS, LINES = 80, 24
HEADER, FOOTER = 3, 1
"""Lines above and below the page."""


class Window:
    """The program in an xterm; keys are those of a person, and a photograph is what a person sees."""

    def __init__(self, display: str, process: subprocess.Popen[bytes]) -> None:
        self.display = display
        self._process = process
        self._number = ""

    def wait_for_window(self) -> None:
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--class", "xterm"]
        self._number = self._run(*search).split()[0]

    def press(self, *keys: str) -> None:
        self._run("xdotool", "key", "--clearmodifiers", *keys)

    def resize(self, width: int, height: int) -> None:
        self._run("xdotool", "windowsize", self._number, str(width), str(height))

    def photograph(self) -> Image.Image:
        x, y, width, height = self._geometry()
        return ImageGrab.grab(bbox=(x, y, x + width, y + height), xdisplay=self.display).convert("L")

    def wait_until(self, condition: Callable[[Image.Image], bool], what: str) -> Image.Image:
        """Return the first photograph of which the condition is true."""
        deadline = monotonic() + 20
        while monotonic() < deadline:
            photograph = self.photograph()
            if condition(photograph):
                return photograph
            # Nothing tells when an X server has drawn; this waits for the end of the terminal or a moment.
            select.select([], [], [], 0.05)
        pytest.fail(f"never seen: {what}")

    def wait_until_same(self, wanted: Image.Image, what: str) -> None:
        self.wait_until(lambda seen: _is_same(self.page(seen), self.page(wanted)), what)

    def page(self, photograph: Image.Image) -> Image.Image:
        line = photograph.height // LINES
        return photograph.crop((0, HEADER * line, photograph.width, photograph.height - FOOTER * line))

    def _geometry(self) -> tuple[int, int, int, int]:
        shell = self._run("xdotool", "getwindowgeometry", "--shell", self._number)
        found = dict(line.split("=") for line in shell.split())
        return int(found["X"]), int(found["Y"]), int(found["WIDTH"]), int(found["HEIGHT"])

    def _run(self, *command: str) -> str:
        environ = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=20).stdout


def _is_same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def _ink(image: Image.Image) -> float:
    """The share of dark pixels."""
    return sum(image.histogram()[:96]) / (image.width * image.height)


def _is_picture(image: Image.Image) -> bool:
    """Four greys and no more: letters of a font have many, for their smooth edges."""
    return 2 <= len([count for count in image.histogram() if count]) <= 4


@contextmanager
def x_server() -> Iterator[str]:
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1100x700x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as ready:
            yield f":{ready.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    with x_server() as display:
        configured(tmp_path, '[reader]\nview = "picture"\n')
        environ = environment(tmp_path, {"DISPLAY": display, "TERM": None, "COLORTERM": None})
        look = ["-ti", "vt340", "-b", "0", "-bw", "0", "-fa", "DejaVu Sans Mono", "-fs", "10", "+sb"]
        command = [
            "xterm",
            *look,
            "-geometry",
            f"{COLUMNS}x{LINES}+0+0",
            "-e",
            sys.executable,
            "-m",
            "faxtui",
            "--demo",
        ]
        terminal = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
        try:
            window = Window(display, terminal)
            window.wait_for_window()
            yield window
        finally:
            terminal.terminate()
            terminal.wait()


def test_a_page_is_shown_in_pixels_and_goes_and_comes_with_what_covers_it(window: Window) -> None:
    page = window.page
    the_list = window.wait_until(lambda seen: _ink(seen) > 0.02, "the list")
    window.press("Return")
    first = window.wait_until(lambda seen: not _is_same(seen, the_list) and _is_picture(page(seen)), "a page in pixels")
    window.press("question")
    window.wait_until(lambda seen: not _is_same(page(seen), page(first)), "the help")
    window.press("Escape")
    window.wait_until_same(first, "the page after the help")
    window.press("D")
    top = (0, 0, first.width, first.height // 3)
    window.wait_until(
        lambda seen: not _is_same(page(seen), page(first)) and _is_same(page(seen).crop(top), page(first).crop(top)),
        "the question, and what it leaves free of the page",
    )
    window.press("Escape")
    window.wait_until_same(first, "the page after the question")
    window.press("ctrl+l")
    window.wait_until_same(first, "the page after a redraw")
    window.press("z")
    window.wait_until(lambda seen: not _is_same(page(seen), page(first)) and _is_picture(page(seen)), "the whole page")
    window.press("z")
    window.wait_until_same(first, "the page in its width again")
    window.resize(first.width * 3 // 4, first.height)
    window.wait_until(lambda seen: seen.width < first.width and _is_picture(page(seen)), "the page in a smaller window")
    window.resize(first.width, first.height)
    window.wait_until_same(first, "the page in the first size")
    window.press("b")
    window.wait_until(lambda seen: not _is_picture(page(seen)), "the page in characters")
    window.press("q")
    window.wait_until(lambda seen: _is_same(_below(seen), _below(the_list)), "the list, with nothing of the page left")


def _below(image: Image.Image) -> Image.Image:
    """The rows of the list below the first one, which says now that its fax was opened."""
    line = image.height // LINES
    return image.crop((0, 4 * line, image.width, image.height - 2 * line))
