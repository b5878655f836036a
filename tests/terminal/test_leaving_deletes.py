"""Whatever happens to the program or its terminal while deletes wait: nothing is sent that nobody saw coming."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from handling_desk import ToldDemo, told_demo
from planted import PLANTED, plant
from pty_session import PATIENCE, PtySession, in_terminal

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
NOT_DELETED = "faxtui: 1 fax was not deleted, because faxtui ended before that: nothing was sent."
FOREVER = 3600
REPAINTS = 90
"""So many are more than the kernel keeps for a terminal whose other end does not read."""


@pytest.fixture
def demo() -> Iterator[ToldDemo]:
    with told_demo() as demo:
        yield demo


@contextmanager
def browsing(demo: ToldDemo, home: Path, grace: int = FOREVER) -> Iterator[PtySession]:
    config = home / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f'[download]\nfolder = "{home / "faxes"}"\n[delete]\ngrace = {grace}\n')
    with in_terminal("--base-url", demo.address, home=home, environ=SIGNED_IN) as terminal:
        terminal.wait_for("page 1 of")
        yield terminal


def delete_the_first(terminal: PtySession, answer: str = "\r") -> None:
    terminal.type("D")
    terminal.wait_for("Delete 1 fax from the service?", "Enter save a copy, then delete")
    terminal.type(answer)
    terminal.wait_for("deleting 1 in")


def first_letter(terminal: PtySession) -> str:
    return terminal.lines[3][2]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_a_signal_drops_what_was_not_sent_and_that_is_said(
    demo: ToldDemo, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with browsing(demo, tmp_path) as terminal:
        delete_the_first(terminal)
        terminal.kill(number)
        assert terminal.wait_for_end() == code
        assert NOT_DELETED.encode() in terminal.sent
        assert terminal.left_on() == set()
    assert demo.deleted() == []


def test_a_terminal_that_goes_away_drops_what_was_not_sent(demo: ToldDemo, tmp_path: Path) -> None:
    with browsing(demo, tmp_path) as terminal:
        delete_the_first(terminal)
        terminal.hang_up()
        assert terminal.wait_for_end() == 129
    assert demo.deleted() == []
    assert list(tmp_path.rglob("error-*")) == []


def test_killed_nothing_is_sent_later_and_the_copy_is_known(demo: ToldDemo, tmp_path: Path) -> None:
    with browsing(demo, tmp_path) as terminal:
        delete_the_first(terminal)
        terminal.kill(signal.SIGKILL)
        terminal.wait_for_end()
    with browsing(demo, tmp_path, grace=1) as terminal:
        terminal.wait_until(lambda: first_letter(terminal) == "s", "the copy beside its row")
        assert "deleting" not in terminal.text
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert demo.deleted() == []


def test_killed_while_the_request_is_on_its_way_the_next_run_asks_what_became_of_it(
    demo: ToldDemo, tmp_path: Path
) -> None:
    door = demo.holds("DELETE")
    with browsing(demo, tmp_path, grace=1) as terminal:
        delete_the_first(terminal, "delete\r")
        assert door.reached.wait(PATIENCE)
        terminal.kill(signal.SIGKILL)
        terminal.wait_for_end()
    with browsing(demo, tmp_path, grace=1) as terminal:
        terminal.wait_until(lambda: first_letter(terminal) == "?", "a question mark beside its row")
        terminal.type("D")
        terminal.wait_for("Checking with the service whether 1 fax was deleted.", "is still on the service")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert len(demo.deleted()) == 1


def test_asleep_by_ctrl_z_nothing_is_sent_and_the_countdown_begins_again(demo: ToldDemo, tmp_path: Path) -> None:
    with browsing(demo, tmp_path, grace=4) as terminal:
        delete_the_first(terminal, "delete\r")
        terminal.wait_for("deleting 1 in 0:03")
        terminal.type("\x1a")
        terminal.wait_until_stopped()
        go_by(4.5)
        terminal.kill(signal.SIGCONT)
        terminal.wait_for("deleting 1 in 0:04")
        terminal.type("U")
        terminal.wait_for("Undone: 1 fax kept.")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert demo.deleted() == []


def test_a_question_that_the_terminal_has_not_shown_takes_no_answer(demo: ToldDemo, tmp_path: Path) -> None:
    with browsing(demo, tmp_path, grace=3) as terminal:
        for _ in range(REPAINTS):
            terminal.type("\x0c")
            go_by(0.02)
        terminal.type("D")
        for _ in range(2):
            go_by(1.2)
            terminal.type("\r")
        go_by(4)
        assert set(demo.asked) == {"list"}
        terminal.wait_for("Enter save a copy, then delete")
        terminal.type("\x1b")
        terminal.wait_until_gone("Enter save a copy")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert demo.deleted() == []


def go_by(seconds: float) -> None:
    """Time is the subject here: nothing is read from the terminal, and nothing else could be waited for."""
    threading.Event().wait(seconds)


def cursor_line(terminal: PtySession) -> int:
    return next((number for number, line in enumerate(terminal.lines) if line.startswith("▌")), -1)


def has_moved(terminal: PtySession, line: int) -> bool:
    return cursor_line(terminal) not in (line, -1)


@pytest.mark.parametrize("kind", ["pipe", "symbolic link"])
def test_what_is_planted_in_place_of_the_journal_keeps_nobody_from_the_rows_and_nothing_is_deleted(
    demo: ToldDemo, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "state" / "faxtui"
    folder.mkdir(parents=True)
    plant(kind, folder / "journal.jsonl")
    with browsing(demo, tmp_path, grace=1) as terminal:
        terminal.wait_for(PLANTED[kind].format(name="journal.jsonl"))
        terminal.type("\x1b")
        terminal.wait_until_gone("The journal")
        terminal.type("D")
        terminal.wait_for("Enter save a copy, then delete")
        terminal.type("delete\r")
        terminal.wait_for("was not deleted", "can't be written")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert demo.deleted() == []
    assert (folder / "mine").read_bytes() == b"mine"


def test_a_journal_of_many_thousand_lines_comes_after_the_rows_and_keys_are_answered_meanwhile(
    demo: ToldDemo, tmp_path: Path
) -> None:
    path = tmp_path / "state" / "faxtui" / "journal.jsonl"
    path.parent.mkdir(parents=True)
    at, whose = '"at": "2026-11-23T09:42:07.123Z", "event": "deleted"', '"host": "h", "login": "l"'
    path.write_text("".join(f'{{{at}, {whose}, "folder": "{number}", "file": "f"}}\n' for number in range(300_000)))
    with browsing(demo, tmp_path) as terminal:
        terminal.wait_for("? Help")
        waits = []
        for _ in range(15):
            row, began = cursor_line(terminal), time.monotonic()
            terminal.type("j")
            terminal.wait_until(partial(has_moved, terminal, row), "the next row")
            waits.append(time.monotonic() - began)
        assert max(waits) < 1
