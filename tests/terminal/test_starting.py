"""How the program starts, or why it does not: each time one sentence that a person can act on."""

import subprocess
import sys
from pathlib import Path

import pytest
from demo_server import demo_server
from pty_session import LARGE, environment, faxtui, in_terminal

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
LISTS_MODULES = """
import sys
from faxtui.cli import run
for argument in ("--version", "--help"):
    assert run([argument], {}) == 0
print("loaded", sorted({each.partition(".")[0] for each in sys.modules} & {"textual", "rich", "httpx"}))
"""

COUNTS_DATACLASSES = """
import asyncio, dataclasses, sys

built, build = [], dataclasses._process_class

def counting(cls, *arguments):
    if cls.__module__.startswith("faxtui"):
        built.append(f"{cls.__module__}.{cls.__name__}")
    return build(cls, *arguments)

dataclasses._process_class = counting
from faxtui.cli.browse import begin
from faxtui.cli.context import load_context
from faxtui.cli.options import parse
from faxtui.ui.app import FaxApp

async def until_the_first_row():
    arguments = ["--base-url", sys.argv[1], "--login", "60300.demo"]
    app = FaxApp(begin(load_context(parse(arguments, {"FAXTUI_PASSWORD": "demo"}))))
    async with app.run_test():
        while app.inbox.view.shown is None and app.failure is None:
            await asyncio.sleep(0.001)
        print(*built, sep="\\n")

asyncio.run(until_the_first_row())
"""
MOST_DATACLASSES = 50
"""Dataclasses that may be built before the first row: each takes half a millisecond (a NamedTuple takes 0.07)."""


def test_without_a_login_it_asks_for_one_and_writes_nothing(tmp_path: Path) -> None:
    with in_terminal(home=tmp_path) as terminal:
        terminal.wait_for("Connect to Odyssey", "Login", "Password", "Try the demo")
        terminal.type("\x03")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
    assert list(tmp_path.iterdir()) == []


def test_without_a_login_and_a_screen_it_names_the_ways_to_give_one_and_the_demo(tmp_path: Path) -> None:
    end = faxtui("list", home=tmp_path)
    assert (end.returncode, end.stdout, end.stderr.count("\n")) == (2, "", 1)
    for each in ("There is no login", "--login", "FAXTUI_PASSWORD", "--password-file", "config.toml", "--demo"):
        assert each in end.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("term", ["dumb", "", None])
def test_a_terminal_that_cannot_move_its_cursor_is_told_of(tmp_path: Path, term: str | None) -> None:
    with in_terminal("--demo", home=tmp_path, size=LARGE, environ={"TERM": term}) as terminal:
        assert terminal.wait_for_end() == 2
        assert "Set TERM to the terminal's type, such as xterm-256color" in terminal.flowing
        assert b"\x1b" not in terminal.sent


@pytest.mark.parametrize("redirection", ["", "<&-", ">&-", "<&- >&-"])
def test_without_a_terminal_there_is_a_sentence(tmp_path: Path, redirection: str) -> None:
    command = ("/bin/sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "faxtui")
    end = faxtui("--demo", home=tmp_path, command=command)
    assert (end.returncode, end.stdout) == (2, "")
    assert end.stderr == "faxtui: The browser needs a terminal. Start faxtui in one, or use faxtui list.\n"


def test_sentences_hold_nothing_that_acts_and_are_ascii_where_the_terminal_has_nothing_else(tmp_path: Path) -> None:
    for sort, locale in (("\x1b[2Jage", "C.UTF-8"), ("age", "C")):
        end = faxtui("--demo", "--sort", sort, home=tmp_path, environ={"LANG": locale})
        assert (end.returncode, end.stderr.count("\n")) == (2, 1)
        assert end.stderr.startswith("faxtui: The service can't sort by ")
        assert "\x1b" not in end.stderr
    assert 'by "age". It' in end.stderr


def test_version_and_help_load_nothing_that_takes_time(tmp_path: Path) -> None:
    end = subprocess.run(
        [sys.executable, "-c", LISTS_MODULES], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert end.stdout.startswith("faxtui ")
    assert "--demo" in end.stdout
    assert end.stdout.isascii()
    assert end.stdout.endswith("loaded []\n")


def test_few_dataclasses_are_built_before_the_first_row(tmp_path: Path) -> None:
    with demo_server() as address:
        command = [sys.executable, "-c", COUNTS_DATACLASSES, address]
        end = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=True)
    built = end.stdout.split()
    print(len(built), "dataclasses before the first row", *built, sep="\n")
    assert 0 < len(built) <= MOST_DATACLASSES


def test_an_output_that_takes_nothing_is_a_failure_without_a_traceback(tmp_path: Path) -> None:
    command = ("/bin/sh", "-c", 'exec "$@" >/dev/full', "sh", sys.executable, "-m", "faxtui")
    end = faxtui("--help", home=tmp_path, command=command)
    assert (end.returncode, end.stderr) == (1, "")


def test_filters_and_sort_come_back_the_next_time_unless_options_say_otherwise(tmp_path: Path) -> None:
    with demo_server() as address:
        ours = ("--base-url", address)
        with in_terminal(*ours, "--from", "0478", home=tmp_path, environ=SIGNED_IN) as terminal:
            terminal.wait_for("main · 60300.demo", "Last 7 days · from 0478", "Received ▼", "page 1 of")
            terminal.type("o")
            terminal.wait_for("Received ▲")
            terminal.type("q")
            assert terminal.wait_for_end() == 0
        (state,) = tmp_path.rglob("state.toml")
        assert state.stat().st_mode & 0o777 == 0o600
        assert {each.stat().st_mode & 0o777 for each in tmp_path.rglob("*") if each.is_dir()} == {0o700}
        kept = state.read_bytes()
        with in_terminal(*ours, home=tmp_path, environ=SIGNED_IN) as terminal:
            terminal.wait_for("Last 7 days · from 0478", "Received ▲", "page 1 of")
            terminal.type("q")
            assert terminal.wait_for_end() == 0
        with in_terminal(*ours, "--since", "30d", "--sort", "pages", home=tmp_path, environ=SIGNED_IN) as terminal:
            terminal.wait_for("Last 30 days", "Pages▼", "page 1 of")
            assert "from 0478" not in terminal.text
            terminal.type("q")
            assert terminal.wait_for_end() == 0
        assert state.read_bytes() == kept


def test_a_broken_configuration_is_told_of_and_left_alone(tmp_path: Path) -> None:
    config = tmp_path / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[ui]\npage_size = = 3\n")
    with in_terminal("--demo", home=tmp_path, size=LARGE) as terminal:
        terminal.wait_for("TOML", "defaults", "page 1 of")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    end = faxtui("list", home=tmp_path)
    assert end.returncode == 2
    assert "line 2, column 13" in end.stderr
    assert "There is no login" in end.stderr
    assert config.read_text() == "[ui]\npage_size = = 3\n"
