"""Watching in the real program: what the terminal is sent, and that it goes on after Ctrl+Z and in another size."""

import re
import signal
import sys
from collections import Counter
from pathlib import Path

from configured import configured
from handling_desk import BROKEN, told_demo
from pty_session import LARGE, SMALL, SUSPEND, in_terminal
from wire import resource

OLD = [resource(number) for number in range(1, 31)]
NEW = [resource(-number, ReceivedDate=f"2026-11-23T10:43:0{number}", From="0199004512") for number in (1, 2, 3, 4)]
SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo", "TERM_PROGRAM": "WezTerm"}
HURRIED = (
    "from faxtui.cli import main",
    "from faxtui.inbox import fetch_policy, watch",
    "watch.poll_delay = lambda *_: 0.4",
    "fetch_policy.TokenBucket.spare = lambda _: True",
    "main()",
)
"""The program, but it polls all the time and not once in half a minute."""
_TITLE_KEPT, _TITLE_RESTORED = b"\x1b[22;2t", b"\x1b[23;2t"
_FOR_THE_DESKTOP = re.compile(rb"\x1b\]([0-9]+);([^\x07\x1b]*)(?:\x07|\x1b\\)")


def rung(sent: bytes) -> int:
    """How often the bell was rung: BEL also ends what is for the desktop."""
    return _FOR_THE_DESKTOP.sub(b"", sent).count(b"\a")


def test_it_rings_notifies_counts_and_goes_on_after_ctrl_z_and_in_another_size(tmp_path: Path) -> None:
    configured(tmp_path, "[watch]\nbell = true\nnotify = true\n")
    command = (sys.executable, "-c", "\n".join(HURRIED))
    with (
        told_demo(OLD) as demo,
        in_terminal("--base-url", demo.address, home=tmp_path, environ=SIGNED_IN, command=command) as terminal,
    ):
        terminal.wait_for("page 1 of")
        terminal.type("jj ")
        terminal.wait_for("1 marked")
        terminal.wait_until_silent()
        rows = terminal.lines[2:20]
        assert rung(terminal.sent) == 0

        demo.rows = [*NEW[:1], *OLD]
        terminal.wait_for("1 new ↑")
        assert terminal.lines[2:20] == rows
        assert rung(terminal.sent) == 1

        terminal.type(SUSPEND)
        terminal.wait_until_stopped()
        demo.rows = [*NEW[1::-1], *OLD]
        terminal.screen.reset()
        terminal.kill(signal.SIGCONT)
        terminal.wait_for("2 new ↑", "1 marked")
        terminal.wait_until(lambda: terminal.lines[2:20] == rows, "the rows as before")

        terminal.resize(*LARGE)
        terminal.wait_until(lambda: "Quit" in terminal.lines[-1], "the keys on the last of 40 lines")
        assert "2 new ↑" in terminal.text
        demo.rows = [*NEW[2::-1], *OLD]
        terminal.wait_for("3 new ↑", "1 marked")
        terminal.resize(*SMALL)
        terminal.wait_until(lambda: terminal.lines[2:20] == rows, "the rows as before")
        assert "3 new ↑" in terminal.text
        assert rung(terminal.sent) == 3

        demo.says("list", *[BROKEN] * 3)
        terminal.wait_for("! not watching since")
        terminal.wait_until_gone("! not watching since")
        terminal.wait_until_silent()
        assert rung(terminal.sent) == 4
        assert "3 new ↑" in terminal.text

        terminal.type("r")
        terminal.wait_until(lambda: _TITLE_RESTORED in terminal.sent, "the former title")
        demo.rows = [*NEW[::-1], *OLD]
        terminal.wait_for("4 new ↑")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        sent = terminal.sent
    kinds = Counter((kind.decode(), text.decode()) for kind, text in _FOR_THE_DESKTOP.findall(sent))
    assert {text: times for (kind, text), times in kinds.items() if kind == "9"} == {
        "1 new fax": 4,
        "faxtui cannot look for new faxes.": 1,
    }
    assert {text for kind, text in kinds if kind == "2"} == {f"({number}) faxtui" for number in (1, 2, 3)}
    assert sent.count(_TITLE_KEPT) == sent.count(_TITLE_RESTORED)
    assert not any("0199004512" in text or "0-2026" in text for _kind, text in kinds)
