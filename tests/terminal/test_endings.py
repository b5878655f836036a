"""Whatever ends the program, the terminal is as it was before, and the exit code tells what it was."""

import signal
import sys
import time
from pathlib import Path

import pytest
from demo_server import demo_server, serving
from pty_session import faxtui, in_terminal

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
SECRET = "0478-hush-1234"
FAILING = f"""
from faxtui.cli import main
from faxtui.inbox.inbox import Inbox

def fail(self, *args, **kwargs):
    password = {SECRET!r}
    raise LookupError("it was " + password)

Inbox.open = fail
main()
"""
FAILING_EARLY = f"""
import faxtui.config.load
from faxtui.cli import main

def fail(*args, **kwargs):
    raise LookupError({SECRET!r})

faxtui.config.load.load_settings = fail
main()
"""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_a_signal_ends_it_in_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.kill(number)
        assert terminal.wait_for_end() == code
        assert terminal.left_on() == set()
        assert terminal.echoes
        assert b"Traceback" not in terminal.sent


def test_a_terminal_that_goes_away_ends_it(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.hang_up()
        assert terminal.wait_for_end() == 129
    assert list(tmp_path.rglob("error-*")) == []


def test_a_terminal_that_goes_away_without_a_signal_ends_it_too(tmp_path: Path) -> None:
    """The kernel tells only who began the session."""
    code = tmp_path / "code"
    shell = ("/bin/sh", "-c", f'trap : HUP; "$@"; echo $? >{code}', "sh")
    command = (*shell, sys.executable, "-m", "faxtui")
    with in_terminal("--demo", home=tmp_path, command=command) as terminal:
        terminal.wait_for("page 1 of")
        terminal.hang_up()
        assert terminal.wait_for_end() == 0
    assert code.read_text() == "129\n"


def test_a_byte_that_is_no_text_is_no_key_and_no_end(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.type("\udcff\udce9n")
        terminal.wait_for("page 2 of")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_it_leaves_at_once_while_a_request_hangs(tmp_path: Path) -> None:
    with (
        demo_server(latency=600) as address,
        in_terminal("--base-url", address, home=tmp_path, environ=SIGNED_IN) as terminal,
    ):
        terminal.wait_for("fetching page 1")
        asked_to_leave = time.monotonic()
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert time.monotonic() - asked_to_leave < 1
        assert terminal.left_on() == set()


def test_an_unexpected_error_gives_the_terminal_back_and_tells_no_secrets(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path, command=(sys.executable, "-c", FAILING)) as terminal:
        assert terminal.wait_for_end() == 1
        assert terminal.left_on() == set()
        assert terminal.echoes
        told = terminal.flowing
        assert "faxtui: faxtui crashed (LookupError). The report is in " in told
        assert b"Traceback" not in terminal.sent
        assert SECRET.encode() not in terminal.sent
    (report,) = tmp_path.rglob("error-*.txt")
    assert report.name in told
    assert "builtins.LookupError" in report.read_text()
    assert "in fail" in report.read_text()
    assert SECRET not in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600


def test_an_unexpected_error_before_the_screen_tells_no_secrets_either(tmp_path: Path) -> None:
    end = faxtui("--demo", home=tmp_path, command=(sys.executable, "-c", FAILING_EARLY))
    assert end.returncode == 1
    assert end.stderr.startswith("faxtui: faxtui crashed (LookupError).")
    assert (end.stdout, end.stderr.count("\n")) == ("", 1)
    (report,) = tmp_path.rglob("error-*.txt")
    assert report.name in end.stderr
    assert SECRET not in end.stderr + report.read_text()


def test_a_wrong_password_is_told_and_not_tried_again(tmp_path: Path) -> None:
    asked: list[str] = []
    demo = DemoService()

    async def counting(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            asked.append(str(scope["path"]))
        await demo(scope, receive, send)

    environ = {**SIGNED_IN, "FAXTUI_PASSWORD": SECRET}
    with serving(counting) as address, in_terminal("--base-url", address, home=tmp_path, environ=environ) as terminal:
        terminal.wait_for("refuses the sign-in of “60300.demo”", "Password of 60300.demo")
        terminal.type("\x1b")
        terminal.wait_until_gone("Password of 60300.demo")
        terminal.wait_for("r retry")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert asked == ["/api/V1/InboundFax"]
        assert SECRET.encode() not in terminal.sent
