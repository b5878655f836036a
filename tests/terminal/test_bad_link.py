"""A bad line to the service: what is on the screen stays, keys work, and the program ends when it is asked to."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import demo_server
from pty_session import SMALL, SUSPEND, PtySession, in_terminal
from relay import Relay, black_hole, relay_to

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
AT_ONCE = 1.0
"""Seconds."""
TINY = (20, 5)
SMALLEST = [" faxt", "    R", "▌   1"]
"""How the lines begin on a screen that has room for one row: title, headings, the fax under the cursor."""
ENDINGS = {"q": 0, "\x03": 0, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""What a person or the system does, and the exit code that it leads to."""
NAMES_HANG = """
import socket, threading
from faxtui.cli import main

socket.getaddrinfo = lambda *args, **kwargs: threading.Event().wait()
main()
"""


@contextmanager
def behind_a_line(home: Path) -> Iterator[tuple[PtySession, Relay]]:
    """The browser with its first page, and the line that this came over."""
    with (
        demo_server() as address,
        relay_to(address) as line,
        in_terminal("--base-url", line.address, home=home, environ=SIGNED_IN) as terminal,
    ):
        terminal.wait_for("page 1 of", "? Help")
        yield terminal, line


def move_the_cursor(terminal: PtySession) -> None:
    """Down, and up again."""
    terminal.type("j")
    terminal.wait_until(lambda: terminal.lines[4].startswith("▌"), "the cursor a line down")
    terminal.type("k")
    terminal.wait_until(lambda: terminal.lines[3].startswith("▌"), "the cursor on the first fax")


def end(terminal: PtySession, how: str | signal.Signals) -> int:
    """End it, and give the exit code. It has to be quick."""
    asked = time.monotonic()
    if isinstance(how, signal.Signals):
        terminal.kill(how)
    else:
        terminal.type(how)
    code = terminal.wait_for_end()
    assert time.monotonic() - asked < AT_ONCE
    return code


def test_a_page_that_was_fetched_ahead_is_turned_to_without_a_request(tmp_path: Path) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        line.delay = 0.15
        terminal.type("n")
        terminal.wait_for("page 2 of")
        terminal.wait_until_silent()
        # Page 3 is there by now: over a line that carries nothing, it can only have been fetched before.
        line.stall()
        asked = len(line.requests)
        for key, page in (("n", 3), ("p", 2), ("p", 1)):
            terminal.type(key)
            terminal.wait_for(f"page {page} of")
        # Only what lies beyond page 3 is asked for, ahead.
        assert [each for each in line.requests[asked:] if "pageIndex=4" not in each] == []
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def rows_of(terminal: PtySession) -> list[str]:
    """The rows, without the bar at the right that shows which part of the page they are."""
    return [line.replace("▐", " ").rstrip() for line in terminal.lines[3:20]]


def test_while_the_line_is_silent_rows_stay_and_the_page_bar_counts(tmp_path: Path) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        rows = rows_of(terminal)
        line.stall()
        terminal.type("o")
        terminal.wait_for("‹ 1–50 of", "fetching page 1 …")
        terminal.wait_for("no response for 0:02")
        assert rows_of(terminal) == rows
        move_the_cursor(terminal)
        line.mend()
        terminal.wait_for("Received ▲")
        terminal.wait_until_gone("no answer")
        assert end(terminal, "q") == 0


def test_when_the_line_breaks_it_is_told_when_the_next_try_is_and_the_page_comes_by_itself(tmp_path: Path) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        rows = rows_of(terminal)
        line.cut()
        terminal.type("o")
        terminal.wait_for("‹ 1–50 of", " for 0:0", "retrying in ", "r retry")
        assert rows_of(terminal) == rows
        move_the_cursor(terminal)
        line.mend()
        terminal.wait_for("Received ▲")
        terminal.wait_until_gone("retrying")
        terminal.wait_until(lambda: terminal.lines[3:20] != rows, "other rows")
        line.cut()
        terminal.type("o")
        terminal.wait_for("retrying in ")
        line.mend()
        asked = time.monotonic()
        terminal.type("r")
        terminal.wait_for("Received ▼")
        assert time.monotonic() - asked < AT_ONCE
        assert end(terminal, "q") == 0


