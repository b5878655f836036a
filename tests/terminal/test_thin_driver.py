"""The thin driver on a real terminal: what is painted, and what happens while that takes nothing."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from pty_session import KEYBOARD, REPAINT, SMALL, PtySession, environment
from repeating_pyte import RepeatingScreen, RepeatingStream

APP = (sys.executable, str(Path(__file__).parent.parent / "thin_app.py"))
DEMO = (sys.executable, "-m", "faxtui", "--demo")
THIN = {"TEXTUAL_DRIVER": "faxtui.terminal.driver.driver:ThinDriver"}
MOUSE = {"1002", "1006"}
MODES = {"1049", "7", "25", "1004", "2004", KEYBOARD}
_ROW = re.compile(r". [o ] \d\d-\d\d \d\d:\d\d:\d\d  \S.*  \d+ +\d+:\d\d  \S")
PIPE_IS_FULL = 200
"""So many screens are more than any pty holds."""


class Terminal(PtySession):
    def forget(self) -> None:
        """Lose what was sent and shown so far."""
        self.screen.reset()
        self.sent = b""


@dataclass
class Running:
    terminal: Terminal
    handled: int
    """The descriptor on which every key that was handled is a byte."""

    def wait_until_handled(self, keys: int) -> None:
        left = keys
        while left:
            left -= len(os.read(self.handled, left)) or left


@contextmanager
def terminal(command: tuple[str, ...], home: Path, environ: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    session = Terminal(command, environment(home, environ), SMALL)
    try:
        yield session
    finally:
        session.close()


def mouse_is(terminal: Terminal, on: set[str]) -> bool:
    return terminal.left_on() & MOUSE == on


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    fifo = tmp_path / "handled"
    os.mkfifo(fifo)
    with terminal((*APP, str(fifo)), tmp_path) as session:
        handled = os.open(fifo, os.O_RDONLY)
        session.wait_for("ready")
        yield Running(session, handled)
        os.close(handled)


def test_it_paints_and_leaves_the_terminal_as_it_was(running: Running) -> None:
    terminal = running.terminal
    terminal.wait_until(lambda: terminal.left_on() == MODES | MOUSE, "all modes")
    terminal.type("f")
    terminal.wait_for("fill 1.")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert terminal.left_on() == set()
    assert terminal.echoes
    assert not any(mode in terminal.sent for mode in (b"?1000", b"?1003", b"?1015", b"?1016", b"?2048"))


def test_the_mouse_can_be_switched_while_it_runs(running: Running) -> None:
    terminal = running.terminal
    for key, on in (("m", set[str]()), ("M", MOUSE)):
        terminal.type(key)
        terminal.wait_until(partial(mouse_is, terminal, on), f"the mouse as {key!r} has it")
    terminal.type("q")
    assert terminal.wait_for_end() == 0
    assert terminal.left_on() == set()


def test_a_forgotten_screen_is_painted_in_whole(running: Running) -> None:
    terminal = running.terminal
    terminal.type("f")
    terminal.wait_for("fill 1.")
    before = terminal.text
    terminal.forget()
    terminal.type("r")
    terminal.wait_until(lambda: terminal.text == before, "the same screen")


def test_after_sleeping_and_after_a_stop_from_outside_everything_is_painted(running: Running) -> None:
    terminal = running.terminal
    terminal.type("f")
    terminal.wait_for("fill 1.")
    before = terminal.text
    terminal.type("z")
    terminal.wait_until_stopped()
    assert terminal.left_on() == set()
    assert terminal.echoes
    terminal.forget()
    terminal.kill(signal.SIGCONT)
    terminal.wait_until(lambda: terminal.text == before and terminal.left_on() == MODES | MOUSE, "the same screen")
    terminal.kill(signal.SIGSTOP)
    terminal.wait_until_stopped()
    terminal.forget()
    terminal.kill(signal.SIGCONT)
    terminal.wait_until(lambda: terminal.text == before and terminal.left_on() >= MOUSE, "the same screen")
    terminal.type("f")
    terminal.wait_for("fill 2.")


def test_after_a_new_size_everything_is_painted(running: Running) -> None:
    terminal = running.terminal
    terminal.type("f")
    terminal.wait_for("fill 1.")
    before = terminal.text
    for size in ((20, 5), SMALL):
        terminal.forget()
        terminal.resize(*size)
        terminal.wait_until(lambda: bool(terminal.lines[0]), "something on it")
    terminal.wait_until(lambda: terminal.text == before, "the same screen")


def test_keys_are_handled_while_the_terminal_takes_nothing_and_then_it_gets_the_newest_screen(running: Running) -> None:
    terminal = running.terminal
    terminal.sent = b""
    for _ in range(PIPE_IS_FULL):
        terminal.type("f")
        running.wait_until_handled(1)
    terminal.wait_for(f"fill {PIPE_IS_FULL}.")
    assert len(terminal.sent) < PIPE_IS_FULL * 1000 / 2


def test_it_ends_at_once_and_restores_the_terminal_that_takes_nothing(running: Running) -> None:
    terminal = running.terminal
    for _ in range(PIPE_IS_FULL):
        terminal.type("f")
        running.wait_until_handled(1)
    asked_to_leave = time.monotonic()
    terminal.type("q")
    assert terminal.wait_for_end_unread() == 0
    assert time.monotonic() - asked_to_leave < 1
    terminal.wait_until(lambda: terminal.left_on() == set(), "all modes off")
    assert terminal.echoes


@pytest.mark.parametrize(
    ("repeats", "rules_are_short"),
    [(lambda _: True, True), (str.isascii, False), (lambda _: False, False)],
    ids=["all", "ASCII", "nothing"],
)
def test_characters_are_repeated_where_the_terminal_showed_that_it_can(
    tmp_path: Path, repeats: Callable[[str], bool], rules_are_short: bool
) -> None:
    with terminal(DEMO, tmp_path, THIN) as session:
        session.screen = RepeatingScreen(*SMALL, repeats)
        look_around(session)
    assert ("─\x1b[79b".encode() in session.sent) == rules_are_short


@pytest.mark.parametrize("term", ["xterm-256color", "screen", "linux"])
@pytest.mark.parametrize("stops", [range(4, 80, 4), range(8, 80, 16), ()], ids=["4", "16", "none"])
def test_tab_stops_that_stand_elsewhere_do_not_matter(tmp_path: Path, term: str, stops: Iterable[int]) -> None:
    with terminal(DEMO, tmp_path, {**THIN, "TERM": term}) as session:
        session.screen.tabstops = set(stops)
        look_around(session)
        assert "\t" not in session.sent.decode().rpartition("\x1b[J")[2]


@pytest.mark.parametrize("term", ["xterm-256color", "screen", "tmux-256color", "linux", "vt100", "no-such-terminal"])
def test_the_browser_is_used_on_any_terminal(tmp_path: Path, term: str) -> None:
    with terminal(DEMO, tmp_path, {**THIN, "TERM": term}) as session:
        look_around(session)


@pytest.mark.parametrize("left", ["\x1b[4h", "\x1b[5;10r", "\x1b[?6h", "\x1b(0\x0e"])
def test_what_another_program_left_behind_does_not_matter(tmp_path: Path, left: str) -> None:
    with terminal(DEMO, tmp_path, THIN) as session:
        RepeatingStream(session.screen).feed(left.encode())
        look_around(session)


def test_an_answer_that_is_under_way_when_it_ends_is_typed_into_nothing(tmp_path: Path) -> None:
    with terminal(DEMO, tmp_path, THIN) as session, session.shell_behind():
        session.wait_for("page 1 of")
        session.wait_until_silent()
        session.answers = False
        before = session.sent.count(b"\x1b[6n")
        session.type(REPAINT)
        session.wait_until(lambda: session.sent.count(b"\x1b[6n") > before, "the question")
        session.type("q")
        while session.sends_something_within(0.2):
            pass
        session.type("\x1b[1;79R")
        session.wait_until(lambda: session.left_on() == set(), "all modes off")
        session.wait_until_silent()
        assert b"1;79R" not in session.sent


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
def test_a_terminal_that_answers_nothing_is_used_all_the_same(tmp_path: Path, term: str) -> None:
    with terminal(DEMO, tmp_path, {**THIN, "TERM": term}) as session:
        session.answers = False
        look_around(session)


def look_around(session: Terminal) -> None:
    """The screen shows what it is to show, and after Ctrl+L the same."""
    session.wait_for(" sample faxes", "page 1 of", "? Help")
    session.type("jn")
    session.wait_for("page 2 of")
    session.type("i")
    session.wait_for("Customer")
    session.type("\x1b")
    session.wait_until_gone("Customer")
    session.wait_until(lambda: len(session.lines[1]) == SMALL[0], "the rule below the title")
    session.wait_until_silent()
    seen = session.lines
    assert seen[1].strip("─-") == ""
    assert [row for row in seen[3:21] if not _ROW.match(row)] == []
    session.screen.reset()
    session.type(REPAINT)
    session.wait_until(lambda: session.lines == seen, "the same screen")
    session.type("q")
    assert session.wait_for_end() == 0
    assert session.left_on() == set()
