"""`faxtui list` as scripts start it: a process of its own, against a service over a real socket."""

import csv
import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from demo_server import demo_server, serving
from held_faxes import HeldFaxes
from odyssey_server import Ending, answer, answering
from pty_session import PATIENCE, PROGRAM, environment, faxtui

SIGNED_IN: dict[str, str | None] = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
ALL = ("--all", "--since", "2026-11-01")
MEASURED = """
import os, sys
from pathlib import Path
from faxtui.cli import run
code = run(sys.argv[1:], os.environ)
loaded = sorted({each.partition(".")[0] for each in sys.modules} & {"textual"})
status = Path("/proc/self/status").read_text()
print(code, status.partition("VmHWM:")[2].split()[0], *loaded, file=sys.stderr)
"""


def in_shell(script: str) -> Sequence[str]:
    """The program as "$@" of a script."""
    return ("/bin/sh", "-c", script, "sh", *PROGRAM)


@contextmanager
def started(*arguments: str, home: Path, command: Sequence[str] = PROGRAM) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [*command, *arguments],
        env=environment(home, SIGNED_IN),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    with demo_server(clock=lambda: datetime(2026, 11, 23, 9, 42, tzinfo=UTC)) as address:
        yield address


def test_every_format_lists_the_same_faxes(demo: str, tmp_path: Path) -> None:
    text = {}
    for kind in ("json", "jsonl", "csv", "table"):
        period = ("--since", "2026-11-22 00:00", "--until", "2026-11-23 10:00")
        end = faxtui("list", "--base-url", demo, *period, "--all", "--format", kind, home=tmp_path, environ=SIGNED_IN)
        assert (end.returncode, end.stderr) == (0, "")
        text[kind] = end.stdout
    faxes = json.loads(text["json"])
    assert len(faxes) > 10
    assert [json.loads(line) for line in text["jsonl"].splitlines()] == faxes
    rows = csv.DictReader(io.StringIO(text["csv"], newline=""))
    assert [(row["folder"], row["file"]) for row in rows] == [(fax["Folder"], fax["FileName"]) for fax in faxes]
    assert len(text["table"].splitlines()) == len(faxes) + 1
    assert list(tmp_path.iterdir()) == []


