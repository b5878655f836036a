"""Nothing keeps the program from ending: no lock, no disk, no network, and no moment at which a signal arrives."""

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import demo_server
from pty_session import PATIENCE, PROGRAM, ROUND, PtySession, environment, in_terminal

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}
AT_ONCE = 4.0
"""Seconds within which it ends: well below what it would wait for, on a busy machine too."""
MOMENTS = int(os.environ.get("FAXTUI_SIGNALS", "12"))
"""How many signals are sent at random moments; 109 on demand."""
SEED = int(os.environ.get("FAXTUI_SEED", "13"))
FORGOTTEN = "Filters and sort will not be there the next time."
FOREVER = """
import threading
from pathlib import Path
from faxtui.cli import main

def hang(*_):
    (Path.home() / "hangs").touch()
    threading.Event().wait()

{}main()
"""
STATE_HANGS = FOREVER.format("from faxtui.config.state import StateFile\nStateFile.save = hang\n")
LOOP_HANGS = FOREVER.format("from faxtui.inbox.inbox import Inbox\nInbox.refresh = hang\n")
SAVING_HANGS = FOREVER.format("from faxtui.operations.download_folder import Manifest\nManifest.add = hang\n")
LOOK_UP_HANGS = FOREVER.format("import socket\nsocket.getaddrinfo = hang\n")
IMPORT_HANGS = """
import sys, threading
class Hangs:
    def find_spec(self, name, *_):
        if name == "MODULE":
            print("importing", flush=True)
            threading.Event().wait()
sys.meta_path.insert(0, Hangs())
from faxtui.cli import main
main()
"""


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with demo_server() as address:
        yield address


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the lock on that file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def browsing(service: str, home: Path, command: Sequence[str] = PROGRAM) -> Iterator[PtySession]:
    with in_terminal("--base-url", service, home=home, environ=SIGNED_IN, command=command) as terminal:
        terminal.wait_for("page 1 of")
        yield terminal


def script(text: str) -> Sequence[str]:
    return (sys.executable, "-c", text)


def check_restored(terminal: PtySession) -> None:
    assert terminal.left_on() == set()
    assert terminal.echoes
    assert b"Traceback" not in terminal.sent


def end(terminal: PtySession, how: str | signal.Signals) -> int:
    """The exit code it ought to have."""
    if isinstance(how, signal.Signals):
        terminal.kill(how)
        return CODES[how]
    terminal.type(how)
    return 0


@pytest.mark.parametrize("how", ["q", "\x03", *CODES], ids=["q", "Ctrl+C", *(each.name for each in CODES)])
def test_a_state_that_another_program_has_locked_is_reported_at_the_end(
    service: str, tmp_path: Path, how: str | signal.Signals
) -> None:
    with locked(tmp_path / "state" / "faxtui" / ".state.toml.lock"), browsing(service, tmp_path) as terminal:
        terminal.type("o")
        terminal.wait_for("▲")
        began = time.monotonic()
        code = end(terminal, how)
        assert terminal.wait_for_end() == code
        assert time.monotonic() - began < AT_ONCE
        check_restored(terminal)
        assert "another program has locked it" in terminal.flowing
        assert terminal.flowing.count(FORGOTTEN) == 1
    assert not (tmp_path / "state" / "faxtui" / "state.toml").exists()


@pytest.mark.parametrize("how", ["q", signal.SIGTERM], ids=["q", "TERM"])
def test_a_disk_that_hangs_is_not_waited_for(service: str, tmp_path: Path, how: str | signal.Signals) -> None:
    with browsing(service, tmp_path, script(STATE_HANGS)) as terminal:
        terminal.type("o")
        until((tmp_path / "hangs").exists)
        began = time.monotonic()
        code = end(terminal, how)
        assert terminal.wait_for_end() == code
        assert time.monotonic() - began < AT_ONCE
        check_restored(terminal)
        assert f"The disk did not respond in time. {FORGOTTEN}" in terminal.flowing


