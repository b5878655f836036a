"""The program under strace: its steps on the disk as the system saw them, and steps that the system refuses."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from pty_session import PATIENCE, PROGRAM, environment

_CALLS = "fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,write,pwrite64"
_LINE = re.compile(r"[0-9]+ +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<call>\w+)\((?P<arguments>.*))")
_RESULT = re.compile(r"= (-?[0-9]+)[^=]*$")
_FILE = re.compile(r'[0-9]+<(?P<handle>[^>]*)>|"(?P<path>(?:[^"\\]|\\.)*)"')


class Step(NamedTuple):
    """A call that succeeded; ``began`` and ``ended`` are lines of the trace, ``files`` what it was about, in order."""

    call: str
    files: tuple[str, ...]
    began: int
    ended: int


class Traced(NamedTuple):
    """How the program ended, and its steps."""

    code: int
    said: str
    steps: list[Step]

    def first(self, call: str, file: Path, after: Step | None = None) -> Step:
        """The first step of that kind with that file, begun after another one had ended."""
        since = -1 if after is None else after.ended
        return next(
            each
            for each in self.steps
            if each.call.startswith(call) and each.files[-1:] == (str(file),) and each.began > since
        )


@cache
def _can_trace() -> bool:
    strace = shutil.which("strace")
    return (
        strace is not None and subprocess.run([strace, "-qq", "true"], check=False, capture_output=True).returncode == 0
    )


def traced(
    *arguments: str, home: Path, environ: Mapping[str, str] | None = None, refuses: Mapping[str, str] | None = None
) -> Traced:
    """Run faxtui to its end. ``refuses`` are system calls and the name of the error that each of them ends with."""
    if not _can_trace():
        pytest.skip("strace is missing, or may not trace here")
    trace = home / "trace"
    injected = [f"--inject={call}:error={error}" for call, error in (refuses or {}).items()]
    command = ["strace", "-f", "-y", "-qq", "-s", "0", "-o", str(trace), f"--trace={_CALLS}", *injected, *PROGRAM]
    ended = subprocess.run(
        [*command, *arguments],
        env=environment(home, environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Traced(ended.returncode, ended.stderr, _steps(trace.read_text().splitlines()))


def _steps(lines: list[str]) -> list[Step]:
    steps: list[Step] = []
    unfinished: dict[str, tuple[str, str, int]] = {}
    for number, line in enumerate(lines):
        found = _LINE.match(line)
        if found is None:
            continue
        thread = line.partition(" ")[0]
        if found["resumed"]:
            call, arguments, began = unfinished.pop(thread)
        else:
            call, arguments, began = found["call"], found["arguments"], number
        if line.endswith("<unfinished ...>"):
            unfinished[thread] = call, arguments, began
            continue
        result = _RESULT.search(line)
        if result is not None and int(result[1]) >= 0:
            named = (each["handle"] or each["path"] for each in _FILE.finditer(arguments))
            files = tuple(each for each in named if each)
            steps.append(Step(call, files, began, number))
    return steps
