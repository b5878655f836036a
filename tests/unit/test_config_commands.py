"""Commands that print a password: real programs, what they print and how they fail."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faxtui.config.credentials import COMMAND_LIMIT, run_command
from faxtui.errors import NoSignIn
from faxtui.processes import end_commands

SECRET = "hush:wörd"
LIMIT = 0.3
PATIENCE = 20.0
LONG = "600"
"""Seconds that a program would last by itself."""


def shell(script: str, *arguments: str) -> list[str]:
    return ["/bin/sh", "-c", script, "sh", *arguments]


def failure(command: list[str], limit: float = COMMAND_LIMIT) -> str:
    with pytest.raises(NoSignIn) as caught:
        run_command(command, limit)
    told = str(caught.value)
    assert told.startswith(("“", "The output of “"))
    assert told.endswith(".")
    assert not told.endswith("..")
    assert told.isprintable()
    assert SECRET not in told
    return told


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        os.sched_yield()


def has_ended(pid_file: Path) -> bool:
    """Whether the process whose number is in the file is gone, or dead and only not yet waited for."""
    try:
        stat = Path(f"/proc/{int(pid_file.read_text())}/stat").read_text()
    except FileNotFoundError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


@pytest.mark.parametrize(
    ("printed", "password"),
    [
        ("secret", "secret"),
        ("secret\\n", "secret"),
        ("secret\\r\\n", "secret"),
        ("secret\\n\\n", "secret"),
        ("secret\\nlogin: me\\n", "secret"),
        (" se cret \\t\\n", " se cret \t"),
        ("pass:wörd\\n", "pass:wörd"),
    ],
)
def test_the_first_line_that_it_prints_is_the_password(printed: str, password: str) -> None:
    assert run_command(["printf", printed]) == password


def test_its_arguments_are_a_list_that_no_shell_reads() -> None:
    given = "$HOME `id` * ; 'x' \"y\" \\ é"
    assert run_command(["printf", "%s", given]) == given


def test_it_has_neither_input_nor_a_terminal() -> None:
    script = "cat; [ -t 0 ] || [ -t 1 ] || [ -t 2 ] || { (: </dev/tty) 2>/dev/null || printf alone; }"
    assert run_command(shell(script)) == "alone"


def test_what_it_says_besides_is_no_part_of_the_password() -> None:
    assert run_command(shell(f"echo warning >&2; echo {SECRET}; echo another >&2")) == SECRET


def test_a_failure_is_told_with_its_code_and_what_it_said_and_not_what_it_printed() -> None:
    script = r"printf 'hush:w\303\266rd\n'; " + "printf 'gpg: \\033[2Jno secret\\n\\n  key.\\n' >&2; exit 3"
    told = failure(shell(script))
    assert told.endswith(" failed (exit code 3): gpg: ␛[2Jno secret key.")
    assert failure(["false"]) == "“false” failed (exit code 1)."
    assert failure(shell("kill -9 $$")).endswith("failed (exit code -9).")


def test_what_it_said_and_its_name_are_cut_where_they_are_long() -> None:
    told = failure(shell("yes x | head -c 300000 >&2; exit 1", *["long"] * 100))
    assert len(told) < 400
    assert told.count("…") == 2


def test_what_it_said_is_told_where_it_prints_nothing() -> None:
    assert failure(shell("echo locked. >&2", "x")).endswith("” printed no password, only an error: locked.")


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("", "The output of “printf ” is empty: it contains no password."),
        ("\\n", "The output of “printf \\n” is empty: it contains no password."),
        ("\\351\\n", "The output of “printf \\351\\n” is not UTF-8. Save it as UTF-8."),
        ("\\nb\\n", "The output of “printf \\nb\\n” begins with an empty line. Write the password on the first line."),
    ],
)
def test_what_is_no_password_is_told_of(printed: str, told: str) -> None:
    assert failure(["printf", printed]) == told


def test_a_program_that_cannot_be_run_is_told_of(tmp_path: Path) -> None:
    assert failure(["no-such-program", "x"]) == "“no-such-program x” can't be run: No such file or directory."
    assert failure([""]).startswith("“” can't be run: ")
    assert failure(["printf", "a\0b"]).endswith("can't be run: its name or an argument contains an invalid character.")
    assert failure([str(tmp_path)]).endswith("can't be run: Permission denied.")
    script = tmp_path / "script"
    script.write_text("echo hush\n")
    script.chmod(0o600)
    assert "can't be run: Permission denied" in failure([str(script)])


def test_one_that_prints_without_end_is_ended_at_once() -> None:
    assert failure(["yes"]) == "“yes” prints far more than a password. Try it in a shell."


HANGS = {
    "it hangs": 'echo $$ >"$1"; exec sleep 600',
    "it hangs, and will not be asked to end": "trap '' TERM INT HUP; echo $$ >\"$1\"; while :; do sleep 600; done",
    "what it started hangs with it": '(echo $$; sleep 600 & echo $! >"$1"; wait) ; echo',
    "it closes its output and hangs": 'echo $$ >"$1"; exec >&- 2>&-; exec sleep 600',
    "it goes on talking": 'echo $$ >"$1"; while :; do echo wait >&2; sleep 0.01; done',
}


@pytest.mark.parametrize("script", HANGS.values(), ids=HANGS.keys())
def test_past_the_limit_it_is_ended_with_what_it_started(tmp_path: Path, script: str) -> None:
    began = time.monotonic()
    told = failure(shell(script, str(tmp_path / "pid")), LIMIT)
    assert told.endswith("” printed no password within 0 s. Try it in a shell.")
    assert LIMIT <= time.monotonic() - began < LIMIT + 2
    wait_until(lambda: has_ended(tmp_path / "pid"))


def test_what_left_its_group_is_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    script = 'setsid sh -c \'echo $$ >"$1"; exec sleep 600\' sh "$1" & wait'
    failure(shell(script, str(tmp_path / "pid")), LIMIT)
    assert time.monotonic() - began < LIMIT + 2
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_an_agent_that_it_leaves_behind_is_neither_waited_for_nor_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    script = 'sleep 600 & echo $! >"$1"; echo hush'
    assert run_command(shell(script, str(tmp_path / "pid"))) == "hush"
    assert time.monotonic() - began < COMMAND_LIMIT / 4
    assert not has_ended(tmp_path / "pid")
    os.kill(int((tmp_path / "pid").read_text()), 9)


INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from faxtui.processes import end_commands
from faxtui.config.credentials import run_command
pid = Path(sys.argv[1])
def interrupt():
    while not pid.exists() or not pid.read_text().endswith("\\n"):
        os.sched_yield()
    end_commands() if sys.argv[2] == "end" else os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    # More than a pipe holds: what follows comes once it is read.
    run_command(["/bin/sh", "-c", 'head -c 200000 /dev/zero >&2; echo $$ >"$0"; exec sleep 600', sys.argv[1]])
except BaseException as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(("how", "told"), [("interrupt", "KeyboardInterrupt"), ("end", "NoSignIn")])
def test_whoever_stops_waiting_ends_it(tmp_path: Path, how: str, told: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED, str(tmp_path / "pid"), how]
    end = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (end.stdout, end.stderr) == (f"{told}\n", "")
    assert has_ended(tmp_path / "pid")


def test_where_nothing_runs_there_is_nothing_to_end() -> None:
    end_commands()