@pytest.mark.parametrize("number", CODES, ids=[each.name for each in CODES])
def test_a_second_signal_ends_it_at_once_whatever_hangs(service: str, tmp_path: Path, number: signal.Signals) -> None:
    with browsing(service, tmp_path, script(LOOP_HANGS)) as terminal:
        terminal.type("r")
        until((tmp_path / "hangs").exists)
        second = signal.SIGHUP if number is signal.SIGTERM else signal.SIGTERM
        terminal.kill(number)
        began = time.monotonic()
        terminal.kill(second)
        assert terminal.wait_for_end() in (CODES[number], CODES[second])
        assert time.monotonic() - began < AT_ONCE
        check_restored(terminal)


def test_the_same_signal_twice_ends_it_at_once_while_it_is_ending(service: str, tmp_path: Path) -> None:
    with browsing(service, tmp_path, script(LOOP_HANGS)) as terminal:
        terminal.type("r")
        until((tmp_path / "hangs").exists)
        terminal.kill(signal.SIGTERM)
        terminal.wait_until_silent()
        began = time.monotonic()
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_for_end() == 143
        assert time.monotonic() - began < AT_ONCE
        check_restored(terminal)


def test_one_signal_ends_it_even_if_the_program_itself_hangs(service: str, tmp_path: Path) -> None:
    with browsing(service, tmp_path, script(LOOP_HANGS)) as terminal:
        terminal.type("r")
        until((tmp_path / "hangs").exists)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_for_end() == 143
        check_restored(terminal)


# Commands


@contextmanager
def running(*arguments: str, home: Path, command: Sequence[str] = PROGRAM) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*command, *arguments],
        env=environment(home, SIGNED_IN),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(ROUND / 10)