def test_all_of_ten_thousand_faxes_equal_what_the_service_holds_in_flat_memory(tmp_path: Path) -> None:
    memory = {}
    for faxes in (1_000, 10_000):
        held = HeldFaxes(faxes)
        with serving(held) as address:
            end = faxtui(
                *("list", "--base-url", address, *ALL, "--format", "json"),
                home=tmp_path,
                environ=SIGNED_IN,
                command=(sys.executable, "-c", MEASURED),
            )
        assert json.loads(end.stdout) == held.resources
        assert held.pages == list(range(1, faxes // 1_000 + 1))
        code, memory[faxes], *loaded = (int(each) if each.isdigit() else each for each in end.stderr.split())
        assert (code, loaded) == (0, [])
    assert int(memory[10_000]) < int(memory[1_000]) * 1.1


def test_what_the_browser_remembers_is_never_read(demo: str, tmp_path: Path) -> None:
    state = tmp_path / "state" / "faxtui" / "state.toml"
    state.parent.mkdir(parents=True)
    listed = []
    for text in ("", '[profiles.main]\nsort = "pages:asc"\n[profiles.main.filters]\nfrom = "no such"\n', "[broken\n"):
        state.write_text(text)
        end = faxtui("list", "--base-url", demo, "--format", "json", home=tmp_path, environ=SIGNED_IN)
        assert (end.returncode, end.stderr) == (0, "")
        listed.append(end.stdout)
    assert len(json.loads(listed[0])) == 50
    assert set(listed) == {listed[0]}


def test_a_view_and_the_filters_beside_it_narrow_the_list_and_read_only_does_not(demo: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[views.short]\nsort = "pages:asc"\nsince = 2026-11-01\n')
    ours = ("--config", str(config), "--base-url", demo, "--read-only")
    end = faxtui(*ours, "list", "--view", "short", "--format", "jsonl", home=tmp_path, environ=SIGNED_IN)
    pages = [json.loads(line)["Pages"] for line in end.stdout.splitlines()]
    assert (end.returncode, end.stderr, len(pages), pages) == (0, "", 50, sorted(pages))
    other = faxtui(*ours, "list", "--view", "shrot", home=tmp_path, environ=SIGNED_IN)
    assert (other.returncode, other.stderr) == (2, "faxtui: There is no view “shrot”. Choose from short.\n")


def test_the_demo_is_listed_without_an_account(tmp_path: Path) -> None:
    end = faxtui("list", "--demo", "--format", "json", home=tmp_path)
    assert (end.returncode, end.stderr, len(json.loads(end.stdout))) == (0, "", 50)
    assert list(tmp_path.iterdir()) == []


# Files


def test_a_file_is_there_whole(tmp_path: Path) -> None:
    held, file = HeldFaxes(1_500), tmp_path / "faxes.json"
    with serving(held) as address:
        ours = ("list", "--base-url", address, *ALL, "--format", "json", "--output", str(file))
        end = faxtui(*ours, home=tmp_path, environ=SIGNED_IN)
    assert (end.returncode, end.stdout, end.stderr) == (0, "", "")
    assert (json.loads(file.read_bytes()), names_in(tmp_path)) == (held.resources, ["faxes.json"])


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129), (signal.SIGKILL, -9)],
    ids=["TERM", "INT", "HUP", "KILL"],
)
def test_a_signal_leaves_the_file_as_it_was_and_nothing_beside_it(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    file = tmp_path / "faxes.json"
    file.write_text("before")
    held = HeldFaxes(3_000, stops_at=3)
    with serving(held) as address:
        ours = ("list", "--base-url", address, *ALL, "--format", "json", "--output", str(file))
        with started(*ours, home=tmp_path) as process:
            assert held.stopped.wait(PATIENCE)
            process.send_signal(number)
            out, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, said, file.read_text()) == (code, b"", b"", "before")
    left = names_in(tmp_path)
    assert left == ["faxes.json"] or (number is signal.SIGKILL and len(left) == 2)


def test_a_signal_that_it_was_started_to_ignore_is_ignored(tmp_path: Path) -> None:
    held, file = HeldFaxes(3_000, stops_at=3), tmp_path / "faxes.json"
    with serving(held) as address:
        ours = ("list", "--base-url", address, *ALL, "--format", "json", "--output", str(file))
        with started(*ours, home=tmp_path, command=in_shell("trap '' HUP; exec \"$@\"")) as process:
            assert held.stopped.wait(PATIENCE)
            process.send_signal(signal.SIGHUP)
            held.go_on()
            assert process.wait(PATIENCE) == 0
    assert json.loads(file.read_bytes()) == held.resources


# Streams


def test_a_reader_that_has_had_enough_ends_it_quietly(tmp_path: Path) -> None:
    with serving(HeldFaxes(10_000)) as address:
        for script in ('{ "$@"; echo $? >&2; } | head -1', '{ "$@"; echo $? >&2; } | true'):
            end = faxtui(
                *("list", "--base-url", address, *ALL, "--format", "csv"),
                home=tmp_path,
                environ=SIGNED_IN,
                command=in_shell(script),
            )
            assert (end.stderr, len(end.stdout.splitlines())) == ("0\n", 1 if "head" in script else 0)


def test_without_standard_error_the_data_still_counts(demo: str, tmp_path: Path) -> None:
    ours = ("list", "--base-url", demo, "--format", "json")
    end = faxtui(*ours, home=tmp_path, environ=SIGNED_IN, command=in_shell('exec "$@" 2>&-'))
    assert (end.returncode, len(json.loads(end.stdout))) == (0, 50)
    for wrong in (("list", "--bogus"), ("list", "--page", "0"), ("list", "--profile", "gone")):
        end = faxtui(*wrong, home=tmp_path, environ=SIGNED_IN, command=in_shell('exec "$@" 2>&-'))
        assert (end.returncode, end.stdout, end.stderr) == (2, "", "")


