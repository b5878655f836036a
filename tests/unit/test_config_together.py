"""Two programs that save at the same time, and one that is killed while it does: nothing is lost, no file is half."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from faxtui.config.state import StateFile
from faxtui.config.toml_files import read_table
from faxtui.domain.query import TO

ROUNDS = 60
SAVES_SETTINGS = """
import sys
from pathlib import Path
from faxtui.config.toml_files import save_settings
path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.readline()
for number in range(rounds):
    save_settings(path, [(("profiles", name, f"n{number}"), number), (("keys", name), str(number))])
    if number == 5:
        print("saving", flush=True)
"""
SAVES_STATE = """
import sys
from pathlib import Path
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.query import Filters
path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.stdin.readline()
for number in range(rounds):
    for profile in (f"{name}{number}", name):
        StateFile(path, profile).save(SavedState(Filters({"to": str(number)})))
    if number == 5:
        print("saving", flush=True)
"""


@contextmanager
def saving(script: str, path: Path, name: str, rounds: int) -> Iterator[subprocess.Popen[str]]:
    """A program that begins to save when it is told to."""
    command = [sys.executable, "-c", script, str(path), name, str(rounds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def begin(*processes: subprocess.Popen[str]) -> None:
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()


def both(script: str, path: Path) -> None:
    """Two of them save at once; meanwhile the file is whole whenever it is looked at."""
    with ExitStack() as stack:
        processes = [stack.enter_context(saving(script, path, name, ROUNDS)) for name in ("a", "b")]
        begin(*processes)
        looks = 0
        while any(each.poll() is None for each in processes):
            if path.exists():
                tomllib.loads(path.read_text())
                looks += 1
        assert looks
        assert [each.returncode for each in processes] == [0, 0]
    assert {each.name for each in path.parent.iterdir()} == {path.name, f".{path.name}.lock"}


def test_nothing_is_lost_where_two_programs_save_settings_at_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    both(SAVES_SETTINGS, path)
    numbers = {f"n{number}": number for number in range(ROUNDS)}
    last = str(ROUNDS - 1)
    assert read_table(path) == {"profiles": {"a": numbers, "b": numbers}, "keys": {"a": last, "b": last}}


def test_nothing_is_lost_where_two_programs_remember_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    both(SAVES_STATE, path)
    for name in ("a", "b"):
        assert [StateFile(path, f"{name}{number}").load()[0].filters.get(TO) for number in range(ROUNDS)] == [
            str(number) for number in range(ROUNDS)
        ]
        assert StateFile(path, name).load()[0].filters.get(TO) == str(ROUNDS - 1)


@pytest.mark.parametrize("script", [SAVES_SETTINGS, SAVES_STATE], ids=["settings", "state"])
def test_a_program_killed_while_it_saves_leaves_a_whole_file_that_others_go_on_with(
    tmp_path: Path, script: str
) -> None:
    path = tmp_path / "file.toml"
    with saving(script, path, "a", 100_000) as killed, saving(script, path, "b", 20) as other:
        begin(killed, other)
        assert killed.stdout is not None
        assert killed.stdout.readline() == "saving\n"
        os.kill(killed.pid, signal.SIGKILL)
        assert other.wait(20) == 0
    kept = read_table(path)["profiles"]
    assert isinstance(kept, dict)
    assert {"a", "b"} <= set(kept)
