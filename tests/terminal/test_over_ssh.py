"""The browser through a real ssh over a line of 300 ms, in the terminals that people sit at."""

import re
import sys
from collections.abc import Iterator

import pytest
from demo_server import demo_server
from pty_session import SMALL
from ssh_host import IS_THERE, MISSING, SshHost, ssh_host

pytestmark = pytest.mark.skipif(not IS_THERE, reason=MISSING)

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
EACH_WAY = 0.15
WIDER = (100, 30)
PALETTE = re.compile(rb"[34]8[;:]")
"""What begins a colour beyond the sixteen."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshHost]:
    with ssh_host(tmp_path_factory.mktemp("host")) as made:
        yield made


@pytest.mark.parametrize(
    ("term", "locale", "bar"),
    [
        ("xterm-256color", "C.UTF-8", "▌"),
        ("linux", "C.UTF-8", ">"),
        ("screen", "C.UTF-8", "▌"),
        ("vt100", "C", ">"),
    ],
)
def test_it_is_used_from_far_away(host: SshHost, term: str, locale: str, bar: str) -> None:
    host.line.delay = 0
    with (
        demo_server() as address,
        host.running(
            (sys.executable, "-m", "faxtui", "--base-url", address), term, {**SIGNED_IN, "LANG": locale}
        ) as terminal,
    ):
        # ssh itself goes back and forth often until one is signed in.
        terminal.type("\r")
        terminal.wait_until(lambda: bool(terminal.left_on()), "the program")
        host.line.delay = EACH_WAY
        terminal.wait_for("60300.demo", "page 1 of", "? Help")
        terminal.type("j")
        terminal.wait_until(lambda: terminal.lines[4].startswith(bar), "the cursor a line down")
        terminal.type("n")
        terminal.wait_for("page 2 of")
        terminal.type("i")
        terminal.wait_for("Customer", "51 of")
        terminal.type("\x1b")
        terminal.wait_until_gone("Customer")
        terminal.resize(*WIDER)
        terminal.wait_until(lambda: "? Help" in terminal.lines[WIDER[1] - 1], "the keys in the last line")
        terminal.wait_for("any sender")
        terminal.resize(*SMALL)
        terminal.wait_until(lambda: "? Help" in terminal.lines[SMALL[1] - 1], "the keys in the last line")
        terminal.type("o")
        terminal.wait_for("Received ▲" if bar == "▌" else "Received ^")
        assert not any(PALETTE.search(each) for each in terminal.colours_sent())
        if term == "vt100":
            assert terminal.colours_sent() == []
        if locale == "C" or term == "linux":
            assert terminal.sent.isascii()
        # The line is gone.
        host.line.cut()
        assert host.exit_code(term) == 129
        host.line.mend()
    (state,) = (host.folder / term).rglob("state.toml")
    assert "received:asc" in state.read_text()