def check_ends(process: subprocess.Popen[str], numbers: Sequence[signal.Signals]) -> str:
    """What it says."""
    began = time.monotonic()
    for number in numbers:
        process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == CODES[numbers[0]]
    assert time.monotonic() - began < AT_ONCE
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("number", CODES, ids=[each.name for each in CODES])
def test_a_download_whose_manifest_is_locked_ends(service: str, tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "faxes"
    ours = ("download", "--base-url", service, "--since", "3d", "--to", str(folder))
    with locked(folder / "faxes.jsonl"), running(*ours, home=tmp_path) as process:
        until(lambda: len(list(folder.iterdir())) > 1)
        check_ends(process, [number])


def test_a_download_whose_disk_hangs_ends_and_says_so(service: str, tmp_path: Path) -> None:
    folder = tmp_path / "faxes"
    ours = ("download", "--base-url", service, "--since", "3d", "--to", str(folder))
    with running(*ours, home=tmp_path, command=script(SAVING_HANGS)) as process:
        until((tmp_path / "hangs").exists)
        assert "The disk did not respond in time" in check_ends(process, [signal.SIGTERM])


@pytest.mark.parametrize("number", CODES, ids=[each.name for each in CODES])
def test_a_name_look_up_that_hangs_is_not_waited_for(tmp_path: Path, number: signal.Signals) -> None:
    ours = ("list", "--base-url", "https://fax.example", "--format", "json")
    with running(*ours, home=tmp_path, command=script(LOOK_UP_HANGS)) as process:
        until((tmp_path / "hangs").exists)
        check_ends(process, [number])


@pytest.mark.parametrize("number", CODES, ids=[each.name for each in CODES])
def test_a_password_command_that_hangs_is_not_waited_for_and_ends_too(tmp_path: Path, number: signal.Signals) -> None:
    config, pid = tmp_path / "config" / "faxtui" / "config.toml", tmp_path / "pid"
    config.parent.mkdir(parents=True)
    hangs = f'["sh", "-c", "echo $$ >{pid}; exec sleep 600"]'
    config.write_text(f'[profiles.main]\nbase_url = "https://fax.example"\nlogin = "me"\npassword_command = {hangs}\n')
    with subprocess.Popen(
        [*PROGRAM, "list"], env=environment(tmp_path), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        until(lambda: pid.exists() and pid.read_text().endswith("\n"))
        check_ends(process, [number])
    until(lambda: not Path(f"/proc/{pid.read_text().strip()}").exists())


@pytest.mark.parametrize("numbers", [[signal.SIGTERM], [signal.SIGINT, signal.SIGINT]], ids=["one", "two"])
def test_a_reader_that_takes_nothing_keeps_nothing_from_ending(
    service: str, tmp_path: Path, numbers: Sequence[signal.Signals]
) -> None:
    ours = ("list", "--base-url", service, "--all", "--since", "300d", "--format", "json")
    with running(*ours, home=tmp_path) as process:
        assert process.stdout is not None
        read = process.stdout.fileno()
        until(lambda: size_of_pipe(read) > 60_000)
        check_ends(process, numbers)


def size_of_pipe(handle: int) -> int:
    waiting = bytearray(4)
    fcntl.ioctl(handle, 0x541B, waiting)
    return int.from_bytes(waiting, sys.byteorder)


@pytest.mark.parametrize("number", CODES, ids=[each.name for each in CODES])
@pytest.mark.parametrize("module", ["faxtui.cli.options", "faxtui.config.load", "textual", "httpx"])
def test_a_signal_while_the_program_is_still_loading_ends_it_as_any_other(
    tmp_path: Path, module: str, number: signal.Signals
) -> None:
    hangs = IMPORT_HANGS.replace("MODULE", module)
    what = () if module == "textual" else ("list",)
    with in_terminal("--demo", *what, home=tmp_path, command=script(hangs)) as terminal:
        terminal.wait_for("importing")
        terminal.kill(number)
        assert terminal.wait_for_end() == CODES[number]
        check_restored(terminal)


# Any moment


def heeds_signals(process: int) -> bool:
    """Whether the program has begun: before its first instruction the interpreter starts, and signals are not ours."""
    status = Path(f"/proc/{process}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return all(caught >> (number - 1) & 1 for number in CODES)


def is_over(process: int) -> bool:
    """Whether the system is clearing it away."""
    return not Path(f"/proc/{process}/maps").read_text()


def moments() -> Iterator[tuple[str, signal.Signals, float]]:
    """What runs, the signal, and when it arrives, in seconds after the first instruction."""
    chosen = random.Random(SEED)
    for number in range(MOMENTS):
        what = ("browser", "list", "download")[number % 3]
        yield what, chosen.choice(list(CODES)), chosen.uniform(0, 2.5 if what == "browser" else 1.2)


@pytest.mark.parametrize(("what", "number", "moment"), list(moments()))
def test_a_signal_at_any_moment_ends_it_as_documented(
    service: str, tmp_path: Path, what: str, number: signal.Signals, moment: float
) -> None:
    if what == "browser":
        arguments: Sequence[str] = ("--base-url", service)
    elif what == "list":
        arguments = ("list", "--base-url", service, "--all", "--since", "300d", "--output", str(tmp_path / "faxes.txt"))
    else:
        arguments = ("download", "--base-url", service, "--since", "9d", "--to", str(tmp_path / "faxes"))
    # An interpreter of its own, so that what is loaded at the start counts too.
    fresh = script("from faxtui.cli import main; main()")
    with in_terminal(*arguments, home=tmp_path, environ=SIGNED_IN, command=fresh) as terminal:
        until(lambda: terminal.has_ended or heeds_signals(terminal.number))
        arrives = time.monotonic() + moment
        keys = iter("onjdoq" if what == "browser" else "")
        while terminal.sends_something_within(arrives - time.monotonic()):
            if "page 1 of" in terminal.text:
                terminal.type(next(keys, ""))
        was_over = time.monotonic() < arrives or is_over(terminal.number)
        terminal.kill(number)
        code = terminal.wait_for_end()
        assert code == CODES[number] or (was_over and code == 0)
        check_restored(terminal)
    assert not [each.name for each in tmp_path.rglob("*") if each.name.startswith((".faxtui-", "error-"))]