def test_what_was_asked_before_the_line_broke_is_asked_again(tmp_path: Path) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        line.stall()
        terminal.type("o")
        terminal.wait_for("fetching page 1")
        line.cut()
        terminal.wait_for("retrying in ")
        line.mend()
        terminal.wait_for("Received ▲")
        assert end(terminal, "q") == 0


@pytest.mark.parametrize("how", ENDINGS, ids=["q", "ctrl+c", "TERM", "HUP"])
def test_it_ends_at_once_while_a_request_hangs_and_keeps_its_state(tmp_path: Path, how: str | signal.Signals) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        line.stall()
        terminal.type("o")
        terminal.wait_for("fetching page 1")
        assert end(terminal, how) == ENDINGS[how]
        assert terminal.left_on() == set()
        assert terminal.echoes
    (state,) = tmp_path.rglob("state.toml")
    assert "received:asc" in state.read_text()


@pytest.mark.parametrize("how", ENDINGS, ids=["q", "ctrl+c", "TERM", "HUP"])
def test_it_ends_at_once_while_a_connection_hangs(tmp_path: Path, how: str | signal.Signals) -> None:
    with black_hole() as address, in_terminal("--base-url", address, home=tmp_path, environ=SIGNED_IN) as terminal:
        terminal.wait_for("fetching page 1")
        assert end(terminal, how) == ENDINGS[how]
        assert terminal.left_on() == set()


@pytest.mark.parametrize("how", ENDINGS, ids=["q", "ctrl+c", "TERM", "HUP"])
def test_it_ends_at_once_while_a_name_is_looked_up_for_ever(tmp_path: Path, how: str | signal.Signals) -> None:
    hanging = (sys.executable, "-c", NAMES_HANG)
    address = ("--base-url", "https://fax.example")
    with in_terminal(*address, home=tmp_path, environ=SIGNED_IN, command=hanging) as terminal:
        terminal.wait_for("fetching page 1")
        assert end(terminal, how) == ENDINGS[how]
        assert terminal.left_on() == set()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"])
def test_it_ends_at_once_while_the_terminal_takes_nothing_and_a_request_hangs(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        line.stall()
        terminal.type("o")
        terminal.wait_for("fetching page 1")
        terminal.stop_taking()
        asked = time.monotonic()
        terminal.kill(number)
        assert terminal.wait_for_end_unread() == code
        assert time.monotonic() - asked < AT_ONCE
        terminal.wait_until(lambda: terminal.left_on() == set(), "all modes off")
        assert terminal.echoes
    (state,) = tmp_path.rglob("state.toml")
    assert "received:asc" in state.read_text()


def test_it_sleeps_wakes_and_follows_the_size_while_a_request_hangs(tmp_path: Path) -> None:
    with behind_a_line(tmp_path) as (terminal, line):
        rows = terminal.lines[3:20]
        line.stall()
        terminal.type("o")
        terminal.wait_for("fetching page 1")
        asked = time.monotonic()
        terminal.type(SUSPEND)
        terminal.wait_until_stopped()
        assert time.monotonic() - asked < AT_ONCE
        terminal.wait_until(lambda: terminal.left_on() == set() and terminal.echoes, "a terminal as it was before")
        terminal.screen.reset()
        terminal.kill(signal.SIGCONT)
        terminal.wait_until(lambda: terminal.lines[3:20] == rows, "the rows")
        terminal.resize(*TINY)
        terminal.wait_until(lambda: [line[:5] for line in terminal.lines[:3]] == SMALLEST, "a few lines")
        terminal.resize(*SMALL)
        terminal.wait_until(lambda: terminal.lines[3:20] == rows, "the rows")
        line.mend()
        terminal.wait_for("Received ▲")
        assert end(terminal, "q") == 0
        assert terminal.left_on() == set()
