"""What doctor says of a terminal."""

import os
from pathlib import Path

import pytest
from doctor_report import installation

from faxtui.config.settings import Settings, Ui
from faxtui.doctor.checks import check_terminal
from faxtui.doctor.report import Finding, Topic, ok, skipped

XTERM = {"TERM": "xterm", "LANG": "fr_FR.UTF-8"}
USUAL = (80, 24)


def finding(environ: dict[str, str], size: tuple[int, int] | None = USUAL, settings: Settings | None = None) -> Finding:
    terminal = None if size is None else os.terminal_size(size)
    return check_terminal(
        installation(Path(), "http://localhost", environ=environ, terminal=terminal, settings=settings)
    )


def test_a_usual_terminal_is_described() -> None:
    assert finding(XTERM | {"SSH_TTY": "/dev/pts/3"}) == ok(Topic.TERMINAL, "80×24, 16 colours, UTF-8, mouse, over ssh")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"NO_COLOR": "1"}, "no colours"),
        ({"TERM": "xterm-256color"}, "256 colours"),
        ({"COLORTERM": "truecolor"}, "true colour"),
    ],
)
def test_its_colours_are_told(variables: dict[str, str], words: str) -> None:
    assert finding(XTERM | variables) == ok(Topic.TERMINAL, f"80×24, {words}, UTF-8, mouse")


def test_a_mouse_that_is_switched_off_is_told() -> None:
    assert "mouse off" in finding(XTERM, settings=Settings(ui=Ui(mouse=False))).sentence


def test_without_a_terminal_there_is_nothing_wrong() -> None:
    assert finding({}, None) == skipped(Topic.TERMINAL, "none here. The browser needs one.")


@pytest.mark.parametrize(
    ("environ", "size", "advice"),
    [
        (XTERM, (79, 24), "Make it 80×24 or larger"),
        (XTERM, (80, 23), "Make it 80×24 or larger"),
        ({"TERM": "xterm"}, USUAL, "no UTF-8, mouse. If it can show UTF-8, set LANG"),
        (XTERM | {"TERM": "dumb"}, USUAL, "TERM is “dumb”, which can't move its cursor"),
    ],
)
def test_what_could_be_better_comes_with_advice(environ: dict[str, str], size: tuple[int, int], advice: str) -> None:
    found = finding(environ, size)
    assert found.verdict == "warning"
    assert found.exit_code == 0
    assert advice in found.sentence


def test_a_console_that_has_hardly_a_character_is_no_reason_for_advice() -> None:
    assert finding({"TERM": "linux", "LANG": "C.UTF-8"}) == ok(Topic.TERMINAL, "80×24, 16 colours, no UTF-8, mouse")
