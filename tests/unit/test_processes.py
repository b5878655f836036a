"""What other programs get from this one: no secret, and no open file."""

import ast
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents_to_read import letter_tiff

import faxtui
from faxtui.config.credentials import run_command
from faxtui.preview.client import DocumentReader
from faxtui.processes import run_with_input
from faxtui.terminal.desktop import open_file

SECRET = "hush"
PROXY = "http://me:hush@proxy.example:3128"
_REPORT = """\
import json, os, sys
from pathlib import Path
paths = [f"/proc/self/fd/{each}" for each in os.listdir("/proc/self/fd")]
found = [os.readlink(each) for each in paths if os.path.lexists(each)]
Path(sys.argv[1] + ".part").write_text(json.dumps([dict(os.environ), found]))
os.rename(sys.argv[1] + ".part", sys.argv[1])
print("printed")
"""


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of ours, open in this process so that children would inherit it, which has secrets in its environment."""
    monkeypatch.setenv("FAXTUI_PASSWORD", SECRET)
    monkeypatch.setenv("FAXTUI_LOGIN", "60300.console")
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("VAULT_TOKEN", SECRET)
    path = tmp_path / "private"
    number = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.set_inheritable(number, True)
    yield path
    os.close(number)


def reported(path: Path) -> tuple[dict[str, str], list[str]]:
    """Environment and open files of the program that writes its report there."""
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        os.sched_yield()
    environ, files = json.loads(path.read_text())
    return environ, files


def test_a_password_command_gets_what_others_get_but_our_secret(private: Path, tmp_path: Path) -> None:
    assert run_command([sys.executable, "-c", _REPORT, str(tmp_path / "report")]) == "printed"
    environ, files = reported(tmp_path / "report")
    assert "FAXTUI_PASSWORD" not in environ
    assert str(private) not in files
    # It may need them: a password manager elsewhere is asked through the same proxy.
    assert (environ["FAXTUI_LOGIN"], environ["HTTPS_PROXY"]) == ("60300.console", PROXY)


def test_the_desktops_program_gets_what_others_get_but_our_secret(
    private: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\nexec {sys.executable} -c "$REPORT" {tmp_path / "report"}\n')
    opener.chmod(0o755)
    for name in ("SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("REPORT", _REPORT)
    document = tmp_path / "fax.pdf"
    document.write_bytes(b"%PDF-")
    open_file(document, os.environ)
    environ, files = reported(tmp_path / "report")
    assert "FAXTUI_PASSWORD" not in environ
    assert str(private) not in files
    assert environ["DISPLAY"] == ":0"


async def test_what_displays_documents_gets_no_more_of_the_environment_than_it_takes_to_run(private: Path) -> None:
    reader = DocumentReader(letter_tiff())
    await reader.open()
    assert reader._process is not None
    own = Path("/proc") / str(reader._process.pid)
    environ = dict(each.split("=", 1) for each in (own / "environ").read_text().split("\0") if each)
    files = [str(each.readlink()) for each in (own / "fd").iterdir()]
    await reader.aclose()
    assert environ.keys() <= {"PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH"}
    assert SECRET not in "".join(environ.values())
    assert str(private) not in files


_MAIN = """\
import os
import faxtui.cli
def run(arguments, environ):
    print(os.environ.get("FAXTUI_PASSWORD"), environ["FAXTUI_PASSWORD"])
    return 0
faxtui.cli.run = run
faxtui.cli.main()
"""


def test_what_libraries_start_by_themselves_does_not_inherit_the_password_either() -> None:
    environ = {**os.environ, "FAXTUI_PASSWORD": SECRET}
    end = subprocess.run([sys.executable, "-c", _MAIN], env=environ, capture_output=True, text=True, check=True)
    assert end.stdout == f"None {SECRET}\n"


STARTERS = (
    *("Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput", "create_subprocess_exec"),
    *("create_subprocess_shell", "subprocess_exec", "subprocess_shell", "system", "popen", "fork", "forkpty"),
    *("posix_spawn", "startfile", "exec", "spawn"),
)
MODULES = ("os", "subprocess", "asyncio", "pty", "multiprocessing", "webbrowser")


def test_other_programs_are_started_in_one_place_only() -> None:
    root = Path(faxtui.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text()))
        if (isinstance(each, ast.Call) and _starts(each.func)) or _imports(each)
    }
    assert found == {"processes.py"}


def _starts(called: ast.expr) -> bool:
    """``subprocess.Popen`` and the like."""
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
        return False
    module, name = called.value.id, called.attr
    return module in MODULES and (module, name) != ("asyncio", "run") and name.startswith(STARTERS)


def _imports(node: ast.AST) -> bool:
    """``from subprocess import run`` and the like."""
    if isinstance(node, ast.Import):
        return any(each.name in ("pty", "multiprocessing", "webbrowser") for each in node.names)
    return (
        isinstance(node, ast.ImportFrom)
        and node.module in ("os", "subprocess", "asyncio.subprocess", "pty", "multiprocessing", "webbrowser")
        and any(each.name.startswith(STARTERS) for each in node.names)
    )


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


async def test_a_command_gets_its_input_and_returns_what_it_printed() -> None:
    result = await run_with_input(script("import sys; print(len(sys.stdin.read())); sys.exit(3)"), b"x" * 300_000)
    assert (result.exit_code, result.output) == (3, b"300000\n")


async def test_a_command_may_ignore_its_input_and_print_megabytes() -> None:
    result = await run_with_input(script("print('y' * 5_000_000)"), b"x" * 300_000, most=10)
    assert (result.exit_code, result.output) == (0, b"y" * 10)


async def test_a_command_that_hangs_is_killed_at_its_limit_with_what_it_started() -> None:
    hangs = f"import subprocess, time; subprocess.Popen({script('import time; time.sleep(60)')!r}); time.sleep(60)"
    with pytest.raises(TimeoutError):
        await run_with_input(script(hangs), b"", limit=0.5)


async def test_a_cancelled_command_is_killed(tmp_path: Path) -> None:
    fifo = tmp_path / "pid"
    os.mkfifo(fifo)
    waits = f"import os, time; open({str(fifo)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    task = asyncio.create_task(run_with_input(script(waits), b""))
    number = int(await asyncio.to_thread(fifo.read_text))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


async def test_a_command_that_is_missing_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        await run_with_input(["/nowhere/at/all"], b"")


async def test_what_a_command_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    leaves = f"import subprocess; subprocess.Popen({script('import time; time.sleep(3)')!r})"
    result = await run_with_input(script(leaves), b"", limit=2)
    assert result.exit_code == 0