def test_without_standard_output_it_takes_a_file(demo: str, tmp_path: Path) -> None:
    ours = ("list", "--base-url", demo, "--format", "json")
    for closed in (">&-", ">&- <&-"):
        end = faxtui(*ours, home=tmp_path, environ=SIGNED_IN, command=in_shell(f'exec "$@" {closed}'))
        assert (end.returncode, end.stderr) == (
            2,
            "faxtui: Standard output is closed. Use --output FILE to write to a file.\n",
        )
        file = tmp_path / "faxes.json"
        end = faxtui(
            *ours, "--output", str(file), home=tmp_path, environ=SIGNED_IN, command=in_shell(f'exec "$@" {closed} 2>&-')
        )
        assert (end.returncode, len(json.loads(file.read_bytes()))) == (0, 50)


def test_an_output_that_is_full_is_told_of(demo: str, tmp_path: Path) -> None:
    end = faxtui(
        *("list", "--base-url", demo), home=tmp_path, environ=SIGNED_IN, command=in_shell('exec "$@" >/dev/full')
    )
    assert (end.returncode, end.stderr) == (
        1,
        "faxtui: Could not write to standard output: No space left on device. The output is incomplete.\n",
    )


# What can't be done


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--since whenever", "“whenever” is not a valid date or time. Write it like one of these: 2026-11-23, "),
        ("--until 2026-02-30", "“2026-02-30” does not exist in the calendar"),
        ("--sort age", "The service can't sort by “age”. It can sort by received "),
        ("--customer x", "A customer is an integer such as 60300, not “x”."),
        ("--profile gone", "There is no profile “gone” in the configuration. Choose from main."),
        ("--view gone", "There is no view “gone”: there are none. Write [views.NAME] into the configuration."),
        ("--excel", "--excel needs CSV. Add --format csv, or omit --excel."),
        ("--format xml", "Argument --format: invalid choice: 'xml'"),
        ("--columns from", "Unknown option --columns"),
        ("--page 0", "Pages are counted from 1: there is no page 0."),
        ("--config /none/config.toml", "There is no configuration file /none/config.toml."),
        (f"--config {'x' * 300}", "There is no configuration file xxx"),
        ("--base-url http://api.example --login a", "The address http://api.example uses plain http"),
    ],
)
def test_what_was_asked_for_wrongly_is_told_in_one_sentence(tmp_path: Path, arguments: str, told: str) -> None:
    config = tmp_path / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.main]\nlogin = "60300.console"\npassword_command = ["false"]\n')
    end = faxtui("list", *arguments.split(), home=tmp_path, environ={"FAXTUI_PASSWORD": "hush"})
    assert (end.returncode, end.stdout, end.stderr.count("\n")) == (2, "", 1)
    assert end.stderr.startswith(f"faxtui: {told}")
    assert "hush" not in end.stderr


def test_an_unknown_column_in_the_configuration_is_told_of_and_the_list_comes(demo: str, tmp_path: Path) -> None:
    config = tmp_path / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[ui]\ncolumns = ["from", "form"]\n')
    end = faxtui("list", "--base-url", demo, home=tmp_path, environ=SIGNED_IN)
    assert (end.returncode, end.stderr.count("\n"), len(end.stdout.splitlines())) == (0, 1, 51)
    assert "There is no column “form”. Choose from received, from" in end.stderr


@pytest.mark.parametrize(("status", "told"), [(403, "may not list"), (404, "no fax service"), (200, "$")])
def test_a_service_that_answers_otherwise_is_a_failure(tmp_path: Path, status: int, told: str) -> None:
    with answering(answer(status, "[]")) as server:
        end = faxtui("list", "--base-url", server.address, home=tmp_path, environ=SIGNED_IN)
    assert (end.returncode, end.stdout, end.stderr.count("\n"), len(server.requests)) == (1, "", 1, 1)
    assert told in end.stderr


def test_a_service_that_is_not_there_is_asked_again_for_a_while_and_a_signal_ends_that_at_once(tmp_path: Path) -> None:
    with answering(b"", Ending.CLOSE) as server:
        dead = server.address
    with started("list", "--base-url", dead, home=tmp_path) as process:
        assert process.stderr is not None
        said = process.stderr.readline().decode()
        assert re.fullmatch("faxtui: No connection, retrying in [0-9]+ s\\.\n", said)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 143
