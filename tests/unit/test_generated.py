"""The manual page and the completions: current, and what the real shells make of them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from make_manual import generate

from faxtui.cli import run
from faxtui.cli.options import COMPLETIONS

ROOT = Path(__file__).parent.parent.parent

_BASH = """
source "$0"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_faxtui 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""
_ZSH = """
zmodload zsh/zpty
zpty shell "PS1= TERM=dumb zsh -f -i"
zpty -w shell "autoload -Uz compinit; compinit -u -D; source $1; echo READ''Y"
zpty -r shell out '*READY*'
zpty -w -n shell "$2"$'\\t'
zpty -r shell out "*$3*" && print completed
zpty -d shell
"""


def in_shell(shell: str, script: str, *arguments: str) -> list[str]:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command = [shell, *(["-f"] if shell == "zsh" else []), "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.split("\n")


@pytest.mark.parametrize(("path", "content"), generate().items(), ids=lambda value: getattr(value, "name", ""))
def test_what_is_generated_is_current(path: Path, content: str) -> None:
    assert path.read_text() == content, "run python docs/make_manual.py"


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["faxtui", "jour"], ["journal"]),
        (["faxtui", "list", "--fo"], ["--format", "--follow"]),
        (["faxtui", "list", "--format", ""], ["table", "csv", "json", "jsonl"]),
        (["faxtui", "--log-level", "w"], ["warning"]),
        (["faxtui", "text", "pyproj"], ["pyproject.toml"]),
        (["faxtui", "completion", "z"], ["zsh"]),
    ],
)
def test_bash_completes(typed: list[str], completed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert in_shell("bash", _BASH, str(COMPLETIONS / "faxtui.bash"), *typed)[:-1] == completed


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("faxtui jour", ["journal"]),
        ("faxtui list --fo", ["--follow", "--format"]),
        ("faxtui list --format ", ["csv", "json", "jsonl", "table"]),
        ("faxtui text pyproj", ["pyproject.toml"]),
    ],
)
def test_fish_completes(typed: str, completed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    script = f"source {COMPLETIONS}/faxtui.fish; complete -C '{typed}'"
    assert [line.split("\t")[0] for line in in_shell("fish", script) if line] == completed


@pytest.mark.parametrize(("typed", "completed"), [("faxtui jour", "journal "), ("faxtui list --foll", "--follow ")])
def test_zsh_completes(typed: str, completed: str) -> None:
    assert "completed" in in_shell("zsh", _ZSH, "zsh", str(COMPLETIONS / "faxtui.zsh"), typed, completed)


def test_the_manual_page_has_no_mistake() -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    end = subprocess.run(
        ["man", "--warnings", str(ROOT / "faxtui.1")], capture_output=True, text=True, timeout=20, check=True
    )
    assert end.stderr == ""
    assert "faxtui - terminal console" in end.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_program_prints_its_completions(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell], {}) == 0
    assert capsys.readouterr().out == (COMPLETIONS / f"faxtui.{shell}").read_text()
