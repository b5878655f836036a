"""`faxtui list` asks somebody at a terminal for the password, and leaves the terminal as it was in any case."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from configured import configured, oauth2_profile, profile
from odyssey_server import LOGIN, PASSWORD, WatchedDemo, watched_demo
from pty_session import PATIENCE, PROGRAM, environment, in_terminal

WRONG = "hush-1234"


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


def test_somebody_at_a_terminal_is_asked_and_what_is_typed_is_not_shown(tmp_path: Path, demo: WatchedDemo) -> None:
    ours = ("list", "--base-url", demo.address, "--login", LOGIN, "--since", "2026-11-16")
    with in_terminal(*ours, home=tmp_path) as terminal:
        terminal.wait_for("There is no password for", f"Password of {LOGIN}:")
        assert not terminal.echoes
        terminal.type(f"{PASSWORD}\n")
        assert terminal.wait_for_end() == 0
        assert terminal.echoes
        assert "Received" in terminal.sent.decode()
        assert PASSWORD.encode() not in terminal.sent
    assert demo.asked == ["list"]


@pytest.mark.parametrize(("typed", "code"), [("\n", 2), ("\x04", 2), ("\x03", 130), (f"{WRONG}\n", 3)])
def test_whatever_is_answered_the_terminal_is_as_it_was(
    tmp_path: Path, demo: WatchedDemo, typed: str, code: int
) -> None:
    with in_terminal("list", "--base-url", demo.address, "--login", LOGIN, home=tmp_path) as terminal:
        terminal.wait_for(f"Password of {LOGIN}:")
        terminal.type(typed)
        assert terminal.wait_for_end() == code
        assert terminal.echoes
        assert b"Traceback" not in terminal.sent
        assert b"crashed" not in terminal.sent
    assert demo.asked == (["list"] if code == 3 else [])


def test_a_signal_while_it_asks_gives_the_echo_back(tmp_path: Path, demo: WatchedDemo) -> None:
    for number, code in ((signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        with in_terminal("list", "--base-url", demo.address, "--login", LOGIN, home=tmp_path) as terminal:
            terminal.wait_for(f"Password of {LOGIN}:")
            terminal.kill(number)
            assert terminal.wait_for_end() == code
            assert terminal.echoes


def _runs(number: str) -> bool:
    """Whether that process is there, and not only waiting to be seen off."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("by_itself", [False, True], ids=["from outside", "the moment it is started"])
def test_a_signal_while_a_command_hangs_ends_that_as_well(tmp_path: Path, by_itself: bool) -> None:
    pipe = tmp_path / "pid"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    at_once = "kill $PPID; " if by_itself else ""
    command = f'password_command = ["/bin/sh", "-c", "echo $$ >{pipe}; {at_once}exec sleep 600"]'
    configured(tmp_path, profile("https://own.invalid", command))
    with subprocess.Popen([*PROGRAM, "list"], env=environment(tmp_path), stderr=subprocess.PIPE) as process:
        assert select.select([reading], [], [], PATIENCE)[0]
        number = os.read(reading, 100).decode().strip()
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    os.close(reading)
    assert (process.returncode, said) == (143, b"")
    until = time.monotonic() + PATIENCE
    while _runs(number):
        assert time.monotonic() < until


def test_a_client_without_its_secret_is_no_reason_to_ask_for_a_password(tmp_path: Path, demo: WatchedDemo) -> None:
    configured(tmp_path, oauth2_profile(demo.address).replace('["printf', '["no-such-program'))
    with in_terminal("list", home=tmp_path, environ={"FAXTUI_PASSWORD": PASSWORD}) as terminal:
        assert terminal.wait_for_end() == 2
        assert "There is no client secret." in terminal.flowing
        assert "Password of" not in terminal.flowing
